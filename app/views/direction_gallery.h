#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/views/direction_picture.h"
#include "core/figure/color.h"

namespace aniso::app {

/// Directions of input space side by side, each with its name and numbers, to be pointed at and
/// clicked. As many columns as the width holds; further rows below.
class DirectionGallery {
 public:
  struct Item {
    Vector direction;
    std::string name;                  ///< "SAD 41", "A"
    std::vector<std::string> lines;    ///< quiet, below the name
    std::string badge;                 ///< on the picture's corner; empty for none
    std::optional<figure::Rgb> color;  ///< of a dot beside the name
    bool chosen = false;               ///< framed in the accent colour
    std::string tip;                   ///< shown on hover
  };
  struct Look {
    float picture = 72;  ///< height in design pixels
    bool can_click = true;
  };
  struct Answer {
    std::optional<std::size_t> hovered, clicked, right_clicked;
    float height = 0;  ///< of all rows, ImGui units
  };

  explicit DirectionGallery(gl::ShaderLibrary& shaders) : shaders_(shaders) {}

  /// How many columns fit, at least one. @param width  in ImGui units.
  static std::size_t columns(const InputShape& shape, const Look& look, float width);
  /// Height of a row whose items have so many quiet lines, ImGui units.
  static float row_height(const InputShape& shape, const Look& look, std::size_t lines);
  /// Height of so many rows.
  static float height(const InputShape& shape, const Look& look, std::size_t rows,
                      std::size_t lines);
  /// Draws from the cursor position, which moves below; left-aligned.
  Answer draw(const std::vector<Item>& items, const InputShape& shape, const Look& look,
              float width);

 private:
  void draw_item(const Item& item, std::size_t index, const InputShape& shape, ImVec2 at,
                 ImVec2 cell, ImVec2 picture, const Look& look, Answer& answer);

  gl::ShaderLibrary& shaders_;
  std::vector<std::unique_ptr<DirectionPicture>> pictures_;
};

}  // namespace aniso::app
