#pragma once

#include <imgui.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

namespace aniso::app::ui {

enum class Face { regular, semibold, mono };
enum class TextSize { quiet, body, title, lecture };  ///< 12, 14, 17, 24 design pixels

inline constexpr int kFaces = 3;
inline constexpr int kTextSizes = 4;
/// Design pixels at text size 100 %.
float design_size(TextSize size);

/// Font files by path; the defaults are Debian's packages.
struct FontFiles {
  std::filesystem::path regular, semibold, mono, icons, symbols;
  static FontFiles system();
};

/// The glyph atlas: Inter, Inter SemiBold and JetBrains Mono, each with the icons and DejaVu Sans'
/// mathematical signs merged in. Holds only the sizes in use: a size that is asked for the first
/// time is drawn with the nearest one for a frame and built between frames.
class Fonts {
 public:
  explicit Fonts(FontFiles files = FontFiles::system());

  /// For ImGui::PushFont. Never null once `update` has run.
  ImFont* get(Face face, TextSize size);

  /// Rebuilds the atlas if the scale changed or a new size was asked for. Between frames only,
  /// GL context current. @param scale  framebuffer pixels per design pixel, text size included.
  /// @param pixel_ratio  Window::pixel_ratio().
  /// @return true if it was rebuilt (ImFont pointers from before are dangling).
  bool update(float scale, float pixel_ratio);

  /// What is missing, for the person ("Inter is not installed, …"); empty when all is there.
  const std::vector<std::string>& notices() const { return notices_; }
  /// How often the atlas has been built.
  int builds() const { return builds_; }

 private:
  void build();
  ImFont* add(Face face, float pixels);

  FontFiles files_;
  std::array<std::array<ImFont*, kTextSizes>, kFaces> fonts_{};
  std::array<std::array<bool, kTextSizes>, kFaces> wanted_{};
  bool stale_ = true;
  float scale_ = 1, pixel_ratio_ = 1;
  std::vector<std::string> notices_;
  int builds_ = 0;
};

}  // namespace aniso::app::ui
