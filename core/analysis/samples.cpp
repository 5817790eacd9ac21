#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "core/analysis/exact_score.h"
#include "core/analysis/generation_error.h"
#include "core/analysis/geometry_results.h"
#include "core/analysis/plane_grid.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/diffusion/sampler.h"
#include "core/diffusion/score_model.h"
#include "core/figure/ticks.h"
#include "core/geometry/wasserstein.h"

namespace aniso::analysis {
namespace {

constexpr double kCollapsed = 0.05;  // of the data's root mean square: nothing is left of them
constexpr double kDiverged = 20;

// Places on the plane, (n, 2).
Matrix projected(const Matrix& points, const data::Plane& plane) {
  Matrix basis(plane.u.size(), 2);
  basis << plane.u, plane.v;
  return (points.rowwise() - plane.origin.transpose()) * basis;
}

// Generated points over the data, both projected onto the plane; without one, why there is none.
PointSet cloud(const Matrix& points, const Matrix& data, const std::optional<PlaneGrid>& grid,
               const std::string& no_plane, const std::string& title) {
  PointSet out;
  out.quantity.id = "points";
  out.quantity.title = title;
  if (!grid) {
    out.quantity.status = Status::undefined(no_plane);
    out.points = Matrix(0, 2);
    return out;
  }
  out.quantity.x_label = grid->u_label;
  out.quantity.y_label = grid->v_label;
  const Index shown = std::min(points.rows(), data.rows());
  out.points.resize(shown + points.rows(), 2);
  out.points.topRows(shown) = projected(data.topRows(shown), grid->plane);
  out.points.bottomRows(points.rows()) = projected(points, grid->plane);
  out.labels = Labels::Zero(out.points.rows());
  out.labels.tail(points.rows()).setOnes();
  out.label_names = {"data", "samples"};
  return out;
}

geometry::Scalar valid(double value) { return {value, Status::valid()}; }

// Distances of the samples from the data, in units of the data's size: their root mean square per
// input for sliced distances, √E‖x‖² for whole ones. Beside them what as many fresh rows of the
// data have, as good as it gets.
void add_distances(std::vector<Result>& results, const Input& input, const Matrix& points,
                   const Reference& reference, std::vector<std::string>& notes) {
  const Matrix& data = reference.compared;
  const RandomStream stream(0, "sliced distance");
  const geometry::SlicedOptions options{.projections = input.params.integer("projections")};
  const double rms = std::sqrt(data.squaredNorm() / static_cast<double>(data.size()));
  const double unit = rms > 0 ? rms : 1;
  const auto distance = geometry::sliced_wasserstein(points, data, stream, options);
  const auto floor = geometry::sliced_wasserstein(reference.fresh, data, stream, options);
  const auto add = [&](const char* id, const char* title, double value) {
    results.emplace_back(number_at(input.step, valid(value), id, title));
  };
  add("sliced_w2", "sliced W2 of the samples", distance.sliced / unit);
  add("sliced_w2_floor", "sliced W2 of fresh rows of the data", floor.sliced / unit);
  add("max_sliced_w2", "max-sliced W2 of the samples", distance.max_sliced / unit);
  add("gaussian_w2", "Gaussian (Bures) W2 of the samples",
      geometry::gaussian_wasserstein_of(points, data) /
          (unit * std::sqrt(static_cast<double>(data.cols()))));
  const double size = std::sqrt(points.squaredNorm() / static_cast<double>(points.size())) / unit;
  add("relative_size", "size of the samples over that of the data", size);
  if (const auto parts = axis_error(points, *input.data)) {
    add("on_axis_scale", "spread along the data's axis; 1 is right", parts->scale);
    add("off_axis_leakage", "length off the data's axis; 0 is right", parts->leakage);
  }
  const bool collapsed = size < kCollapsed;
  if (rms > 0 && (collapsed || size > kDiverged))
    notes.push_back(
        text("the samples have ", collapsed ? "collapsed to 0" : "diverged", ": their size is ",
             figure::short_number(size, 3), " times that of the data, their sliced W2 ",
             figure::short_number(distance.sliced / unit, 3), "; SW2 = 1 is collapse to 0"));
  notes.push_back(text(
      "distances in ", rms > 0 ? "units of the data's size" : "input units, because the data are 0",
      "; sliced over ", grouped(options.projections), " random directions; ",
      grouped(points.rows()), " samples and, for the floor, ", grouped(reference.fresh.rows()),
      " fresh rows against ", grouped(data.rows()), " rows"));
}

// Where the points were on their way, at evenly spaced moments from the first to the last.
class Way {
 public:
  Way(const Input& input, const std::optional<PlaneGrid>& grid, Index steps)
      : grid_(grid), steps_(steps), most_(input.params.integer("moments")) {}

  void add(const diffusion::Sampling& sampling) {
    if (most_ < 2 || !grid_) return;
    const Index done = sampling.steps_done(), gaps = std::min(most_ - 1, steps_);
    // The first step in each of the equal stretches.
    if (done > 0 && done * gaps / steps_ == (done - 1) * gaps / steps_) return;
    places_.push_back(projected(sampling.points(), grid_->plane));
    done_.push_back(done);
    t_.push_back(sampling.t());
  }

  // One set with the moment's number as label, and what the moments are.
  void add_to(std::vector<Result>& results) const {
    if (places_.empty()) return;
    const auto moments = static_cast<Index>(places_.size());
    const Index n = places_.front().rows();
    PointSet all;
    all.quantity.id = "way";
    all.quantity.title = "Samples on their way, a label for each moment";
    all.quantity.x_label = grid_->u_label;
    all.quantity.y_label = grid_->v_label;
    all.points.resize(moments * n, 2);
    all.labels.resize(moments * n);
    ScalarSeries t;
    t.quantity.id = "way_t";
    t.quantity.title = "Diffusion step of each moment; −1 when done";
    t.quantity.x_label = "sampling steps done";
    t.x.resize(moments);
    t.y.resize(moments);
    for (Index k = 0; k < moments; ++k) {
      const auto at = static_cast<std::size_t>(k);
      all.points.middleRows(k * n, n) = places_[at];
      all.labels.segment(k * n, n).setConstant(static_cast<std::int32_t>(k));
      t.x[k] = static_cast<double>(done_[at]);
      t.y[k] = static_cast<double>(t_[at]);
    }
    results.emplace_back(std::move(all));
    results.emplace_back(std::move(t));
  }

 private:
  const std::optional<PlaneGrid>& grid_;
  Index steps_, most_;
  std::vector<Matrix> places_;
  std::vector<Index> done_, t_;
};

std::vector<Result> run(const Input& input, const std::stop_token& stop,
                        std::vector<std::string>& notes) {
  ANISO_CHECK(input.diffusion != nullptr,
              "this looks at score networks; choose the objective 'score_matching'");
  const std::string no_plane = no_plane_reason(input);
  std::optional<PlaneGrid> grid;
  if (no_plane.empty()) grid = plane_grid(input, notes);
  const Reference reference = reference_of(*input.data, input.params.integer("count"));
  const Matrix& data = reference.compared;
  const diffusion::ScoreModel model(*input.function, *input.diffusion);
  const RandomStream stream(static_cast<std::uint64_t>(input.params.integer("seed")), "samples");
  diffusion::Sampling sampling(model, *input.diffusion, diffusion::sampler_options_of(input.params),
                               input.params.integer("count"), stream);
  Way way(input, grid, sampling.steps_total());
  way.add(sampling);
  bool more = true;
  while (more) {
    if (stop.stop_requested()) throw Cancelled{};
    more = sampling.advance();
    way.add(sampling);
    if (!input.publish || !more || !grid) continue;
    std::vector<Result> now;
    now.emplace_back(cloud(sampling.points(), data, grid, no_plane,
                           text("Samples on their way, step ", grouped(sampling.t()))));
    now.emplace_back(number_at(input.step, valid(static_cast<double>(sampling.t())),
                               "diffusion_step", "diffusion step"));
    input.publish(std::move(now), static_cast<double>(sampling.steps_done()) /
                                      static_cast<double>(sampling.steps_total()));
  }
  std::vector<Result> results;
  results.emplace_back(cloud(sampling.points(), data, grid, no_plane, "Samples and data"));
  note_rank(*input.data, notes);
  add_distances(results, input, sampling.points(), reference, notes);
  way.add_to(results);
  return results;
}

ParamSchema params() {
  ParamSchema own = {integer_param("count", 500)
                         .titled("Samples")
                         .range(2, 100000)
                         .about("Points that are generated."),
                     integer_param("projections", 256)
                         .range(1, 1000000)
                         .about("Random directions of the sliced distances; 64 D is thorough."),
                     integer_param("seed", 0).range(0, 1e9).about("Of the noise."),
                     integer_param("moments", 0)
                         .range(0, 1000)
                         .about("Moments of the way from noise to samples that are kept.")};
  own = joined(diffusion::sampler_params(), own);
  for (ParamSpec& spec : plane_params())
    if (spec.name != "resolution") own.push_back(std::move(spec));
  return own;
}

}  // namespace

Analysis samples() {
  Analysis analysis;
  analysis.id = "samples";
  analysis.title = "Samples";
  analysis.doc =
      "What the score network generates: points that start as noise and follow the reverse "
      "process to the data. Watch them flow, and compare where they end with the data. The "
      "distances are those between clouds of points; fresh rows of the data are not at distance "
      "zero either, which is the floor.";
  analysis.formula = "x_T ~ N(0, I) → x_0, by DDPM, DDIM or the probability-flow equation";
  analysis.source =
      "sliced Wasserstein distance (Bonneel et al. 2015); Bures distance in closed form";
  analysis.params = params();
  analysis.networks = Networks::score;
  analysis.is_long = true;
  analysis.run = run;
  return analysis;
}

}  // namespace aniso::analysis
