#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "core/base/types.h"

namespace aniso::session {

/// One row of metrics.csv. NaN where a value does not apply (test set empty, regression, no step
/// taken yet).
struct MetricsRow {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  Index step = 0;
  double epoch = 0;
  double loss = kNone;  ///< mean over the whole training set, after `step` steps
  double test_loss = kNone;
  double accuracy = kNone;
  double test_accuracy = kNone;
  double learning_rate = kNone;  ///< used by the last step; at step 0 that of the next
  double grad_norm = kNone;      ///< of the last step's batch, before clipping
  double weight_norm = kNone;    ///< Euclidean norm of all parameters
  double wall_s = 0;             ///< time spent training, pauses excluded
};

/// "step,epoch,…,wall_s": the columns of metrics.csv, without a line end.
std::string metrics_header();
/// One line of metrics.csv, empty where a value does not apply, without a line end.
std::string metrics_line(const MetricsRow& row);
/// Rows as an (n, 10) matrix in the order of the columns, and back. @throws InvalidInput for
/// another number of columns or a step that is no whole number.
Matrix metrics_matrix(const std::vector<MetricsRow>& rows);
std::vector<MetricsRow> metrics_from_matrix(const Matrix& m);

/// Rows of a log at one moment. Immutable; copying copies two pointers and a short tail.
template <typename Row>
class LogSnapshot {
 public:
  std::size_t size() const { return sealed_rows() + tail_.size(); }
  bool empty() const { return size() == 0; }
  const Row& operator[](std::size_t i) const {
    return i < sealed_rows() ? (*(*sealed_)[i / chunk_rows_])[i % chunk_rows_]
                             : tail_[i - sealed_rows()];
  }
  const Row& back() const { return (*this)[size() - 1]; }
  /// Calls visit(row) for each row in order.
  template <typename Visit>
  void for_each(Visit visit) const {
    if (sealed_)
      for (const auto& chunk : *sealed_)
        for (const Row& row : *chunk) visit(row);
    for (const Row& row : tail_) visit(row);
  }

 private:
  template <typename>
  friend class AppendLog;
  using Chunks = std::vector<std::shared_ptr<const std::vector<Row>>>;
  std::size_t sealed_rows() const { return sealed_ ? sealed_->size() * chunk_rows_ : 0; }

  std::shared_ptr<const Chunks> sealed_;
  std::vector<Row> tail_;
  std::size_t chunk_rows_ = 1;
};

/// An append-only log owned by one thread whose snapshots other threads may keep. Full chunks are
/// shared, never copied; a snapshot costs at most kChunkRows rows, whatever the history's length.
template <typename Row>
class AppendLog {
 public:
  static constexpr std::size_t kChunkRows = 256;

  void append(Row row) {
    tail_.push_back(std::move(row));
    if (tail_.size() < kChunkRows) return;
    auto chunks = sealed_ ? std::make_shared<Chunks>(*sealed_) : std::make_shared<Chunks>();
    chunks->push_back(std::make_shared<const std::vector<Row>>(std::move(tail_)));
    sealed_ = std::move(chunks);
    tail_ = {};
    tail_.reserve(kChunkRows);
  }
  std::size_t size() const { return (sealed_ ? sealed_->size() * kChunkRows : 0) + tail_.size(); }
  bool empty() const { return size() == 0; }
  const Row& back() const { return tail_.empty() ? sealed_->back()->back() : tail_.back(); }

  LogSnapshot<Row> snapshot() const {
    LogSnapshot<Row> view;
    view.sealed_ = sealed_;
    view.tail_ = tail_;
    view.chunk_rows_ = kChunkRows;
    return view;
  }

 private:
  using Chunks = typename LogSnapshot<Row>::Chunks;
  std::shared_ptr<const Chunks> sealed_;
  std::vector<Row> tail_;
};

using MetricsLog = AppendLog<MetricsRow>;
using MetricsSnapshot = LogSnapshot<MetricsRow>;

}  // namespace aniso::session
