#pragma once

#include <string>

namespace aniso::app {

/// A number as figures write it, on one line: "6.407×10⁻⁸", "−0.25", "–" where it is undefined.
std::string shown_number(double value, int digits = 4);

}  // namespace aniso::app
