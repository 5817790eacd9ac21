#include "core/analysis/geometry_results.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/random.h"
#include "core/geometry/basis.h"
#include "core/geometry/score_directions.h"
#include "core/geometry/spectra.h"

namespace aniso::analysis {
namespace {

Quantity quantity(std::string id, std::string title, std::string unit, std::string x,
                  std::string y) {
  return {std::move(id), std::move(title), std::move(unit), std::move(x), std::move(y), {}};
}

// The groups of score directions, counted from the largest eigenvalue as a Spectrum counts.
std::vector<geometry::EigenGroup> falling(const geometry::ScoreDirections& directions) {
  std::vector<geometry::EigenGroup> out;
  for (auto group = directions.groups.rbegin(); group != directions.groups.rend(); ++group)
    out.push_back({directions.values.size() - group->first - group->count, group->count});
  return out;
}

Spectrum spectrum_of(const geometry::GradientMoment& moment, const geometry::SymmetricEigen& eigen,
                     const GeometryContext& context) {
  Spectrum out;
  out.quantity = quantity("eigenvalues", "Eigenvalues of the " + context.name, context.unit,
                          "index", "eigenvalue");
  out.values = eigen.values.cwiseMax(0);  // PSD: what lies below is rounding
  out.directions = eigen.vectors.transpose();
  if (context.null != nullptr) {
    out.null_low = context.null->low;
    out.null_high = context.null->high;
    out.null_name = "95 % of random rotations";
  }
  out.theory = context.theory;
  out.theory_name = context.theory_name;
  const bool has_halves = moment.networks() > 1;
  // Two eigenvalues are told apart where they differ by more than what separates the halves there.
  const Vector resolutions =
      has_halves ? geometry::gap_resolutions(moment, eigen.vectors) : Vector();
  // Fewer outputs than dimensions leave zeros that are no null space of the networks.
  if (context.has_null_space && moment.gradients() >= moment.dim()) {
    const auto directions = geometry::score_directions(eigen, {.resolutions = resolutions});
    out.values.tail(directions.nullity()).setZero();
    out.groups = falling(directions);
  } else if (has_halves) {
    out.groups = geometry::eigen_groups(out.values, resolutions);
  }
  if (!has_halves) return out;
  const double level = out.values.mean();
  const auto edges = geometry::marchenko_pastur_edges(moment.dim(), moment.networks());
  out.guide_low = edges.low * level;
  out.guide_high = edges.high * level;
  out.stability = geometry::split_half_stability(moment, out.groups);
  return out;
}

MatrixMap map_of(std::string id, std::string title, Matrix values, std::string axis,
                 const std::string& unit) {
  MatrixMap map;
  map.quantity = quantity(std::move(id), std::move(title), unit, axis, axis);
  map.values = std::move(values);
  return map;
}

geometry::Scalar error_of(const geometry::GradientMoment& moment, double norm) {
  if (moment.networks() < 2)
    return {NAN, Status::undefined("two networks are needed to tell how far apart they are")};
  if (!(norm > 0)) return {NAN, Status::undefined("G is zero")};
  return {(moment.half(0) - moment.half(1)).norm() / (2 * norm), {}};
}

ScalarSeries energies(const Matrix& g_dft, const std::string& unit) {
  ScalarSeries series;
  series.quantity =
      quantity("dft_energy", "Energy of the Fourier modes", unit, "mode, by frequency", "vᵀ G v");
  series.y = g_dft.diagonal();
  series.x = Vector::LinSpaced(series.y.size(), 0, static_cast<double>(series.y.size() - 1));
  series.panel = series.quantity.title;
  series.name = "measured";
  return series;
}

}  // namespace

Matrix fourier_basis(const InputShape& shape) {
  const geometry::Grid grid = shape.is_image()
                                  ? geometry::Grid{shape.channels, shape.height, shape.width}
                                  : geometry::Grid{1, 1, shape.dim};
  const RandomStream unused(0, "fourier");
  Matrix basis(shape.dim, shape.dim);
  for (Index k = 0; k < shape.dim; ++k)
    basis.row(k) = geometry::basis_element(geometry::Basis::dft, k, grid, unused).transpose();
  return basis;
}

ScalarSeries number_at(Index step, const geometry::Scalar& number, std::string id,
                       std::string title) {
  ScalarSeries series;
  series.quantity = quantity(std::move(id), title, "", "step", title);
  series.quantity.status = number.status;
  series.x = Vector::Constant(1, static_cast<double>(step));
  series.y = Vector::Constant(1, number.value);
  return series;
}

std::vector<Result> geometry_results(const geometry::GradientMoment& moment,
                                     const GeometryContext& context) {
  const Matrix g = moment.mean();
  const auto eigen = geometry::symmetric_eigen(g);
  const Matrix basis = fourier_basis(context.shape);
  Matrix g_dft = basis * g * basis.transpose();
  std::vector<Result> results;
  results.emplace_back(spectrum_of(moment, eigen, context));
  results.emplace_back(energies(g_dft, context.unit));
  if (context.fourier_theory.size() > 0) {
    ScalarSeries theory = energies(g_dft, context.unit);
    theory.quantity.id = "dft_energy_theory";
    theory.y = context.fourier_theory;
    theory.name = context.theory_name;
    theory.is_theory = true;
    results.emplace_back(std::move(theory));
  }
  results.emplace_back(number_at(context.step, {g.trace(), {}}, "trace", "tr G"));
  results.emplace_back(number_at(context.step,
                                 geometry::participation_ratio(eigen.values.cwiseMax(0)),
                                 "participation_ratio", "participation ratio"));
  results.emplace_back(
      number_at(context.step, error_of(moment, g.norm()), "error", "relative standard error"));
  std::string title = context.name + " G";
  title[0] = 'A';
  results.emplace_back(map_of("g", std::move(title), g, "input", context.unit));
  results.emplace_back(
      map_of("g_dft", "G in the Fourier basis", std::move(g_dft), "mode", context.unit));
  return results;
}

std::vector<Result> undefined_geometry(const std::string& reason) {
  const Status status = Status::undefined(reason);
  const std::string unit = GeometryContext{}.unit;
  Spectrum spectrum;
  spectrum.quantity =
      quantity("eigenvalues", "Eigenvalues of the average geometry", unit, "index", "eigenvalue");
  spectrum.quantity.status = status;
  ScalarSeries energy;
  energy.quantity = quantity("dft_energy", "Energy of the Fourier modes", unit, "mode", "vᵀ G v");
  energy.quantity.status = status;
  MatrixMap g = map_of("g", "Average geometry G", {}, "input", unit);
  MatrixMap g_dft = map_of("g_dft", "G in the Fourier basis", {}, "mode", unit);
  g.quantity.status = g_dft.quantity.status = status;
  const geometry::Scalar none{NAN, status};
  return {std::move(spectrum),
          std::move(energy),
          number_at(0, none, "trace", "tr G"),
          number_at(0, none, "participation_ratio", "participation ratio"),
          number_at(0, none, "error", "relative standard error"),
          std::move(g),
          std::move(g_dft)};
}

}  // namespace aniso::analysis
