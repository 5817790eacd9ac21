#include "core/training/batch_order.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/check.h"

namespace aniso::training {

BatchOrder::BatchOrder(std::uint64_t seed, std::uint64_t run, Index samples, Index batch_size)
    : stream_(seed, "batches", run), samples_(samples) {
  ANISO_CHECK(samples >= 0, "a training set of ", samples, " samples");
  ANISO_CHECK(batch_size >= 0, "batch_size: ", batch_size,
              " is out of range; it must be at least 0 (0 for the full training set)");
  batch_size_ = batch_size == 0 ? samples : std::min(batch_size, samples);
  order_.resize(static_cast<std::size_t>(samples));
  std::iota(order_.begin(), order_.end(), Index{0});
}

double BatchOrder::epoch(Index step) const {
  if (samples_ == 0) return 0;
  return static_cast<double>(step) / static_cast<double>(batches_per_epoch());
}

std::span<const Index> BatchOrder::batch(Index step) {
  const std::span<const Index> all(order_);
  if (is_full_batch()) return all;
  const Index per_epoch = batches_per_epoch();
  const Index epoch = step / per_epoch;
  if (epoch != shuffled_epoch_) shuffle(epoch);
  const Index start = (step % per_epoch) * batch_size_;
  return all.subspan(static_cast<std::size_t>(start),
                     static_cast<std::size_t>(std::min(batch_size_, samples_ - start)));
}

// Fisher–Yates from the identity, so that an epoch's order does not depend on earlier ones.
void BatchOrder::shuffle(Index epoch) {
  const RandomStream draws = stream_.at_step(static_cast<std::uint64_t>(epoch));
  std::iota(order_.begin(), order_.end(), Index{0});
  for (std::size_t i = order_.size(); i > 1; --i)
    std::swap(order_[i - 1], order_[draws.below(i, i)]);
  shuffled_epoch_ = epoch;
}

}  // namespace aniso::training
