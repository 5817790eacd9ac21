#include "core/analysis/spectrum_figure.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

namespace aniso::analysis {
namespace {

using ::testing::HasSubstr;

// Six values: one above chance, a pair, three within chance.
Spectrum judged() {
  Spectrum s;
  s.values = Vector(6);
  s.values << 10, 4, 3.9, 1.1, 1, 0.9;
  s.directions = Matrix::Identity(6, 12);
  s.null_low = Vector(6);
  s.null_low << 1.0, 0.9, 0.85, 0.8, 0.8, 0.7;
  s.null_high = s.null_low.array() + 1;
  s.null_name = "95 % of random rotations";
  s.theory = Vector::Constant(6, 1.5);
  s.theory_name = "closed form";
  s.guide_low = 0.5;
  s.guide_high = 2;
  s.groups = {{0, 1}, {1, 2}, {3, 3}};
  s.stability = Vector(3);
  s.stability << 0.99, 0.9, 0.3;
  return s;
}

TEST(SpectrumFigure, ShowsWhatTheValuesAreJudgedBy) {
  SpectrumLook look;
  look.first_index = 0;
  look.split_null = true;
  const auto panel = spectrum_panel(judged(), look);
  EXPECT_EQ(panel.y.scale, figure::Scale::log10);
  ASSERT_EQ(panel.bands.size(), 1u);
  EXPECT_EQ(panel.bands[0].name, "95 % of random rotations");
  ASSERT_EQ(panel.rules.size(), 2u);
  EXPECT_EQ(panel.rules[0].at, 2);
  EXPECT_TRUE(panel.rules[0].style.dashed);
  EXPECT_EQ(panel.lines.back().name, "closed form");
  EXPECT_TRUE(panel.lines.back().style.dashed);
  ASSERT_EQ(panel.points.size(), 2u);
  EXPECT_EQ(panel.points[0].x, (std::vector<double>{3, 4, 5})) << "within chance";
  EXPECT_EQ(panel.points[1].x, (std::vector<double>{0, 1, 2})) << "beyond it";
}

TEST(SpectrumFigure, GroupsOfMoreThanOneShareARibbon) {
  SpectrumLook look;
  look.theory = look.null_band = false;
  const auto ribbons = spectrum_panel(judged(), look).lines;
  ASSERT_EQ(ribbons.size(), 2u) << "the first value stands alone";
  EXPECT_EQ(ribbons[0].x, (std::vector<double>{2, 3}));
  EXPECT_EQ(ribbons[0].y, (std::vector<double>{4, 3.9}));
  EXPECT_EQ(ribbons[1].x, (std::vector<double>{4, 5, 6}));
  EXPECT_EQ(ribbons[0].name, "");
  EXPECT_NE(ribbons[1].name, "") << "named once, where its end is free";
  SpectrumLook plain;
  plain.groups = plain.theory = plain.guide = plain.null_band = false;
  const auto bare = spectrum_panel(judged(), plain);
  EXPECT_TRUE(bare.lines.empty() && bare.rules.empty() && bare.bands.empty());
}

TEST(SpectrumFigure, TheStripSharesTheIndexAndGoesFromZeroToOne) {
  SpectrumLook look;
  look.first_index = 0;
  const auto strip = stability_panel(judged(), look);
  const auto above = spectrum_panel(judged(), look);
  EXPECT_EQ(strip.x.low, above.x.low);
  EXPECT_EQ(strip.x.high, above.x.high);
  EXPECT_EQ(strip.y.low, 0);
  EXPECT_EQ(strip.y.high, 1);
  EXPECT_LT(strip.weight, above.weight);
  ASSERT_EQ(strip.lines.size(), 2u);
  EXPECT_EQ(strip.lines[0].y[2], 2.0 / 12) << "a random plane in twelve dimensions";
  EXPECT_EQ(strip.lines[1].x, (std::vector<double>{-0.5, 0.5, 0.5, 2.5, 2.5, 5.5}));
  EXPECT_EQ(strip.lines[1].y[3], 0.9);
  Spectrum single = judged();
  single.stability.resize(0);
  EXPECT_FALSE(has_stability(single));
  EXPECT_FALSE(stability_panel(single).message.empty());
}

TEST(SpectrumFigure, ZoomingFitsTheValuesThatAreSeen) {
  SpectrumLook look;
  look.first_index = 0;
  look.axis = SpectrumLook::Axis::linear;
  const auto all = spectrum_panel(judged(), look);
  EXPECT_GT(all.y.high, 10);
  look.low = 2.5;
  look.high = 5.5;
  const auto part = spectrum_panel(judged(), look);
  EXPECT_EQ(part.x.low, 2.5);
  EXPECT_LT(part.y.high, 3);
}

TEST(SpectrumFigure, RoundingCountsAsZeroOnALogarithmicAxis) {
  Spectrum s;
  s.values = Vector(4);
  s.values << 1, 0.1, 1e-17, 0;
  const auto panel = spectrum_panel(s);
  EXPECT_THAT(panel.subtitle, HasSubstr("2 values are zero and not on the axis"));
  EXPECT_GT(panel.y.low, 1e-3);
  s.values[3] = -1;
  SpectrumLook look;
  look.axis = SpectrumLook::Axis::logarithmic;
  const auto linear = spectrum_panel(s, look);
  EXPECT_EQ(linear.y.scale, figure::Scale::linear);
  EXPECT_THAT(linear.subtitle, HasSubstr("not positive"));
}

TEST(SpectrumFigure, OneValueEqualValuesAndNoneAreDrawnOrExplained) {
  Spectrum s;
  EXPECT_FALSE(spectrum_panel(s).message.empty());
  s.values = Vector::Constant(1, 3.0);
  EXPECT_LT(spectrum_panel(s).y.low, spectrum_panel(s).y.high);
  s.values = Vector::Zero(5);
  const auto zeros = spectrum_panel(s);
  EXPECT_EQ(zeros.y.scale, figure::Scale::linear);
  EXPECT_LT(zeros.y.low, zeros.y.high);
  s.quantity.status = Status::undefined("no reason");
  EXPECT_EQ(spectrum_panel(s).message, "Undefined: no reason");
}

TEST(SpectrumFigure, RisesWithEverythingThatBelongsToIt) {
  const Spectrum falling = judged(), up = rising(falling);
  EXPECT_EQ(up.values[0], 0.9);
  EXPECT_EQ(up.values[5], 10);
  EXPECT_EQ(up.directions.rows(), 0);
  EXPECT_EQ(up.directions.cols(), 12) << "what random subspaces have is known still";
  EXPECT_EQ(up.null_high[5], falling.null_high[0]);
  ASSERT_EQ(up.groups.size(), 3u);
  EXPECT_EQ(up.groups[0].first, 0);
  EXPECT_EQ(up.groups[0].count, 3);
  EXPECT_EQ(up.groups[2].first, 5);
  EXPECT_EQ(up.stability[0], 0.3);
  const Spectrum back = rising(up);
  EXPECT_EQ(back.values, falling.values);
  Spectrum bare;
  bare.values = Vector::LinSpaced(3, 2, 0);
  EXPECT_EQ(rising(bare).values[0], 0) << "what is not known stays so";
}

TEST(SpectrumFigure, TheNullSpaceIsOneBlock) {
  Spectrum s = judged();
  s.values.tail(3).setZero();
  EXPECT_EQ(nullity(s), 3);
  SpectrumLook look;
  look.null_space = true;
  const auto down = spectrum_panel(s, look), up = spectrum_panel(rising(s), look);
  EXPECT_EQ(down.subtitle, "") << "the block counts them";
  EXPECT_EQ(down.bands.front().x, (std::vector<double>{3.5, 6.5}));
  EXPECT_EQ(up.bands.front().x, (std::vector<double>{0.5, 3.5}));
  EXPECT_EQ(up.bands.front().low[0], up.y.low);
  EXPECT_EQ(up.bands.front().high[1], up.y.high);
  const auto named = std::find_if(up.rules.begin(), up.rules.end(), [](const auto& rule) {
    return rule.vertical && !rule.name.empty();
  });
  ASSERT_NE(named, up.rules.end());
  EXPECT_EQ(named->at, 0.5);
  EXPECT_EQ(named->name, "null space: 3 directions");
  EXPECT_EQ(spectrum_panel(judged(), look).bands.size(), 1u) << "none where no value is 0";
  Spectrum theory = rising(s);
  theory.theory.head(3).setZero();
  const auto dashed = spectrum_panel(theory, look).lines.back();
  EXPECT_TRUE(std::isnan(dashed.x[2]) && std::isnan(dashed.y[2])) << "nothing is missing there";
  EXPECT_EQ(dashed.x[3], 4);
  look.low = 4;  // zoomed to what lies beyond it
  look.high = 6.5;
  for (const auto& rule : spectrum_panel(rising(s), look).rules)
    EXPECT_FALSE(rule.vertical) << rule.name;
}

}  // namespace
}  // namespace aniso::analysis
