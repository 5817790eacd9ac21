#include "core/base/names.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/base/random.h"

namespace aniso {
namespace {

const std::vector<std::string> kNames = {"learning_rate", "momentum", "weight_decay", "nesterov"};

TEST(Names, NearestFindsSlipsOfTheFinger) {
  EXPECT_EQ(nearest("learning_rat", kNames), "learning_rate");
  EXPECT_EQ(nearest("learnign_rate", kNames), "learning_rate");
  EXPECT_EQ(nearest("LearningRate", kNames), "learning_rate");
  EXPECT_EQ(nearest("weight-decay", kNames), "weight_decay");
  EXPECT_EQ(nearest("momentun", kNames), "momentum");
}

TEST(Names, NearestIsEmptyWhenNothingIsNear) {
  EXPECT_EQ(nearest("colour", kNames), "");
  EXPECT_EQ(nearest("", kNames), "");
  EXPECT_EQ(nearest("x", {"y"}), "");
  EXPECT_EQ(nearest("x", {}), "");
}

TEST(Names, SuggestionEndsASentence) {
  EXPECT_EQ(suggestion("momentun", kNames), " Did you mean 'momentum'?");
  EXPECT_EQ(suggestion("zzzzzzzz", {"a", "b"}), " Known: a, b.");
  EXPECT_EQ(suggestion("zzzzzzzz", {}), "");
}

TEST(Names, Grouped) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1248), "1,248");
  EXPECT_EQ(grouped(-999), "-999");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
  EXPECT_EQ(grouped(std::numeric_limits<long long>::min()), "-9,223,372,036,854,775,808");
}

TEST(Names, NumberReadsBackTheSame) {
  EXPECT_EQ(number(0.1), "0.1");
  EXPECT_EQ(number(1), "1");
  EXPECT_EQ(number(-0.0), "-0");
  EXPECT_EQ(number(1e300), "1e+300");
  EXPECT_EQ(number(std::nan("")), "nan");
  EXPECT_EQ(number(-std::numeric_limits<double>::infinity()), "-inf");
  const RandomStream stream(1, "numbers");
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const double value = stream.normal(i) * std::exp(50 * stream.child("scale").normal(i));
    EXPECT_EQ(std::stod(number(value)), value);
  }
}

}  // namespace
}  // namespace aniso
