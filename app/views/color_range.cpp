#include "app/views/color_range.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <vector>

#include "app/ui/widgets.h"
#include "core/figure/colormap.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

constexpr int kSegments = 48;

std::string short_number(double value) {
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%.3g", value);
  std::string words = out.data();
  if (words.front() == '-') words.replace(0, 1, "−");
  return words;
}

}  // namespace

ParamSchema color_range_params() {
  return {choice_param("colormap", "auto",
                       {{"auto", "Automatic", "Diverging where zero means something."},
                        {"diverging", "Diverging", "Two hues that meet in the middle."},
                        {"viridis", "Viridis", "Even steps of lightness, dark to light."},
                        {"cividis", "Cividis", "The same for every kind of colour vision."}})
              .about("Colours of the field."),
          choice_param("range", "auto",
                       {{"auto", "Automatic", "Symmetric where zero means something, else all."},
                        {"all", "All values", "From the smallest to the largest value."},
                        {"symmetric", "Symmetric", "Zero in the middle."},
                        {"locked", "Locked", "Fixed limits: colours mean the same at every step."},
                        {"log", "Logarithmic", "Positive values by their order of magnitude."}})
              .about("What the ends of the colour bar stand for."),
          real_param("low", -6).when("range", {"locked"}).about("Lower limit."),
          real_param("high", 6).when("range", {"locked"}).about("Upper limit.")};
}

figure::Colormap colormap_of(const Params& settings, bool is_signed) {
  const std::string id = settings.choice("colormap");
  if (id == "auto") return is_signed ? figure::Colormap::diverging : figure::Colormap::viridis;
  if (id == "viridis") return figure::Colormap::viridis;
  return id == "cividis" ? figure::Colormap::cividis : figure::Colormap::diverging;
}

ColorRange color_range(const Params& settings, const Matrix& values, bool is_signed) {
  const std::string kind = settings.choice("range");
  if (kind == "locked") {
    const double low = settings.real("low"), high = settings.real("high");
    if (low == high) return {low - 1, high + 1};
    return {std::min(low, high), std::max(low, high)};
  }
  const bool log = kind == "log";
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (Index i = 0; i < values.size(); ++i) {
    const double value = values.data()[i];
    if (!std::isfinite(value) || (log && value <= 0)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (!(low <= high)) return log ? ColorRange{0.1, 10, true} : ColorRange{};
  if (kind == "symmetric" || (kind == "auto" && is_signed)) {
    const double bound = std::max(std::abs(low), std::abs(high));
    return bound > 0 ? ColorRange{-bound, bound} : ColorRange{};
  }
  if (low == high) {
    const double pad = low == 0 ? 1 : std::abs(low) / 2;
    return log ? ColorRange{low / 2, low * 2, true} : ColorRange{low - pad, high + pad};
  }
  return {low, high, log};
}

ColorRange robust_color_range(const Params& settings, const Matrix& values, bool is_signed,
                              double within) {
  if (settings.choice("range") != "auto") return color_range(settings, values, is_signed);
  std::vector<double> finite;
  finite.reserve(static_cast<std::size_t>(values.size()));
  for (Index i = 0; i < values.size(); ++i)
    if (const double v = values.data()[i]; std::isfinite(v))
      finite.push_back(is_signed ? std::abs(v) : v);
  if (finite.empty()) return {};
  const auto quantile = [&](double share) {
    const auto at =
        finite.begin() +
        static_cast<std::ptrdiff_t>(std::lround(share * static_cast<double>(finite.size() - 1)));
    std::nth_element(finite.begin(), at, finite.end());
    return *at;
  };
  const double low = is_signed ? 0 : quantile((1 - within) / 2);
  const double high = quantile(is_signed ? within : (1 + within) / 2);
  // Where nearly all values agree the rest decides.
  if (!(high > low)) return color_range(settings, values, is_signed);
  return is_signed ? ColorRange{-high, high} : ColorRange{low, high};
}

double round_step(double span, int count) {
  if (!(span > 0) || !std::isfinite(span) || count < 1) return 0;
  const double raw = span / count, power = std::pow(10, std::floor(std::log10(raw)));
  const double lead = raw / power;
  return power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
}

void draw_color_bar(const ColorRange& range, figure::Colormap map, const std::string& name,
                    float width) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float height = ui::px(10), line = ui::text_extent(Face::mono, TextSize::quiet, "0").y;
  const auto extent_of = [](double value) {
    return ui::text_extent(Face::mono, TextSize::quiet, short_number(value)).x;
  };
  // The name gives way to the numbers at both ends.
  const float ends = extent_of(range.low) + extent_of(range.high) + ui::px(8);
  const float room = std::min(width * 0.45f, width - ends - ui::px(12));
  const std::string title = room < ui::px(24)
                                ? ""
                                : ui::fitted(Face::regular, TextSize::quiet,
                                             range.logarithmic ? name + " (log)" : name, room);
  const ImVec2 extent = ui::text_extent(Face::regular, TextSize::quiet, title);
  ui::draw_text({at.x, at.y}, Face::regular, TextSize::quiet, ui::color(ui::theme().quiet), title);
  const float low_x = at.x + extent.x + (title.empty() ? 0 : ui::px(12));
  const float bar = at.x + width - low_x;
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const bool dark = ui::theme().dark;
  for (int i = 0; i < kSegments; ++i) {
    const float a = low_x + bar * static_cast<float>(i) / kSegments;
    const float b = low_x + bar * static_cast<float>(i + 1) / kSegments;
    const ImU32 left = ui::color(figure::at(map, static_cast<double>(i) / kSegments, dark));
    const ImU32 right = ui::color(figure::at(map, static_cast<double>(i + 1) / kSegments, dark));
    draw->AddRectFilledMultiColor({a, at.y + ui::px(2)}, {b, at.y + ui::px(2) + height}, left,
                                  right, right, left);
  }
  const auto mark = [&](double value, double share, double align) {
    const std::string words = short_number(value);
    const float w = ui::text_extent(Face::mono, TextSize::quiet, words).x;
    const float x = low_x + bar * static_cast<float>(share) - w * static_cast<float>(align);
    ui::draw_text({x, at.y + height + ui::px(5)}, Face::mono, TextSize::quiet,
                  ui::color(ui::theme().quiet), words);
  };
  mark(range.low, 0, 0);
  if (bar >= ends) mark(range.high, 1, 1);
  const double zero = -range.low / (range.high - range.low);
  const bool has_room = bar > ui::px(140);  // the ends' numbers come first
  if (has_room && !range.logarithmic && zero > 0.25 && zero < 0.75) mark(0, zero, 0.5);
  ImGui::Dummy({width, height + line + ui::px(6)});
}

}  // namespace aniso::app
