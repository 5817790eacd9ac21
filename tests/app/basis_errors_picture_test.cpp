#include "app/views/basis_errors_picture.h"

#include <gmock/gmock.h>

#include <cmath>
#include <set>

namespace aniso::app {
namespace {

using ::testing::HasSubstr;

analysis::Results half_trained() {
  analysis::MatrixMap error, loudness;
  error.quantity.id = "error";
  error.quantity.unit = "size of the data";
  error.quantity.x_label = "mode along rows";
  error.values = Matrix::Constant(2, 2, NAN);
  error.values(0, 1) = 0.5;
  error.values(1, 0) = 0.01;
  loudness.quantity.id = "loudness";
  loudness.values = Matrix::Constant(2, 2, NAN);
  loudness.values(0, 1) = 0;
  loudness.values(1, 0) = 20;
  analysis::Results results;
  results.results = {error, loudness};
  results.share = 0.5;
  return results;
}

TEST(BasisErrors, AreReadFromTheirResults) {
  auto results = half_trained();
  auto errors = basis_errors_of(results);
  EXPECT_EQ(errors.elements(), 4);
  EXPECT_EQ(errors.trained(), 2);
  EXPECT_TRUE(std::isnan(errors.rho));
  results.notes = {"The conjecture's order held.", "Conjecture: quiet.", "errors: Gaussian"};
  EXPECT_EQ(basis_errors_of(results).verdict, "") << "too early";
  results.share = 1;
  errors = basis_errors_of(results);
  EXPECT_EQ(errors.verdict, "The conjecture's order held.");
  EXPECT_EQ(errors.remarks, (std::vector<std::string>{"errors: Gaussian"}));
  results.results.pop_back();  // without loudness
  EXPECT_EQ(basis_errors_of(results).elements(), 4);
}

TEST(BasisErrors, MapsKeepWhatIsNotTrainedApart) {
  const auto errors = basis_errors_of(half_trained());
  const auto panel = basis_panel(errors, BasisMap::error, false);
  ASSERT_TRUE(panel.field);
  EXPECT_TRUE(std::isnan(panel.field->values(0, 0)));
  EXPECT_EQ(panel.field->interpolation, figure::Interpolation::cells);
  EXPECT_GT(panel.y.low, panel.y.high) << "row 0 on top";
  EXPECT_EQ(panel.x.label, "mode along rows");
  auto none = errors;
  none.error.setConstant(NAN);
  EXPECT_FALSE(basis_panel(none, BasisMap::error, false).message.empty());
  EXPECT_FALSE(basis_scatter(none).message.empty());
}

TEST(BasisErrors, LogarithmicColoursKeepZerosInSight) {
  auto errors = basis_errors_of(half_trained());
  errors.loudness(0, 0) = 2;
  const auto panel = basis_panel(errors, BasisMap::loudness, true);
  EXPECT_TRUE(panel.field->logarithmic);
  EXPECT_EQ(panel.field->low, 2);
  EXPECT_EQ(panel.field->high, 20);
  EXPECT_EQ(panel.field->values(0, 1), 2) << "a zero has the colour of the smallest";
  EXPECT_TRUE(std::isnan(panel.field->values(1, 1)));
}

TEST(BasisErrors, TheScatterHasAPointForEachTrainedElement) {
  const auto panel = basis_scatter(basis_errors_of(half_trained()));
  ASSERT_EQ(panel.points.size(), 1u);
  EXPECT_EQ(panel.points[0].x.size(), 2u);
  EXPECT_EQ(panel.y.scale, figure::Scale::log10) << "0.01 to 0.5";
}

TEST(BasisErrors, EveryCellIsOneElement) {
  for (const char* basis : {"dct", "dft", "hadamard", "pixel", "average_geometry"}) {
    const InputShape shape = InputShape::image(2, 4, 4);
    std::set<Index> seen;
    for (Index row = 0; row < 4; ++row)
      for (Index col = 0; col < 8; ++col) {
        const auto element = element_at(basis, shape, row, col);
        ASSERT_TRUE(element) << basis;
        seen.insert(*element);
      }
    EXPECT_EQ(seen.size(), 32u) << basis;
    EXPECT_FALSE(element_at(basis, shape, 4, 0));
    EXPECT_FALSE(element_at(basis, shape, 0, 8));
  }
  EXPECT_EQ(element_at("dct", InputShape::image(1, 4, 4), 0, 0), 0);
  EXPECT_EQ(element_at("pixel", InputShape::image(1, 4, 4), 1, 2), 6);
  const Vector pixel = element_direction("pixel", InputShape::image(1, 4, 4), 6);
  EXPECT_EQ(pixel[6], 1);
  EXPECT_EQ(pixel.norm(), 1);
  EXPECT_EQ(element_direction("average_geometry", InputShape(16), 3).size(), 0);
}

}  // namespace
}  // namespace aniso::app
