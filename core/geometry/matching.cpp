#include "core/geometry/matching.h"

#include <algorithm>
#include <limits>

#include "core/base/check.h"

namespace aniso::geometry {
namespace {

// The group of each of `count` rows; rows stand for themselves where no groups are given.
std::vector<Index> group_of(const std::vector<EigenGroup>& groups, Index count, const char* name) {
  std::vector<Index> out;
  if (groups.empty()) {
    for (Index i = 0; i < count; ++i) out.push_back(i);
    return out;
  }
  for (std::size_t g = 0; g < groups.size(); ++g) {
    ANISO_CHECK(groups[g].first == static_cast<Index>(out.size()) && groups[g].count >= 1, name,
                ": group ", g, " starts at ", groups[g].first, " instead of ", out.size(),
                "; groups cover all directions in order");
    out.insert(out.end(), static_cast<std::size_t>(groups[g].count), static_cast<Index>(g));
  }
  check_size(name, static_cast<Index>(out.size()), count);
  return out;
}

std::vector<Index> sizes_of(const std::vector<Index>& group) {
  std::vector<Index> out(static_cast<std::size_t>(group.empty() ? 0 : group.back() + 1), 0);
  for (const Index g : group) ++out[static_cast<std::size_t>(g)];
  return out;
}

// The overlap of the groups that each pair belongs to.
Matrix gains(const MatrixRef& before, const MatrixRef& after, const std::vector<Index>& a,
             const std::vector<Index>& b) {
  const Matrix squared = (before * after.transpose()).cwiseAbs2();
  const std::vector<Index> size_a = sizes_of(a), size_b = sizes_of(b);
  Matrix sums = Matrix::Zero(static_cast<Index>(size_a.size()), static_cast<Index>(size_b.size()));
  for (Index i = 0; i < squared.rows(); ++i)
    for (Index j = 0; j < squared.cols(); ++j)
      sums(a[static_cast<std::size_t>(i)], b[static_cast<std::size_t>(j)]) += squared(i, j);
  Matrix out(squared.rows(), squared.cols());
  for (Index i = 0; i < squared.rows(); ++i)
    for (Index j = 0; j < squared.cols(); ++j) {
      const Index p = a[static_cast<std::size_t>(i)], q = b[static_cast<std::size_t>(j)];
      const Index smaller =
          std::min(size_a[static_cast<std::size_t>(p)], size_b[static_cast<std::size_t>(q)]);
      out(i, j) = sums(p, q) / static_cast<double>(smaller);
    }
  return out;
}

// Shortest augmenting paths with potentials; indices from 1, 0 stands for "none".
class Assignment {
 public:
  explicit Assignment(const MatrixRef& gain)
      : gain_(gain),
        row_(static_cast<std::size_t>(gain.rows()) + 1, 0),
        column_(static_cast<std::size_t>(gain.cols()) + 1, 0),
        owner_(static_cast<std::size_t>(gain.cols()) + 1, 0) {
    for (Index i = 1; i <= gain.rows(); ++i) add(i);
  }

  std::vector<Index> columns() const {
    std::vector<Index> out(row_.size() - 1);
    for (std::size_t j = 1; j < owner_.size(); ++j)
      if (owner_[j] > 0) out[static_cast<std::size_t>(owner_[j] - 1)] = static_cast<Index>(j) - 1;
    return out;
  }

 private:
  double slack(Index i, std::size_t j) const {
    return -gain_(i - 1, static_cast<Index>(j) - 1) - row_[static_cast<std::size_t>(i)] -
           column_[j];
  }

  // Gives row i a column; others move to make room where that is worth it.
  void add(Index i) {
    const std::size_t n = owner_.size();
    std::vector<double> least(n, std::numeric_limits<double>::infinity());
    std::vector<std::size_t> from(n, 0);
    std::vector<bool> used(n, false);
    owner_[0] = i;
    std::size_t at = 0;
    do {
      used[at] = true;
      const Index row = owner_[at];
      double step = std::numeric_limits<double>::infinity();
      std::size_t next = 0;
      for (std::size_t j = 1; j < n; ++j) {
        if (used[j]) continue;
        if (const double now = slack(row, j); now < least[j]) {
          least[j] = now;
          from[j] = at;
        }
        if (least[j] < step) {
          step = least[j];
          next = j;
        }
      }
      for (std::size_t j = 0; j < n; ++j) {
        if (used[j]) {
          row_[static_cast<std::size_t>(owner_[j])] += step;
          column_[j] -= step;
        } else {
          least[j] -= step;
        }
      }
      at = next;
    } while (owner_[at] != 0);
    for (; at != 0; at = from[at]) owner_[at] = owner_[from[at]];
  }

  const MatrixRef& gain_;
  std::vector<double> row_, column_;  // potentials
  std::vector<Index> owner_;          // row of each column
};

}  // namespace

std::vector<Index> best_assignment(const MatrixRef& gain) {
  ANISO_CHECK(gain.rows() <= gain.cols(), "best_assignment: ", gain.rows(), " rows cannot have ",
              gain.cols(), " columns of their own");
  check_finite("best_assignment", gain);
  return Assignment(gain).columns();
}

DirectionMatch match_directions(const MatrixRef& before, const MatrixRef& after,
                                const std::vector<EigenGroup>& groups_before,
                                const std::vector<EigenGroup>& groups_after) {
  ANISO_CHECK_SHAPE(after, -1, before.cols());
  const std::vector<Index> a = group_of(groups_before, before.rows(), "groups_before");
  const std::vector<Index> b = group_of(groups_after, after.rows(), "groups_after");
  const Matrix gain = gains(before, after, a, b);
  DirectionMatch match{best_assignment(gain), Vector(before.rows())};
  // Members of one group are interchangeable: the order that crosses nothing is taken.
  for (std::size_t first = 0; first < a.size();) {
    std::size_t last = first;
    while (last < a.size() && a[last] == a[first]) ++last;
    std::sort(match.after.begin() + static_cast<std::ptrdiff_t>(first),
              match.after.begin() + static_cast<std::ptrdiff_t>(last));
    first = last;
  }
  for (Index i = 0; i < before.rows(); ++i)
    match.overlap[i] = std::min(1.0, gain(i, match.after[static_cast<std::size_t>(i)]));
  return match;
}

}  // namespace aniso::geometry
