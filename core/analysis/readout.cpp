#include "core/analysis/readout.h"

#include <utility>

#include "core/base/check.h"

namespace aniso::analysis {
namespace {

// Indices of the largest and the second largest entry; the lower index wins a tie.
std::pair<Index, Index> top_two(const Eigen::Ref<const Eigen::RowVectorXd>& row) {
  Index first = 0, second = 1;
  if (row(1) > row(0)) std::swap(first, second);
  for (Index c = 2; c < row.size(); ++c) {
    if (row(c) > row(first)) {
      second = first;
      first = c;
    } else if (row(c) > row(second)) {
      second = c;
    }
  }
  return {first, second};
}

Index checked_output(const Params& params, const char* name, Index outputs) {
  const Index index = params.integer(name);
  ANISO_CHECK(index < outputs, name, ": there is no output ", index, "; the network has ", outputs,
              outputs == 1 ? " output (number 0)" : " outputs, numbered from 0");
  return index;
}

std::string word_for(const Input& input) {
  return input.output_kind == nn::OutputKind::values ? "output" : "logit";
}

Readout single(Index output, const Input& input) {
  Readout readout;
  readout.a = output;
  const std::string word = word_for(input);
  readout.title = input.plan->outputs == 1 ? word : text(word, " ", output);
  return readout;
}

Readout difference(Index a, Index b, const Input& input) {
  Readout readout;
  readout.kind = Readout::Kind::difference;
  readout.a = a;
  readout.b = b;
  const std::string word = word_for(input);
  readout.title = text(word, " ", a, " − ", word, " ", b);
  return readout;
}

Readout margin() {
  Readout readout;
  readout.kind = Readout::Kind::margin;
  readout.title = "winning margin";
  readout.is_signed = false;
  return readout;
}

}  // namespace

Vector Readout::values(MatrixRef outputs) const {
  if (kind == Kind::output) return outputs.col(a);
  if (kind == Kind::difference) return outputs.col(a) - outputs.col(b);
  Vector out(outputs.rows());
  for (Index i = 0; i < outputs.rows(); ++i) {
    const auto [first, second] = top_two(outputs.row(i));
    out(i) = outputs(i, first) - outputs(i, second);
  }
  return out;
}

Matrix Readout::cotangents(MatrixRef outputs) const {
  Matrix out = Matrix::Zero(outputs.rows(), outputs.cols());
  if (kind == Kind::margin) {
    for (Index i = 0; i < outputs.rows(); ++i) {
      const auto [first, second] = top_two(outputs.row(i));
      out(i, first) = 1;
      out(i, second) = -1;
    }
    return out;
  }
  out.col(a).array() += 1;
  if (kind == Kind::difference) out.col(b).array() -= 1;
  return out;
}

ParamSchema readout_params() {
  return {
      choice_param("readout", "auto",
                   {{"auto", "Automatic",
                     "The logit of a single output, the difference of two, the winning margin of "
                     "more classes; the chosen output of a regression."},
                    {"output", "One output", "The output with the chosen number."},
                    {"difference", "Difference", "One output minus another."},
                    {"margin", "Winning margin",
                     "The largest output minus the second largest: zero where two classes tie."}})
          .about("The scalar through which a network with several outputs is looked at."),
      integer_param("output", 0)
          .range(0, 1e9)
          .when("readout", {"auto", "output", "difference"})
          .about("Number of the output that is shown, from 0. Under 'auto' it counts for "
                 "regressions only."),
      integer_param("against", 1)
          .range(0, 1e9)
          .when("readout", {"difference"})
          .about("Number of the output that is subtracted, from 0."),
  };
}

Readout readout_of(const Params& params, const Input& input) {
  const Index outputs = input.plan->outputs;
  const auto kind = params.choice("readout");
  if (kind == "margin") {
    ANISO_CHECK(outputs >= 2, "readout: the winning margin needs two or more outputs and the ",
                "network has one; choose 'auto' or 'output'");
    return margin();
  }
  if (kind == "difference") {
    const Index a = checked_output(params, "output", outputs);
    const Index b = checked_output(params, "against", outputs);
    ANISO_CHECK(a != b, "against: the difference of output ", a, " and itself is zero everywhere");
    return difference(a, b, input);
  }
  if (kind == "auto" && input.is_classification) {
    if (outputs == 1) return single(0, input);
    return outputs == 2 ? difference(1, 0, input) : margin();
  }
  return single(checked_output(params, "output", outputs), input);
}

}  // namespace aniso::analysis
