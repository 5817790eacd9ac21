#include "core/figure/cairo_painter.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>

#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <span>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/figure/cairo_canvas.h"
#include "core/figure/cairo_fonts.h"
#include "core/figure/text_run.h"
#include "core/io/files.h"
#include "core/io/png.h"

namespace aniso::figure {
namespace {

constexpr double kMaxSide = 32000;  // Cairo's images end at 32,767 pixels

struct SurfaceDelete {
  void operator()(cairo_surface_t* s) const { cairo_surface_destroy(s); }
};
struct ContextDelete {
  void operator()(cairo_t* c) const { cairo_destroy(c); }
};
using Surface = std::unique_ptr<cairo_surface_t, SurfaceDelete>;
using Context = std::unique_ptr<cairo_t, ContextDelete>;

void check_cairo(cairo_status_t status) {
  if (status != CAIRO_STATUS_SUCCESS)
    throw IoError(text("The figure could not be drawn: ", cairo_status_to_string(status), "."));
}

cairo_status_t append(void* closure, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

std::vector<std::byte> as_bytes(std::string_view s) {
  const auto* first = reinterpret_cast<const std::byte*>(s.data());
  return {first, first + s.size()};
}

void paint(cairo_surface_t* surface, const DisplayList& list, double pixel_scale) {
  const Context cairo(cairo_create(surface));
  if (pixel_scale > 0) cairo_scale(cairo.get(), pixel_scale, pixel_scale);
  draw(cairo.get(), list, pixel_scale);
  check_cairo(cairo_status(cairo.get()));
}

// Malformed bytes become U+FFFD: neither PDF strings nor XML may hold them.
std::string valid_utf8(std::string_view s) {
  std::string out;
  for (const char32_t code : decode_utf8(s)) append_utf8(out, code);
  return out;
}

std::string title_of(const Figure& figure) {
  if (!figure.title.empty()) return plain_text(figure.title);
  return figure.panels.empty() ? "Figure" : plain_text(figure.panels.front().title);
}

// What is written in the figure, each label once, in drawing order.
std::vector<std::string> labels_of(const DisplayList& list) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (const Primitive& item : list.items)
    if (const auto* label = std::get_if<Label>(&item); label && seen.insert(label->text).second)
      out.push_back(label->text);
  return out;
}

std::vector<std::byte> to_pdf(const Figure& figure, const DisplayList& list,
                              const RenderOptions& options) {
  std::string bytes;
  const Surface surface(
      cairo_pdf_surface_create_for_stream(append, &bytes, list.width, list.height));
  const auto set = [&](cairo_pdf_metadata_t key, const std::string& value) {
    if (!value.empty())
      cairo_pdf_surface_set_metadata(surface.get(), key, valid_utf8(value).c_str());
  };
  set(CAIRO_PDF_METADATA_TITLE, title_of(figure));
  set(CAIRO_PDF_METADATA_CREATOR, "Anisoscope");
  set(CAIRO_PDF_METADATA_SUBJECT, figure.caption);
  set(CAIRO_PDF_METADATA_KEYWORDS, options.state);
  paint(surface.get(), list, 0);
  cairo_surface_finish(surface.get());
  check_cairo(cairo_surface_status(surface.get()));
  return as_bytes(bytes);
}

std::string xml(std::string_view s) {
  std::string out;
  for (const char c : valid_utf8(s)) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') {
      out += c;  // XML forbids the other control characters
    }
  }
  return out;
}

// Cairo numbers images and clips through the life of the program; number them within the file, so
// that the same figure gives the same bytes.
std::string with_own_ids(const std::string& svg) {
  std::map<std::string, std::string> ids;
  const std::string open = "id=\"";
  for (std::size_t at = svg.find(open); at != std::string::npos; at = svg.find(open, at + 1)) {
    const std::size_t from = at + open.size(), to = svg.find('"', from);
    const std::string id = svg.substr(from, to - from);
    std::string stem = id.substr(0, id.find_last_not_of("0123456789") + 1);
    ids.emplace(id, stem + std::to_string(ids.size()));
  }
  std::string out;
  for (std::size_t at = 0; at < svg.size();) {
    // Identifiers stand in id="…", "#…" and url(#…).
    const bool id = svg.compare(at, open.size(), open) == 0;
    const std::size_t lead = id ? open.size() : 1;
    out.append(svg, at, lead);
    if (!id && svg[at] != '#') {
      ++at;
      continue;
    }
    const std::size_t from = at + lead, to = std::min(svg.find_first_of("\")", from), svg.size());
    const auto found = ids.find(svg.substr(from, to - from));
    out += found == ids.end() ? svg.substr(from, to - from) : found->second;
    at = to;
  }
  return out;
}

std::vector<std::byte> to_svg(const Figure& figure, const DisplayList& list,
                              const RenderOptions& options) {
  std::string bytes;
  const Surface surface(
      cairo_svg_surface_create_for_stream(append, &bytes, list.width, list.height));
  paint(surface.get(), list, 0);
  cairo_surface_finish(surface.get());
  check_cairo(cairo_surface_status(surface.get()));
  std::string svg = with_own_ids(bytes);
  const std::size_t root = svg.find("<svg");
  const std::size_t body = root == std::string::npos ? root : svg.find('>', root);
  if (body == std::string::npos) throw IoError("Cairo wrote an SVG file without a root element.");
  std::string words;
  for (const std::string& label : labels_of(list)) words += xml(label) + "\n";
  std::string head = "\n<title>" + xml(title_of(figure)) + "</title>\n<desc>" + words + "</desc>\n";
  if (!options.state.empty())
    head += "<metadata id=\"" + std::string(io::kStateKey) + "\">" + xml(options.state) +
            "</metadata>\n";
  svg.insert(body + 1, head);
  return as_bytes(svg);
}

// Cairo's premultiplied 0xAARRGGBB → RGBA bytes.
io::Image unpremultiplied(cairo_surface_t* surface, int width, int height) {
  io::Image out;
  out.width = width;
  out.height = height;
  out.rgba.reserve(4 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  const unsigned char* data = cairo_image_surface_get_data(surface);
  const int stride = cairo_image_surface_get_stride(surface);
  for (int y = 0; y < height; ++y) {
    const auto* row =
        reinterpret_cast<const std::uint32_t*>(data + static_cast<std::ptrdiff_t>(y) * stride);
    for (int x = 0; x < width; ++x) {
      const std::uint32_t pixel = row[x], alpha = pixel >> 24;
      for (const int shift : {16, 8, 0}) {
        const std::uint32_t c = (pixel >> shift) & 255;
        out.rgba.push_back(static_cast<std::uint8_t>(
            alpha == 0 ? 0 : std::min(255U, (c * 255 + alpha / 2) / alpha)));
      }
      out.rgba.push_back(static_cast<std::uint8_t>(alpha));
    }
  }
  return out;
}

std::vector<std::byte> to_png(const Figure& figure, const DisplayList& list,
                              const RenderOptions& options) {
  const int width = std::max(1, static_cast<int>(std::lround(list.width * options.scale)));
  const int height = std::max(1, static_cast<int>(std::lround(list.height * options.scale)));
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height));
  check_cairo(cairo_surface_status(surface.get()));
  paint(surface.get(), list, options.scale);
  cairo_surface_flush(surface.get());
  io::PngText words{{"Title", valid_utf8(title_of(figure))}, {"Software", "Anisoscope"}};
  if (!options.state.empty()) words[io::kStateKey] = options.state;
  return io::encode_png(unpremultiplied(surface.get(), width, height), words);
}

}  // namespace

Format format_of(std::string_view extension) {
  if (!extension.empty() && extension.front() == '.') extension.remove_prefix(1);
  const std::vector<std::string> known = {"pdf", "svg", "png"};
  for (std::size_t i = 0; i < known.size(); ++i)
    if (extension == known[i]) return static_cast<Format>(i);
  throw InvalidInput(text("Figures cannot be written as '", extension,
                          "', only as pdf, svg or png.", suggestion(extension, known)));
}

std::string extension_of(Format format) {
  return format == Format::pdf ? "pdf" : format == Format::svg ? "svg" : "png";
}

std::vector<std::byte> render(const Figure& figure, Format format, double width, double height,
                              const RenderOptions& options) {
  const double side = std::max(width, height) * options.scale;
  ANISO_CHECK(options.scale > 0 && (format != Format::png || side <= kMaxSide), "A picture of ",
              width, " × ", height, " points at scale ", options.scale, " would be larger than ",
              kMaxSide, " pixels: choose a smaller size or scale.");
  const LayoutOptions how{options.theme, options.text_scale, options.scale, !options.transparent};
  const DisplayList list = layout(figure, width, height, CairoMeasurer(), how);
  switch (format) {
    case Format::pdf:
      return to_pdf(figure, list, options);
    case Format::svg:
      return to_svg(figure, list, options);
    case Format::png:
      return to_png(figure, list, options);
  }
  throw InvalidInput("Unknown figure format.");
}

void write(const Figure& figure, const std::filesystem::path& path, double width, double height,
           const RenderOptions& options) {
  const Format format = format_of(path.extension().string());
  io::write_atomically(path, render(figure, format, width, height, options));
}

const std::vector<std::string>& font_notes() { return FontBook::shared().notes(); }

}  // namespace aniso::figure
