// Fonts, themes, figures and screenshots as they reach the screen.
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "app/ui/figure_painter.h"
#include "app/ui/icons.h"
#include "core/base/errors.h"
#include "core/figure/text_run.h"
#include "tests/support/gl_window.h"

namespace aniso {
namespace {

namespace fs = std::filesystem;
namespace gl = app::gl;
namespace ui = app::ui;
using ::testing::HasSubstr;

class LookTest : public test::GlTest {
 protected:
  /// One frame of a window that fills the display.
  template <typename Draw>
  io::Image frame(ui::Look& look, Draw&& draw, double opacity = 1) {
    look.update(window_->content_scale(), window_->pixel_ratio());
    window_->begin_frame();
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
    ImGui::Begin("all", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground);
    draw();
    ImGui::End();
    window_->end_frame(look.theme().background);
    return gl::capture(ImGui::GetDrawData(), window_->framebuffer_width(),
                       window_->framebuffer_height(),
                       figure::Rgba(look.theme().background, opacity));
  }
};

void take_literals(const std::string& source, std::set<char32_t>& codes) {
  static const std::regex kLiteral(R"re("(?:[^"\\\n]|\\.)*")re");
  static const std::regex kEscape(R"re(\\u([0-9A-Fa-f]{4}))re");
  for (std::sregex_iterator m(source.begin(), source.end(), kLiteral), end; m != end; ++m) {
    const std::string literal = m->str();
    for (const char32_t code : figure::decode_utf8(literal))
      if (code > 127) codes.insert(code);
    for (std::sregex_iterator e(literal.begin(), literal.end(), kEscape); e != end; ++e)
      codes.insert(static_cast<char32_t>(std::stoul((*e)[1], nullptr, 16)));
  }
}

TEST_F(LookTest, EveryCharacterThatTheProgramWritesHasAGlyph) {
  std::set<char32_t> codes;
  int files = 0;
  for (const char* folder : {"app", "core", "assets"})
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(ANISO_SOURCE_DIR) / folder)) {
      const auto kind = entry.path().extension();
      if (kind != ".h" && kind != ".cpp" && kind != ".json") continue;
      std::ifstream file(entry.path());
      take_literals(std::string(std::istreambuf_iterator<char>(file), {}), codes);
      ++files;
    }
  ASSERT_GT(files, 50);
  ASSERT_GT(codes.size(), 80U) << "the icons alone are more";
  ui::Look look;
  look.update(1, 1);
  for (const char32_t code : codes)
    for (const ui::Face face : {ui::Face::regular, ui::Face::semibold, ui::Face::mono}) {
      std::string shown;
      figure::append_utf8(shown, code);
      EXPECT_NE(look.fonts().get(face, ui::TextSize::body)->FindGlyphNoFallback(ImWchar(code)),
                nullptr)
          << shown << " U+" << std::hex << static_cast<unsigned>(code);
    }
}

TEST_F(LookTest, EveryIconIsAPictureOfItsOwn) {
  ui::Look look;
  look.update(1, 1);
  const ImFont* font = look.fonts().get(ui::Face::regular, ui::TextSize::body);
  std::set<std::string> seen;
  for (const char* icon : ui::icon::kAll) {
    EXPECT_TRUE(seen.insert(icon).second) << icon;
    const auto* glyph = font->FindGlyphNoFallback(ImWchar(figure::decode_utf8(icon).at(0)));
    ASSERT_NE(glyph, nullptr);
    EXPECT_GT(glyph->X1 - glyph->X0, 3.0F);
  }
}

TEST_F(LookTest, OnlyTheSizesInUseAreBuiltAndNewOnesBetweenFrames) {
  ui::Look look;
  frame(look, [] {});
  EXPECT_EQ(look.fonts().builds(), 1);
  const float body = look.fonts().get(ui::Face::regular, ui::TextSize::body)->FontSize;
  frame(look, [&] { ui::Font title(ui::Face::regular, ui::TextSize::lecture); });
  EXPECT_TRUE(look.fonts().incomplete());
  frame(look, [] {});
  EXPECT_EQ(look.fonts().builds(), 2);
  const float lecture = look.fonts().get(ui::Face::regular, ui::TextSize::lecture)->FontSize;
  EXPECT_NEAR(lecture / body, 24.0 / 14, 0.08);
  frame(look, [] {});
  EXPECT_EQ(look.fonts().builds(), 2) << "nothing has changed";
}

TEST_F(LookTest, TextSizeScalesTypeAndMetrics) {
  ui::Look look;
  frame(look, [] {});
  const float height = ImGui::GetFrameHeight();
  EXPECT_NEAR(height, 28, 1);
  for (int i = 0; i < 40; ++i) look.larger_text();
  EXPECT_EQ(look.text_size(), 3);
  for (int i = 0; i < 40; ++i) look.smaller_text();
  EXPECT_EQ(look.text_size(), 0.6);
  look.set_text_size(1.5);
  frame(look, [] { EXPECT_EQ(ui::px(10), 15); });
  EXPECT_NEAR(ImGui::GetFrameHeight(), 42, 1);
  look.reset_text();
  frame(look, [] {});
  EXPECT_EQ(ImGui::GetFrameHeight(), height);
  EXPECT_THROW(look.set_text_size(0.1), InvalidInput);
}

TEST_F(LookTest, ThemesRecolourEverything) {
  ui::Look look;
  for (const figure::Theme* theme : figure::themes()) {
    look.set_theme(*theme);
    const io::Image image = frame(look, [] { ImGui::Button("##b", {200, 100}); });
    const auto at = [&](Index x, Index y) { return image.rgba[std::size_t(4 * (y * 640 + x))]; };
    EXPECT_EQ(at(600, 400), figure::to_byte(theme->background.r)) << theme->id;
    EXPECT_EQ(at(100, 60), figure::to_byte(theme->raised.r)) << theme->id;
  }
}

TEST_F(LookTest, MissingFontsAreNamedWithTheirPackage) {
  ui::FontFiles files = ui::FontFiles::system();
  files.regular = "/nowhere/Inter.otf";
  {
    ui::Look look(files);
    frame(look, [] { ImGui::TextUnformatted("still readable"); });
    ASSERT_EQ(look.fonts().notices().size(), 1U);
    EXPECT_THAT(look.fonts().notices()[0], HasSubstr("fonts-inter"));
  }
  files = {"/a", "/b", "/c", "/d", "/e"};
  ui::Look bare(files);
  const io::Image image = frame(bare, [] { ImGui::TextUnformatted("built-in font"); });
  EXPECT_EQ(bare.fonts().notices().size(), 4U);
  EXPECT_GT(std::set<std::uint8_t>(image.rgba.begin(), image.rgba.end()).size(), 4U);
}

TEST_F(LookTest, EasingTakesItsTimeAndAsksForFrames) {
  ui::Look look;
  frame(look, [] { EXPECT_EQ(ui::ease(7, 1), 1) << "starts where it is"; });
  EXPECT_FALSE(look.fonts().incomplete());
  frame(look, [] { EXPECT_LT(ui::ease(7, 5), 5); });
  EXPECT_TRUE(look.animating());
  float value = 0, before = 0;
  const double start = ImGui::GetTime();
  while (ImGui::GetTime() - start < 0.4) {
    frame(look, [&] { value = ui::ease(7, 5); });
    EXPECT_GE(value, before);
    before = value;
  }
  EXPECT_EQ(value, 5);
  EXPECT_FALSE(look.animating());
}

TEST_F(LookTest, ScreenshotCarriesTheStateAndCanBeTransparent) {
  ui::Look look;
  const io::Image image = frame(
      look,
      [] {
        ImGui::Button("##b", {200, 100});
      },
      0);
  EXPECT_EQ(image.rgba[std::size_t(4 * (400 * 640 + 600) + 3)], 0) << "nothing there";
  const auto* inside = &image.rgba[std::size_t(4 * (60 * 640 + 100))];
  EXPECT_EQ(inside[3], 255);
  EXPECT_EQ(inside[2], figure::to_byte(look.theme().raised.b));
  const fs::path path = fs::temp_directory_path() / ("shot_" + std::to_string(getpid()) + ".png");
  gl::save_screenshot(path, image, "{\"seed\": 7}");
  const io::Png read = io::read_png(path);
  fs::remove(path);
  EXPECT_EQ(read.image, image);
  EXPECT_EQ(read.text.at(io::kStateKey), "{\"seed\": 7}");
}

figure::Figure two_curves() {
  figure::Figure figure;
  figure::Panel panel;
  panel.title = "Curves";
  panel.x.label = "step";
  panel.y.label = "u_1";
  for (int k = 0; k < 2; ++k) {
    figure::Line line;
    line.name = k == 0 ? "train" : "test";
    line.style.category = k;
    line.style.width = 3;
    for (int i = 0; i <= 100; ++i) {
      line.x.push_back(i);
      line.y.push_back(k == 0 ? 0.2 + 0.006 * i : 0.8 - 0.005 * i);
    }
    panel.lines.push_back(line);
  }
  figure.panels.push_back(panel);
  return figure;
}

TEST_F(LookTest, FiguresLieWhereTheirLayoutSaysAtScaleOneAndTwo) {
  const figure::Figure figure = two_curves();
  for (const float scale : {1.0F, 2.0F}) {
    gl::WindowOptions o = options();
    o.content_scale = scale;
    o.width = static_cast<int>(640 * scale);
    o.height = static_cast<int>(480 * scale);
    open(o);
    ui::Look look;
    ui::FigurePainter painter;
    io::Image image;
    for (int i = 0; i < 3; ++i)  // the second and third with every size of type there
      image = frame(look, [&] {
        painter.draw(*ImGui::GetWindowDrawList(), figure, 1, {20, 10}, {600 * scale, 400 * scale});
      });
    EXPECT_EQ(painter.layouts(), 2) << "once per build of the fonts";
    ASSERT_NE(painter.layout(), nullptr);
    EXPECT_DOUBLE_EQ(painter.layout()->width, 600);
    const figure::PanelFrame& panel = painter.layout()->panels.at(0);
    for (const double step : {10.0, 30.0, 80.0}) {
      const ImVec2 at =
          painter.to_screen({panel.x.to_pixel(step), panel.y.to_pixel(0.2 + 0.006 * step)});
      const auto* p = &image.rgba[std::size_t(4 * (Index(at.y) * image.width + Index(at.x)))];
      EXPECT_NEAR(p[0], figure::to_byte(look.theme().category(0).r), 3) << step;
      EXPECT_NEAR(p[2], figure::to_byte(look.theme().category(0).b), 3) << step;
      EXPECT_EQ(painter.panel_at(at), 0);
    }
    EXPECT_EQ(painter.panel_at({1, 1}), -1);
    const auto back = painter.to_figure(painter.to_screen({12.5, 40}));
    EXPECT_NEAR(back.x, 12.5, 1e-3);
    look.set_theme(figure::light_theme());
    frame(look, [&] {
      painter.draw(*ImGui::GetWindowDrawList(), figure, 1, {20, 10}, {600 * scale, 400 * scale});
    });
    EXPECT_EQ(painter.layouts(), 3) << "the theme changed";
    expect_no_messages();
  }
}

TEST_F(LookTest, TextIsMeasuredAsItIsDrawn) {
  ui::Look look;
  look.update(1, 1);
  const ui::ScreenMeasurer measurer(look.fonts(), 1, 1);
  const figure::Font font{figure::Face::numbers, 12};
  const double digit = measurer.width("0", font);
  EXPECT_NEAR(digit, 0.6 * 12, 0.6) << "JetBrains Mono is 0.6 em wide";
  EXPECT_NEAR(measurer.width("0123456789", font), 10 * digit, 1e-3);
}

}  // namespace
}  // namespace aniso
