#include "core/analysis/plane_grid.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/base/check.h"
#include "core/data/direction.h"

namespace aniso::analysis {
namespace {

constexpr double kMargin = 1.1;         // of the automatic extent around the data
constexpr double kParallelSine = 1e-6;  // below this, two directions count as one

// The part of `direction` across unit vector `u`, normalised; empty when there is none.
Vector across(const Vector& direction, const Vector& u) {
  const Vector rest = direction - u * u.dot(direction);
  const double length = rest.norm();
  return length > kParallelSine * direction.norm() ? Vector(rest / length) : Vector();
}

struct Axes {
  data::Plane plane;
  std::string u_label = "u", v_label = "v";
};

std::string label_of(const std::string& axis, const Json& direction) {
  const auto basis = direction.at("basis").get<std::string>();
  if (!data::has_direction(direction)) return axis;
  if (basis == "numbers") return axis + " (given)";
  return text(axis, " (", basis, " ", direction.at("index").get<std::int64_t>(), ")");
}

// The dataset's plane with the asked-for directions put in its place; v is made orthogonal to u.
Axes axes_of(const Input& input, std::vector<std::string>& notes) {
  const data::Dataset& data = *input.data;
  Axes axes{data.plane};
  const Json& u = input.params.direction("u");
  const Json& v = input.params.direction("v");
  axes.u_label = label_of("u", u);
  axes.v_label = label_of("v", v);
  const bool given_u = data::has_direction(u), given_v = data::has_direction(v);
  if (given_u) axes.plane.u = data::resolve_direction(u, data.shape, "u");
  if (!given_u && !given_v) return axes;
  const Vector wanted = given_v ? data::resolve_direction(v, data.shape, "v") : data.plane.v;
  Vector second = across(wanted, axes.plane.u);
  // The dataset's plane offers a second choice where its v lies along the chosen u.
  if (second.size() == 0 && !given_v) second = across(data.plane.u, axes.plane.u);
  ANISO_CHECK(second.size() > 0, "v: points the same way as u; a plane needs two directions");
  if (given_v && std::abs(wanted.dot(axes.plane.u)) > 1e-9)
    notes.push_back("v was made orthogonal to u");
  axes.plane.v = second;
  return axes;
}

struct Window {
  double x_low, x_high, y_low, y_high;
};

Window window_of(const Input& input, const data::Plane& plane, std::vector<std::string>& notes) {
  const Matrix& x = input.data->x;
  Vector s = x * plane.u, t = x * plane.v;
  s.array() -= plane.origin.dot(plane.u);
  t.array() -= plane.origin.dot(plane.v);
  const auto centre = input.params.reals("centre");
  ANISO_CHECK(centre.empty() || centre.size() == 2, "centre: needs both coordinates, such as ",
              "[0, 0], or an empty list for the middle of the data");
  // Around the origin where the plane says how much is worth seeing, else around the data.
  const bool empty = x.rows() == 0, around_origin = empty || plane.half_extent > 0;
  const double cx = !centre.empty() ? centre[0]
                    : around_origin ? 0
                                    : (s.minCoeff() + s.maxCoeff()) / 2;
  const double cy = !centre.empty() ? centre[1]
                    : around_origin ? 0
                                    : (t.minCoeff() + t.maxCoeff()) / 2;
  const auto extent = input.params.reals("half_extent");
  double hx = 0, hy = 0;
  if (extent.empty()) {
    hx = plane.half_extent;  // 0 where the data decide
    if (!around_origin)
      hx = kMargin * std::max((s.array() - cx).abs().maxCoeff(), (t.array() - cy).abs().maxCoeff());
    if (!(hx > 0)) {
      hx = 1;
      notes.push_back("all data falls on one point of this plane; the half extent is 1");
    }
    hy = hx;
  } else {
    hx = extent[0];
    hy = extent.back();
    ANISO_CHECK(hx > 0 && hy > 0, "half_extent: must be above zero");
  }
  return {cx - hx, cx + hx, cy - hy, cy + hy};
}

Status status_of(const Matrix& values, const char* why) {
  const Index finite = values.array().isFinite().count();
  if (finite == 0) return Status::undefined(why);
  return finite == values.size() ? Status::valid() : Status::partial(finite, values.size());
}

}  // namespace

Matrix PlaneGrid::points(Index first, Index count) const {
  Matrix at(count, 2);
  for (Index k = 0; k < count; ++k) {
    const Index row = (first + k) / side, column = (first + k) % side;
    at.row(k) << x_low + dx() * static_cast<double>(column),
        y_low + dy() * static_cast<double>(row);
  }
  return at;
}

PlaneGrid PlaneGrid::with_side(Index samples) const {
  PlaneGrid other = *this;
  other.side = samples;
  return other;
}

std::string no_plane_reason(const Input& input) {
  ANISO_CHECK(input.data != nullptr, "a picture on a plane needs a dataset");
  return input.data->shape.dim < 2 ? "the inputs have one dimension; a plane needs two" : "";
}

PlaneGrid plane_grid(const Input& input, std::vector<std::string>& notes) {
  const std::string why = no_plane_reason(input);
  ANISO_CHECK(why.empty(), why);
  const Axes axes = axes_of(input, notes);
  const Window window = window_of(input, axes.plane, notes);
  // An analysis that projects onto the plane samples nothing on it.
  const bool is_sampled = input.params.json().contains("resolution");
  return {axes.plane,    axes.u_label,
          axes.v_label,  window.x_low,
          window.x_high, window.y_low,
          window.y_high, is_sampled ? input.params.integer("resolution") : 2};
}

std::unique_ptr<nn::Function> on_plane(const nn::Function& network, const PlaneGrid& grid) {
  Matrix basis(grid.plane.u.size(), 2);
  basis << grid.plane.u, grid.plane.v;
  return network.restricted(grid.plane.origin, basis);
}

Field2D plane_field(const char* id, std::string title, Matrix values, const PlaneGrid& grid,
                    const char* why) {
  Field2D field;
  field.quantity.id = id;
  field.quantity.title = std::move(title);
  field.quantity.x_label = grid.u_label;
  field.quantity.y_label = grid.v_label;
  field.quantity.status = status_of(values, why);
  field.values = std::move(values);
  field.x_low = grid.x_low;
  field.x_high = grid.x_high;
  field.y_low = grid.y_low;
  field.y_high = grid.y_high;
  field.plane = grid.plane;
  return field;
}

Field2D undefined_field(const char* id, const std::string& title, Index side, std::string why) {
  Field2D field;
  field.quantity.id = id;
  field.quantity.title = title;
  field.quantity.status = Status::undefined(std::move(why));
  field.values = Matrix::Constant(side, side, std::numeric_limits<double>::quiet_NaN());
  return field;
}

ParamSchema plane_params() {
  return {
      direction_param("u", "none", true)
          .about("Horizontal direction of the plane; 'none' takes the dataset's own."),
      direction_param("v", "none", true)
          .about("Vertical direction, made orthogonal to u; 'none' takes the dataset's own."),
      reals_param("centre", {})
          .lengths(0, 2)
          .about("Middle of the picture in the plane's coordinates; empty for the middle of the "
                 "data."),
      reals_param("half_extent", {})
          .lengths(0, 2)
          .about("Half the width, or half the width and half the height, in input units; empty "
                 "for all of the data and a tenth more."),
      integer_param("resolution", 128)
          .range(2, 4096)
          .in("samples per side")
          .about("Samples along each side of the picture.")};
}

}  // namespace aniso::analysis
