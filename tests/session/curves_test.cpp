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

}  // namespace
}  // namespace aniso::session
