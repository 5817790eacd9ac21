#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "tests/analysis/fakes.h"

namespace aniso::analysis {
namespace {

using testing::HasSubstr;

Results with(Result result) {
  Results results;
  results.analysis = "made up";
  results.step = 1200;
  results.results.push_back(std::move(result));
  return results;
}

const Analysis& made_up() {
  static const Analysis kind = [] {
    Analysis a;
    a.id = "made_up";
    a.title = "Made up";
    a.source = "nowhere";
    return a;
  }();
  return kind;
}

TEST(Analyses, AreRegisteredOnceAndFoundById) {
  std::set<std::string> ids;
  for (const auto& entry : analyses()) {
    EXPECT_TRUE(ids.insert(entry.id).second) << entry.id;
    EXPECT_EQ(&analysis(entry.id), &entry);
    EXPECT_FALSE(entry.title.empty() || entry.doc.empty() || entry.formula.empty() ||
                 entry.source.empty())
        << entry.id;
    EXPECT_NO_THROW(validated(entry.params, Json::object(), entry.id));
  }
  EXPECT_THAT(ids, ::testing::IsSupersetOf({"average_geometry", "field", "trajectory"}));
}

TEST(Analyses, UnknownIdsNameTheNearest) {
  try {
    analysis("trajektory");
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("Did you mean 'trajectory'?"));
  }
}

TEST(Analyses, EvaluationIsTaggedWithRunAndStep) {
  const Scene scene(Matrix::Identity(2, 2), Vector::Zero(2));
  Input input = scene.input("weight_spectra");
  input.run = 3;
  input.step = 70;
  const auto results = evaluate(analysis("weight_spectra"), input, {});
  EXPECT_EQ(results->analysis, "weight_spectra");
  EXPECT_EQ(results->run, 3u);
  EXPECT_EQ(results->step, 70);
  EXPECT_GE(results->elapsed_ms, 0);
}

TEST(FigureOf, AFieldShowsTheDataOnItsPlaneByClass) {
  Field2D field;
  field.quantity.title = "logit";
  field.values = Matrix::Ones(3, 3);
  field.x_low = field.y_low = -1;
  field.x_high = field.y_high = 1;
  field.plane = data::Plane{Vector::Zero(3), Vector::Unit(3, 2), Vector::Unit(3, 0)};
  data::Dataset data;
  data.shape = data::InputShape::vector(3);
  data.x = Matrix(3, 3);
  data.x << 1, 2, 3, 4, 5, 6, 7, 8, 9;
  data.labels = Labels(3);
  data.labels << 1, 0, 1;
  data.classes = 2;
  data.class_names = {"inner", "outer"};
  const auto figure = figure_of(made_up(), with(field), &data);
  ASSERT_EQ(figure.panels.size(), 1u);
  const auto& panel = figure.panels[0];
  ASSERT_TRUE(panel.field.has_value());
  EXPECT_TRUE(panel.field->zero_contour);
  EXPECT_EQ(panel.field->colormap, figure::Colormap::diverging);
  EXPECT_TRUE(panel.equal_aspect);
  ASSERT_EQ(panel.points.size(), 2u);
  EXPECT_EQ(panel.points[0].name, "inner");
  EXPECT_EQ(panel.points[0].x, (std::vector<double>{6}));
  EXPECT_EQ(panel.points[1].x, (std::vector<double>{3, 9}));
  EXPECT_EQ(panel.points[1].y, (std::vector<double>{1, 7}));
  EXPECT_EQ(panel.points[1].style.category, 1);
  EXPECT_THAT(panel.subtitle, HasSubstr("projected"));
  EXPECT_THAT(figure.caption, HasSubstr("Step 1,200"));

  EXPECT_TRUE(figure_of(made_up(), with(field), nullptr).panels[0].points.empty());
  field.is_signed = false;
  const auto unsigned_panel = figure_of(made_up(), with(field), nullptr).panels[0];
  EXPECT_FALSE(unsigned_panel.field->zero_contour);
  EXPECT_EQ(unsigned_panel.field->colormap, figure::Colormap::viridis);
}

TEST(FigureOf, ManyDataPointsAreThinnedAndThePanelSaysSo) {
  Field2D field;
  field.values = Matrix::Ones(2, 2);
  field.plane = data::Plane{Vector::Zero(2), Vector::Unit(2, 0), Vector::Unit(2, 1)};
  data::Dataset data;
  data.shape = data::InputShape::vector(2);
  data.x = Matrix::Random(7000, 2);
  const auto panel = figure_of(made_up(), with(field), &data).panels[0];
  ASSERT_EQ(panel.points.size(), 1u);
  EXPECT_EQ(panel.points[0].x.size(), 2000u);
  EXPECT_THAT(panel.subtitle, HasSubstr("2,000 of 7,000 data points"));
}

TEST(FigureOf, ASpectrumIsLogarithmicAndNamesItsZeros) {
  Spectrum spectrum;
  spectrum.values = Vector(3);
  spectrum.values << 10, 1, 0;
  const auto panel = figure_of(made_up(), with(spectrum), nullptr).panels[0];
  EXPECT_EQ(panel.y.scale, figure::Scale::log10);
  ASSERT_EQ(panel.points.size(), 1u);
  EXPECT_EQ(panel.points[0].x, (std::vector<double>{1, 2}));
  EXPECT_THAT(panel.subtitle, HasSubstr("1 value is zero"));
  spectrum.values << 2, 1, -1;
  EXPECT_EQ(figure_of(made_up(), with(spectrum), nullptr).panels[0].y.scale, figure::Scale::linear);
}

TEST(FigureOf, ATrajectoryIsAConnectedPathBetweenItsMarks) {
  Trajectory path;
  path.points = Matrix::Zero(100, 3);
  for (Index i = 0; i < 100; ++i) path.points(i, 0) = static_cast<double>(i);
  for (Index i = 0; i < 100; ++i) path.steps.push_back(10 * i);
  path.explained = Vector(3);
  path.explained << 0.9, 0.08, 0.02;
  path.quantity.x_label = "axis 1";
  const auto panel = figure_of(made_up(), with(path), nullptr).panels[0];
  EXPECT_EQ(panel.x.label, "axis 1 (90 %)");
  EXPECT_EQ(panel.lines.front().x.front(), 0);
  EXPECT_EQ(panel.lines.back().x.back(), 99);
  for (std::size_t i = 1; i < panel.lines.size(); ++i) {
    EXPECT_EQ(panel.lines[i].x.front(), panel.lines[i - 1].x.back());
    EXPECT_GT(panel.lines[i].style.opacity, panel.lines[i - 1].style.opacity);
  }
  ASSERT_EQ(panel.points.size(), 2u);
  EXPECT_EQ(panel.points[0].name, "step 0");
  EXPECT_EQ(panel.points[1].name, "step 990");
}

TEST(FigureOf, EveryOtherKindHasAPanelToo) {
  ScalarSeries series;
  series.x = Vector::LinSpaced(3, 0, 2);
  series.y = Vector::LinSpaced(3, 5, 7);
  EXPECT_EQ(figure_of(made_up(), with(series), nullptr).panels[0].lines[0].y,
            (std::vector<double>{5, 6, 7}));
  MatrixMap map;
  map.values = Matrix::Identity(2, 3);
  EXPECT_EQ(figure_of(made_up(), with(map), nullptr).panels[0].field->x_high, 2);
  PointSet points;
  points.points = Matrix::Identity(2, 2);
  points.labels = Labels::LinSpaced(2, 0, 1);
  EXPECT_EQ(figure_of(made_up(), with(points), nullptr).panels[0].points[0].category,
            (std::vector<int>{0, 1}));
  VectorField2D arrows;
  arrows.x = Matrix::Constant(2, 2, 3.0);
  arrows.y = Matrix::Constant(2, 2, 4.0);
  arrows.x_high = arrows.y_high = 1;
  const auto lines = figure_of(made_up(), with(arrows), nullptr).panels[0].lines;
  ASSERT_EQ(lines[0].x.size(), 12u);  // from, to, gap for each of four
  EXPECT_NEAR(std::hypot(lines[0].x[1] - lines[0].x[0], lines[0].y[1] - lines[0].y[0]), 0.9, 1e-12);
}

TEST(FigureOf, AClosedFormHasTheColourOfWhatItStandsFor) {
  Results results;
  const auto add = [&](const char* name, bool is_theory) {
    ScalarSeries series;
    series.x = Vector::LinSpaced(3, 0, 2);
    series.y = Vector::LinSpaced(3, 1, 100);
    series.panel = "together";
    series.name = name;
    series.is_theory = is_theory;
    series.log_y = true;
    results.results.emplace_back(std::move(series));
  };
  for (const auto& [name, is_theory] : std::vector<std::pair<const char*, bool>>{
           {"a", false}, {"a exact", true}, {"b", false}, {"b exact", true}, {"limit", true}})
    add(name, is_theory);
  const auto lines = figure_of(made_up(), results, nullptr).panels.at(0).lines;
  std::vector<int> colours;
  for (const auto& line : lines) colours.push_back(line.style.category);
  EXPECT_EQ(colours, (std::vector<int>{0, 0, 1, 1, 2}));
  EXPECT_EQ(lines[0].style.dashed, false);
  EXPECT_EQ(lines[1].style.dashed, true);
}

TEST(FigureOf, ASeriesIsLogarithmicWhereAllOfItIsPositive) {
  Results results;
  ScalarSeries series;
  series.x = Vector::LinSpaced(3, 0, 2);
  series.y = Vector::LinSpaced(3, 1, 100);
  series.panel = "together";
  series.log_y = true;
  results.results.emplace_back(series);
  EXPECT_EQ(figure_of(made_up(), results, nullptr).panels[0].y.scale, figure::Scale::log10);
  series.y[1] = 0;
  results.results.emplace_back(series);
  EXPECT_EQ(figure_of(made_up(), results, nullptr).panels[0].y.scale, figure::Scale::linear);
}

TEST(FigureOf, UndefinedAndPartialReachThePanel) {
  Spectrum spectrum;
  spectrum.quantity.status = Status::undefined("no reason");
  EXPECT_EQ(figure_of(made_up(), with(spectrum), nullptr).panels[0].message,
            "Undefined: no reason");
  Field2D field;
  field.values = Matrix::Ones(2, 2);
  field.quantity.status = Status::partial(3, 4);
  EXPECT_THAT(figure_of(made_up(), with(field), nullptr).panels[0].subtitle,
              HasSubstr("partial: 3 of 4"));
}

ResultsPtr spectrum_at(Index step, std::vector<double> values) {
  Spectrum spectrum;
  spectrum.quantity.id = "layer";
  spectrum.values = Eigen::Map<Vector>(values.data(), static_cast<Index>(values.size()));
  auto results = std::make_shared<Results>(with(spectrum));
  results->step = step;
  return results;
}

TEST(FigureOverTime, DrawsALinePerValue) {
  const auto figure =
      figure_over_time(made_up(), {spectrum_at(0, {3, 1}), nullptr, spectrum_at(50, {4, 2})});
  ASSERT_EQ(figure.panels.size(), 1u);
  const auto& lines = figure.panels[0].lines;
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1].x, (std::vector<double>{0, 50}));
  EXPECT_EQ(lines[1].y, (std::vector<double>{1, 2}));
  EXPECT_THAT(figure_over_time(made_up(), {spectrum_at(0, {3, 1})}).panels[0].message,
              HasSubstr("Two or more"));
}

}  // namespace
}  // namespace aniso::analysis
