#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/analysis/exact_score.h"
#include "core/analysis/geometry_results.h"
#include "core/analysis/noise_time.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/diffusion/score_model.h"
#include "core/figure/ticks.h"
#include "core/geometry/eigenvalues.h"

namespace aniso::analysis {
namespace {

constexpr Index kMostInputs = 1024;             // of a Jacobian that is formed
constexpr Index kMostEntries = Index{1} << 19;  // of all of them, so that it stays live
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool wants_singular(const Input& input) { return input.params.choice("of") == "singular"; }

Spectrum empty_spectrum(const Input& input) {
  const bool singular = wants_singular(input);
  Spectrum spectrum;
  spectrum.quantity.id = singular ? "singular_values" : "eigenvalues";
  spectrum.quantity.title =
      singular ? "Singular values of the score's Jacobian" : "Eigenvalues of the score's Jacobian";
  spectrum.quantity.unit = "1 / input unit²";
  spectrum.quantity.x_label = "index";
  spectrum.quantity.y_label = singular ? "mean singular value" : "mean eigenvalue";
  return spectrum;
}

std::vector<Result> with_numbers(const Input& input, Spectrum spectrum,
                                 const geometry::Scalar& asymmetry, const geometry::Scalar& error) {
  std::vector<Result> results;
  results.emplace_back(std::move(spectrum));
  results.emplace_back(number_at(input.step, asymmetry, "asymmetry", "asymmetry ‖J − Jᵀ‖/‖J‖"));
  results.emplace_back(
      number_at(input.step, error, "jacobian_error", "Jacobian off the exact one, relative"));
  return results;
}

std::vector<Result> undefined(const Input& input, const std::string& reason) {
  Spectrum spectrum = empty_spectrum(input);
  spectrum.quantity.status = Status::undefined(reason);
  const geometry::Scalar none{kNaN, Status::undefined(reason)};
  return with_numbers(input, std::move(spectrum), none, none);
}

// As many of the points as keep the Jacobians within bounds.
Index affordable_points(Index asked, Index dim, std::vector<std::string>& notes) {
  const Index most = std::max<Index>(1, kMostEntries / (dim * dim));
  if (asked > most)
    notes.push_back(text("at ", grouped(most), " of ", grouped(asked),
                         " points: each Jacobian has ", grouped(dim), "×", grouped(dim),
                         " entries"));
  return std::min(asked, most);
}

// (n·D, D): one Jacobian per point.
Matrix learned_jacobians(const diffusion::ScoreModel& model, const Matrix& x, Index t,
                         const std::stop_token& stop) {
  const Index n = x.rows(), dim = x.cols();
  Matrix all(n * dim, dim);
  for (Index c = 0; c < dim; ++c) {
    if (stop.stop_requested()) throw Cancelled{};
    const Matrix rows = model.score_gradient(x, t, c);
    for (Index i = 0; i < n; ++i) all.row(i * dim + c) = rows.row(i);
  }
  return all;
}

// The k-th largest value at a point, averaged over the points.
Vector mean_values(const Matrix& jacobians, bool singular, const std::stop_token& stop) {
  const Index dim = jacobians.cols(), n = jacobians.rows() / dim;
  Vector sum = Vector::Zero(dim);
  for (Index i = 0; i < n; ++i) {
    if (stop.stop_requested()) throw Cancelled{};
    const auto j = jacobians.middleRows(i * dim, dim);
    sum += singular ? geometry::singular_values(j) : geometry::symmetric_part_eigenvalues(j);
  }
  return sum / static_cast<double>(n);
}

geometry::Scalar ratio(double squares, double of_squares, const char* why_not) {
  if (!(of_squares > 0)) return {kNaN, Status::undefined(why_not)};
  return {std::sqrt(squares / of_squares), Status::valid()};
}

geometry::Scalar asymmetry_of(const Matrix& jacobians) {
  const Index dim = jacobians.cols(), n = jacobians.rows() / dim;
  double squares = 0;
  for (Index i = 0; i < n; ++i) {
    const auto j = jacobians.middleRows(i * dim, dim);
    squares += (j - j.transpose()).squaredNorm();
  }
  return ratio(squares, jacobians.squaredNorm(), "the Jacobians are 0");
}

// "asymmetry 9.1 %"; nothing where it is undefined.
void note_share(const char* what, const geometry::Scalar& share, std::vector<std::string>& notes) {
  if (share.status.kind == Status::Kind::valid)
    notes.push_back(text(what, " ", figure::short_number(100 * share.value, 2), " %"));
}

std::vector<Result> run(const Input& input, const std::stop_token& stop,
                        std::vector<std::string>& notes) {
  ANISO_CHECK(input.data != nullptr, "a score is looked at where the data are; there are none");
  const Index t = noise_step(input), dim = input.plan->data_inputs();
  const auto level = input.diffusion->schedule.level(t);
  if (dim > kMostInputs)
    return undefined(input, text("Jacobians of ", grouped(dim), " inputs would be too large"));
  const Index count = affordable_points(input.params.integer("points"), dim, notes);
  const Matrix x = noised_points(*input.data, level, count, RandomStream(0, "score jacobian"));
  if (x.rows() == 0) return undefined(input, "there are no data to noise");
  const diffusion::ScoreModel model(*input.function, *input.diffusion);
  const Matrix learned = learned_jacobians(model, x, t, stop);
  const bool singular = wants_singular(input);
  Spectrum spectrum = empty_spectrum(input);
  spectrum.values = mean_values(learned, singular, stop);
  geometry::Scalar error{kNaN, Status::undefined(kNoExactScore)};
  if (const auto exact = exact_score(*input.data)) {
    const Matrix truth = exact->score_jacobians(x, level);
    spectrum.theory = mean_values(truth, singular, stop);
    spectrum.theory_name = "exact score";
    error = ratio((learned - truth).squaredNorm(), truth.squaredNorm(), "the exact score is flat");
  }
  const geometry::Scalar asymmetry = asymmetry_of(learned);
  note_share("asymmetry", asymmetry, notes);
  note_share("off the exact one by", error, notes);
  notes.push_back(noise_note(*input.diffusion, t));
  notes.push_back(text("mean over ", grouped(x.rows()), " noised data; across the data it is ",
                       singular ? "" : "−", "1/σ² = ", singular ? "" : "−",
                       figure::short_number(1 / (level.sigma * level.sigma), 3)));
  note_rank(*input.data, notes);
  return with_numbers(input, std::move(spectrum), asymmetry, error);
}

ParamSchema params() {
  return joined(
      {choice_param("of", "symmetric",
                    {{"symmetric", "Eigenvalues", "Of the symmetric part ½(J + Jᵀ)."},
                     {"singular", "Singular values", "Of J itself."}})
           .titled("Spectrum of J")
           .about("A true score has a symmetric Jacobian; a network's need not be.")},
      joined(noise_time_params(),
             {integer_param("points", 32)
                  .range(1, 4096)
                  .about("Noised data over which the spectrum is averaged; fewer where Jacobians "
                         "are large.")}));
}

}  // namespace

Analysis score_jacobian() {
  Analysis analysis;
  analysis.id = "score_jacobian";
  analysis.title = "Score Jacobian";
  analysis.doc =
      "How the learned score bends around noised data at one noise level: values near −1/σ² are "
      "directions across the data, along which all of the noise is taken out; values near 0 are "
      "directions in which the data spread. The k-th largest value of each point is averaged over "
      "the points. For Gaussian data the exact values are drawn beside them. A true score is the "
      "gradient of log p, so that its Jacobian is symmetric: the asymmetry says how far the "
      "network is from one.";
  analysis.formula = "J = ∂s_θ(x, t)/∂x  against  ∇² log p_t(x)";
  analysis.source = "exact Jacobians of Gaussian mixtures in closed form; the averages are ours";
  analysis.params = params();
  analysis.networks = Networks::score;
  analysis.gives_spectra = true;
  analysis.run = run;
  return analysis;
}

}  // namespace aniso::analysis
