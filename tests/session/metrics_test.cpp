#include "core/session/metrics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/errors.h"

namespace aniso::session {
namespace {

MetricsRow row(Index step) {
  MetricsRow r;
  r.step = step;
  r.loss = 1.0 / static_cast<double>(step + 1);
  return r;
}

TEST(MetricsLog, SnapshotsKeepTheirRowsWhileTheLogGrows) {
  MetricsLog log;
  for (Index s = 0; s < 700; ++s) log.append(row(s));
  const MetricsSnapshot early = log.snapshot();
  for (Index s = 700; s < 3000; ++s) log.append(row(s));
  const MetricsSnapshot late = log.snapshot();
  ASSERT_EQ(early.size(), 700u);
  ASSERT_EQ(late.size(), 3000u);
  ASSERT_EQ(log.size(), 3000u);
  EXPECT_EQ(log.back().step, 2999);
  EXPECT_EQ(early.back().step, 699);
  for (std::size_t i = 0; i < early.size(); ++i) ASSERT_EQ(early[i].step, static_cast<Index>(i));
  Index next = 0;
  late.for_each([&](const MetricsRow& r) { ASSERT_EQ(r.step, next++); });
  EXPECT_EQ(next, 3000);
}

TEST(MetricsLog, SnapshotsShareHistoryAndCopyOnlyTheTail) {
  MetricsLog log;
  for (Index s = 0; s < 10 * static_cast<Index>(MetricsLog::kChunkRows) + 5; ++s)
    log.append(row(s));
  const auto a = log.snapshot(), b = log.snapshot();
  const std::size_t sealed = 10 * MetricsLog::kChunkRows;
  for (std::size_t i = 0; i < sealed; ++i) ASSERT_EQ(&a[i], &b[i]);
  EXPECT_NE(&a[sealed], &b[sealed]);
}

TEST(MetricsLog, SealsExactlyAtAChunk) {
  MetricsLog log;
  EXPECT_TRUE(log.empty());
  EXPECT_TRUE(log.snapshot().empty());
  for (Index s = 0; s < static_cast<Index>(MetricsLog::kChunkRows); ++s) log.append(row(s));
  EXPECT_EQ(log.back().step, static_cast<Index>(MetricsLog::kChunkRows) - 1);
  EXPECT_EQ(log.snapshot().back().step, log.back().step);
  EXPECT_EQ(log.snapshot().size(), MetricsLog::kChunkRows);
}

TEST(MetricsCsv, LeavesInapplicableValuesEmpty) {
  EXPECT_EQ(metrics_header(),
            "step,epoch,loss,test_loss,accuracy,test_accuracy,learning_rate,grad_norm,weight_norm,"
            "wall_s");
  MetricsRow r;
  r.step = 20;
  r.epoch = 0.5;
  r.loss = 0.1;
  r.learning_rate = INFINITY;
  EXPECT_EQ(metrics_line(r), "20,0.5,0.1,,,,inf,,,0");
}

TEST(MetricsMatrix, RoundTripsEveryColumn) {
  const std::vector<MetricsRow> rows = {{7, 1, 2, 3, 4, 5, 6, 7, 8, 9},
                                        {8, 1, 2, MetricsRow::kNone, 4, 5, 6, 7, 8, 9.5}};
  const Matrix m = metrics_matrix(rows);
  ASSERT_EQ(m.cols(), 10);
  const auto back = metrics_from_matrix(m);
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(metrics_line(back[0]), "7,1,2,3,4,5,6,7,8,9");
  EXPECT_EQ(metrics_line(back[1]), metrics_line(rows[1]));
}

TEST(MetricsMatrix, RefusesOtherShapesAndBrokenSteps) {
  EXPECT_THROW(metrics_from_matrix(Matrix::Zero(2, 9)), InvalidInput);
  Matrix m = Matrix::Zero(1, 10);
  m(0, 0) = 1.5;
  EXPECT_THROW(metrics_from_matrix(m), InvalidInput);
  m(0, 0) = NAN;
  EXPECT_THROW(metrics_from_matrix(m), InvalidInput);
}

}  // namespace
}  // namespace aniso::session
