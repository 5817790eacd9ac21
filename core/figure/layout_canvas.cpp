#include "core/figure/layout_canvas.h"

#include "core/figure/text_run.h"

namespace aniso::figure {

void Canvas::segment(Point a, Point b, Rgba color, double width, bool dashed) {
  add(Polyline{{a, b}, color, width, dashed, false});
}

double Canvas::width(std::string_view markup, Font font) const {
  double total = 0;
  for (const TextRun& run : parse_markup(markup))
    total += measurer_.width(run.text, {font.face, font.size * run.scale});
  return total;
}

void Canvas::label(Point at, std::string_view markup, Font font, Rgba color, Align align) {
  if (markup.empty()) return;
  if (align != Align::left) at.x -= width(markup, font) * (align == Align::centre ? 0.5 : 1);
  std::string whole;
  for (const TextRun& run : parse_markup(markup)) {
    const Font own{font.face, font.size * run.scale};
    add(Text{{at.x, at.y - run.rise * font.size}, run.text, own, color});
    at.x += measurer_.width(run.text, own);
    whole += run.text;
  }
  add(Label{whole});
}

std::string Canvas::elided(std::string_view markup, Font font, double room) const {
  if (width(markup, font) <= room) return std::string(markup);
  std::u32string text = decode_utf8(plain_text(markup));
  while (!text.empty()) {
    text.pop_back();
    while (!text.empty() && text.back() == U' ') text.pop_back();
    std::string shorter;
    for (const char32_t c : text) append_utf8(shorter, c);
    shorter = escape_markup(shorter) + "…";
    if (!text.empty() && width(shorter, font) <= room) return shorter;
  }
  return "";
}

std::vector<std::string> Canvas::wrapped(std::string_view text, Font font, double room) const {
  std::vector<std::string> lines;
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t space = std::min(text.find(' ', at), text.size());
    const std::string word(text.substr(at, space - at));
    const std::string longer = line.empty() ? word : line + " " + word;
    if (!line.empty() && width(longer, font) > room) {
      lines.push_back(line);
      line = word;
    } else {
      line = longer;
    }
    at = space + 1;
  }
  if (!line.empty()) lines.push_back(line);
  for (std::string& each : lines) each = elided(each, font, room);
  return lines;
}

namespace {

Rgb role_color(const Theme& theme, const Style& style) {
  switch (style.role) {
    case Role::category:
      return theme.category(style.category);
    case Role::text:
      return theme.text;
    case Role::quiet:
      return theme.quiet;
    case Role::accent:
      return theme.accent;
    case Role::zero:
      return theme.boundary;
    case Role::outline:
      return theme.rim;
  }
  return theme.text;
}

}  // namespace

Rgba Canvas::color(const Style& style) const { return {role_color(theme(), style), style.opacity}; }

Rgba Canvas::text_color(const Style& style) const {
  return readable_on(role_color(theme(), style), theme().background,
                     theme().id == "contrast" ? 7 : 4.5);
}

}  // namespace aniso::figure
