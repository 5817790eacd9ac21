#include "core/training/batch_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/base/errors.h"

namespace aniso::training {
namespace {

std::vector<Index> copy(std::span<const Index> batch) { return {batch.begin(), batch.end()}; }

TEST(BatchOrder, EveryEpochCoversEachSampleExactlyOnce) {
  BatchOrder order(7, 0, 103, 16);
  ASSERT_EQ(order.batches_per_epoch(), 7);
  for (Index epoch = 0; epoch < 3; ++epoch) {
    std::vector<int> seen(103, 0);
    for (Index i = 0; i < 7; ++i) {
      const auto batch = order.batch(epoch * 7 + i);
      EXPECT_EQ(batch.size(), i < 6 ? 16u : 7u);
      for (const Index at : batch) ++seen[static_cast<std::size_t>(at)];
    }
    EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), 103);
  }
}

TEST(BatchOrder, IsAFunctionOfTheStepAlone) {
  BatchOrder forward(7, 0, 50, 8), jumping(7, 0, 50, 8);
  std::vector<std::vector<Index>> batches;
  for (Index step = 0; step < 21; ++step) batches.push_back(copy(forward.batch(step)));
  for (const Index step : {20, 3, 9, 0, 14})
    EXPECT_EQ(copy(jumping.batch(step)), batches[static_cast<std::size_t>(step)]);
}

TEST(BatchOrder, DependsOnSeedRunAndEpoch) {
  BatchOrder base(7, 0, 50, 8), other_seed(8, 0, 50, 8), other_run(7, 1, 50, 8);
  const auto first = copy(base.batch(0));
  EXPECT_NE(first, copy(other_seed.batch(0)));
  EXPECT_NE(first, copy(other_run.batch(0)));
  EXPECT_NE(first, copy(base.batch(7)));
}

TEST(BatchOrder, FullBatchesKeepTheOrderOfTheData) {
  for (const Index size : {0, 6, 100}) {
    BatchOrder order(7, 0, 6, size);
    EXPECT_TRUE(order.is_full_batch());
    EXPECT_EQ(order.batches_per_epoch(), 1);
    EXPECT_EQ(copy(order.batch(3)), (std::vector<Index>{0, 1, 2, 3, 4, 5}));
    EXPECT_DOUBLE_EQ(order.epoch(3), 3.0);
  }
}

TEST(BatchOrder, PositionsWithinABatchAreUniform) {
  BatchOrder order(3, 0, 10, 2);
  std::vector<int> first_of_epoch(10, 0);
  for (Index epoch = 0; epoch < 4000; ++epoch)
    ++first_of_epoch[static_cast<std::size_t>(order.batch(epoch * 5)[0])];
  // Binomial(4000, 0.1): standard deviation 19.
  for (const int count : first_of_epoch) EXPECT_NEAR(count, 400, 95);
}

TEST(BatchOrder, RefusesEmptyDataAndNegativeSizes) {
  EXPECT_THROW(BatchOrder(0, 0, -1, 8), InvalidInput);
  EXPECT_THROW(BatchOrder(0, 0, 8, -1), InvalidInput);
}

TEST(BatchOrder, WithoutSamplesThereAreNoBatches) {
  BatchOrder order(1, 0, 0, 16);
  EXPECT_EQ(order.batches_per_epoch(), 0);
  EXPECT_EQ(order.epoch(100), 0);
  EXPECT_TRUE(order.batch(3).empty());
}

}  // namespace
}  // namespace aniso::training
