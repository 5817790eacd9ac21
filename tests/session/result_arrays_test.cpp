#include "core/session/result_arrays.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/scratch_folder.h"

namespace aniso::session {
namespace {

using testing_support::ScratchFolder;

analysis::ResultsPtr spectrum_at(Index step, std::vector<double> values) {
  auto results = std::make_shared<analysis::Results>();
  results->step = step;
  analysis::Spectrum spectrum;
  spectrum.quantity.id = "s";
  spectrum.values = Eigen::Map<Vector>(values.data(), static_cast<Index>(values.size()));
  results->results.emplace_back(std::move(spectrum));
  return results;
}

analysis::ResultsPtr path_at(Index step, Index records) {
  auto results = std::make_shared<analysis::Results>();
  results->step = step;
  analysis::Trajectory path;
  path.quantity.id = "p";
  path.points = Matrix(records, 2);
  for (Index i = 0; i < records; ++i) {
    path.points.row(i) << static_cast<double>(step + i), 0.5;
    path.steps.push_back(100 * i);
  }
  path.explained = Vector::Constant(2, 0.5);
  results->results.emplace_back(std::move(path));
  return results;
}

io::NpzReader written(const ScratchFolder& scratch, const ResultHistory& history) {
  io::NpzWriter writer;
  add_arrays(writer, "a", history);
  writer.write(scratch / "r.npz");
  return io::NpzReader(scratch / "r.npz");
}

TEST(ResultArrays, StepsAreTheFirstAxis) {
  const ScratchFolder scratch;
  ResultHistory history(1 << 20);
  history.add(spectrum_at(0, {3, 2}));
  history.add(spectrum_at(50, {4, 1}));
  const auto reader = written(scratch, history);
  EXPECT_EQ(reader.read("a/steps").integers(), (std::vector<std::int64_t>{0, 50}));
  const auto values = reader.read("a/s");
  EXPECT_EQ(values.shape, (std::vector<Index>{2, 2}));
  EXPECT_EQ(values.reals(), (std::vector<double>{3, 2, 4, 1}));
}

TEST(ResultArrays, ShapesThatGrowArePadded) {
  const ScratchFolder scratch;
  ResultHistory history(1 << 20);
  history.add(path_at(7, 1));
  history.add(path_at(9, 3));
  const auto reader = written(scratch, history);
  const auto points = reader.read("a/p");
  ASSERT_EQ(points.shape, (std::vector<Index>{2, 3, 2}));
  EXPECT_EQ(points.reals()[0], 7);
  EXPECT_EQ(points.reals()[1], 0.5);
  EXPECT_TRUE(std::isnan(points.reals()[2]) && std::isnan(points.reals()[5]));
  EXPECT_EQ(points.reals()[6 + 4], 11);  // second look, third record
  EXPECT_EQ(reader.read("a/p_steps").integers(),
            (std::vector<std::int64_t>{0, -1, -1, 0, 100, 200}));
  EXPECT_EQ(reader.read("a/p_explained").shape, (std::vector<Index>{2, 2}));
}

TEST(ResultArrays, EveryKindHasItsArrays) {
  const auto names = [](const analysis::Result& result) {
    std::vector<std::string> out;
    for (const auto& array : arrays_of(result)) {
      Index count = 1;
      for (const Index extent : array.shape) count *= extent;
      EXPECT_EQ(count, static_cast<Index>(array.values.size())) << array.name;
      out.push_back(array.name);
    }
    return out;
  };
  using Names = std::vector<std::string>;
  analysis::Field2D field;
  field.quantity.id = "f";
  field.values = Matrix::Ones(2, 3);
  EXPECT_EQ(names(field), (Names{"f", "f_extent"}));
  field.plane = data::Plane{Vector::Zero(5), Vector::Unit(5, 0), Vector::Unit(5, 1)};
  EXPECT_EQ(names(field), (Names{"f", "f_extent", "f_plane"}));
  analysis::VectorField2D arrows;
  arrows.quantity.id = "v";
  arrows.x = Matrix::Constant(2, 2, 1.0);
  arrows.y = Matrix::Constant(2, 2, 2.0);
  EXPECT_EQ(names(arrows), (Names{"v", "v_extent"}));
  EXPECT_EQ(arrays_of(arrows)[0].values, (std::vector<double>{1, 2, 1, 2, 1, 2, 1, 2}));
  analysis::ScalarSeries series;
  series.quantity.id = "y";
  series.x = series.y = Vector::Ones(4);
  EXPECT_EQ(names(series), (Names{"y", "y_x"}));
  analysis::MatrixMap map;
  map.quantity.id = "m";
  map.values = Matrix::Ones(2, 2);
  EXPECT_EQ(names(map), (Names{"m"}));
  analysis::PointSet points;
  points.quantity.id = "q";
  points.points = Matrix::Ones(2, 3);
  points.labels = Labels::Ones(2);
  EXPECT_EQ(names(points), (Names{"q", "q_labels"}));
  analysis::Spectrum spectrum;
  spectrum.quantity.id = "s";
  spectrum.values = Vector::Ones(2);
  spectrum.directions = Matrix::Ones(2, 3);
  EXPECT_EQ(names(spectrum), (Names{"s", "s_directions"}));
}

TEST(ResultHistory, ThinsToItsCapAndKeepsBothEnds) {
  ResultHistory history(10 * 8 * sizeof(double));  // ten looks of eight numbers
  for (Index k = 0; k <= 100; ++k) history.add(spectrum_at(k, std::vector<double>(8, 1.0)));
  EXPECT_TRUE(history.is_thinned());
  EXPECT_LE(history.all().size(), 10u);
  EXPECT_GE(history.all().size(), 5u);
  EXPECT_EQ(history.all().front()->step, 0);
  EXPECT_EQ(history.newest().step, 100);
}

}  // namespace
}  // namespace aniso::session
