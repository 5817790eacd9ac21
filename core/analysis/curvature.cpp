#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <utility>

#include "core/analysis/plane_grid.h"
#include "core/analysis/plane_jets.h"
#include "core/analysis/readout.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/base/random.h"
#include "core/geometry/plane_curvature.h"

namespace aniso::analysis {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kFlat = 1e-12;     // of the steepest gradient: below it a level set has no bend
constexpr double kSlowMs = 30;      // a full grid that takes longer is shown coarse first
constexpr Index kProbeSide = 16;    // samples a side of the grid that is timed
constexpr Index kCoarsest = 32;     // samples a side of the first picture
constexpr Index kDrawTogether = 8;  // fresh networks
constexpr std::chrono::milliseconds kShowEvery{200};  // between two looks at a growing ensemble

struct Scalar {
  const char* id;
  const char* title;  // nullptr: the read-out's
  const char* unit;
  bool is_signed;
  bool needs_second;
};

enum : std::size_t { kValue, kNorm, kLarge, kSmall, kDet, kTrace, kLevel, kMean, kGaussian };
constexpr std::array<Scalar, 9> kScalars = {{
    {"value", nullptr, "", true, false},
    {"gradient_norm", "gradient norm within the plane", "1/input", false, false},
    {"hessian_large", "larger eigenvalue of the Hessian", "1/input²", true, true},
    {"hessian_small", "smaller eigenvalue of the Hessian", "1/input²", true, true},
    {"hessian_det", "determinant of the Hessian", "1/input⁴", true, true},
    {"hessian_trace", "trace of the Hessian", "1/input²", true, true},
    {"level_curvature", "level-set curvature κ", "1/input", true, true},
    {"mean_curvature", "mean curvature of the graph", "1/input", true, true},
    {"gaussian_curvature", "Gaussian curvature of the graph", "1/input²", true, true},
}};
using Fields = std::array<Matrix, kScalars.size()>;

/// What one network, or the mean over several, gives on the grid.
struct Picture {
  PlaneGrid grid;
  PlaneJets jets;
  Fields fields;
};

Fields fields_of(const PlaneJets& jets) {
  Fields out;
  const auto& part = jets.parts;
  out.fill(Matrix(part[0].rows(), part[0].cols()));
  double steepest = 0;
  for (Index k = 0; k < part[0].size(); ++k) {
    const auto at = [&](std::size_t i) { return part[i].data()[k]; };
    const auto c = geometry::plane_curvature({at(0), at(1), at(2), at(3), at(4), at(5)});
    const std::array<double, kScalars.size()> values = {
        at(0), c.gradient_norm, c.large, c.small, c.det, c.trace, c.level, c.mean, c.gaussian};
    for (std::size_t i = 0; i < values.size(); ++i) out[i].data()[k] = values[i];
    if (c.gradient_norm > steepest) steepest = c.gradient_norm;
  }
  out[kLevel] = (out[kNorm].array() < kFlat * steepest)
                    .select(std::numeric_limits<double>::quiet_NaN(), out[kLevel].array());
  return out;
}

/// The mean of the fields of several networks, each entry over those where it is defined.
class MeanFields {
 public:
  void add(const Fields& fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const auto finite = fields[i].array().isFinite();
      if (sum_[i].size() == 0) {
        sum_[i] = count_[i] = Matrix::Zero(fields[i].rows(), fields[i].cols());
      }
      sum_[i].array() += finite.select(fields[i].array(), 0.0);
      count_[i].array() += finite.cast<double>();
    }
  }
  Fields mean() const {
    Fields out;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = sum_[i].cwiseQuotient(count_[i]);
    return out;
  }

 private:
  Fields sum_, count_;
};

class Curvature {
 public:
  Curvature(const Input& input, const std::stop_token& stop, std::vector<std::string>& notes)
      : input_(input),
        stop_(stop),
        notes_(notes),
        readout_(readout_of(input.params, input)),
        scale_(input.params.real("smoothing")),
        of_(input.params.choice("of")),
        no_plane_(no_plane_reason(input)) {
    const bool margin = readout_.kind == Readout::Kind::margin;
    flat_ = flat_reason(input.function->second_order(), margin);
    if (margin && flat_.empty() && scale_ == 0)
      notes.push_back(
          "the winning margin has kinks where the two leading classes change; its "
          "second derivatives are those of the two that lead");
    if (scale_ > 0) {
      suffix_ += text(", smoothed over ", number(scale_));
      notes.push_back(text("the read-out is averaged over a Gaussian of standard deviation ",
                           number(scale_),
                           " input units on the plane: all of this is about the "
                           "smoothed function"));
    }
  }

  std::vector<Result> run() {
    if (!no_plane_.empty()) return undefined_results(no_plane_);
    grid_ = plane_grid(input_, notes_);
    if (of_ != "network") return ensemble();
    const auto network = on_plane(*input_.function, grid_);
    show_coarse(*network);
    return results_of(picture(*network, grid_));
  }

 private:
  /// Why second derivatives say nothing; empty where they do.
  std::string flat_reason(nn::SecondOrder order, bool margin) const {
    // A margin of affine outputs has kinks of its own.
    if (order == nn::SecondOrder::affine && !margin)
      return "the network is affine: its second derivatives are zero everywhere. Choose a network "
             "with hidden layers and the activation GELU, SiLU, tanh or softplus";
    if (order != nn::SecondOrder::smooth && scale_ == 0)
      return "the function is piecewise linear: its second derivatives are zero almost everywhere "
             "and do not exist at the kinks. Choose the activation GELU, SiLU, tanh or softplus, "
             "or a smoothing scale above 0";
    return "";
  }

  Picture picture(const nn::Function& network, const PlaneGrid& grid) const {
    PlaneJets jets = scale_ > 0 ? smoothed_plane_jets(network, readout_, grid, scale_, stop_)
                                : plane_jets(network, readout_, grid, flat_.empty(), stop_);
    Fields fields = fields_of(jets);
    return {grid, std::move(jets), std::move(fields)};
  }

  // Where the whole grid takes long: a quarter and half of the samples a side come first. Smoothing
  // takes the same samples for any grid.
  void show_coarse(const nn::Function& network) const {
    if (!input_.publish || scale_ > 0 || grid_.side <= kCoarsest) return;
    const auto start = Clock::now();
    plane_jets(network, readout_, grid_.with_side(kProbeSide), flat_.empty(), stop_);
    const double probe_ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    const auto samples = static_cast<double>(grid_.size());
    if (probe_ms * samples / (kProbeSide * kProbeSide) <= kSlowMs) return;
    for (const Index side : {grid_.side / 4, grid_.side / 2}) {
      if (side < kCoarsest) continue;
      const double share = static_cast<double>(side * side) / samples;
      input_.publish(results_of(picture(network, grid_.with_side(side))), share);
    }
  }

  Laboratory& laboratory() const {
    ANISO_CHECK(input_.laboratory != nullptr,
                "of: other networks than this one cannot be reached here; look at this network");
    return *input_.laboratory;
  }

  Vector parameters_of(Index member) {
    if (of_ == "trained") return laboratory().trained(member, input_.step, stop_);
    const Index block = member / kDrawTogether;
    if (drawn_.rows() == 0 || member % kDrawTogether == 0)
      drawn_ = laboratory().family().draw(
          RandomStream(static_cast<std::uint64_t>(input_.params.integer("seed")), "curvature")
              .child("networks", static_cast<std::uint64_t>(block)),
          kDrawTogether);
    return drawn_.row(member % kDrawTogether).transpose();
  }

  std::vector<Result> ensemble() {
    const Index total = input_.params.integer("networks");
    const std::string kind = of_ == "fresh" ? " fresh networks" : " trained networks";
    notes_.push_back(
        "the mean of the fields, not the fields of the mean; its rare large values "
        "lie where a gradient almost vanishes. The principal direction is that of "
        "the mean Hessian");
    const std::string plain = suffix_;
    MeanFields mean;
    PlaneJets sum(grid_.side);
    sum.has_second = flat_.empty();
    const auto so_far = [&](Index count) {
      suffix_ = text(", mean of ", grouped(count), kind, plain);
      PlaneJets jets(grid_.side);
      jets.has_second = sum.has_second;
      jets.add(sum, 1 / static_cast<double>(count));
      return results_of({grid_, std::move(jets), mean.mean()});
    };
    auto shown = Clock::now();
    for (Index member = 0; member < total; ++member) {
      if (stop_.stop_requested()) throw Cancelled{};
      const auto function = laboratory().function(parameters_of(member));
      const Picture one = picture(*on_plane(*function, grid_), grid_);
      mean.add(one.fields);
      sum.add(one.jets, 1);
      if (!input_.publish || member + 1 == total || Clock::now() - shown < kShowEvery) continue;
      input_.publish(so_far(member + 1),
                     static_cast<double>(member + 1) / static_cast<double>(total));
      shown = Clock::now();
    }
    return so_far(total);
  }

  std::string title_of(const Scalar& scalar) const {
    return (scalar.title == nullptr ? readout_.title : scalar.title) + suffix_;
  }

  std::vector<Result> results_of(Picture picture) const {
    std::vector<Result> out;
    const bool is_flat = picture.fields[kNorm].isZero(0);
    for (std::size_t i = 0; i < kScalars.size(); ++i) {
      const Scalar& scalar = kScalars[i];
      const char* why = i == kLevel && is_flat
                            ? "the gradient is zero everywhere on this plane: a constant function "
                              "has no level lines. Let it train, or zoom out"
                            : "the network's output is not finite on this plane; lower the "
                              "learning rate and reset the run";
      const bool is_undefined = scalar.needs_second && !flat_.empty();
      Field2D field =
          plane_field(scalar.id, title_of(scalar), std::move(picture.fields[i]), picture.grid, why);
      if (is_undefined) {
        field.quantity.status = Status::undefined(flat_);
        field.values.setConstant(std::numeric_limits<double>::quiet_NaN());
      }
      field.quantity.unit = scalar.unit;
      field.is_signed = i == kValue ? readout_.is_signed : scalar.is_signed;
      out.emplace_back(std::move(field));
    }
    out.emplace_back(directions_of(picture));
    out.emplace_back(gradient_of(std::move(picture)));
    return out;
  }

  static VectorField2D vectors_on(const PlaneGrid& grid, const char* id, std::string title) {
    VectorField2D out;
    out.quantity.id = id;
    out.quantity.title = std::move(title);
    out.quantity.x_label = grid.u_label;
    out.quantity.y_label = grid.v_label;
    out.x = out.y = Matrix::Zero(grid.side, grid.side);
    out.x_low = grid.x_low;
    out.x_high = grid.x_high;
    out.y_low = grid.y_low;
    out.y_high = grid.y_high;
    return out;
  }

  // Zero where no direction is preferred.
  VectorField2D directions_of(const Picture& picture) const {
    VectorField2D out = vectors_on(picture.grid, "principal_direction",
                                   "principal direction of the larger curvature" + suffix_);
    if (!flat_.empty()) {
      out.quantity.status = Status::undefined(flat_);
      return out;
    }
    const auto& part = picture.jets.parts;
    Index known = 0;
    for (Index k = 0; k < part[0].size(); ++k) {
      const auto c = geometry::plane_curvature(
          {0, 0, 0, part[3].data()[k], part[4].data()[k], part[5].data()[k]});
      out.x.data()[k] = c.direction.x();
      out.y.data()[k] = c.direction.y();
      known += c.direction.isZero(0) ? 0 : 1;
    }
    if (known == 0)
      out.quantity.status = Status::undefined(
          "both eigenvalues of the Hessian are the same everywhere: no direction is preferred");
    else if (known < part[0].size())
      out.quantity.status = Status::partial(known, part[0].size());
    return out;
  }

  VectorField2D gradient_of(Picture picture) const {
    VectorField2D out = vectors_on(picture.grid, "gradient", "gradient within the plane" + suffix_);
    out.quantity.unit = "1/input";
    out.x = std::move(picture.jets.parts[1]);
    out.y = std::move(picture.jets.parts[2]);
    const Index known = (out.x.array().isFinite() && out.y.array().isFinite()).count();
    if (known == 0)
      out.quantity.status = Status::undefined("the network's output is not finite on this plane");
    else if (known < out.x.size())
      out.quantity.status = Status::partial(known, out.x.size());
    return out;
  }

  std::vector<Result> undefined_results(const std::string& why) const {
    std::vector<Result> out;
    PlaneGrid grid;
    grid.side = input_.params.integer("resolution");
    for (const Scalar& scalar : kScalars)
      out.emplace_back(undefined_field(scalar.id, title_of(scalar), grid.side, why));
    for (const char* id : {"principal_direction", "gradient"}) {
      VectorField2D vectors = vectors_on(grid, id, id);
      vectors.quantity.status = Status::undefined(why);
      out.emplace_back(std::move(vectors));
    }
    return out;
  }

  const Input& input_;
  const std::stop_token& stop_;
  std::vector<std::string>& notes_;
  Readout readout_;
  double scale_;
  std::string of_;
  std::string no_plane_;
  std::string flat_;    // why second derivatives say nothing
  std::string suffix_;  // of every title
  PlaneGrid grid_;
  Matrix drawn_;  // parameters of fresh networks, a few at a time
};

ParamSchema own_params() {
  return {
      real_param("smoothing", 0)
          .titled("Smoothing")
          .range(0, 1e6)
          .in("input units")
          .about("Looks at the function averaged over a Gaussian of this standard deviation on the "
                 "plane: gives networks with kinks a curvature at that scale. 0: the function as "
                 "it is."),
      choice_param("of", "network",
                   {{"network", "This network", "At the step that is looked at."},
                    {"fresh", "Fresh networks", "The mean over fresh networks."},
                    {"trained", "Trained networks",
                     "The mean over networks trained independently to this step."}})
          .about("Whose fields are shown."),
      integer_param("networks", 32)
          .range(1, 10000)
          .when("of", {"fresh", "trained"})
          .about("How many networks the mean is taken over."),
      integer_param("seed", 0).range(0, 1e9).when("of", {"fresh"}).about("Of fresh networks.")};
}

}  // namespace

Analysis curvature() {
  Analysis analysis;
  analysis.id = "curvature";
  analysis.title = "Curvature";
  analysis.doc =
      "How the network bends on a plane through input space: gradient, Hessian and the curvature "
      "of "
      "its level lines, from exact second derivatives. κ is positive where a level line bends "
      "toward the gradient and negative where it bends away: −1/r around a minimum, +1/r around a "
      "maximum. Networks of ReLUs bend nowhere but at their kinks; a smoothing scale shows their "
      "curvature at that scale.";
  analysis.formula = "κ = −div(∇g/|∇g|), g(s, t) = r(f(x_0 + s u + t v))";
  analysis.source =
      "our definition; Movahedi, Orvieto, Moosavi-Dezfooli (arXiv 2410.12025) speak of input-space "
      "curvature without one";
  analysis.params = joined(joined(plane_params(), own_params()), readout_params());
  analysis.is_long_when = [](const Params& p) { return p.choice("of") != "network"; };
  analysis.is_step_free = [](const Params& p) { return p.choice("of") == "fresh"; };
  analysis.run = [](const Input& input, const std::stop_token& stop,
                    std::vector<std::string>& notes) {
    return Curvature(input, stop, notes).run();
  };
  return analysis;
}

}  // namespace aniso::analysis
