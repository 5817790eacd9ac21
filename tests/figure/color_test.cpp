#include "core/figure/color.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "core/base/errors.h"
#include "core/figure/colormap.h"
#include "core/figure/theme.h"

namespace aniso::figure {
namespace {

// Viénot, Brettel, Mollon 1999: projection of linear RGB onto what a dichromat sees.
Rgb simulate(Rgb c, bool protan) {
  const double r = to_linear(c.r), g = to_linear(c.g), b = to_linear(c.b);
  const double red = protan ? 0.11238 * r + 0.88762 * g : 0.29275 * r + 0.70725 * g;
  const double blue = protan ? 0.00401 * r - 0.00401 * g + b : -0.02234 * r + 0.02234 * g + b;
  const auto channel = [](double x) { return from_linear(std::max(0.0, std::min(1.0, x))); };
  return {channel(red), channel(red), channel(blue)};
}

TEST(Color, LabKnownValues) {
  const Lab white = to_lab({1, 1, 1});
  EXPECT_NEAR(white.L, 100, 1e-3);
  EXPECT_NEAR(white.a, 0, 0.02);
  const Lab red = to_lab({1, 0, 0});
  EXPECT_NEAR(red.L, 53.24, 0.01);
  EXPECT_NEAR(red.a, 80.09, 0.02);
  EXPECT_NEAR(red.b, 67.20, 0.02);
}

TEST(Color, LabRoundTrip) {
  for (double r = 0; r <= 1; r += 0.25)
    for (double g = 0; g <= 1; g += 0.25)
      for (double b = 0; b <= 1; b += 0.25) {
        const Rgb back = from_lab(to_lab({r, g, b}));
        EXPECT_NEAR(back.r, r, 1e-4);
        EXPECT_NEAR(back.g, g, 1e-4);
        EXPECT_NEAR(back.b, b, 1e-4);
      }
}

TEST(Color, ContrastKnownValues) {
  EXPECT_NEAR(contrast({1, 1, 1}, {0, 0, 0}), 21, 1e-9);
  EXPECT_NEAR(contrast(hex(0x777777), {1, 1, 1}), 4.48, 0.005);
  EXPECT_NEAR(contrast(hex(0x767676), {1, 1, 1}), 4.54, 0.005);
}

TEST(Color, ReadableOnKeepsHueAndReachesTheRatio) {
  const Rgb yellow = hex(0xF0E442);
  EXPECT_EQ(readable_on(yellow, {0, 0, 0}, 4.5), yellow);
  const Rgb dark = readable_on(yellow, {1, 1, 1}, 4.5);
  EXPECT_GE(contrast(dark, {1, 1, 1}), 4.5);
  const Lab a = to_lab(yellow), b = to_lab(dark);
  EXPECT_NEAR(std::atan2(a.b, a.a), std::atan2(b.b, b.a), 0.05);
}

TEST(Colormap, PublishedValues) {
  const auto expect_near = [](Rgb c, double r, double g, double b) {
    EXPECT_NEAR(c.r, r, 1.5 / 255);
    EXPECT_NEAR(c.g, g, 1.5 / 255);
    EXPECT_NEAR(c.b, b, 1.5 / 255);
  };
  expect_near(at(Colormap::viridis, 0), 0.267004, 0.004874, 0.329415);
  expect_near(at(Colormap::viridis, 37 / 255.0), 0.274128, 0.199721, 0.498911);
  expect_near(at(Colormap::viridis, 67 / 255.0), 0.223925 - 0.00, 0.334994, 0.548053);
  expect_near(at(Colormap::viridis, 128 / 255.0), 0.127568, 0.566949, 0.550556);
  expect_near(at(Colormap::viridis, 1), 0.993248, 0.906157, 0.143936);
  expect_near(at(Colormap::cividis, 0), 0.0, 0.135112, 0.304751);
  expect_near(at(Colormap::cividis, 26 / 255.0), 0.046205, 0.203903, 0.440196);
  expect_near(at(Colormap::cividis, 128 / 255.0), 0.488697, 0.485318, 0.471008);
  expect_near(at(Colormap::cividis, 200 / 255.0), 0.769353, 0.707035, 0.408516);
  expect_near(at(Colormap::cividis, 1), 0.995737, 0.909344, 0.217772);
}

TEST(Colormap, SequentialMapsRiseInLightness) {
  for (const Colormap map : {Colormap::viridis, Colormap::cividis}) {
    double before = to_lab(at(map, 0)).L;
    for (int i = 1; i <= 256; ++i) {
      const double now = to_lab(at(map, i / 256.0)).L;
      EXPECT_GT(now, before) << colormap_name(map) << " at " << i;
      before = now;
    }
  }
}

TEST(Colormap, DivergingIsSymmetricAndMonotoneInLightness) {
  for (const bool dark : {true, false}) {
    double before = to_lab(at(Colormap::diverging, 0.5, dark)).L;
    EXPECT_NEAR(before, dark ? 13 : 97, 0.1);
    for (int i = 1; i <= 128; ++i) {
      const double s = i / 256.0;
      const double low = to_lab(at(Colormap::diverging, 0.5 - s, dark)).L;
      const double high = to_lab(at(Colormap::diverging, 0.5 + s, dark)).L;
      EXPECT_NEAR(low, high, 0.3);
      EXPECT_GT(dark ? high - before : before - high, 0);
      before = high;
    }
  }
}

TEST(Colormap, DivergingSignIsVisibleToEveryone) {
  for (const bool dark : {true, false})
    for (const double s : {0.1, 0.25, 0.5}) {
      const Rgb low = at(Colormap::diverging, 0.5 - s, dark);
      const Rgb high = at(Colormap::diverging, 0.5 + s, dark);
      for (const bool protan : {true, false})
        EXPECT_GT(difference(to_lab(simulate(low, protan)), to_lab(simulate(high, protan))), 20);
    }
}

TEST(Colormap, CyclicCloses) {
  EXPECT_LT(difference(to_lab(at(Colormap::cyclic, 0)), to_lab(at(Colormap::cyclic, 1))), 1e-6);
  // Even steps: no seam anywhere, the closing step included.
  for (int i = 0; i < 100; ++i) {
    const Lab a = to_lab(at(Colormap::cyclic, i / 100.0));
    const Lab b = to_lab(at(Colormap::cyclic, (i + 1) / 100.0));
    EXPECT_GT(difference(a, b), 0.8) << i;
    EXPECT_LT(difference(a, b), 5) << i;
  }
}

TEST(Colormap, EndsSaturateAndNanIsRefused) {
  EXPECT_EQ(at(Colormap::viridis, -3), at(Colormap::viridis, 0));
  EXPECT_EQ(at(Colormap::viridis, 7), at(Colormap::viridis, 1));
  EXPECT_THROW(at(Colormap::viridis, std::nan("")), InvalidInput);
}

TEST(Colormap, TablesAndNames) {
  for (const std::string& name : colormap_names()) {
    EXPECT_EQ(colormap_name(colormap(name)), name);
    for (const bool dark : {true, false})
      EXPECT_EQ(table(colormap(name), dark)[100],
                at(colormap(name), 100 / (kColormapSize - 1.0), dark));
  }
  EXPECT_THROW(colormap("virdis"), InvalidInput);
}

TEST(Theme, TextContrast) {
  const std::array<double, 3> wanted = {4.5, 4.5, 7};
  for (std::size_t i = 0; i < themes().size(); ++i) {
    const Theme& t = *themes()[i];
    for (const Rgb surface : {t.background, t.panel, t.raised}) {
      for (const Rgb ink : {t.text, t.quiet, t.accent, t.good, t.warning, t.error})
        EXPECT_GE(contrast(ink, surface), wanted[i]) << t.id;
      EXPECT_GE(contrast(t.focus, surface), 3) << t.id;
    }
    for (const Rgb surface : {t.hover, t.pressed, t.slider})
      EXPECT_GE(contrast(t.text, surface), wanted[i]) << t.id;
    EXPECT_GE(contrast(t.on_accent, t.accent), wanted[i]) << t.id;
    EXPECT_LT(contrast(t.grid, t.background), contrast(t.line, t.background)) << t.id;
  }
  EXPECT_THROW(theme("drak"), InvalidInput);
  EXPECT_EQ(&theme("light"), &light_theme());
}

TEST(Theme, CategoriesStandOutAndNeighboursDiffer) {
  for (const Theme* t : themes()) {
    for (int i = 0; i < 8; ++i) EXPECT_GE(contrast(t->category(i), t->background), 2.99) << i;
    for (int i = 0; i < 7; ++i)
      for (const bool protan : {true, false}) {
        const Rgb a = simulate(t->category(i), protan), b = simulate(t->category(i + 1), protan);
        EXPECT_GT(difference(to_lab(a), to_lab(b)), 15) << t->id << " " << i;
      }
  }
  EXPECT_EQ(dark_theme().category(9), dark_theme().category(1));
  EXPECT_EQ(dark_theme().category(-1), dark_theme().category(7));
}

TEST(Theme, DarkKeepsThePublishedPalette) {
  for (int i = 0; i < 8; ++i)
    EXPECT_EQ(dark_theme().category(i), kOkabeIto[static_cast<std::size_t>(i)]);
}

}  // namespace
}  // namespace aniso::figure
