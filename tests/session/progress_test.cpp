#include "core/session/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace aniso::session {
namespace {

using testing::HasSubstr;

TEST(RateMeter, MeasuresOverItsWindowOnly) {
  RateMeter meter(2);
  EXPECT_EQ(meter.update(0, 0), 0);
  EXPECT_DOUBLE_EQ(meter.update(100, 1), 100);
  EXPECT_DOUBLE_EQ(meter.update(200, 2), 100);
  // The pace triples: after two seconds nothing of the old one is left.
  EXPECT_DOUBLE_EQ(meter.update(500, 3), 200);
  EXPECT_DOUBLE_EQ(meter.update(800, 4), 300);
}

TEST(RateMeter, OneStepSlowerThanTheWindowStillGivesARate) {
  RateMeter meter(2);
  meter.update(0, 5);
  EXPECT_DOUBLE_EQ(meter.update(1, 15), 0.1);
}

TEST(Progress, Durations) {
  EXPECT_EQ(duration_text(7), "0:07");
  EXPECT_EQ(duration_text(247), "4:07");
  EXPECT_EQ(duration_text(3765), "1:02:45");
  EXPECT_EQ(duration_text(-1), "–");
  EXPECT_EQ(duration_text(std::numeric_limits<double>::infinity()), "–");
}

TEST(Progress, BarFillsAndFits) {
  Progress progress{900, 2000, 3410, 1, 12, 0.03125};
  const std::string line = progress_bar(progress, 100);
  EXPECT_THAT(line, HasSubstr("45 %  900/2,000  3,410 steps/s  0:12 left  loss 0.03125"));
  std::size_t filled = 0, empty = 0;
  for (std::size_t at = 0; (at = line.find("━", at)) != std::string::npos; at += 3) ++filled;
  for (std::size_t at = 0; (at = line.find("─", at)) != std::string::npos; at += 3) ++empty;
  EXPECT_EQ(filled, 18u);
  EXPECT_EQ(empty, 22u);
  // A narrow terminal shows the numbers alone.
  EXPECT_THAT(progress_bar(progress, 60), testing::Not(HasSubstr("━")));
}

TEST(Progress, PlainLineLeavesOutWhatIsUnknown) {
  Progress progress{3, 10, 0, 0, -1, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_EQ(progress_line(progress), "step 3 of 10 · – steps/s");
}

}  // namespace
}  // namespace aniso::session
