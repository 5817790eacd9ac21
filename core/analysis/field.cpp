#include <algorithm>
#include <utility>

#include "core/analysis/plane_grid.h"
#include "core/analysis/readout.h"

namespace aniso::analysis {
namespace {

constexpr Index kTile = 512;  // samples between two looks at the stop token

struct Samples {
  Matrix value, gradient_norm;
};

// The read-out on the grid, tile by tile.
Samples sample(const nn::Function& network, const Readout& readout, const PlaneGrid& grid,
               bool with_gradient, const std::stop_token& stop) {
  const Index side = grid.side;
  Samples out{Matrix(side, side), with_gradient ? Matrix(side, side) : Matrix()};
  for (Index first = 0; first < grid.size(); first += kTile) {
    if (stop.stop_requested()) throw Cancelled{};
    const Index count = std::min(kTile, grid.size() - first);
    const Matrix at = grid.points(first, count);
    const Matrix outputs = network.values(at);
    out.value.reshaped<Eigen::RowMajor>().segment(first, count) = readout.values(outputs);
    if (with_gradient)
      out.gradient_norm.reshaped<Eigen::RowMajor>().segment(first, count) =
          network.vector_jacobian(at, readout.cotangents(outputs)).rowwise().norm();
  }
  return out;
}

std::vector<Result> run(const Input& input, const std::stop_token& stop,
                        std::vector<std::string>& notes) {
  const std::string no_plane = no_plane_reason(input);
  const Readout readout = readout_of(input.params, input);
  const bool with_gradient = input.params.boolean("gradient_norm");
  std::vector<Result> results;
  if (!no_plane.empty()) {
    const Index side = input.params.integer("resolution");
    results.emplace_back(undefined_field("value", readout.title, side, no_plane));
    if (with_gradient)
      results.emplace_back(undefined_field("gradient_norm", "gradient norm", side, no_plane));
    return results;
  }
  const PlaneGrid grid = plane_grid(input, notes);
  Samples samples = sample(*on_plane(*input.function, grid), readout, grid, with_gradient, stop);
  Field2D value = plane_field("value", readout.title, std::move(samples.value), grid);
  value.is_signed = readout.is_signed;
  results.emplace_back(std::move(value));
  if (with_gradient) {
    Field2D norm = plane_field("gradient_norm", "gradient norm within the plane",
                               std::move(samples.gradient_norm), grid);
    norm.is_signed = false;
    results.emplace_back(std::move(norm));
  }
  return results;
}

ParamSchema params() {
  ParamSchema own = plane_params();
  own.push_back(bool_param("gradient_norm", false)
                    .about("Also the Euclidean norm of the read-out's gradient within the plane."));
  return joined(std::move(own), readout_params());
}

}  // namespace

Analysis field() {
  Analysis analysis;
  analysis.id = "field";
  analysis.title = "Output field";
  analysis.doc =
      "What the network says at every point of a plane through input space. Where the read-out is "
      "a logit, its zero is the decision boundary: watch it bend until it separates the classes. "
      "The plane may be spanned by any two directions, whatever the number of inputs.";
  analysis.formula = "(s, t) ↦ r(f(x_0 + s u + t v))";
  analysis.source = "the network itself, evaluated exactly";
  analysis.params = params();
  analysis.by_default = true;
  analysis.run = run;
  return analysis;
}

}  // namespace aniso::analysis
