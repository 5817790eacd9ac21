#include "core/session/timeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "core/base/errors.h"

namespace aniso::session {
namespace {

training::TrainerState state(Index step, Index size = 100) {
  return {step, Vector::Constant(size, static_cast<double>(step)), {Vector::Zero(size)}, step};
}

TEST(GrowingSchedule, TakesTheFirstStepsThenGrowsByTheRatio) {
  GrowingSchedule schedule(1.1);
  std::vector<Index> due;
  for (Index step = 0; step <= 10000; ++step)
    if (schedule.is_due(step)) due.push_back(step), schedule.stored(step);
  for (Index step = 0; step <= 10; ++step) ASSERT_EQ(due[static_cast<std::size_t>(step)], step);
  for (std::size_t i = 40; i < due.size(); ++i) {
    const double ratio = static_cast<double>(due[i]) / static_cast<double>(due[i - 1]);
    EXPECT_GT(ratio, 1.05);
    EXPECT_LE(ratio, 1.1);
  }
}

TEST(Timeline, KeepsFirstAndNewestWithinTheCap) {
  const std::size_t one = bytes_of(state(0));
  EXPECT_GE(one, 200 * sizeof(double));
  Timeline timeline(10 * one);
  for (Index step = 0; step < 100000; ++step) {
    if (!timeline.is_due(step)) continue;
    timeline.add(state(step));
    ASSERT_LE(timeline.bytes(), 10 * one);
    ASSERT_EQ(timeline.states().front()->step, 0);
    ASSERT_EQ(timeline.states().back()->step, step);
    ASSERT_EQ(timeline.bytes(), timeline.states().size() * one);
  }
  EXPECT_GE(timeline.states().size(), 3u);
  const auto steps = timeline.steps();
  EXPECT_TRUE(std::is_sorted(steps.begin(), steps.end()));
  EXPECT_GT(steps.back(), 5000);
}

TEST(Timeline, ATinyCapStillHoldsTwo) {
  Timeline timeline(1);
  for (Index step = 0; step < 50; ++step) timeline.add(state(step));
  EXPECT_EQ(timeline.steps(), (std::vector<Index>{0, 49}));
}

TEST(Timeline, NoCapStoresNothing) {
  Timeline timeline(0);
  EXPECT_FALSE(timeline.is_due(0));
  EXPECT_EQ(timeline.next_due(), std::numeric_limits<Index>::max());
}

TEST(Timeline, FindsTheStateAtOrBefore) {
  Timeline timeline(1 << 20);
  for (const Index step : {2, 5, 9}) timeline.add(state(step));
  EXPECT_EQ(timeline.at_or_before(1), nullptr);
  EXPECT_EQ(timeline.at_or_before(2)->step, 2);
  EXPECT_EQ(timeline.at_or_before(8)->step, 5);
  EXPECT_EQ(timeline.at_or_before(1000)->step, 9);
  EXPECT_THROW(timeline.add(state(9)), InvalidInput);
}

}  // namespace
}  // namespace aniso::session
