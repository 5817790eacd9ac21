#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/random.h"
#include "core/base/types.h"

namespace aniso::training {

/// Which training samples each step sees: a function of (seed, run, epoch, index within the epoch),
/// whatever happened before.
///
/// Each epoch is a fresh uniform permutation of the n samples (stream "batches", step = epoch), cut
/// into ceil(n / batch_size) batches; the last one is smaller where the division leaves a rest, and
/// losses are means over a batch's own size. A batch size of 0 or at least n means full batches,
/// whose order is that of the data. Without samples there are no batches. Step s lies in epoch
/// floor(s / batches per epoch), so a changed batch size takes effect as if it had always been so.
/// Memory O(n); no allocation after construction. One thread.
class BatchOrder {
 public:
  /// @throws InvalidInput when samples < 0 or batch_size < 0.
  BatchOrder(std::uint64_t seed, std::uint64_t run, Index samples, Index batch_size);

  bool is_full_batch() const { return batch_size_ == samples_; }
  Index batch_size() const { return batch_size_; }  ///< of all batches but an epoch's last
  Index batches_per_epoch() const {
    return samples_ == 0 ? 0 : (samples_ + batch_size_ - 1) / batch_size_;
  }
  /// Passes through the data before step number `step`; 0 without samples.
  double epoch(Index step) const;
  /// Positions 0 … n−1 within the training set that step number `step` sees; valid until the next
  /// call. Cost O(n) when the epoch differs from the last call's, O(1) otherwise.
  std::span<const Index> batch(Index step);

 private:
  void shuffle(Index epoch);

  RandomStream stream_;
  Index samples_;
  Index batch_size_;
  Index shuffled_epoch_ = -1;
  std::vector<Index> order_;
};

}  // namespace aniso::training
