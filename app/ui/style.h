#pragma once

#include <imgui.h>

#include <string>
#include <unordered_map>

#include "app/ui/fonts.h"
#include "core/figure/theme.h"

namespace aniso::app::ui {

/// How the interface looks at present: theme, text size, fonts, and what is easing. One per ImGui
/// context, found through it: the functions below need no argument.
class Look {
 public:
  /// Attaches to the current ImGui context, which must outlive it.
  explicit Look(FontFiles files = FontFiles::system());
  ~Look();
  Look(const Look&) = delete;
  Look& operator=(const Look&) = delete;

  /// Between frames, before Window::begin_frame: applies theme, scales and fonts where they
  /// changed. @param content_scale, pixel_ratio  of the window.
  void update(float content_scale, float pixel_ratio);

  const figure::Theme& theme() const { return *theme_; }
  void set_theme(const figure::Theme& theme);

  /// 1 is 100 %; the keys move it through fixed steps.
  double text_size() const { return text_size_; }
  void larger_text();
  void smaller_text();
  void reset_text();
  /// @throws InvalidInput outside 0.6 … 3.
  void set_text_size(double factor);

  /// ImGui units per design pixel, text size included.
  float scale() const { return scale_; }
  /// ImGui units per design pixel at text size 100 %: for strokes and figures.
  float content_scale() const { return content_scale_; }
  /// Framebuffer pixels per ImGui unit.
  float pixel_ratio() const { return pixel_ratio_; }
  Fonts& fonts() { return fonts_; }

  /// Moves towards `target` within 120 ms, ease-out; starts there when `id` is new.
  float ease(ImGuiID id, float target);
  /// Something eased since the last `update`: draw another frame soon.
  bool animating() const { return animating_; }

 private:
  struct Ease {
    float from = 0, to = 0, value = 0;
    double started = 0;
    int frame = 0;  ///< last one that asked
  };
  void apply() const;

  const figure::Theme* theme_ = &figure::dark_theme();
  Fonts fonts_;
  double text_size_ = 1;
  float content_scale_ = 1, scale_ = 1, pixel_ratio_ = 1;
  bool stale_ = true;
  bool animating_ = false;
  std::unordered_map<ImGuiID, Ease> eases_;
};

/// The look of the current ImGui context. @throws InvalidInput if it has none.
Look& look();
const figure::Theme& theme();

/// Design pixels → ImGui units. Layout is written in design pixels, in steps of 4.
float px(float design);
inline ImVec2 px(float x, float y) { return {px(x), px(y)}; }

/// Row height of controls: 28 design pixels.
float control_height();

/// Scoped font.
class Font {
 public:
  explicit Font(Face face, TextSize size = TextSize::body);
  ~Font();
  Font(const Font&) = delete;
  Font& operator=(const Font&) = delete;
};

float ease(ImGuiID id, float target);

ImU32 color(figure::Rgb c, double opacity = 1);
ImU32 color(figure::Rgba c);
ImVec4 color4(figure::Rgb c, double opacity = 1);

}  // namespace aniso::app::ui
