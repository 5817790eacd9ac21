#include "core/geometry/gradient_moment.h"

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace aniso::geometry {
namespace {

// Eigenvalues of Σ g gᵀ that are not rounding, through the smaller side.
Vector own_spectrum(const MatrixRef& gradients) {
  const Matrix gram = gradients.rows() <= gradients.cols()
                          ? Matrix(gradients * gradients.transpose())
                          : Matrix(gradients.transpose() * gradients);
  const Vector values = symmetric_eigen(gram).values;
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
  halves_.fill(Matrix::Zero(dim, dim));
}

void GradientMoment::add(const MatrixRef& gradients) {
  ANISO_CHECK(gradients.rows() >= 1 && gradients.cols() == dim(),
              "GradientMoment: a network's gradients must be (n, ", dim(), "), got ",
              gradients.rows(), "×", gradients.cols());
  check_finite("GradientMoment: gradients", gradients);
  Vector spectrum = own_spectrum(gradients);
  const std::size_t which = spectra_.size() % 2;
  halves_[which].noalias() += gradients.transpose() * gradients;
  counts_[which] += gradients.rows();
  spectra_.push_back(std::move(spectrum));
}

Matrix GradientMoment::mean() const {
  ANISO_CHECK(gradients() > 0, "GradientMoment: no network has been added");
  return (halves_[0] + halves_[1]) / static_cast<double>(gradients());
}

Matrix GradientMoment::half(std::size_t which) const {
  ANISO_CHECK(which < 2 && counts_[which] > 0, "GradientMoment: half ", which,
              " has no network; add at least two");
  return halves_[which] / static_cast<double>(counts_[which]);
}

Band rotation_null_band(const GradientMoment& moment, const RandomStream& stream, Index repeats,
                        double level) {
  ANISO_CHECK(moment.networks() > 0, "rotation_null_band: no network has been added");
  ANISO_CHECK(repeats >= 2, "rotation_null_band: needs at least 2 repeats, got ", repeats);
  ANISO_CHECK(level > 0 && level < 1, "rotation_null_band: the level must lie in (0, 1), got ",
              level);
  const Index dim = moment.dim();
  Matrix values(repeats, dim);
  for (Index r = 0; r < repeats; ++r) {
    const RandomStream draws = stream.child("rotation", static_cast<std::uint64_t>(r));
    Matrix sum = Matrix::Zero(dim, dim);
    for (std::size_t k = 0; k < moment.spectra().size(); ++k)
      add_turned(moment.spectra()[k], draws.at_step(k), sum);
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

std::vector<EigenGroup> eigen_groups(const VectorRef& values, double resolution) {
  check_finite("eigen_groups", values);
  ANISO_CHECK(resolution >= 0, "eigen_groups: the resolution must not be negative, got ",
              resolution);
  std::vector<EigenGroup> groups;
  for (Index k = 0; k < values.size(); ++k) {
    ANISO_CHECK(k == 0 || values[k] <= values[k - 1], "eigen_groups: value ", k,
                " is larger than the one before");
    if (k > 0 && values[k - 1] - values[k] <= resolution)
      ++groups.back().count;
    else
      groups.push_back({k, 1});
  }
  return groups;
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
