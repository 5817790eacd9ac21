#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <span>
#include <vector>

#include "core/base/types.h"
#include "core/data/dataset.h"
#include "core/training/loss_kernels.h"
#include "core/training/objectives.h"

namespace aniso::training {

/// Some rows of a dataset in a trainer's own dtype, stored without gaps.
template <typename T>
struct Samples {
  using Rows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Rows x;         ///< (n, D)
  Labels labels;  ///< (n); empty for regression
  Rows y;         ///< (n, C) for the squared loss, empty otherwise

  Index size() const { return x.rows(); }
  Targets<T> targets(Index first = 0) const {
    return {labels.size() > 0 ? labels.data() + first : nullptr,
            y.size() > 0 ? y.data() + first * y.cols() : nullptr};
  }
};

/// The dataset's given rows. Cost O(rows · D).
template <typename T>
Samples<T> select_samples(const data::Dataset& data, const std::vector<Index>& rows, Loss loss) {
  Samples<T> out;
  out.x = data.x(rows, Eigen::all).template cast<T>();
  if (data.is_classification()) out.labels = data.labels(rows);
  if (loss == Loss::squared) out.y = squared_targets(data)(rows, Eigen::all).template cast<T>();
  return out;
}

/// A batch that is filled from samples again and again, without allocation once it has grown.
template <typename T>
class Batch {
 public:
  /// Copies the samples at these positions.
  void gather(const Samples<T>& from, std::span<const Index> positions) {
    const auto n = static_cast<Index>(positions.size());
    const Index d = from.x.cols(), c = from.y.cols();
    if (n > rows_.x.rows() || d != rows_.x.cols() || c != rows_.y.cols() ||
        (from.labels.size() > 0) != (rows_.labels.size() > 0))
      rows_ = {typename Samples<T>::Rows(n, d), Labels(from.labels.size() > 0 ? n : 0),
               typename Samples<T>::Rows(from.y.size() > 0 ? n : 0, c)};
    for (Index i = 0; i < n; ++i) {
      const Index at = positions[static_cast<std::size_t>(i)];
      std::copy_n(from.x.data() + at * d, d, rows_.x.data() + i * d);
      if (rows_.labels.size() > 0) rows_.labels[i] = from.labels[at];
      if (c > 0) std::copy_n(from.y.data() + at * c, c, rows_.y.data() + i * c);
    }
  }
  const T* x() const { return rows_.x.data(); }
  Targets<T> targets() const { return rows_.targets(); }

 private:
  Samples<T> rows_;
};

}  // namespace aniso::training
