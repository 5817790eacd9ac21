#include "app/ui/fonts.h"

#include <backends/imgui_impl_opengl3.h>
#include <ft2build.h>
#include <imgui_freetype.h>
#include FT_FREETYPE_H

#include <algorithm>
#include <cmath>

#include "app/ui/icons.h"
#include "core/base/check.h"

namespace aniso::app::ui {
namespace fs = std::filesystem;
namespace {

// What the program writes and what file and class names in European languages need: Latin, Greek,
// Cyrillic; spaces, dashes and quotes; raised and lowered letters; letterlike signs; arrows;
// operators; brackets and keys; shapes; ticks and crosses; mathematical brackets.
constexpr ImWchar kTextRanges[] = {
    0x0020, 0x017F, 0x0218, 0x021B, 0x02C6, 0x02DC, 0x0370, 0x03FF, 0x0400, 0x045F, 0x1D2C, 0x1D6A,
    0x2000, 0x206F, 0x2070, 0x209F, 0x20AC, 0x20AC, 0x2100, 0x214F, 0x2150, 0x215F, 0x2190, 0x21FF,
    0x2200, 0x22FF, 0x2300, 0x2328, 0x23CE, 0x23CF, 0x2500, 0x2501, 0x25A0, 0x25FF, 0x2605, 0x2606,
    0x2713, 0x2718, 0x27C2, 0x27C2, 0x27E6, 0x27EB, 0x2A00, 0x2A02, 0xFFFD, 0xFFFD, 0};

/// ImGui takes the height of a line (ascender to descender); type is set by its em.
double line_per_em(const fs::path& file) {
  FT_Library library = nullptr;
  if (FT_Init_FreeType(&library) != 0) return 1;
  FT_Face face = nullptr;
  double ratio = 1;
  if (FT_New_Face(library, file.c_str(), 0, &face) == 0) {
    if (face->units_per_EM > 0)
      ratio = static_cast<double>(face->ascender - face->descender) / face->units_per_EM;
    FT_Done_Face(face);
  }
  FT_Done_FreeType(library);
  return ratio;
}

bool readable(const fs::path& file) {
  std::error_code none;
  return !file.empty() && fs::is_regular_file(file, none);
}

}  // namespace

float design_size(TextSize size) {
  switch (size) {
    case TextSize::quiet:
      return 12;
    case TextSize::body:
      return 14;
    case TextSize::title:
      return 17;
    case TextSize::lecture:
      return 24;
  }
  throw InvalidInput("Unknown text size.");
}

FontFiles FontFiles::system() {
  const fs::path root = "/usr/share/fonts";
  return {root / "opentype/inter/Inter-Regular.otf", root / "opentype/inter/Inter-SemiBold.otf",
          root / "truetype/jetbrains-mono/JetBrainsMono-Regular.ttf",
          root / "truetype/materialdesignicons-webfont/materialdesignicons-webfont.ttf",
          root / "truetype/dejavu/DejaVuSans.ttf"};
}

Fonts::Fonts(FontFiles files) : files_(std::move(files)) {
  for (const Face face : {Face::regular, Face::semibold, Face::mono})
    for (const TextSize size : {TextSize::quiet, TextSize::body})
      wanted_.insert({face, design_size(size)});
  for (const ImWchar code : kTextRanges) text_ranges_.push_back(code);
  ImFontGlyphRangesBuilder icons;
  for (const char* glyph : icon::kAll) icons.AddText(glyph);
  icons.BuildRanges(&icon_ranges_);

  const auto missing = [this](const fs::path& file, const char* name, const char* package,
                              const char* instead) {
    if (!readable(file))
      notices_.push_back(text(name, " is not installed (", file.string(), "): ", instead,
                              ". Install the package ", package, "."));
  };
  const char* stand_in = readable(files_.symbols) ? "DejaVu Sans is used instead"
                                                  : "a built-in bitmap font is used instead";
  missing(files_.regular, "Inter", "fonts-inter", stand_in);
  if (readable(files_.regular)) missing(files_.semibold, "Inter SemiBold", "fonts-inter", stand_in);
  missing(files_.mono, "JetBrains Mono", "fonts-jetbrains-mono", stand_in);
  missing(files_.icons, "Material Design Icons", "fonts-materialdesignicons-webfont",
          "buttons show no icons");
  missing(files_.symbols, "DejaVu Sans", "fonts-dejavu-core",
          "some mathematical signs are shown as \"?\"");
}

int Fonts::pixels_of(float design) const {
  return std::max(4, static_cast<int>(std::lround(design * scale_)));
}

ImFont* Fonts::get(Face face, float design) {
  const auto found = fonts_.find({face, pixels_of(design)});
  if (found != fonts_.end()) return found->second;
  if (wanted_.insert({face, design}).second) stale_ = true;
  ImFont* nearest = nullptr;
  int best = 0;
  for (const auto& [key, font] : fonts_) {
    const int away = std::abs(key.second - pixels_of(design));
    if (key.first != face || (nearest != nullptr && away >= best)) continue;
    nearest = font;
    best = away;
  }
  return nearest;
}

bool Fonts::update(float scale, float pixel_ratio) {
  ANISO_CHECK(scale > 0 && pixel_ratio > 0, "Fonts were asked for at scale ", scale, ".");
  if (!stale_ && scale == scale_ && pixel_ratio == pixel_ratio_) return false;
  scale_ = scale;
  pixel_ratio_ = pixel_ratio;
  build();
  stale_ = false;
  return true;
}

void Fonts::build() {
  ImGuiIO& io = ImGui::GetIO();
  io.Fonts->Clear();
  io.Fonts->FontBuilderIO = ImGuiFreeType::GetBuilderForFreeType();
  // Vertical hinting only: even spacing, and x-heights on whole pixels.
  io.Fonts->FontBuilderFlags = ImGuiFreeTypeBuilderFlags_LightHinting;
  io.Fonts->Flags |= ImFontAtlasFlags_NoPowerOfTwoHeight;
  io.Fonts->TexDesiredWidth = 2048;
  fonts_.clear();
  for (const auto& [face, design] : wanted_) {
    const Key key{face, pixels_of(design)};
    if (!fonts_.contains(key)) fonts_[key] = add(face, key.second);
  }
  io.FontDefault = fonts_.at({Face::regular, pixels_of(design_size(TextSize::body))});
  io.FontGlobalScale = 1 / pixel_ratio_;
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui_ImplOpenGL3_CreateFontsTexture();
  ++builds_;
}

ImFont* Fonts::add(Face face, int pixels) {
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  fs::path file = face == Face::regular    ? files_.regular
                  : face == Face::semibold ? files_.semibold
                                           : files_.mono;
  if (!readable(file) && face == Face::semibold) file = files_.regular;
  if (!readable(file)) file = files_.symbols;
  ImFont* font = nullptr;
  if (readable(file)) {
    ImFontConfig config;
    const auto line = static_cast<float>(std::lround(pixels * line_per_em(file)));
    font = atlas.AddFontFromFileTTF(file.c_str(), line, &config, text_ranges_.Data);
  }
  if (font == nullptr) {
    ImFontConfig config;
    config.SizePixels = static_cast<float>(pixels);
    font = atlas.AddFontDefault(&config);
  }
  // Icons a quarter larger than letters, moved down so that their middle meets the capitals'.
  constexpr double kIconSize = 1.25, kIconDrop = 0.105;
  merge(files_.icons, kIconSize * pixels, kIconDrop * pixels, icon_ranges_.Data);
  merge(files_.symbols, pixels, 0, text_ranges_.Data);
  return font;
}

void Fonts::merge(const fs::path& file, double em, double drop, const ImWchar* ranges) {
  if (!readable(file)) return;
  ImFontConfig config;
  config.MergeMode = true;
  config.GlyphOffset.y = static_cast<float>(std::lround(drop));
  ImGui::GetIO().Fonts->AddFontFromFileTTF(
      file.c_str(), static_cast<float>(std::lround(em * line_per_em(file))), &config, ranges);
}

}  // namespace aniso::app::ui
