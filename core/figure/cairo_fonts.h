#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/figure/layout.h"

typedef struct _cairo_font_face cairo_font_face_t;  // NOLINT: Cairo's own name

namespace aniso::figure {

/// Text in one font; a label falls apart where a glyph is missing and DejaVu Sans steps in.
struct FontPiece {
  cairo_font_face_t* font = nullptr;  ///< lives as long as the program
  std::string text;
};

/// The installed fonts, found by family through fontconfig once for the program. Any thread.
class FontBook {
 public:
  static const FontBook& shared();

  /// Splits `utf8` so that every piece has its glyphs.
  std::vector<FontPiece> pieces(std::string_view utf8, Face face) const;
  /// Advance of one character at size 1.
  double advance(char32_t code, Face face) const;
  /// A sentence for each wanted family that is not installed, naming its Debian package and what
  /// is used instead; empty when all are there.
  const std::vector<std::string>& notes() const { return notes_; }

  FontBook(const FontBook&) = delete;
  FontBook& operator=(const FontBook&) = delete;
  ~FontBook();

 private:
  struct Entry;
  FontBook();
  const Entry& entry_for(char32_t code, Face face) const;
  std::vector<std::unique_ptr<Entry>> entries_;  // by Face, then the fallback
  std::vector<std::string> notes_;
};

/// Widths as Cairo draws them.
class CairoMeasurer : public TextMeasurer {
 public:
  double width(std::string_view utf8, Font font) const override;
};

}  // namespace aniso::figure
