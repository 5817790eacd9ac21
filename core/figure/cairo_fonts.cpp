#include "core/figure/cairo_fonts.h"

#include <cairo-ft.h>
#include <cairo.h>
#include <fontconfig/fontconfig.h>

#include <array>
#include <mutex>
#include <unordered_map>

#include "core/base/check.h"
#include "core/figure/text_run.h"

namespace aniso::figure {
namespace {

struct Wanted {
  const char* family;
  int weight;
  const char* package;
};

// In the order of Face; the last one fills in for glyphs the others lack (∇ ∈ ∝ ⊥ ⊗).
constexpr std::array<Wanted, 4> kWanted = {
    {{"Inter", FC_WEIGHT_REGULAR, "fonts-inter"},
     {"Inter", FC_WEIGHT_DEMIBOLD, "fonts-inter"},
     {"JetBrains Mono", FC_WEIGHT_REGULAR, "fonts-jetbrains-mono"},
     {"DejaVu Sans", FC_WEIGHT_REGULAR, "fonts-dejavu-core"}}};
constexpr double kMeasureSize = 1000;

}  // namespace

struct FontBook::Entry {
  std::string family;
  cairo_font_face_t* face = nullptr;
  cairo_scaled_font_t* scaled = nullptr;
  FcCharSet* glyphs = nullptr;
  mutable std::mutex mutex;
  mutable std::unordered_map<char32_t, double> advances;

  explicit Entry(const Wanted& wanted) {
    FcPattern* pattern =
        FcPatternBuild(nullptr, FC_FAMILY, FcTypeString, wanted.family, FC_WEIGHT, FcTypeInteger,
                       wanted.weight, FC_SLANT, FcTypeInteger, FC_SLANT_ROMAN, nullptr);
    FcConfigSubstitute(nullptr, pattern, FcMatchPattern);
    FcDefaultSubstitute(pattern);
    FcResult result = FcResultNoMatch;
    FcPattern* match = FcFontMatch(nullptr, pattern, &result);
    FcPatternDestroy(pattern);
    if (match == nullptr)
      throw IoError(text("No font is installed. Install '", wanted.package, "'."));
    FcChar8* name = nullptr;
    if (FcPatternGetString(match, FC_FAMILY, 0, &name) == FcResultMatch)
      family = reinterpret_cast<const char*>(name);
    FcCharSet* set = nullptr;
    if (FcPatternGetCharSet(match, FC_CHARSET, 0, &set) == FcResultMatch)
      glyphs = FcCharSetCopy(set);
    face = cairo_ft_font_face_create_for_pattern(match);
    FcPatternDestroy(match);
    measure_with(face);
  }

  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  ~Entry() {
    cairo_scaled_font_destroy(scaled);
    cairo_font_face_destroy(face);
    if (glyphs != nullptr) FcCharSetDestroy(glyphs);
  }

  void measure_with(cairo_font_face_t* font) {
    cairo_matrix_t size, identity;
    cairo_matrix_init_scale(&size, kMeasureSize, kMeasureSize);
    cairo_matrix_init_identity(&identity);
    cairo_font_options_t* options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    scaled = cairo_scaled_font_create(font, &size, &identity, options);
    cairo_font_options_destroy(options);
  }

  bool has(char32_t code) const {
    return glyphs != nullptr && FcCharSetHasChar(glyphs, static_cast<FcChar32>(code)) != FcFalse;
  }

  double advance(char32_t code) const {
    const std::lock_guard lock(mutex);
    const auto found = advances.find(code);
    if (found != advances.end()) return found->second;
    std::string utf8;
    append_utf8(utf8, code);
    cairo_text_extents_t extents{};
    cairo_scaled_font_text_extents(scaled, utf8.c_str(), &extents);
    return advances[code] = extents.x_advance / kMeasureSize;
  }
};

FontBook::FontBook() {
  for (const Wanted& wanted : kWanted) {
    entries_.push_back(std::make_unique<Entry>(wanted));
    if (entries_.back()->family.find(wanted.family) == std::string::npos)
      notes_.push_back(text("The font ", wanted.family, " is not installed; ",
                            entries_.back()->family, " stands in. Install '", wanted.package,
                            "'."));
  }
}

FontBook::~FontBook() = default;

const FontBook& FontBook::shared() {
  static const FontBook book;
  return book;
}

const FontBook::Entry& FontBook::entry_for(char32_t code, Face face) const {
  const Entry& wanted = *entries_[static_cast<std::size_t>(face)];
  return wanted.has(code) ? wanted : *entries_.back();
}

std::vector<FontPiece> FontBook::pieces(std::string_view utf8, Face face) const {
  std::vector<FontPiece> out;
  for (const char32_t raw : decode_utf8(utf8)) {
    const char32_t code = raw < 0x20 ? U' ' : raw;  // control characters end a C string or worse
    cairo_font_face_t* font = entry_for(code, face).face;
    if (out.empty() || out.back().font != font) out.push_back({font, ""});
    append_utf8(out.back().text, code);
  }
  return out;
}

double FontBook::advance(char32_t code, Face face) const {
  return entry_for(code, face).advance(code);
}

double CairoMeasurer::width(std::string_view utf8, Font font) const {
  const FontBook& book = FontBook::shared();
  double total = 0;
  for (const char32_t code : decode_utf8(utf8))
    total += book.advance(code < 0x20 ? U' ' : code, font.face);
  return total * font.size;
}

}  // namespace aniso::figure
