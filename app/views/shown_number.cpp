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
  const std::string exponent = written.substr(power);
  if (exponent.find("−") != std::string::npos || exponent.find('-') != std::string::npos)
    out += "⁻";
  for (const char c : exponent)
    if (c >= '0' && c <= '9') out += kRaised[static_cast<std::size_t>(c - '0')];
  return out;
}

}  // namespace aniso::app
