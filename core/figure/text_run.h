#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aniso::figure {

/// A piece of a label in one size at one height.
struct TextRun {
  std::string text;  ///< UTF-8
  double scale = 1;  ///< relative to the label's font size
  double rise = 0;   ///< baseline shift upwards, relative to the label's font size
  bool operator==(const TextRun&) const = default;
};

/// Splits a label with sub- and superscripts into runs.
///
/// "_{…}" and "^{…}" lower and raise their content. Without braces "_" takes one letter or digits
/// after a base of one letter ("u_1", "λ_i"; "weight_norm" and "layer_1" stay as they are), and
/// "^" takes a number ("10^-3") or one letter. "\_" and "\^" are the plain characters. A hyphen in
/// front of a digit in a script becomes a minus sign. Unmatched braces are plain text.
std::vector<TextRun> parse_markup(std::string_view markup);

/// The label without markup: "u_1" → "u1", "10^{-3}" → "10−3".
std::string plain_text(std::string_view markup);

/// `text` with "_", "^" and "\" escaped, so that parse_markup gives it back unchanged.
std::string escape_markup(std::string_view text);

/// Code points of UTF-8; malformed bytes become U+FFFD.
std::u32string decode_utf8(std::string_view utf8);
/// Appends a code point as UTF-8.
void append_utf8(std::string& out, char32_t code);

}  // namespace aniso::figure
