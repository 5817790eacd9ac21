#include "core/figure/text_run.h"

#include <array>
#include <optional>

namespace aniso::figure {
namespace {

constexpr double kScriptScale = 0.72, kSubDrop = -0.18, kSuperRise = 0.36;
constexpr char32_t kMinus = 0x2212;

bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }

// Letters: ASCII, Latin-1 and extensions, Greek, Cyrillic, and mathematical letter-like signs.
bool is_letter(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= 0xC0 && c < 0x530) ||
         (c >= 0x2100 && c < 0x2150);
}

bool is_word(char32_t c) { return is_letter(c) || is_digit(c) || c == U'_'; }

class Parser {
 public:
  explicit Parser(std::string_view markup) : in_(decode_utf8(markup)) {}

  std::vector<TextRun> run() {
    while (at_ < in_.size()) {
      const char32_t c = in_[at_];
      if (c == U'\\' && at_ + 1 < in_.size() && is_special(in_[at_ + 1])) {
        append_utf8(plain_, in_[at_ + 1]);
        at_ += 2;
      } else if ((c == U'_' || c == U'^') && script(c == U'^')) {
        continue;
      } else {
        append_utf8(plain_, c);
        ++at_;
      }
    }
    flush();
    return std::move(out_);
  }

 private:
  static bool is_special(char32_t c) { return c == U'_' || c == U'^' || c == U'\\'; }

  bool script(bool super) {
    const auto content = braced() ? braced() : super ? bare_super() : bare_sub();
    if (!content || content->second.empty() || at_ == 0) return false;
    flush();
    std::string text;
    const std::u32string& body = content->second;
    for (std::size_t i = 0; i < body.size(); ++i) {
      const bool minus = body[i] == U'-' && i + 1 < body.size() && is_digit(body[i + 1]);
      append_utf8(text, minus ? kMinus : body[i]);
    }
    out_.push_back({text, kScriptScale, super ? kSuperRise : kSubDrop});
    at_ = content->first;
    return true;
  }

  using Content = std::optional<std::pair<std::size_t, std::u32string>>;  // end, text

  Content braced() const {
    if (at_ + 1 >= in_.size() || in_[at_ + 1] != U'{') return {};
    const auto close = in_.find(U'}', at_ + 2);
    if (close == std::u32string::npos) return {};
    return {{close + 1, in_.substr(at_ + 2, close - at_ - 2)}};
  }

  Content bare_super() const {
    std::size_t end = at_ + 1;
    if (end < in_.size() && (in_[end] == U'-' || in_[end] == kMinus)) ++end;
    const std::size_t digits = end;
    while (end < in_.size() && is_digit(in_[end])) ++end;
    if (end == digits) {
      end = at_ + 1;
      if (end < in_.size() && is_letter(in_[end]) && !follows_word(end + 1)) ++end;
    }
    return {{end, in_.substr(at_ + 1, end - at_ - 1)}};
  }

  Content bare_sub() const {
    const bool short_base =
        at_ >= 1 && is_letter(in_[at_ - 1]) && (at_ == 1 || !is_word(in_[at_ - 2]));
    if (!short_base) return {};
    std::size_t end = at_ + 1;
    while (end < in_.size() && is_digit(in_[end])) ++end;
    if (end == at_ + 1 && end < in_.size() && is_letter(in_[end])) ++end;
    if (end == at_ + 1 || follows_word(end)) return {};
    return {{end, in_.substr(at_ + 1, end - at_ - 1)}};
  }

  bool follows_word(std::size_t at) const { return at < in_.size() && is_word(in_[at]); }

  void flush() {
    if (!plain_.empty()) out_.push_back({plain_, 1, 0});
    plain_.clear();
  }

  std::u32string in_;
  std::size_t at_ = 0;
  std::string plain_;
  std::vector<TextRun> out_;
};

}  // namespace

std::vector<TextRun> parse_markup(std::string_view markup) {
  if (markup.find_first_of("_^\\") == std::string_view::npos)
    return markup.empty() ? std::vector<TextRun>{}
                          : std::vector<TextRun>{{std::string(markup), 1, 0}};
  return Parser(markup).run();
}

std::string plain_text(std::string_view markup) {
  std::string out;
  for (const TextRun& run : parse_markup(markup)) out += run.text;
  return out;
}

std::string escape_markup(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '_' || c == '^' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::u32string decode_utf8(std::string_view utf8) {
  std::u32string out;
  out.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const int extra = lead < 0x80       ? 0
                      : lead >> 5 == 6  ? 1
                      : lead >> 4 == 14 ? 2
                      : lead >> 3 == 30 ? 3
                                        : -1;
    constexpr std::array<unsigned, 4> mask = {0x7F, 0x1F, 0x0F, 0x07};
    constexpr std::array<char32_t, 4> smallest = {0, 0x80, 0x800, 0x10000};
    char32_t code = extra < 0 ? 0 : lead & mask[static_cast<std::size_t>(extra)];
    int taken = 0;
    while (extra > 0 && taken < extra && i + 1 + static_cast<std::size_t>(taken) < utf8.size()) {
      const auto next = static_cast<unsigned char>(utf8[i + 1 + static_cast<std::size_t>(taken)]);
      if (next >> 6 != 2) break;
      code = (code << 6) | (next & 0x3F);
      ++taken;
    }
    const bool valid = extra >= 0 && taken == extra &&
                       code >= smallest[static_cast<std::size_t>(extra)] && code <= 0x10FFFF &&
                       (code < 0xD800 || code > 0xDFFF);
    out += valid ? code : U'\uFFFD';
    i += 1 + static_cast<std::size_t>(taken);
  }
  return out;
}

void append_utf8(std::string& out, char32_t code) {
  const auto byte = [&](char32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | code >> 6);
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

}  // namespace aniso::figure
