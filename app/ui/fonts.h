#pragma once

#include <imgui.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace aniso::app::ui {

enum class Face { regular, semibold, mono };
enum class TextSize { quiet, body, title, lecture };  ///< 12, 14, 17, 24 design pixels

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
  ImFont* get(Face face, TextSize size) { return get(face, design_size(size)); }
  /// The same for any size of letters (the em) in design pixels, such as a subscript's.
  ImFont* get(Face face, float design);

  /// Rebuilds the atlas if the scale changed or a new size was asked for. Between frames only,
  /// GL context current. @param scale  framebuffer pixels per design pixel, text size included.
  /// @param pixel_ratio  Window::pixel_ratio().
  /// @return true if it was rebuilt (ImFont pointers from before are dangling).
  bool update(float scale, float pixel_ratio);
  /// A size that was asked for is not there yet: draw another frame.
  bool incomplete() const { return stale_; }

  /// What is missing, for the person ("Inter is not installed, …"); empty when all is there.
  const std::vector<std::string>& notices() const { return notices_; }
  /// How often the atlas has been built.
  int builds() const { return builds_; }

 private:
  using Key = std::pair<Face, int>;  ///< letters' size in framebuffer pixels

  void build();
  ImFont* add(Face face, int pixels);
  void merge(const std::filesystem::path& file, double em, double drop, const ImWchar* ranges);
  int pixels_of(float design) const;

  FontFiles files_;
  std::map<Key, ImFont*> fonts_;
  std::set<std::pair<Face, float>> wanted_;  ///< design sizes
  bool stale_ = true;
  float scale_ = 0, pixel_ratio_ = 1;
  ImVector<ImWchar> text_ranges_, icon_ranges_;
  std::vector<std::string> notices_;
  int builds_ = 0;
};

}  // namespace aniso::app::ui
