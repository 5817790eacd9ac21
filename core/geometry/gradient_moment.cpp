#include "core/geometry/gradient_moment.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "core/base/gemm.h"

namespace aniso::geometry {
namespace {

constexpr Index kRowsAtOnce = 512;  // of a product: G is read and written once for all of them

// Σ g gᵀ seen from the side of the gradients, where that is the smaller one: the same eigenvalues.
// The lower triangle alone, which is all that the eigensolver reads.
Matrix smaller_gram(const MatrixRef& gradients) {
  const bool by_rows = gradients.rows() <= gradients.cols();
  const Index size = by_rows ? gradients.rows() : gradients.cols();
  Matrix gram = Matrix::Zero(size, size);
  if (by_rows)
    gram.selfadjointView<Eigen::Lower>().rankUpdate(gradients);
  else
    gram.selfadjointView<Eigen::Lower>().rankUpdate(gradients.transpose());
  return gram;
}

// Its eigenvalues that are not rounding, falling.
Vector spectrum_of(const Matrix& gram) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram, Eigen::EigenvaluesOnly);
  if (solver.info() != Eigen::Success)
    throw NumericalError("GradientMoment: the eigenvalues of a network did not converge");
  const Vector values = solver.eigenvalues().reverse();
  const double floor = 1e-13 * std::max(0.0, values[0]);
  Index rank = 0;
  while (rank < values.size() && values[rank] > floor) ++rank;
  return values.head(rank);
}

// Adds a uniformly turned Σ g gᵀ with these eigenvalues.
void add_turned(const Vector& spectrum, const RandomStream& stream, Matrix& sum) {
  const Index dim = sum.rows(), rank = spectrum.size();
  if (rank == 0) return;
  const Eigen::MatrixXd z = stream.normals(dim, rank);
  Eigen::MatrixXd frame;
  if (2 * rank <= dim) {
    // Orthonormal by Cholesky, in matrix products; well conditioned for so few columns.
    const Eigen::MatrixXd gram = z.transpose() * z;
    const Eigen::LLT<Eigen::MatrixXd> factor(gram);
    frame = factor.matrixL().solve(z.transpose()).transpose();
  } else {
    // The signs of Householder's R make Q uniform.
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(z);
    frame = qr.householderQ() * Eigen::MatrixXd::Identity(dim, rank);
    const Eigen::VectorXd diagonal = qr.matrixQR().diagonal();
    for (Index k = 0; k < rank; ++k)
      if (diagonal[k] < 0) frame.col(k) = -frame.col(k);
  }
  sum.noalias() += frame * spectrum.asDiagonal() * frame.transpose();
}

double quantile(std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  const double part = place - static_cast<double>(below);
  return (1 - part) * sorted[below] + part * sorted[above];
}

}  // namespace

GradientMoment::GradientMoment(Index dim) {
  ANISO_CHECK(dim >= 1, "GradientMoment: needs at least one input, got ", dim);
  for (Half& half : halves_) half.sum = Eigen::MatrixXd::Zero(dim, dim);
}

void GradientMoment::add(const MatrixRef& gradients) {
  ANISO_CHECK(gradients.rows() >= 1 && gradients.cols() == dim(),
              "GradientMoment: a network's gradients must be (n, ", dim(), "), got ",
              gradients.rows(), "×", gradients.cols());
  check_finite("GradientMoment: gradients", gradients);
  Half& half = halves_[grams_.size() % 2];
  grams_.push_back(smaller_gram(gradients));
  half.count += gradients.rows();
  half.waiting.emplace_back(gradients);
  half.waiting_rows += gradients.rows();
  if (half.waiting_rows >= kRowsAtOnce) half.take_in();
}

void GradientMoment::Half::take_in() {
  if (waiting.empty()) return;
  Matrix rows(waiting_rows, sum.rows());
  Index at = 0;
  for (const Matrix& gradients : waiting) {
    rows.middleRows(at, gradients.rows()) = gradients;
    at += gradients.rows();
  }
  // Row-major above the diagonal is below it by columns.
  add_gram(sum.rows(), waiting_rows, rows.data(), sum.data());
  waiting.clear();
  waiting_rows = 0;
}

Eigen::MatrixXd GradientMoment::total(std::size_t which) const {
  Half half = halves_[which];
  half.take_in();
  return half.sum.selfadjointView<Eigen::Lower>();
}

std::vector<Vector> GradientMoment::spectra() const {
  std::vector<Vector> all;
  for (const Matrix& gram : grams_) all.push_back(spectrum_of(gram));
  return all;
}

Matrix GradientMoment::mean() const {
  ANISO_CHECK(gradients() > 0, "GradientMoment: no network has been added");
  return (total(0) + total(1)) / static_cast<double>(gradients());
}

Matrix GradientMoment::half(std::size_t which) const {
  ANISO_CHECK(which < 2 && halves_[which].count > 0, "GradientMoment: half ", which,
              " has no network; add at least two");
  return total(which) / static_cast<double>(halves_[which].count);
}

Band rotation_null_band(const GradientMoment& moment, const RandomStream& stream, Index repeats,
                        double level, const std::stop_token& stop) {
  ANISO_CHECK(moment.networks() > 0, "rotation_null_band: no network has been added");
  ANISO_CHECK(repeats >= 2, "rotation_null_band: needs at least 2 repeats, got ", repeats);
  ANISO_CHECK(level > 0 && level < 1, "rotation_null_band: the level must lie in (0, 1), got ",
              level);
  const Index dim = moment.dim();
  Matrix values(repeats, dim);
  const auto spectra = moment.spectra();
  for (Index r = 0; r < repeats; ++r) {
    const RandomStream draws = stream.child("rotation", static_cast<std::uint64_t>(r));
    Matrix sum = Matrix::Zero(dim, dim);
    for (std::size_t k = 0; k < spectra.size(); ++k) {
      if (stop.stop_requested()) return {};
      add_turned(spectra[k], draws.at_step(k), sum);
    }
    values.row(r) = symmetric_eigen(sum / static_cast<double>(moment.gradients())).values;
  }
  Band band{Vector(dim), Vector(dim)};
  for (Index k = 0; k < dim; ++k) {
    std::vector<double> column(static_cast<std::size_t>(repeats));
    for (Index r = 0; r < repeats; ++r) column[static_cast<std::size_t>(r)] = values(r, k);
    std::sort(column.begin(), column.end());
    band.low[k] = quantile(column, (1 - level) / 2);
    band.high[k] = quantile(column, (1 + level) / 2);
  }
  return band;
}

MarchenkoPastur marchenko_pastur_edges(Index dim, Index networks) {
  ANISO_CHECK(dim > 0 && networks > 0, "marchenko_pastur_edges: needs inputs and networks, got ",
              dim, " and ", networks);
  const double root = std::sqrt(static_cast<double>(dim) / static_cast<double>(networks));
  return {root < 1 ? (1 - root) * (1 - root) : 0, (1 + root) * (1 + root)};
}

std::vector<EigenGroup> eigen_groups(const VectorRef& values, const VectorRef& resolutions) {
  check_finite("eigen_groups", values);
  ANISO_CHECK(resolutions.size() + 1 >= values.size(), "eigen_groups: ", values.size(),
              " values have ", values.size() - 1, " gaps, but ", resolutions.size(),
              " resolutions were given");
  ANISO_CHECK(resolutions.size() == 0 || resolutions.minCoeff() >= 0,
              "eigen_groups: a resolution must not be negative, got ", resolutions.minCoeff());
  std::vector<EigenGroup> groups;
  for (Index k = 0; k < values.size(); ++k) {
    ANISO_CHECK(k == 0 || values[k] <= values[k - 1], "eigen_groups: value ", k,
                " is larger than the one before");
    if (k > 0 && values[k - 1] - values[k] <= resolutions[k - 1])
      ++groups.back().count;
    else
      groups.push_back({k, 1});
  }
  return groups;
}

std::vector<EigenGroup> eigen_groups(const VectorRef& values, double resolution) {
  return eigen_groups(values, Vector::Constant(std::max<Index>(values.size(), 1), resolution));
}

Vector gap_resolutions(const GradientMoment& moment, const MatrixRef& vectors) {
  constexpr Index kReach = 4;  // eigenvalues to either side of the gap
  const Index dim = moment.dim();
  check_shape("gap_resolutions: vectors", vectors, dim, dim);
  const Matrix error = 0.5 * (vectors.transpose() * (moment.half(0) - moment.half(1)) * vectors);
  Vector resolutions(dim - 1);
  for (Index k = 0; k + 1 < dim; ++k) {
    const Index first = std::max<Index>(0, k + 1 - kReach);
    const Index count = std::min(dim, k + 1 + kReach) - first;
    resolutions[k] =
        error.block(first, first, count, count).norm() / std::sqrt(static_cast<double>(count));
  }
  return resolutions;
}

double subspace_overlap(const MatrixRef& u, const MatrixRef& v) {
  ANISO_CHECK(u.rows() == v.rows() && u.cols() == v.cols() && u.cols() > 0,
              "subspace_overlap: shapes must be equal and not empty, got ", u.rows(), "×", u.cols(),
              " and ", v.rows(), "×", v.cols());
  return (u.transpose() * v).squaredNorm() / static_cast<double>(u.cols());
}

Vector split_half_stability(const GradientMoment& moment, const std::vector<EigenGroup>& groups) {
  const Matrix first = symmetric_eigen(moment.half(0)).vectors;
  const Matrix second = symmetric_eigen(moment.half(1)).vectors;
  Vector stability(static_cast<Index>(groups.size()));
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const EigenGroup& group = groups[i];
    ANISO_CHECK(group.first >= 0 && group.count > 0 && group.first + group.count <= moment.dim(),
                "split_half_stability: a group reaches beyond the ", moment.dim(), " eigenvalues");
    stability[static_cast<Index>(i)] = subspace_overlap(
        first.middleCols(group.first, group.count), second.middleCols(group.first, group.count));
  }
  return stability;
}

}  // namespace aniso::geometry
