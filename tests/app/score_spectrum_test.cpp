#include "app/views/score_spectrum.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "app/views/result_history.h"
#include "app/views/spectrum_parts.h"
#include "core/analysis/spectrum_figure.h"

namespace aniso::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Ten rising values: four zeros, then a pair, then four that stand alone.
analysis::Spectrum with_null_space() {
  analysis::Spectrum s;
  s.values = Vector(10);
  s.values << 0, 0, 0, 0, 1, 1.1, 2, 3, 4, 5;
  s.groups = {{0, 4}, {4, 2}, {6, 1}, {7, 1}, {8, 1}, {9, 1}};
  return s;
}

TEST(ScoreSpectrum, ShowsTheNullSpaceOnceAndTheRestEvenly) {
  const auto s = with_null_space();
  EXPECT_THAT(directions_to_show(s, 3, -1), ElementsAre(0, 4, 9));
  EXPECT_THAT(directions_to_show(s, 12, -1), ElementsAre(0, 4, 5, 6, 7, 8, 9));
  EXPECT_THAT(directions_to_show(s, 1, -1), ElementsAre(9));
  EXPECT_THAT(directions_to_show(s, 0, -1), ElementsAre());
  analysis::Spectrum full = s;
  full.values = Vector::LinSpaced(10, 1, 10);
  EXPECT_THAT(directions_to_show(full, 4, -1), ElementsAre(0, 3, 6, 9));
  EXPECT_THAT(directions_to_show({}, 4, -1), ElementsAre());
}

TEST(ScoreSpectrum, TheSelectedDirectionIsAlwaysShown) {
  const auto s = with_null_space();
  for (Index room = 1; room <= 8; ++room)
    for (Index selected = 0; selected < 10; ++selected) {
      const auto shown = directions_to_show(s, room, selected);
      EXPECT_EQ(std::count(shown.begin(), shown.end(), selected), 1) << room << " " << selected;
      EXPECT_TRUE(std::is_sorted(shown.begin(), shown.end()));
      EXPECT_LE(static_cast<Index>(shown.size()), room);
      const auto null = std::count_if(shown.begin(), shown.end(), [](Index i) { return i < 4; });
      EXPECT_TRUE(room < 3 || null == 1) << "one stands for the null space";
    }
  EXPECT_THAT(directions_to_show(s, 4, 6), ElementsAre(0, 4, 6, 9)) << "the ends stay";
  EXPECT_THAT(directions_to_show(s, 4, 2), ElementsAre(2, 4, 7, 9)) << "it stands for its space";
}

TEST(ScoreSpectrum, SaysWhatADirectionStandsFor) {
  const auto s = with_null_space();
  EXPECT_EQ(subspace_of(s, 3), "null space of 4");
  EXPECT_EQ(subspace_of(s, 4), "one of 2 alike");
  EXPECT_EQ(subspace_of(s, 9), "");
  analysis::Spectrum bare;
  bare.values = Vector::Ones(2);
  EXPECT_EQ(subspace_of(bare, 0), "") << "where groups are not known";
}

analysis::Results results_at(Index step, std::uint64_t run = 1) {
  analysis::Results results;
  results.step = step;
  results.run = run;
  analysis::Spectrum spectrum;
  spectrum.quantity.id = "eigenvalues";
  spectrum.values = Vector::LinSpaced(40, 40, 1);  // falling
  spectrum.directions = Matrix::Identity(40, 40);
  results.results = {spectrum, analysis::MatrixMap{.quantity = {}, .values = Matrix::Ones(2, 2)}};
  return results;
}

TEST(ResultHistory, KeepsWhatIsDrawnInOrderOfSteps) {
  ResultHistory history;
  for (const Index step : {0, 20, 10, 20}) history.take(results_at(step), {{"a", 1}});
  ASSERT_EQ(history.results().size(), 3u);
  EXPECT_EQ(history.results()[1]->step, 10);
  ASSERT_EQ(history.results()[1]->results.size(), 1u) << "maps are left behind";
  EXPECT_EQ(std::get<analysis::Spectrum>(history.results()[0]->results[0]).directions.size(), 0);
  history.take(results_at(30), {{"a", 2}});
  EXPECT_EQ(history.results().size(), 1u) << "another question";
  history.take(results_at(40, 2), {{"a", 2}});
  EXPECT_EQ(history.results().size(), 1u) << "another run";
  const auto last = static_cast<Index>(2 * ResultHistory::kMost);
  for (Index step = 0; step <= last; ++step) history.take(results_at(step, 2), {{"a", 2}});
  EXPECT_LE(history.results().size(), ResultHistory::kMost);
  EXPECT_EQ(history.results().front()->step, 0);
  EXPECT_EQ(history.results().back()->step, last);
}

TEST(ScoreSpectrum, OverTimeCountsFromTheSmallest) {
  ResultHistory history;
  history.take(results_at(0), {});
  const auto& analysis = analysis::analysis("output_geometry");
  EXPECT_THAT(score_history(analysis, history.results()).panels[0].message, HasSubstr("Two"));
  history.take(results_at(10), {});
  const auto panel = score_history(analysis, history.results()).panels[0];
  ASSERT_EQ(panel.lines.size(), 16u);
  EXPECT_EQ(panel.lines.front().name, "SAD 1");
  EXPECT_EQ(panel.lines.front().y, (std::vector<double>{1, 1}));
  EXPECT_EQ(panel.lines.back().name, "SAD 40");
  EXPECT_EQ(panel.lines.back().y[0], 40);
  EXPECT_EQ(panel.y.scale, figure::Scale::log10);
}

TEST(ScoreSpectrum, DirectionsAreImagesSideBySideOrRows) {
  Matrix directions(2, 12);
  directions.setConstant(0.5);
  directions(1, 0) = -2;
  const auto images = directions_panel(directions, InputShape::image(1, 3, 4), {"SAD 1", "SAD 12"});
  ASSERT_TRUE(images.field);
  EXPECT_EQ(images.field->values.rows(), 3);
  EXPECT_EQ(images.field->values.cols(), 2 * 4 + 1);
  EXPECT_EQ(images.field->values(2, 5), -1) << "the first entry lies at the top left, scaled";
  EXPECT_EQ(images.field->values(0, 4), 0) << "between them";
  EXPECT_EQ(images.field->values(0, 0), 1);
  EXPECT_THAT(images.title, HasSubstr("SAD 1, SAD 12"));
  EXPECT_NEAR((images.field->x_low + images.field->x_high) / 2, 1.5, 0.2);
  const auto rows = directions_panel(directions, InputShape(12), {"A", "B"});
  EXPECT_EQ(rows.field->values.rows(), 2);
  EXPECT_EQ(rows.field->values(0, 0), -2) << "the last lies lowest";
  EXPECT_FALSE(directions_panel(Matrix(0, 3), InputShape(3), {}).message.empty());
}

TEST(SpectrumParts, FindTheGroupOfAValue) {
  const auto s = with_null_space();
  EXPECT_EQ(group_of(s.groups, 0), 0u);
  EXPECT_EQ(group_of(s.groups, 5), 1u);
  EXPECT_EQ(group_of(s.groups, 10), std::nullopt);
}

TEST(SpectrumParts, JudgeAValueByWhatIsKnown) {
  auto s = with_null_space();
  EXPECT_TRUE(judgements_of(s, 9).empty());
  s.null_low = Vector::Constant(10, 0.5);
  s.null_high = Vector::Constant(10, 3.5);
  s.stability = Vector::LinSpaced(6, 0, 1);
  const auto judged = judgements_of(s, 9);
  ASSERT_EQ(judged.size(), 3u);
  EXPECT_EQ(judged[0].value, "1");
  EXPECT_EQ(judged[2].value, "above");
  EXPECT_EQ(judgements_of(s, 6)[2].value, "within");
}

}  // namespace
}  // namespace aniso::app
