#pragma once

#include <imgui.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>

#include "app/gl/handle.h"
#include "app/ui/fonts.h"
#include "core/figure/display_list.h"
#include "core/figure/layout.h"

namespace aniso::app::ui {

/// Widths of text in the interface's fonts, for core/figure's layout. UI thread.
class ScreenMeasurer : public figure::TextMeasurer {
 public:
  /// @param text_size  factor that the figure's font sizes contain already.
  /// @param pixels_per_point  framebuffer pixels per point of the figure.
  ScreenMeasurer(Fonts& fonts, double text_size, double pixels_per_point)
      : fonts_(fonts), text_size_(text_size), pixels_per_point_(pixels_per_point) {}
  double width(std::string_view utf8, figure::Font font) const override;

 private:
  Fonts& fonts_;
  double text_size_, pixels_per_point_;
};

/// Draws figures into the window: the same display list that goes to PDF, through Dear ImGui. One
/// per place on the screen; keeps its layout until figure, size, theme, scale or fonts change.
class FigurePainter {
 public:
  /// Lays out and draws. @param version  changes whenever `figure` does.
  /// @param at, size  in ImGui units. Does nothing where `size` has no room.
  void draw(ImDrawList& list, const figure::Figure& figure, std::uint64_t version, ImVec2 at,
            ImVec2 size);

  /// Where the data went, in figure points; see `to_screen`. Null before the first `draw`.
  const figure::DisplayList* layout() const { return laid_out_ ? &list_ : nullptr; }
  /// Figure point ↔ ImGui units of the last `draw`.
  ImVec2 to_screen(figure::Point p) const;
  figure::Point to_figure(ImVec2 screen) const;
  /// The panel whose plot lies under the place; −1 for none.
  int panel_at(ImVec2 screen) const;
  /// How often a layout has been made.
  int layouts() const { return layouts_; }

 private:
  struct Key {
    std::uint64_t version = 0;
    float width = 0, height = 0, scale = 0, text_size = 0, pixel_ratio = 0;
    int font_builds = 0;
    const figure::Theme* theme = nullptr;
    bool operator==(const Key&) const = default;
  };
  void place(const figure::Figure& figure, const Key& key);
  void upload_images();
  float snapped(float at, float width) const;

  void paint(ImDrawList& list, const figure::Fill& item) const;
  void paint(ImDrawList& list, const figure::Polyline& item) const;
  void paint(ImDrawList& list, const figure::Polygon& item) const;
  void paint(ImDrawList& list, const figure::Markers& item) const;
  void paint(ImDrawList& list, const figure::Text& item) const;
  void paint(ImDrawList& list, const figure::Label& item) const;
  void paint(ImDrawList& list, const figure::Image& item) const;
  void paint(ImDrawList& list, const figure::Clip& item) const;
  void paint(ImDrawList& list, const figure::Unclip& item) const;

  figure::DisplayList list_;
  Key key_;
  bool laid_out_ = false;
  float scale_ = 1;  ///< ImGui units per point
  ImVec2 at_{0, 0};
  int layouts_ = 0;
  std::uint64_t pictures_ = 0;  // version of the textures
  std::map<const figure::Image*, gl::Texture> textures_;
};

}  // namespace aniso::app::ui
