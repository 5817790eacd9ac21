#include "core/figure/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/base/errors.h"
#include "core/figure/layout_range.h"
#include "core/figure/layout_series.h"
#include "core/figure/text_run.h"

namespace aniso::figure {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Every character as wide as 0.6 of its size: layouts that do not depend on installed fonts.
class FixedMeasurer : public TextMeasurer {
 public:
  double width(std::string_view utf8, Font font) const override {
    return 0.6 * font.size * static_cast<double>(decode_utf8(utf8).size());
  }
};

DisplayList placed(const Panel& panel, double width = 500, double height = 320) {
  Figure figure;
  figure.panels = {panel};
  return layout(figure, width, height, FixedMeasurer());
}

std::vector<std::string> labels(const DisplayList& list) {
  std::vector<std::string> out;
  for (const Primitive& item : list.items)
    if (const auto* label = std::get_if<Label>(&item)) out.push_back(label->text);
  return out;
}

template <typename T>
std::vector<T> all(const DisplayList& list) {
  std::vector<T> out;
  for (const Primitive& item : list.items)
    if (const auto* found = std::get_if<T>(&item)) out.push_back(*found);
  return out;
}

Rect box(const Text& text) {
  const double width = FixedMeasurer().width(text.text, text.font);
  return {text.at.x, text.at.y - kCapHeight * text.font.size, width, kCapHeight * text.font.size};
}

bool overlap(const Rect& a, const Rect& b) {
  return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom();
}

void expect_no_text_collides(const DisplayList& list) {
  const auto texts = all<Text>(list);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Rect a = box(texts[i]);
    EXPECT_GE(a.x, -0.5) << texts[i].text;
    EXPECT_LE(a.right(), list.width + 0.5) << texts[i].text;
    for (std::size_t j = i + 1; j < texts.size(); ++j)
      EXPECT_FALSE(overlap(a, box(texts[j]))) << texts[i].text << " and " << texts[j].text;
  }
}

Panel curves(const std::vector<std::pair<std::string, double>>& ends) {
  Panel panel;
  panel.title = "Curves";
  panel.x.label = "step";
  for (const auto& [name, end] : ends) {
    Line line;
    line.name = name;
    line.style.category = static_cast<int>(panel.lines.size());
    for (int i = 0; i <= 100; ++i) {
      line.x.push_back(i);
      line.y.push_back(0.5 + (end - 0.5) * i / 100);
    }
    panel.lines.push_back(line);
  }
  return panel;
}

Panel field_panel(Index rows, Index cols) {
  Panel panel;
  panel.x.label = "s";
  panel.y.label = "t";
  Field field;
  field.name = "logit";
  field.values.resize(rows, cols);
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < cols; ++c)
      field.values(r, c) = static_cast<double>(c) - 0.4 * static_cast<double>(cols);
  panel.field = field;
  return panel;
}

TEST(Spread, KeepsOrderGapAndBounds) {
  EXPECT_THAT(spread({10, 50, 90}, 15, 0, 100), testing::ElementsAre(10, 50, 90));
  EXPECT_THAT(spread({50, 50}, 10, 0, 100), testing::ElementsAre(45, 55));
  EXPECT_THAT(spread({0, 0, 0}, 10, 0, 100), testing::ElementsAre(0, 10, 20));
  EXPECT_THAT(spread({98, 99, 20}, 10, 0, 100), testing::SizeIs(3));
  EXPECT_THAT(spread({99, 100}, 10, 0, 100), testing::ElementsAre(90, 100));
  EXPECT_TRUE(spread({}, 10, 0, 100).empty());
}

TEST(Layout, NearbyEndLabelsDoNotCollide) {
  const DisplayList list = placed(curves({{"slab", 0.9467}, {"train", 0.945}, {"test", 0.94}}));
  EXPECT_THAT(labels(list), testing::IsSupersetOf({"slab", "train", "test", "Curves", "step"}));
  expect_no_text_collides(list);
}

TEST(Layout, MoreThanFourNamesBecomeALegendAbove) {
  const DisplayList list = placed(curves({{"a", 1}, {"b", 2}, {"c", 3}, {"d", 4}, {"e", 5}}));
  expect_no_text_collides(list);
  for (const Text& text : all<Text>(list)) {
    if (text.text != "a" && text.text != "e") continue;
    EXPECT_LT(text.at.y, list.panels[0].plot.y);
  }
}

TEST(Layout, LabelIsAtItsCurveAndInItsColour) {
  const DisplayList list = placed(curves({{"up", 1}, {"down", 0}}));
  for (const Text& text : all<Text>(list)) {
    if (text.text != "up") continue;
    EXPECT_NEAR(text.at.y - kCapHeight * text.font.size / 2, list.panels[0].y.to_pixel(1), 8);
    EXPECT_EQ(text.color, Rgba(dark_theme().category(0)));
  }
}

TEST(Layout, CurveEndsWhereTheAxisSays) {
  const DisplayList list = placed(curves({{"up", 1}}));
  const PanelFrame& frame = list.panels[0];
  EXPECT_NEAR(frame.x.to_data(frame.x.to_pixel(42)), 42, 1e-9);
  bool found = false;
  for (const Polyline& line : all<Polyline>(list)) {
    if (line.points.size() < 50) continue;
    found = true;
    EXPECT_NEAR(line.points.back().x, frame.x.to_pixel(100), 1e-9);
    EXPECT_NEAR(line.points.back().y, frame.y.to_pixel(1), 1e-9);
  }
  EXPECT_TRUE(found);
}

TEST(Layout, EmptyAndUndefinedSayWhy) {
  EXPECT_THAT(labels(placed({})), testing::Contains("Nothing to show yet."));
  Panel undefined;
  undefined.lines.push_back({"x", {0, 1}, {kNan, kInfinity}, {}});
  EXPECT_THAT(labels(placed(undefined)), testing::Contains("Every value is undefined."));
  Panel negative;
  negative.y.scale = Scale::log10;
  negative.lines.push_back({"x", {0, 1}, {-1, 0}, {}});
  EXPECT_THAT(labels(placed(negative)), testing::Contains(testing::HasSubstr("positive")));
  Panel said;
  said.message = "Needs two runs.";
  said.lines = curves({{"a", 1}}).lines;
  EXPECT_THAT(labels(placed(said)), testing::Contains("Needs two runs."));
  EXPECT_EQ(placed(said).panels[0].plot.width, 0);
}

TEST(Layout, LeftOutValuesAreCounted) {
  Panel panel;
  panel.y.scale = Scale::log10;
  panel.lines.push_back({"", {0, 1, 2, 3, 4}, {1, -1, 0, kNan, 10}, {}});
  EXPECT_THAT(labels(placed(panel)), testing::Contains("Not shown: 1 undefined, 2 not positive."));
}

TEST(Layout, SmallSizesSaySoAndZeroIsRefused) {
  EXPECT_THAT(labels(placed(curves({{"a", 1}}), 90, 60)), testing::Not(testing::IsEmpty()));
  for (const double size : {1.0, 5.0, 30.0, 60.0})
    EXPECT_NO_THROW(placed(curves({{"a", 1}}), size, size));
  for (const double bad : {0.0, -1.0, kNan, kInfinity, 1e9})
    EXPECT_THROW(placed({}, bad, 100), InvalidInput);
}

TEST(Layout, HostileData) {
  Panel panel;
  panel.lines.push_back({"one", {5}, {5}, {}});
  EXPECT_EQ(all<Markers>(placed(panel)).size(), 1u);  // a lone value is a dot
  panel.lines.push_back({"huge", {0, 1, 2}, {-1e299, 1e299, 0}, {}});
  panel.lines.push_back({"tiny", {0, 1}, {1e-300, 2e-300}, {}});
  for (const Polyline& line : all<Polyline>(placed(panel)))
    for (const Point& p : line.points) {
      EXPECT_TRUE(std::isfinite(p.x) && std::isfinite(p.y));
      EXPECT_LT(std::abs(p.x) + std::abs(p.y), 2e4);
    }
  panel.lines.push_back({"torn", {0, 1}, {1}, {}});
  EXPECT_THROW(placed(panel), InvalidInput);
}

TEST(Layout, ZoomedCurvesStayNearThePlot) {
  Panel panel;
  panel.y.low = 0;
  panel.y.high = 1e-6;
  panel.lines.push_back({"", {0, 1, 2, 3}, {-5, 5, -5, 5}, {}});
  const DisplayList list = placed(panel);
  int steep = 0;
  for (const Polyline& line : all<Polyline>(list))
    for (const Point& p : line.points) {
      EXPECT_LT(std::abs(p.y), 5000);
      steep += std::abs(p.y) > 1000;
    }
  EXPECT_GE(steep, 6);  // all three crossings are drawn
}

TEST(Layout, AMillionPointsBecomeAScreenful) {
  Panel panel;
  Points points;
  Line line;
  for (int i = 0; i < 1000000; ++i) {
    points.x.push_back(std::sin(i * 0.37));
    points.y.push_back(std::cos(i * 0.61));
    line.x.push_back(i * 1e-6);
    line.y.push_back(std::sin(i * 0.01));
  }
  panel.points.push_back(points);
  panel.lines.push_back(line);
  std::size_t drawn = 0;
  const DisplayList list = placed(panel);
  for (const Polyline& l : all<Polyline>(list)) drawn += l.points.size();
  EXPECT_LT(drawn, 6000u);
  EXPECT_GT(drawn, 1000u);
}

TEST(Layout, EqualAspect) {
  Panel panel = field_panel(20, 40);
  panel.equal_aspect = true;
  panel.field->x_high = 4;
  const PanelFrame frame = placed(panel).panels[0];
  EXPECT_NEAR(frame.plot.width / frame.plot.height, 4, 0.05);
  Panel scatter;
  scatter.equal_aspect = true;
  Points points;
  points.x = {0, 10};
  points.y = {0, 1};
  scatter.points.push_back(points);
  const PanelFrame wide = placed(scatter).panels[0];
  EXPECT_NEAR(wide.plot.width / (wide.x.high - wide.x.low),
              wide.plot.height / (wide.y.high - wide.y.low), 1e-6);
}

TEST(Layout, DivergingRangeIsSymmetric) {
  const PanelFrame frame = placed(field_panel(5, 10)).panels[0];
  EXPECT_EQ(frame.value_low, -frame.value_high);
  EXPECT_EQ(frame.value_high, 5);
}

TEST(Layout, FieldPixelsCoverThePlotAtTheAskedResolution) {
  Figure figure;
  figure.panels = {field_panel(6, 7)};
  LayoutOptions options;
  options.pixels_per_point = 2;
  const DisplayList list = layout(figure, 400, 300, FixedMeasurer(), options);
  const Image image = all<Image>(list).front();
  EXPECT_EQ(image.width, std::lround(2 * list.panels[0].plot.width));
  EXPECT_EQ(image.pixels->size(),
            static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height));
}

TEST(Layout, UndefinedFieldValuesAreHatchedAndSaid) {
  Panel panel = field_panel(20, 20);
  panel.field->values.block(5, 5, 6, 6).setConstant(kNan);
  EXPECT_THAT(labels(placed(panel)), testing::Contains(testing::HasSubstr("Hatched: undefined")));
  panel.field->values.setConstant(kNan);
  EXPECT_THAT(labels(placed(panel)), testing::Contains("Every value is undefined."));
  panel.field->values.setZero();
  EXPECT_EQ(placed(panel).panels[0].plot.width > 0, true);  // a constant field is a field
}

TEST(Layout, CellsAreWhole) {
  Panel panel = field_panel(2, 4);
  panel.field->interpolation = Interpolation::cells;
  panel.field->x_high = 3;
  const Range x = field_x(*panel.field), y = field_y(*panel.field);
  EXPECT_EQ(x.low, -0.5);
  EXPECT_EQ(x.high, 3.5);
  EXPECT_EQ(y.low, -0.5);
  EXPECT_EQ(y.high, 1.5);
}

TEST(Layout, EveryTextKeepsClearOfOthersInAFigureOfManyKinds) {
  Figure figure;
  figure.title = "A figure with a title";
  figure.caption = "Rotated plane, seed 7, step 1,248.";
  figure.columns = 2;
  Panel rules = curves({{"loss", 1}});
  for (const double at : {20.0, 21.0, 22.0, 95.0}) {
    Rule rule;
    rule.name = "marker";
    rule.at = at;
    rule.vertical = true;
    rules.rules.push_back(rule);
  }
  Panel log = curves({{"a", 1}, {"b", 1}});
  log.y.scale = Scale::log10;
  log.y.label = "loss";
  figure.panels = {curves({{"one", 1}, {"two", 1}, {"three", 1}, {"four", 1}}), rules, log,
                   field_panel(20, 20)};
  for (const double scale : {1.0, 1.5}) {
    LayoutOptions options;
    options.text_scale = scale;
    const DisplayList list = layout(figure, 900, 700, FixedMeasurer(), options);
    ASSERT_EQ(list.panels.size(), 4u);
    expect_no_text_collides(list);
  }
}

TEST(Layout, RowsAreAsHighAsTheirPanelsAskFor) {
  Figure figure;
  figure.panels = {curves({{"a", 1}}), curves({{"b", 1}})};
  figure.panels[1].weight = 0.25;
  const DisplayList list = layout(figure, 500, 600, FixedMeasurer());
  EXPECT_NEAR(list.panels[0].area.height, 4 * list.panels[1].area.height, 4);
  EXPECT_GT(list.panels[1].area.y, list.panels[0].area.bottom());
  figure.panels[1].weight = 0;
  EXPECT_THROW(layout(figure, 500, 600, FixedMeasurer()), InvalidInput);
}

TEST(Layout, AlignedPlotsOfAColumnLieOnTopOfEachOther) {
  Figure figure;
  figure.panels = {curves({{"a", 1}}), curves({{"b", 123456}})};
  figure.panels[1].y.scale = Scale::log10;
  const DisplayList apart = layout(figure, 500, 600, FixedMeasurer());
  EXPECT_NE(apart.panels[0].plot.x, apart.panels[1].plot.x);
  figure.aligned = true;
  const DisplayList list = layout(figure, 500, 600, FixedMeasurer());
  EXPECT_EQ(list.panels[0].plot.x, list.panels[1].plot.x);
  EXPECT_EQ(list.panels[0].plot.right(), list.panels[1].plot.right());
  expect_no_text_collides(list);
}

TEST(Layout, NamesInsideThePlotStandOnPlates) {
  Panel panel = curves({{"loss", 1}});
  panel.rules.push_back({"threshold", 40, true, {}});
  const DisplayList list = placed(panel);
  const auto fills = all<Fill>(list);
  ASSERT_EQ(fills.size(), 2u);  // the background and the plate
  bool found = false;
  for (const Text& text : all<Text>(list)) {
    if (text.text != "threshold") continue;
    found = true;
    EXPECT_TRUE(fills[1].rect.contains({box(text).x, box(text).y}));
    EXPECT_TRUE(fills[1].rect.contains({box(text).right(), box(text).bottom()}));
    EXPECT_GT(text.at.x, list.panels[0].x.to_pixel(40));
  }
  EXPECT_TRUE(found);
}

TEST(Layout, LongCurvesAreThinnedToPixels) {
  Panel panel = curves({{"a", 1}});
  for (int i = 0; i < 100000; ++i) {
    panel.lines[0].x.push_back(101 + i);
    panel.lines[0].y.push_back(std::sin(i * 0.1));
  }
  const DisplayList list = placed(panel);
  std::size_t points = 0;
  for (const Polyline& line : all<Polyline>(list)) points += line.points.size();
  EXPECT_GT(points, 100u);
  EXPECT_LT(points, static_cast<std::size_t>(10 * list.panels[0].plot.width));
}

}  // namespace
}  // namespace aniso::figure
