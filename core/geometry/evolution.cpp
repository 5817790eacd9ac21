#include "core/geometry/evolution.h"

#include <cmath>
#include <utility>

#include "core/base/check.h"

namespace aniso::geometry {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Scalar undefined(std::string why) { return {kNaN, Status::undefined(std::move(why))}; }

// A sum over products of groups, and how many products that are.
struct Mean {
  double sum = 0, count = 0;
  void add(double weight, double value) {
    sum += weight * value;
    count += weight;
  }
  double value() const { return sum / count; }
};

// A product of the moments of two groups and how often it occurs.
struct Pair {
  Index i, j;
  double weight;
  bool has(Index group) const { return i == group || j == group; }
  bool is_mixed() const { return i != j; }
  bool meets(const Pair& other) const { return has(other.i) || has(other.j); }
};

Eigen::Map<const Vector> flat(const Matrix& m) { return {m.data(), m.size()}; }

/// −Δ of every group against matrices that are products of two groups' moments.
class Products {
 public:
  Products(const Matrix& changes, std::vector<Pair> pairs, const Matrix& products)
      : pairs_(std::move(pairs)),
        changes_(changes * changes.transpose()),
        products_(products * products.transpose()),
        mixed_(changes * products.transpose()) {}

  Scalar cosine(Index left_out, bool crossed) const {
    const auto groups = changes_.rows();
    Mean product, change, target;
    for (Index m = 0; m < groups; ++m) {
      if (m == left_out) continue;
      for (Index n = 0; n < groups; ++n)
        if (n != left_out && !(crossed && m == n)) change.add(1, changes_(m, n));
      for (std::size_t p = 0; p < pairs_.size(); ++p)
        if (is_in(pairs_[p], left_out, crossed) && !(crossed && pairs_[p].has(m)))
          product.add(pairs_[p].weight, mixed_(m, static_cast<Index>(p)));
    }
    for (std::size_t p = 0; p < pairs_.size(); ++p) {
      if (!is_in(pairs_[p], left_out, crossed)) continue;
      for (std::size_t q = 0; q < pairs_.size(); ++q)
        if (is_in(pairs_[q], left_out, crossed) && !(crossed && pairs_[p].meets(pairs_[q])))
          target.add(pairs_[p].weight * pairs_[q].weight,
                     products_(static_cast<Index>(p), static_cast<Index>(q)));
    }
    if (!(target.count > 0) || !(product.count > 0))
      return undefined("products of different networks need four groups of them at least");
    if (!(change.value() > 0))
      return undefined(crossed ? "the change is smaller than its noise; use more networks"
                               : "G does not change between the checkpoints");
    if (!(target.value() > 0))
      return undefined(crossed ? "G S G is smaller than its noise; use more networks"
                               : "G S G is zero");
    return {-product.value() / std::sqrt(change.value() * target.value()), {}};
  }

 private:
  static bool is_in(const Pair& pair, Index left_out, bool crossed) {
    return !pair.has(left_out) && (!crossed || pair.is_mixed());
  }

  std::vector<Pair> pairs_;
  Matrix changes_;   // (g, g) ⟨δ_m, δ_n⟩
  Matrix products_;  // (pairs, pairs)
  Matrix mixed_;     // (g, pairs)
};

Products with_geometry(const Matrix& changes, const std::vector<Matrix>& g, const Matrix& s) {
  std::vector<Pair> pairs;
  const auto groups = static_cast<Index>(g.size());
  Matrix rows(groups * (groups + 1) / 2, s.size());
  for (Index i = 0; i < groups; ++i) {
    const Matrix gs = g[static_cast<std::size_t>(i)] * s;
    for (Index j = i; j < groups; ++j) {
      const Matrix product = gs * g[static_cast<std::size_t>(j)];
      const Matrix symmetric = (product + product.transpose()) / 2;
      rows.row(static_cast<Index>(pairs.size())) = flat(symmetric).transpose();
      pairs.push_back({i, j, i == j ? 1.0 : 2.0});
    }
  }
  return {changes, std::move(pairs), rows};
}

Products with_kernel(const Matrix& changes, const std::vector<Matrix>& k,
                     const std::vector<Matrix>& g, const Matrix& s) {
  std::vector<Pair> pairs;
  const auto groups = static_cast<Index>(g.size());
  Matrix rows(groups * groups, s.size());
  for (Index i = 0; i < groups; ++i) {
    const Matrix ks = k[static_cast<std::size_t>(i)] * s;
    for (Index j = 0; j < groups; ++j) {
      const Matrix product = ks * g[static_cast<std::size_t>(j)];
      const Matrix symmetric = product + product.transpose();
      rows.row(static_cast<Index>(pairs.size())) = flat(symmetric).transpose();
      pairs.push_back({i, j, 1});
    }
  }
  return {changes, std::move(pairs), rows};
}

Scalar with_data(const Matrix& changes, const Matrix& s, Index left_out, bool crossed) {
  Mean product, change;
  const Vector along = changes * flat(s);
  for (Index m = 0; m < changes.rows(); ++m) {
    if (m == left_out) continue;
    product.add(1, along[m]);
    for (Index n = 0; n < changes.rows(); ++n)
      if (n != left_out && !(crossed && m == n)) change.add(1, changes.row(m).dot(changes.row(n)));
  }
  if (!(change.count > 0)) return undefined("products of different networks need two groups");
  if (!(change.value() > 0))
    return undefined(crossed ? "the change is smaller than its noise; use more networks"
                             : "G does not change between the checkpoints");
  const double norm = s.norm();
  if (!(norm > 0)) return undefined("S is zero: there are no training inputs, or all are 0");
  return {-product.value() / (std::sqrt(change.value()) * norm), {}};
}

// All divided by one number, so that squares neither overflow nor vanish; cosines do not see it.
std::vector<Matrix> scaled(const std::vector<Matrix>& given, double largest) {
  std::vector<Matrix> out;
  for (const Matrix& m : given) out.emplace_back(largest > 0 ? Matrix(m / largest) : m);
  return out;
}

double largest_of(const std::vector<Matrix>& given) {
  double largest = 0;
  for (const Matrix& m : given) largest = std::max(largest, m.cwiseAbs().maxCoeff());
  return largest;
}

void check(const char* name, const std::vector<Matrix>& moments, std::size_t groups, Index dim) {
  ANISO_CHECK(moments.size() == groups, "change_cosines: ", name, " has ", moments.size(),
              " groups instead of ", groups);
  for (const Matrix& m : moments) {
    ANISO_CHECK(m.rows() == dim && m.cols() == dim, "change_cosines: ", name, " must be ", dim, "×",
                dim, ", got ", m.rows(), "×", m.cols());
    check_finite(name, m);
  }
}

}  // namespace

Estimate jackknife(Index groups, const std::function<Scalar(Index left_out)>& of) {
  Estimate out{of(-1)};
  if (groups < 2 || !out.value.status.is_valid()) return out;
  Vector left(groups);
  for (Index j = 0; j < groups; ++j) {
    const Scalar without = of(j);
    if (!without.status.is_valid()) return out;
    left[j] = without.value;
  }
  const auto g = static_cast<double>(groups);
  out.error = std::sqrt((g - 1) / g * (left.array() - left.mean()).square().sum());
  return out;
}

ChangeEstimates change_cosines(const std::vector<Matrix>& before, const std::vector<Matrix>& after,
                               const std::vector<Matrix>& kernels, const MatrixRef& s) {
  ANISO_CHECK(!before.empty(), "change_cosines: needs a group of networks");
  const Index dim = before.front().rows();
  check("before", before, before.size(), dim);
  check("after", after, before.size(), dim);
  if (!kernels.empty()) check("kernels", kernels, before.size(), dim);
  check("S", {Matrix(s)}, 1, dim);
  const auto groups = static_cast<Index>(before.size());
  std::vector<Matrix> differences;
  for (std::size_t j = 0; j < before.size(); ++j) differences.emplace_back(after[j] - before[j]);
  differences = scaled(differences, largest_of(differences));
  Matrix changes(groups, dim * dim);
  for (Index j = 0; j < groups; ++j)
    changes.row(j) = flat(differences[static_cast<std::size_t>(j)]).transpose();
  const Matrix data = scaled({Matrix(s)}, largest_of({Matrix(s)})).front();
  const auto g = scaled(before, largest_of(before));
  const Products geometry = with_geometry(changes, g, data);
  ChangeEstimates out;
  for (const bool crossed : {false, true}) {
    ChangeCosines& to = crossed ? out.crossed : out.all;
    to.gsg = jackknife(groups, [&](Index left) { return geometry.cosine(left, crossed); });
    to.s = jackknife(groups, [&](Index left) { return with_data(changes, data, left, crossed); });
    to.ksg.value = undefined("there is no tangent kernel");
  }
  if (kernels.empty()) return out;
  const Products tangent = with_kernel(changes, scaled(kernels, largest_of(kernels)), g, data);
  for (const bool crossed : {false, true})
    (crossed ? out.crossed : out.all).ksg =
        jackknife(groups, [&](Index left) { return tangent.cosine(left, crossed); });
  return out;
}

}  // namespace aniso::geometry
