#include "core/geometry/lanczos.h"

#include <Spectra/SymEigsSolver.h>

#include <algorithm>

#include "core/base/check.h"
#include "core/base/random.h"
#include "core/geometry/spectra.h"

namespace aniso::geometry {
namespace {

constexpr Index kMostRestarts = 1000;
constexpr double kTolerance = 1e-6;

// y = (1/N) Σ g (g·x), as Spectra wants it.
class SecondMoment {
 public:
  using Scalar = double;
  explicit SecondMoment(const Eigen::Ref<const FloatRows>& gradients) : gradients_(gradients) {}
  Index rows() const { return gradients_.cols(); }
  Index cols() const { return gradients_.cols(); }
  void perform_op(const double* x, double* y) const {
    const Eigen::VectorXf in = Eigen::Map<const Eigen::VectorXd>(x, cols()).cast<float>();
    const Eigen::VectorXf along = gradients_ * in;
    Eigen::Map<Eigen::VectorXd>(y, rows()) =
        (gradients_.transpose() * along).cast<double>() / static_cast<double>(gradients_.rows());
  }

 private:
  const Eigen::Ref<const FloatRows>& gradients_;
};

}  // namespace

TopEigen top_eigen(const Eigen::Ref<const FloatRows>& gradients, Index k) {
  const Index n = gradients.rows(), d = gradients.cols();
  ANISO_CHECK(k >= 1 && k < std::min(n, d), "top_eigen: between 1 and ", std::min(n, d) - 1,
              " eigenvalues of ", n, " gradients in ", d, " dimensions can be found, not ", k);
  ANISO_CHECK(gradients.allFinite(), "top_eigen: gradients must be finite");
  TopEigen out{Vector::Zero(k), Matrix::Zero(d, k)};
  if (gradients.isZero(0)) {
    out.vectors = Matrix::Identity(d, k);
    return out;
  }
  SecondMoment moment(gradients);
  Spectra::SymEigsSolver<SecondMoment> solver(moment, k, std::min(d, std::max(2 * k + 1, k + 20)));
  const Eigen::VectorXd start = RandomStream(0, "lanczos").normals(d);
  solver.init(start.data());
  solver.compute(Spectra::SortRule::LargestAlge, kMostRestarts, kTolerance,
                 Spectra::SortRule::LargestAlge);
  if (solver.info() != Spectra::CompInfo::Successful)
    throw NumericalError("the largest eigenvalues did not converge; ask for fewer of them");
  out.values = solver.eigenvalues().cwiseMax(0);
  out.vectors = solver.eigenvectors();
  for (Index i = 0; i < k; ++i) {
    Vector v = out.vectors.col(i);
    fix_sign(v);
    out.vectors.col(i) = v;
  }
  return out;
}

}  // namespace aniso::geometry
