#include "core/session/curves.h"

#include <gtest/gtest.h>

namespace aniso::session {
namespace {

MetricsSnapshot some_metrics(int rows, bool classes) {
  MetricsLog log;
  for (int i = 0; i < rows; ++i) {
    MetricsRow row;
    row.step = 10 * i;
    row.loss = 1.0 / (1 + i);
    if (classes) row.accuracy = 0.5 + 0.01 * i;
    row.learning_rate = 0.1;
    row.grad_norm = 2;
    row.weight_norm = 3;
    row.wall_s = 0.02 * i;
    log.append(row);
  }
  return log.snapshot();
}

TEST(Curves, OnePanelForEachKindThatHasValues) {
  const figure::Figure figure = curves_figure(some_metrics(5, true));
  ASSERT_EQ(figure.panels.size(), 2u);
  EXPECT_EQ(figure.panels[0].title, "Loss");
  ASSERT_EQ(figure.panels[0].lines.size(), 1u) << "there is no test loss";
  EXPECT_EQ(figure.panels[0].lines[0].x, (std::vector<double>{0, 10, 20, 30, 40}));
  EXPECT_DOUBLE_EQ(figure.panels[0].lines[0].y[1], 0.5);
  EXPECT_EQ(curves_figure(some_metrics(5, false)).panels.size(), 1u);
}

TEST(Curves, SpeedIsStepsOverTrainingTime) {
  CurveOptions options;
  options.loss = options.accuracy = false;
  options.speed = true;
  const figure::Figure figure = curves_figure(some_metrics(4, false), options);
  ASSERT_EQ(figure.panels.size(), 1u);
  for (const double rate : figure.panels[0].lines[0].y) EXPECT_NEAR(rate, 500, 1e-9);
}

TEST(Curves, LogarithmicStepsLeaveStepZeroOut) {
  CurveOptions options;
  options.log_steps = options.log_values = true;
  const figure::Figure figure = curves_figure(some_metrics(4, false), options);
  EXPECT_EQ(figure.panels[0].x.scale, figure::Scale::log10);
  EXPECT_EQ(figure.panels[0].y.scale, figure::Scale::log10);
  EXPECT_EQ(figure.panels[0].lines[0].x.front(), 10);
}

TEST(Curves, NothingToShowIsSaid) {
  EXPECT_FALSE(curves_figure(some_metrics(0, false)).panels.front().message.empty());
  EXPECT_FALSE(curves_figure(some_metrics(1, false)).panels.front().message.empty());
}

TEST(Curves, TwoRunsShareThePanelsAndEachKeepsItsColour) {
  MetricsLog parent, fork;
  for (Index step = 0; step <= 400; step += 100) {
    MetricsRow row;
    row.step = step;
    row.loss = 1;
    row.test_loss = 2;
    parent.append(row);
    row.loss = step > 200 ? 0.5 : 1;
    fork.append(row);
  }
  CurveOptions options;
  options.cursor = 300;
  const std::vector<RunCurves> runs = {{"run 1", 3, parent.snapshot(), 0},
                                       {"run 2", 7, fork.snapshot(), 200}};
  const auto figure = curves_figure(runs, options);
  ASSERT_EQ(figure.panels.size(), 1u);
  const auto& lines = figure.panels[0].lines;
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0].name, "run 1");
  EXPECT_EQ(lines[1].name, "run 1 test");
  EXPECT_EQ(lines[2].name, "run 2");
  EXPECT_EQ(lines[0].style.category, 3);
  EXPECT_EQ(lines[1].style.category, 3);
  EXPECT_LT(lines[1].style.opacity, lines[0].style.opacity);
  EXPECT_EQ(lines[3].style.category, 7);
  EXPECT_EQ(lines[0].x.front(), 0);
  EXPECT_EQ(lines[2].x.front(), 200) << "before the fork there is one run";
  EXPECT_EQ(lines[2].y.back(), 0.5);
  ASSERT_EQ(figure.panels[0].rules.size(), 1u);
  EXPECT_EQ(figure.panels[0].rules[0].at, 300);
  EXPECT_TRUE(figure.panels[0].rules[0].vertical);
}

}  // namespace
}  // namespace aniso::session
