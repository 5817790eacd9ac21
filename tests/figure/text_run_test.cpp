#include "core/figure/text_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aniso::figure {
namespace {

std::string shape(std::string_view markup) {
  std::string out;
  for (const TextRun& run : parse_markup(markup))
    out += (run.rise > 0 ? "↑" : run.rise < 0 ? "↓" : "") + ("[" + run.text + "]");
  return out;
}

TEST(TextRun, Subscripts) {
  EXPECT_EQ(shape("u_1"), "[u]↓[1]");
  EXPECT_EQ(shape("u_1, u_22"), "[u]↓[1][, u]↓[22]");
  EXPECT_EQ(shape("λ_i"), "[λ]↓[i]");
  EXPECT_EQ(shape("f(x_0 + s u_1)"), "[f(x]↓[0][ + s u]↓[1][)]");
  EXPECT_EQ(shape("σ_{max}"), "[σ]↓[max]");
}

TEST(TextRun, Superscripts) {
  EXPECT_EQ(shape("10^{-3}"), "[10]↑[−3]");
  EXPECT_EQ(shape("10^-3 s"), "[10]↑[−3][ s]");
  EXPECT_EQ(shape("x^2"), "[x]↑[2]");
  EXPECT_EQ(shape("J^T J"), "[J]↑[T][ J]");
  EXPECT_EQ(shape("R^{n-1}"), "[R]↑[n−1]");
}

TEST(TextRun, NamesOfQuantitiesStayAsTheyAre) {
  for (const char* name : {"weight_norm", "layer_1", "wall_s", "a_b_c", "_", "^", "_1", "x_",
                           "x_{1", "x ^ y", "test_accuracy"})
    EXPECT_EQ(shape(name), "[" + std::string(name) + "]");
  EXPECT_TRUE(parse_markup("").empty());
}

TEST(TextRun, EscapesRoundTrip) {
  EXPECT_EQ(shape("u\\_1"), "[u_1]");
  for (const char* plain : {"u_1", "10^{-3}", "a\\b", "\\_", "λ_i^2"})
    EXPECT_EQ(plain_text(escape_markup(plain)), plain);
}

TEST(TextRun, PlainText) {
  EXPECT_EQ(plain_text("10^{-3}"), "10−3");
  EXPECT_EQ(plain_text("span(u_1, u_2)"), "span(u1, u2)");
}

TEST(Utf8, RoundTripAndMalformed) {
  const std::string text = "aλ∇𝒩";
  std::string back;
  for (const char32_t c : decode_utf8(text)) append_utf8(back, c);
  EXPECT_EQ(back, text);
  EXPECT_EQ(decode_utf8("\xFF"), U"\uFFFD");
  EXPECT_EQ(decode_utf8("a\xE2\x88"), U"a\uFFFD");        // cut short
  EXPECT_EQ(decode_utf8("\xC0\x80z"), U"\uFFFDz");        // overlong
  EXPECT_EQ(decode_utf8("\xED\xA0\x80"), U"\uFFFD");      // surrogate
  EXPECT_EQ(decode_utf8("\xF5\x80\x80\x80"), U"\uFFFD");  // beyond Unicode
}

}  // namespace
}  // namespace aniso::figure
