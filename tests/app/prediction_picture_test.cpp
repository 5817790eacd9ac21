#include "app/views/prediction_picture.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace aniso::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Vector list(std::initializer_list<double> values) {
  Vector out(static_cast<Index>(values.size()));
  std::copy(values.begin(), values.end(), out.begin());
  return out;
}

analysis::ScalarSeries series(const std::string& id, Vector y) {
  analysis::ScalarSeries out;
  out.quantity.id = id;
  out.x = Vector::LinSpaced(y.size(), 0, static_cast<double>(y.size() - 1));
  out.y = std::move(y);
  return out;
}

void add_group(analysis::Results& results, const std::string& suffix, Vector error) {
  const Index k = error.size();
  analysis::MatrixMap axes;
  axes.quantity.id = "directions" + suffix;
  axes.values = Matrix::Identity(k, 4);
  results.results.emplace_back(series("error" + suffix, error));
  for (Index i = 0; i < k; ++i) {
    auto curve = series(text("while_training/", i) + suffix, list({1, error[i]}));
    curve.name = text("dct:", i);
    results.results.emplace_back(curve);
  }
  results.results.emplace_back(series("loudness" + suffix, Vector::LinSpaced(k, 1, 2)));
  results.results.emplace_back(
      series("predicted_place" + suffix, Vector::LinSpaced(k, 1, static_cast<double>(k))));
  results.results.emplace_back(series("error_of" + suffix, error));
  results.results.emplace_back(series("floor" + suffix, Vector::Constant(k, 0.05)));
  auto rho = series("spearman" + suffix, list({0.8}));
  rho.low = list({-0.7});
  rho.high = list({0.7});
  results.results.emplace_back(rho);
  results.results.emplace_back(series("p_value" + suffix, list({0.02})));
  results.results.emplace_back(axes);
}

analysis::Results measured(Vector error) {
  analysis::Results results;
  add_group(results, "", std::move(error));
  results.notes = {"Your order held.", "The conjecture's order did not.", "Conjecture: quiet.",
                   "errors: Gaussian"};
  return results;
}

TEST(Prediction, IsReadFromItsResults) {
  const auto p = prediction_of(measured(list({0.1, 0.2, 0.3})));
  ASSERT_EQ(p.groups.size(), 1u);
  EXPECT_EQ(p.candidates(), 3);
  EXPECT_TRUE(p.is_measured());
  EXPECT_EQ(p.groups[0].error[2], 0.3);
  EXPECT_EQ(p.groups[0].place[0], 1);
  ASSERT_EQ(p.groups[0].curves.size(), 3u);
  EXPECT_EQ(p.groups[0].curves[1].label, "dct:1");
  EXPECT_EQ(p.groups[0].rho_band, 0.7);
  EXPECT_THAT(p.verdicts, ElementsAre("Your order held.", "The conjecture's order did not."));
  EXPECT_THAT(p.remarks, ElementsAre("errors: Gaussian")) << "the view says the conjecture itself";
  auto partial = measured(list({0.1, 0.2, 0.3}));
  partial.share = 0.5;
  EXPECT_TRUE(prediction_of(partial).verdicts.empty()) << "too early for one";
}

TEST(Prediction, BeforeTrainingThereAreCandidatesAlone) {
  auto results = measured(list({NAN, NAN, NAN}));
  results.notes = {"Conjecture: quiet.", "loudness from 2,000 networks"};
  for (auto& result : results.results)
    if (auto* found = std::get_if<analysis::ScalarSeries>(&result);
        found != nullptr &&
        (found->quantity.id.starts_with("while_training") || found->quantity.id == "spearman"))
      found->quantity.status = Status::undefined("nothing is trained yet");
  const auto p = prediction_of(results);
  EXPECT_FALSE(p.is_measured());
  EXPECT_EQ(p.candidates(), 3);
  EXPECT_TRUE(p.verdicts.empty());
  EXPECT_TRUE(p.groups[0].curves[0].steps.empty());
  EXPECT_EQ(p.groups[0].curves[0].label, "dct:0");
  EXPECT_THAT(correlation_words(p.groups[0]), HasSubstr("too few"));
  EXPECT_FALSE(order_panel(p).message.empty());
  EXPECT_FALSE(training_panel(p.groups[0]).message.empty());
}

TEST(Prediction, ComparedGroupsAreToldApart) {
  analysis::Results results;
  add_group(results, "/3", list({0.1, 0.2}));
  std::get<analysis::ScalarSeries>(results.results.front()).name = "seed 3";
  add_group(results, "/group", list({0.3, 0.2}));
  const auto p = prediction_of(results);
  ASSERT_EQ(p.groups.size(), 2u);
  EXPECT_EQ(p.groups[1].name, "group");
  EXPECT_EQ(p.groups[1].error[0], 0.3);
  EXPECT_EQ(p.groups[1].curves.size(), 2u);
  EXPECT_EQ(training_panel(p.groups[1]).title, "While training, group");
  const auto panel = order_panel(p);
  std::vector<std::string> names;
  for (const auto& line : panel.lines)
    if (!line.name.empty()) names.push_back(line.name);
  EXPECT_THAT(names, ElementsAre("seed 3", "group", "fresh data"));
  EXPECT_NE(panel.points.front().style.category, panel.points.back().style.category);
  EXPECT_NE(panel.points.front().marker, panel.points.back().marker);
  EXPECT_THAT(correlation_words(p.groups[0]), HasSubstr("seed 3: ρ = 0.8"));
  EXPECT_THAT(correlation_words(p.groups[0]), HasSubstr("±0.7, p = 0.02"));
}

TEST(Prediction, ColoursFollowTheCandidateWhateverItsPlace) {
  auto p = prediction_of(measured(list({0.1, 0.2, 0.3})));
  p.groups[0].place = list({3, 1, 2});
  const auto panel = order_panel(p);
  ASSERT_EQ(panel.points.size(), 3u);
  const auto training = training_panel(p.groups[0]);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(panel.points[i].name, candidate_letter(static_cast<Index>(i)));
    EXPECT_EQ(panel.points[i].style.category, static_cast<int>(i));
    EXPECT_EQ(training.lines[i].style.category, static_cast<int>(i));
  }
  EXPECT_EQ(panel.points[0].x, (std::vector<double>{3}));
  EXPECT_EQ(panel.lines[0].x, (std::vector<double>{1, 2, 3})) << "joined in predicted order";
  EXPECT_EQ(panel.lines[0].y, (std::vector<double>{0.2, 0.3, 0.1}));
  EXPECT_TRUE(order_panel(p, {.legend = false}).points[0].name.empty());
}

TEST(Prediction, AxesAreLogarithmicBeyondTenfoldAndACollapseIsMarked) {
  const auto narrow = order_panel(prediction_of(measured(list({0.1, 0.2, 0.3}))));
  EXPECT_EQ(narrow.y.scale, figure::Scale::linear);
  EXPECT_TRUE(narrow.rules.empty());
  const auto wide = order_panel(prediction_of(measured(list({0.1, 0.2, 0.9}))));
  EXPECT_EQ(wide.y.scale, figure::Scale::log10) << "the floor counts";
  ASSERT_EQ(wide.rules.size(), 1u);
  EXPECT_EQ(wide.rules[0].at, 1);
  EXPECT_THAT(wide.rules[0].name, HasSubstr("collapse"));
}

TEST(Prediction, WhatDivergedIsNamed) {
  const auto p = prediction_of(measured(list({0.1, NAN, 0.3, INFINITY})));
  const auto panel = order_panel(p);
  EXPECT_EQ(panel.subtitle, "B and D diverged");
  EXPECT_EQ(panel.points.size(), 2u);
  const auto training = training_panel(p.groups[0]);
  EXPECT_EQ(training.subtitle, "B and D diverged");
  EXPECT_TRUE(std::isnan(training.lines[1].x[1])) << "said, not counted as missing";
}

TEST(Prediction, ClicksGiveAndTakePlaces) {
  std::vector<Index> order;
  for (const Index i : {2, 0, 1}) order = clicked_order(order, i);
  EXPECT_THAT(order, ElementsAre(2, 0, 1));
  EXPECT_THAT(places_in(order, 4), ElementsAre(2, 3, 1, 0));
  order = clicked_order(order, 0);
  EXPECT_THAT(places_in(order, 4), ElementsAre(0, 2, 1, 0)) << "those behind it move up";
  EXPECT_THAT(places_in({5, -1, 1, 1}, 2), ElementsAre(0, 1)) << "what is not there has no place";
}

TEST(Prediction, ThoseThatShareAPlaceLieSideBySide) {
  EXPECT_EQ(shown_places(list({2.5, 5, 2.5, 2.5, 2.5})), list({1, 5, 2, 3, 4}));
  EXPECT_EQ(shown_places(list({2, 1, 3})), list({2, 1, 3}));
  auto p = prediction_of(measured(list({0.1, 0.2, 0.3})));
  p.groups[0].place = list({1.5, 1.5, 3});
  const auto panel = order_panel(p);
  EXPECT_EQ(panel.lines[0].x, (std::vector<double>{1, 2, 3}));
  EXPECT_THAT(panel.subtitle, HasSubstr("shared"));
}

TEST(Prediction, LettersGoOnBehindZ) {
  EXPECT_EQ(candidate_letter(0), "A");
  EXPECT_EQ(candidate_letter(25), "Z");
  EXPECT_EQ(candidate_letter(26), "A2");
}

}  // namespace
}  // namespace aniso::app
