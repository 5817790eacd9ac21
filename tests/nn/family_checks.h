#pragma once

#include "core/base/errors.h"
#include "tests/nn/function_checks.h"

namespace aniso::nn {

/// Values and gradients against single networks; wrong shapes.
inline void check_family(const FunctionFamily& family, const Case& c, const MakeFunction& make,
                         double tolerance) {
  const Matrix parameters = family.draw(RandomStream(6, "family"), 4);
  const Matrix x = c.points(c.plan().is_dense_chain() ? 530 : 70);  // more than one chunk
  const Vector readout = RandomStream(3, "readout").normals(c.outputs);
  const auto values = family.values(parameters, x);
  const auto gradients = family.input_gradients(parameters, x, readout);
  ASSERT_EQ(values.size(), 4U);
  ASSERT_EQ(gradients.size(), 4U);
  for (std::size_t r = 0; r < 4; ++r) {
    const auto f = make(c.plan(), parameters.row(static_cast<Index>(r)).transpose());
    EXPECT_LE(relative_error(values[r], f->values(x)), tolerance);
    EXPECT_LE(relative_error(gradients[r], f->input_gradients(x, readout)), tolerance);
  }
  const Matrix own = c.points(12);
  const Matrix at_own = family.own_values(parameters, own);
  ASSERT_EQ(at_own.rows(), 12);
  for (Index r = 0; r < 4; ++r) {
    const auto f = make(c.plan(), parameters.row(r).transpose());
    EXPECT_LE(relative_error(at_own.middleRows(3 * r, 3), f->values(own.middleRows(3 * r, 3))),
              tolerance);
  }
  EXPECT_THROW(family.own_values(parameters, c.points(11)), InvalidInput);
  const Matrix narrow = parameters.leftCols(parameters.cols() - 1);
  const Matrix wrong_x = test_points(3, c.width() + 1);
  EXPECT_THROW(family.values(narrow, x), InvalidInput);
  EXPECT_THROW(family.values(parameters, wrong_x), InvalidInput);
  EXPECT_THROW(family.input_gradients(parameters, x, Vector::Ones(c.outputs + 1)), InvalidInput);
  EXPECT_TRUE(family.values(parameters.topRows(0), x).empty());
}

}  // namespace aniso::nn
