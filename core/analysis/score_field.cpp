#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/analysis/exact_score.h"
#include "core/analysis/geometry_results.h"
#include "core/analysis/noise_time.h"
#include "core/analysis/plane_grid.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/diffusion/score_model.h"
#include "core/geometry/fisher_divergence.h"

namespace aniso::analysis {
namespace {

constexpr Index kTile = 512;  // samples between two looks at the stop token
constexpr Index kMostFisherRows = 2000;

VectorField2D on_grid(const char* id, std::string title, const PlaneGrid& grid) {
  VectorField2D field;
  field.quantity.id = id;
  field.quantity.title = std::move(title);
  field.quantity.unit = "1 / input unit";
  field.quantity.x_label = grid.u_label;
  field.quantity.y_label = grid.v_label;
  field.x = field.y = Matrix::Zero(grid.side, grid.side);
  field.x_low = grid.x_low;
  field.x_high = grid.x_high;
  field.y_low = grid.y_low;
  field.y_high = grid.y_high;
  return field;
}

Matrix lifted(const Matrix& at, const data::Plane& plane) {
  Matrix x = at.col(0) * plane.u.transpose() + at.col(1) * plane.v.transpose();
  return x.rowwise() + plane.origin.transpose();
}

// Everything that is sampled on the grid.
struct Fields {
  VectorField2D learned, exact, difference;
  Matrix size, log_density, excess;
};

// How much too strong the learned scores are along the exact ones, ⟨s_θ − s, s⟩/|s|; undefined
// where the exact score is 0.
Vector excess_of(const Matrix& difference, const Matrix& truth) {
  return difference.cwiseProduct(truth).rowwise().sum().array() / truth.rowwise().norm().array();
}

// The law's log density where it is about largest: at the centre of one of its components.
double peak_of(const theory::MixtureScore& exact, const Matrix& means,
               const theory::NoiseLevel& level) {
  return exact.log_density(level.signal * means, level).maxCoeff();
}

void put(VectorField2D& field, Index first, const Matrix& vectors, const data::Plane& plane) {
  field.x.reshaped<Eigen::RowMajor>().segment(first, vectors.rows()) = vectors * plane.u;
  field.y.reshaped<Eigen::RowMajor>().segment(first, vectors.rows()) = vectors * plane.v;
}

Fields sampled(const diffusion::ScoreModel& model, const theory::MixtureScore* exact,
               const theory::NoiseLevel& level, Index t, const PlaneGrid& grid,
               const std::stop_token& stop) {
  Fields out{on_grid("learned", "Learned score", grid),
             on_grid("exact", "Exact score", grid),
             on_grid("difference", "Learned − exact", grid),
             Matrix(grid.side, grid.side),
             {},
             {}};
  if (exact != nullptr) out.log_density = out.excess = Matrix(grid.side, grid.side);
  for (Index first = 0; first < grid.size(); first += kTile) {
    if (stop.stop_requested()) throw Cancelled{};
    const Index count = std::min(kTile, grid.size() - first);
    const Matrix x = lifted(grid.points(first, count), grid.plane);
    const Matrix learned = model.score(x, t);
    put(out.learned, first, learned, grid.plane);
    out.size.reshaped<Eigen::RowMajor>().segment(first, count) = learned.rowwise().norm();
    if (exact == nullptr) continue;
    const Matrix truth = exact->score(x, level);
    put(out.exact, first, truth, grid.plane);
    put(out.difference, first, learned - truth, grid.plane);
    out.excess.reshaped<Eigen::RowMajor>().segment(first, count) =
        excess_of(learned - truth, truth);
    out.log_density.reshaped<Eigen::RowMajor>().segment(first, count) =
        exact->log_density(x, level);
  }
  return out;
}

// E‖s_θ − ∇ log p‖² over noised data.
std::vector<Result> divergence(const Input& input, const diffusion::ScoreModel& model,
                               const theory::MixtureScore* exact, const theory::NoiseLevel& level,
                               Index t) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  const Matrix x =
      noised_points(*input.data, level, kMostFisherRows, RandomStream(0, "fisher divergence"));
  geometry::Scalar value{
      kNaN, Status::undefined(exact == nullptr ? kNoExactScore : "there are no data to noise")};
  geometry::Scalar share = value;
  if (exact != nullptr && x.rows() > 0) {
    const Matrix truth = exact->score(x, level);
    const auto found = geometry::fisher_divergence(model.score(x, t), truth);
    const double scale = truth.squaredNorm() / static_cast<double>(x.rows());
    value = {found.value, Status::valid()};
    share = {found.value / scale, scale > 0 ? Status::valid() : Status::undefined("score of 0")};
  }
  std::vector<Result> results;
  results.emplace_back(number_at(input.step, value, "fisher_divergence", "Fisher divergence"));
  results.emplace_back(number_at(input.step, share, "relative_fisher_divergence",
                                 "Fisher divergence over E‖exact score‖²"));
  return results;
}

// The pictures; without a plane, why there is none.
std::vector<Result> pictures(const Input& input, const diffusion::ScoreModel& model,
                             const theory::MixtureScore* exact, const theory::NoiseLevel& level,
                             Index t, const std::stop_token& stop,
                             std::vector<std::string>& notes) {
  std::vector<Result> results;
  if (const std::string why = no_plane_reason(input); !why.empty()) {
    VectorField2D none = on_grid("learned", "Learned score", {});
    none.quantity.status = Status::undefined(why);
    none.x.setConstant(std::numeric_limits<double>::quiet_NaN());
    none.y = none.x;
    results.emplace_back(std::move(none));
    return results;
  }
  const PlaneGrid grid = plane_grid(input, notes);
  Fields fields = sampled(model, exact, level, t, grid, stop);
  results.emplace_back(std::move(fields.learned));
  Field2D size = plane_field("size", "Size of the learned score", std::move(fields.size), grid);
  size.is_signed = false;
  size.quantity.unit = "1 / input unit";
  results.emplace_back(std::move(size));
  if (exact == nullptr) return results;
  results.emplace_back(std::move(fields.exact));
  results.emplace_back(std::move(fields.difference));
  Field2D density =
      plane_field("log_density", "Exact log density", std::move(fields.log_density), grid);
  density.is_signed = false;
  density.quantity.unit = "nats";
  results.emplace_back(std::move(density));
  Field2D excess = plane_field("excess", "Excess along the exact score", std::move(fields.excess),
                               grid, "the exact score is 0");
  excess.quantity.unit = "1 / input unit";
  results.emplace_back(std::move(excess));
  const double peak = peak_of(*exact, input.data->law->means, level);
  results.emplace_back(number_at(input.step, {peak, Status::valid()}, "peak_log_density",
                                 "largest log density of a component's centre"));
  return results;
}

std::vector<Result> run(const Input& input, const std::stop_token& stop,
                        std::vector<std::string>& notes) {
  ANISO_CHECK(input.data != nullptr, "a score is looked at where the data are; there are none");
  const Index t = noise_step(input);
  const auto level = input.diffusion->schedule.level(t);
  const diffusion::ScoreModel model(*input.function, *input.diffusion);
  const auto exact = exact_score(*input.data);
  const theory::MixtureScore* truth = exact ? &*exact : nullptr;
  auto results = pictures(input, model, truth, level, t, stop, notes);
  notes.push_back(noise_note(*input.diffusion, t));
  if (!exact) notes.emplace_back(kNoExactScore);
  note_rank(*input.data, notes);
  for (Result& number : divergence(input, model, truth, level, t))
    results.push_back(std::move(number));
  return results;
}

ParamSchema params() {
  ParamSchema own = noise_time_params();
  for (ParamSpec& spec : plane_params()) {
    if (spec.name == "resolution") spec.fallback = 48;
    own.push_back(std::move(spec));
  }
  return own;
}

}  // namespace

Analysis score_field() {
  Analysis analysis;
  analysis.id = "score_field";
  analysis.title = "Score field";
  analysis.doc =
      "Where the score network points at one noise level, on a plane through input space: towards "
      "where the noised data are dense. For Gaussian data the exact score is known and the "
      "difference is shown; their mean squared distance over the noised data is the Fisher "
      "divergence. The excess is the part of the difference along the exact score: positive where "
      "the network pushes too hard towards the data, negative where it pushes too little. Arrows "
      "are the parts of the vectors within the plane.";
  analysis.formula =
      "s_θ(x, t) = −ε_θ(x, t)/σ_t  against  s = ∇ log p_t(x); excess ⟨s_θ − s, s⟩/|s|";
  analysis.source = "exact scores of Gaussian mixtures in closed form";
  analysis.params = params();
  analysis.networks = Networks::score;
  analysis.by_default = true;
  analysis.run = run;
  return analysis;
}

}  // namespace aniso::analysis
