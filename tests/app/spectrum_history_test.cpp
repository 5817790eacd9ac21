#include "app/views/spectrum_history.h"

#include <gmock/gmock.h>

#include <cmath>

namespace aniso::app {
namespace {

using ::testing::HasSubstr;

// Values 2 − t along the first axis and 1 + t along the second: they cross at t = 1/2.
analysis::Spectrum crossing(double t) {
  analysis::Spectrum s;
  s.values = Vector(2);
  s.directions = Matrix::Identity(2, 3);
  s.values << 2 - t, 1 + t;
  if (s.values[1] > s.values[0]) {
    std::swap(s.values[0], s.values[1]);
    s.directions.row(0).swap(s.directions.row(1));
    s.directions.row(0) *= -1;
  }
  return s;
}

TEST(SpectrumHistory, LinesKeepTheirIdentityThroughACrossing) {
  SpectrumHistory history;
  for (const Index step : {0, 20, 40, 60, 80, 100})
    history.add(step, crossing(static_cast<double>(step) / 100));
  ASSERT_EQ(history.paths().size(), 2u);
  EXPECT_TRUE(history.follows_directions());
  EXPECT_EQ(history.paths()[0].place, (std::vector<Index>{0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(history.paths()[1].place, (std::vector<Index>{1, 1, 1, 0, 0, 0}));
  const auto panel = history_panel(history, {}, 2, false);
  ASSERT_EQ(panel.lines.size(), 2u);
  for (const auto& line : panel.lines)
    for (std::size_t i = 1; i < line.y.size(); ++i)
      EXPECT_NEAR(std::abs(line.y[i] - line.y[i - 1]), 0.2, 1e-12) << "straight through";
}

TEST(SpectrumHistory, StepsMayArriveInAnyOrderAndAgain) {
  SpectrumHistory history;
  for (const Index step : {0, 100, 40, 60, 40})
    history.add(step, crossing(static_cast<double>(step) / 100));
  ASSERT_EQ(history.moments().size(), 4u);
  EXPECT_EQ(history.moments()[1].step, 40);
  EXPECT_EQ(history.paths()[0].place, (std::vector<Index>{0, 0, 1, 1}));
}

TEST(SpectrumHistory, WithoutDirectionsLinesAreRanks) {
  SpectrumHistory history;
  for (const Index step : {0, 100}) {
    auto s = crossing(static_cast<double>(step) / 100);
    s.directions.resize(0, 0);
    history.add(step, s);
  }
  EXPECT_EQ(history.paths()[0].place, (std::vector<Index>{0, 0}));
  EXPECT_THAT(history_panel(history, {}, 2, true).subtitle, HasSubstr("by rank"));
}

TEST(SpectrumHistory, AGuessIsDashed) {
  SpectrumHistory history;
  history.add(0, crossing(0));
  auto turned = crossing(0);
  turned.directions.row(0) << 0, 0, 1;  // nothing like the one before
  history.add(10, turned);
  const auto panel = history_panel(history, {}, 2, false);
  ASSERT_EQ(panel.lines.size(), 2u);
  int dashed = 0;
  for (const auto& line : panel.lines) dashed += line.style.dashed;
  EXPECT_EQ(dashed, 1);
}

TEST(SpectrumHistory, IsThinnedAndKeepsBothEnds) {
  SpectrumHistory history;
  const auto last = static_cast<Index>(3 * SpectrumHistory::kMostSteps);
  for (Index step = 0; step <= last; ++step)
    history.add(step, crossing(static_cast<double>(step) / static_cast<double>(last)));
  EXPECT_LE(history.moments().size(), SpectrumHistory::kMostSteps);
  EXPECT_EQ(history.moments().front().step, 0);
  EXPECT_EQ(history.moments().back().step, last);
  EXPECT_EQ(history.paths()[0].place.back(), 1) << "followed through the crossing";
}

TEST(SpectrumHistory, AnotherSizeBeginsAnotherHistory) {
  SpectrumHistory history;
  history.add(0, crossing(0));
  const auto version = history.version();
  analysis::Spectrum three;
  three.values = Vector::LinSpaced(3, 3, 1);
  history.add(10, three);
  EXPECT_EQ(history.moments().size(), 1u);
  EXPECT_GT(history.version(), version);
  EXPECT_THAT(history_panel(history, {}, 2, false).message, HasSubstr("Two or more steps"));
}

TEST(SpectrumHistory, RidgesRiseFromTheirSteps) {
  SpectrumHistory history;
  for (const Index step : {0, 50, 100})
    history.add(step, crossing(static_cast<double>(step) / 100));
  const auto panel = ridge_panel(history, {}, false);
  ASSERT_EQ(panel.lines.size(), 3u);
  EXPECT_EQ(panel.bands.front().low.front(), 100) << "the newest lies behind";
  EXPECT_EQ(panel.bands.back().low.front(), 0);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < 2; ++k) EXPECT_GE(panel.lines[i].y[k], panel.bands[i].low[k]);
}

}  // namespace
}  // namespace aniso::app
