#include "app/views/shown_number.h"

#include <gtest/gtest.h>

#include <cmath>

namespace aniso::app {
namespace {

TEST(ShownNumber, IsOneLineOfPlainCharacters) {
  EXPECT_EQ(shown_number(0.25), "0.25");
  EXPECT_EQ(shown_number(-3), "−3");
  EXPECT_EQ(shown_number(1.105e-9), "1.105×10⁻⁹");
  EXPECT_EQ(shown_number(-1.05e-10), "−1.05×10⁻¹⁰");
  EXPECT_EQ(shown_number(2.5e12, 2), "2.5×10¹²");
  EXPECT_EQ(shown_number(std::nan("")), "–");
}

}  // namespace
}  // namespace aniso::app
