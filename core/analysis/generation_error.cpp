#include "core/analysis/generation_error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/diffusion/score_model.h"
#include "core/geometry/eigenvalues.h"
#include "core/geometry/spectra.h"

namespace aniso::analysis {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr Index kMostReference = 4000;

// √(E‖x‖²), and 1 for data that are all 0.
double size_of(const Matrix& points) {
  const double size = std::sqrt(points.squaredNorm() / static_cast<double>(points.rows()));
  return size > 0 ? size : 1;
}

// Samples of R networks, (R·n, D); nothing if a value was not finite.
std::optional<Matrix> sampled(const nn::FunctionFamily& family, const Matrix& parameters,
                              const diffusion::Diffusion& diffusion, Index dim,
                              const GenerationOptions& options, const std::stop_token& stop,
                              std::string& why) {
  const diffusion::StackedScoreModel model(family, parameters, dim, diffusion);
  const RandomStream stream(options.seed, "samples");
  try {
    auto points = diffusion::sample(model, diffusion, options.sampler,
                                    parameters.rows() * options.samples, stream, stop);
    if (!points) throw Cancelled{};
    return points;
  } catch (const NumericalError& error) {
    why = error.what();
    return std::nullopt;
  }
}

}  // namespace

double ErrorMeasure::between(const Matrix& points, const Matrix& reference) const {
  if (kind == Kind::gaussian)
    return geometry::gaussian_wasserstein_of(points, reference) / size_of(reference);
  const double rms = size_of(reference) / std::sqrt(static_cast<double>(reference.cols()));
  return geometry::sliced_wasserstein(points, reference, RandomStream(0, "sliced distance"),
                                      {.projections = projections})
             .sliced /
         rms;
}

ParamSchema error_measure_params() {
  return {choice_param("measure", "sliced",
                       {{"sliced", "Sliced W2", "Over random directions, any law."},
                        {"gaussian", "Gaussian W2",
                         "Bures distance of means and covariances, in closed form."}})
              .about("How far generated points are from the data, in units of the data's size: 1 "
                     "is a collapse to 0."),
          integer_param("projections", 256)
              .range(1, 1000000)
              .when("measure", {"sliced"})
              .about("Random directions of the sliced distance; 64 D is thorough.")};
}

ErrorMeasure error_measure_of(const Params& params) {
  ErrorMeasure measure;
  if (params.choice("measure") == "gaussian") measure.kind = ErrorMeasure::Kind::gaussian;
  measure.projections = params.integer("projections");
  return measure;
}

std::string described(const ErrorMeasure& measure) {
  if (measure.kind == ErrorMeasure::Kind::gaussian)
    return "Gaussian (Bures) W2 in units of the data's size; 1 is a collapse to 0";
  return text("sliced W2 over ", grouped(measure.projections),
              " random directions in units of the data's size; 1 is a collapse to 0");
}

Matrix training_moment(const data::Dataset& data) {
  ANISO_CHECK(!data.train.empty(), "there are no training rows to look at");
  const Matrix x = data.x(data.train, Eigen::all);
  return x.transpose() * x / static_cast<double>(x.rows());
}

Matrix second_moment(const data::Dataset& data) {
  if (!data.law) return training_moment(data);
  const Index dim = data.shape.dim;
  Matrix moment = Matrix::Zero(dim, dim);
  for (Index k = 0; k < data.law->weights.size(); ++k) {
    const Vector mean = data.law->means.row(k);
    moment += data.law->weights[k] *
              (data.law->covariances[static_cast<std::size_t>(k)] + mean * mean.transpose());
  }
  return moment;
}

Reference reference_of(const data::Dataset& data, Index samples) {
  std::vector<Index> rows;
  const RandomStream stream(0, "reference rows");
  for (const std::vector<Index>* part : {&data.test, &data.train})
    for (const Index i : stream.permutation(static_cast<Index>(part->size())))
      rows.push_back((*part)[static_cast<std::size_t>(i)]);
  const auto known = static_cast<Index>(rows.size());
  ANISO_CHECK(known >= 4, "there are no data to compare samples with");
  const Index fresh = std::min({samples, known / 2, kMostReference});
  const Index compared = std::min(known - fresh, kMostReference);
  const auto part = [&](Index first, Index count) -> Matrix {
    const std::vector<Index> taken(rows.begin() + first, rows.begin() + first + count);
    return data.x(taken, Eigen::all);
  };
  return {part(0, compared), part(compared, fresh)};
}

std::optional<geometry::GenerationError> axis_error(const Matrix& points,
                                                    const data::Dataset& data) {
  if (!data.law || data.law->weights.size() != 1 || !data.law->means.isZero(0)) return std::nullopt;
  const auto eigen = geometry::symmetric_eigen(data.law->covariances.front());
  if (geometry::numerical_rank(eigen.values) != 1) return std::nullopt;
  return geometry::generation_error(points, eigen.vectors.col(0), eigen.values[0]);
}

GenerationErrors generation_errors(const Cohort& cohort, const GenerationOptions& options,
                                   const std::stop_token& stop) {
  ANISO_CHECK(cohort.diffusion() != nullptr,
              "this looks at score networks; choose the objective 'score_matching'");
  const Index networks = cohort.size(), n = options.samples, dim = cohort.data(0).shape.dim;
  const Matrix parameters = cohort.parameters();
  GenerationErrors out;
  out.error = out.scale = out.leakage = Vector::Constant(networks, kNan);
  out.notes.resize(static_cast<std::size_t>(networks));
  std::string why;
  const auto all =
      sampled(cohort.family(), parameters, *cohort.diffusion(), dim, options, stop, why);
  for (Index r = 0; r < networks; ++r) {
    std::string& note = out.notes[static_cast<std::size_t>(r)];
    if (cohort.diverged_at(r) > 0) {
      note = text("training diverged at step ", grouped(cohort.diverged_at(r)));
      continue;
    }
    std::optional<Matrix> own;
    if (all)
      own = all->middleRows(r * n, n);
    else
      own = sampled(cohort.family(), parameters.middleRows(r, 1), *cohort.diffusion(), dim, options,
                    stop, note);
    if (stop.stop_requested()) throw Cancelled{};
    if (!own) continue;
    out.error[r] = options.measure.between(*own, reference_of(cohort.data(r), n).compared);
    if (const auto parts = axis_error(*own, cohort.data(r))) {
      out.scale[r] = parts->scale;
      out.leakage[r] = parts->leakage;
    }
  }
  return out;
}

}  // namespace aniso::analysis
