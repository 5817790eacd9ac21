#include "app/views/shown_number.h"

#include <array>
#include <cmath>

#include "core/figure/text_run.h"
#include "core/figure/ticks.h"

namespace aniso::app {

std::string shown_number(double value, int digits) {
  if (std::isnan(value)) return "–";
  constexpr std::array<const char*, 10> kRaised = {"⁰", "¹", "²", "³", "⁴",
                                                   "⁵", "⁶", "⁷", "⁸", "⁹"};
  const std::string written = figure::short_number(value, digits);
  const auto power = written.find("^{");
  if (power == std::string::npos) return figure::plain_text(written);
  std::string out = written.substr(0, power);
  for (const char c : figure::plain_text(written.substr(power))) {
    if (c >= '0' && c <= '9') out += kRaised[static_cast<std::size_t>(c - '0')];
  }
  const bool small = written.find("−", power) != std::string::npos ||
                     written.find('-', power) != std::string::npos;
  if (small) out.insert(out.find("10") + 2, "⁻");
  return out;
}

}  // namespace aniso::app
