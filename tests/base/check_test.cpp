#include "core/base/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace aniso {
namespace {

template <typename Action>
std::string message(Action action) {
  try {
    action();
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST(Check, NamesTheShape) {
  const Matrix weights = Matrix::Zero(2, 3);
  EXPECT_EQ(message([&] { ANISO_CHECK_SHAPE(weights, 2, 4); }),
            "weights: expected shape (2, 4), got (2, 3)");
  EXPECT_EQ(message([&] { ANISO_CHECK_SHAPE(weights, 5, -1); }),
            "weights: expected shape (5, any), got (2, 3)");
  EXPECT_EQ(message([&] { ANISO_CHECK_SHAPE(weights, -1, 3); }), "nothing thrown");
  EXPECT_EQ(message([&] { check_size("labels", 3, 4); }), "labels: expected 4 entries, got 3");
}

TEST(Check, NamesTheFirstEntryThatIsNotFinite) {
  Matrix g = Matrix::Zero(2, 3);
  EXPECT_EQ(message([&] { ANISO_CHECK_FINITE(g); }), "nothing thrown");
  g(1, 2) = std::numeric_limits<double>::infinity();
  g(1, 0) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(message([&] { ANISO_CHECK_FINITE(g); }),
            "g: entry (1, 0) is nan; every entry must be finite");
  g(1, 0) = 0;
  EXPECT_EQ(message([&] { ANISO_CHECK_FINITE(g); }),
            "g: entry (1, 2) is inf; every entry must be finite");
  EXPECT_EQ(message([&] { ANISO_CHECK_FINITE(Matrix(0, 3)); }), "nothing thrown");
}

TEST(Check, EvaluatesTheMessageOnlyOnFailure) {
  int calls = 0;
  const auto count = [&] { return ++calls; };
  ANISO_CHECK(true, count());
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(message([&] { ANISO_CHECK(false, "n = ", count(), " of ", 2.5); }), "n = 1 of 2.5");
}

TEST(Errors, AreTellableApart) {
  EXPECT_THROW(throw InvalidInput("x"), Error);
  EXPECT_THROW(throw NumericalError("x"), Error);
  EXPECT_THROW(throw IoError("x"), Error);
}

}  // namespace
}  // namespace aniso
