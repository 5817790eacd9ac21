#include "core/figure/cairo_painter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>

#include "core/base/errors.h"
#include "core/figure/cairo_fonts.h"
#include "core/figure/colormap.h"
#include "core/io/files.h"
#include "core/io/png.h"

namespace aniso::figure {
namespace {

using testing::HasSubstr;

std::string output_of(const std::string& command) {
  std::string out;
  std::array<char, 4096> buffer{};
  FILE* pipe = popen(command.c_str(), "r");
  for (std::size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    out.append(buffer.data(), n);
  pclose(pipe);
  return out;
}

// x from −1 to 1: value = x, zero contour in the middle, one orange line at y = 0.5.
Figure sample() {
  Figure figure;
  figure.title = "Sample & <test>";
  figure.caption = "Seed 7";
  Panel panel;
  panel.title = "Field";
  panel.subtitle = "‖∇f‖ ∈ span(u_1)";
  panel.x.label = "λ_i";
  panel.y.label = "t along u_2";
  Field field;
  field.name = "logit";
  field.values.resize(11, 21);
  for (Index c = 0; c < 21; ++c) field.values.col(c).setConstant(-1 + 0.1 * static_cast<double>(c));
  field.x_low = -1;
  field.zero_contour = true;
  panel.field = field;
  Line line{"", {-1, 1}, {0.5, 0.5}, {.category = 2, .width = 4}};
  panel.lines.push_back(line);
  figure.panels = {panel};
  return figure;
}

Rgb pixel(const io::Image& image, double x, double y) {
  const auto at =
      static_cast<std::size_t>(4 * (static_cast<Index>(y) * image.width + static_cast<Index>(x)));
  return {image.rgba[at] / 255.0, image.rgba[at + 1] / 255.0, image.rgba[at + 2] / 255.0};
}

void expect_color(Rgb got, Rgb want) {
  EXPECT_NEAR(got.r, want.r, 4 / 255.0);
  EXPECT_NEAR(got.g, want.g, 4 / 255.0);
  EXPECT_NEAR(got.b, want.b, 4 / 255.0);
}

TEST(CairoPainter, PixelsAreWhereAndWhatTheyShouldBe) {
  for (const Theme* theme : themes()) {
    RenderOptions options;
    options.theme = theme;
    options.state = "{\"seed\": 7}";
    const io::Png png = io::decode_png(render(sample(), Format::png, 400, 300, options), "test");
    ASSERT_EQ(png.image.width, 800);
    ASSERT_EQ(png.image.height, 600);
    EXPECT_EQ(png.text.at(io::kStateKey), options.state);
    LayoutOptions how;
    how.theme = theme;
    const PanelFrame frame = layout(sample(), 400, 300, CairoMeasurer(), how).panels[0];
    const auto at_data = [&](double x, double y) {
      return pixel(png.image, 2 * frame.x.to_pixel(x), 2 * frame.y.to_pixel(y));
    };
    expect_color(pixel(png.image, 2, 2), theme->background);
    for (const double x : {-0.9, -0.5, 0.4, 0.8})
      expect_color(at_data(x, 0.2), at(Colormap::diverging, 0.5 + 0.5 * x, theme->dark));
    expect_color(at_data(0.6, 0.5), theme->category(2));
    // Zero contour: the boundary colour within one pixel of x = 0.
    expect_color(at_data(0, 0.2), theme->boundary);
  }
}

TEST(CairoPainter, PdfTextIsText) {
  const auto path = std::filesystem::path(testing::TempDir()) / "figure_test.pdf";
  RenderOptions options;
  options.state = "{\"seed\": 7}";
  write(sample(), path, 400, 300, options);
  const std::string words = output_of("pdftotext -layout '" + path.string() + "' - 2>/dev/null");
  for (const char* label : {"Sample & <test>", "Field", "logit", "t along u", "Seed 7", "∇f", "λ"})
    EXPECT_THAT(words, HasSubstr(label));
  const std::string info = output_of("pdfinfo '" + path.string() + "' 2>/dev/null");
  EXPECT_THAT(info, HasSubstr("Sample & <test>"));
  EXPECT_THAT(info, HasSubstr("{\"seed\": 7}"));
  EXPECT_THAT(info, HasSubstr("400 x 300 pts"));
  EXPECT_THAT(output_of("pdffonts '" + path.string() + "' 2>/dev/null"), HasSubstr("yes"));
  std::filesystem::remove(path);
}

TEST(CairoPainter, SvgIsWellFormedAndHoldsItsLabels) {
  const auto path = std::filesystem::path(testing::TempDir()) / "figure_test.svg";
  write(sample(), path, 400, 300);
  const std::string svg = io::read_text(path);
  for (const char* label : {"<title>Sample &amp; &lt;test&gt;</title>", "t along u2", "\n−1\n"})
    EXPECT_NE(svg.find(label), std::string::npos) << label;
  // Well-formed, says an XML parser.
  EXPECT_EQ(output_of("python3 -c \"import sys, xml.dom.minidom as m; "
                      "print(m.parse(sys.argv[1]).documentElement.tagName)\" '" +
                      path.string() + "' 2>&1"),
            "svg\n");
  std::filesystem::remove(path);
}

TEST(CairoPainter, SameFigureSameBytes) {
  for (const Format format : {Format::svg, Format::png}) {
    const auto first = render(sample(), format, 300, 200);
    render(sample(), Format::svg, 310, 200);  // moves Cairo's own counters on
    EXPECT_EQ(first, render(sample(), format, 300, 200)) << extension_of(format);
  }
}

TEST(CairoPainter, TransparentBackground) {
  RenderOptions options;
  options.transparent = true;
  options.scale = 1;
  const auto image = io::decode_png(render(sample(), Format::png, 300, 200, options), "test").image;
  EXPECT_EQ(image.rgba[3], 0);
  options.transparent = false;
  EXPECT_EQ(io::decode_png(render(sample(), Format::png, 300, 200, options), "t").image.rgba[3],
            255);
}

TEST(CairoPainter, HostileFigures) {
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  Figure figure;
  for (const Format format : {Format::pdf, Format::svg, Format::png}) {
    figure.panels = {};
    EXPECT_FALSE(render(figure, format, 200, 150).empty());
    Panel panel;
    panel.title = "control \x01\x1b and broken \xff UTF-8";
    panel.lines.push_back({"nan", {0, 1, 2}, {nan, infinity, -infinity}, {}});
    panel.lines.push_back({"", {0, 1, 2}, {-1e299, 1e299, 3}, {}});
    Points one;
    one.x = one.y = {1};
    panel.points.push_back(one);
    figure.panels = {panel, {}};
    EXPECT_FALSE(render(figure, format, 200, 150).empty());
    EXPECT_THROW(render(figure, format, 0, 150), InvalidInput);
    EXPECT_THROW(render(figure, format, 200, nan), InvalidInput);
  }
  RenderOptions large;
  large.scale = 1000;
  EXPECT_THROW(render(figure, Format::png, 200, 150, large), InvalidInput);
}

TEST(CairoPainter, PathsThatCannotBeWritten) {
  EXPECT_THROW(write(sample(), "/nonexistent/folder/a.png", 200, 150), IoError);
  EXPECT_THROW(write(sample(), "/tmp/figure.pngg", 200, 150), InvalidInput);
  EXPECT_EQ(format_of(".svg"), Format::svg);
  for (const Format f : {Format::pdf, Format::svg, Format::png})
    EXPECT_EQ(format_of(extension_of(f)), f);
}

TEST(CairoFonts, MissingGlyphsComeFromTheFallback) {
  const FontBook& book = FontBook::shared();
  EXPECT_EQ(book.pieces("abc", Face::words).size(), 1u);
  const auto mixed = book.pieces("a∇b", Face::numbers);
  if (font_notes().empty()) {
    ASSERT_EQ(mixed.size(), 3u);
    EXPECT_EQ(mixed[1].text, "∇");
  }
  EXPECT_NE(mixed.front().font, nullptr);
  const CairoMeasurer measurer;
  EXPECT_NEAR(measurer.width("1111", {Face::numbers, 11}), 4 * 11 * 0.6, 0.01);
  EXPECT_NEAR(measurer.width("ab", {Face::words, 24}), 2 * measurer.width("ab", {Face::words, 12}),
              1e-9);
}

}  // namespace
}  // namespace aniso::figure
