#include <cmath>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/data/common.h"
#include "core/data/drawn_points.h"
#include "core/data/registry.h"

namespace aniso::data {
namespace {

RawData generate(const Params& params, const RandomStream& stream) {
  const auto points = drawn_points(params.reals("points"));
  RawData raw;
  const auto n = static_cast<Index>(points.size());
  raw.by_hand = true;
  raw.shape = InputShape::vector(2);
  raw.classes = params.integer("classes");
  for (Index c = 0; c < raw.classes; ++c) raw.class_names.push_back(text("class ", c));
  raw.labels.resize(n);
  raw.x = params.real("jitter") * stream.child("noise").normals(n, Index{2});
  for (Index i = 0; i < n; ++i) {
    const DrawnPoint& point = points[static_cast<std::size_t>(i)];
    ANISO_CHECK(point.label < raw.classes, "dataset.points: there are points of class ",
                point.label, ", but only ", raw.classes,
                " classes. Raise dataset.classes or erase those points");
    raw.labels[i] = point.label;
    raw.x(i, 0) += point.x;
    raw.x(i, 1) += point.y;
  }
  raw.plane = {Vector::Zero(2), Vector::Unit(2, 0), Vector::Unit(2, 1), params.real("extent")};
  if (n == 0) raw.notes.emplace_back("No points yet: pick a class in the field view and paint");
  return raw;
}

}  // namespace

std::vector<DrawnPoint> drawn_points(const std::vector<double>& numbers) {
  ANISO_CHECK(numbers.size() % 3 == 0, "dataset.points: ", numbers.size(),
              " numbers; each point is three of them, x, y and its class");
  std::vector<DrawnPoint> points;
  for (std::size_t i = 0; i < numbers.size(); i += 3) {
    const double label = numbers[i + 2];
    ANISO_CHECK(label == std::round(label) && label >= 0 && label < kMostDrawnClasses,
                "dataset.points[", i + 2, "]: ", number(label),
                " is no class; every third number is one, from 0 to ", kMostDrawnClasses - 1);
    points.push_back({numbers[i], numbers[i + 1], static_cast<int>(label)});
  }
  return points;
}

std::vector<double> numbers_of(const std::vector<DrawnPoint>& points) {
  std::vector<double> numbers;
  for (const DrawnPoint& point : points)
    numbers.insert(numbers.end(), {point.x, point.y, static_cast<double>(point.label)});
  return numbers;
}

DatasetType drawn_type() {
  return {
      "drawn",
      "Drawn by hand",
      "Points that you paint into the field view, one brush per class, while the network trains "
      "on them. They are part of the experiment: saved, copied and undone with it.",
      {reals_param("points", {})
           .lengths(0, 3 * kMostDrawnPoints)
           .range(-1e6, 1e6)
           .edited_in_view()
           .about("x, y and class of every point, one after the other. Press B in the field "
                  "view and paint."),
       integer_param("classes", 2)
           .range(2, kMostDrawnClasses)
           .about("Number of classes, each with a brush."),
       real_param("extent", 3)
           .range(0.001, 1e5)
           .log_scale()
           .about("Half the side of the canvas around 0."),
       real_param("jitter", 0)
           .titled("Noise")
           .range(0, 10)
           .in("std")
           .about("Gaussian noise on the points where they are used; those drawn stay."),
       test_fraction_param(0)},
      generate};
}

}  // namespace aniso::data
