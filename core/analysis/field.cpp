#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/analysis/readout.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/data/direction.h"

namespace aniso::analysis {
namespace {

constexpr Index kTile = 512;            // samples between two looks at the stop token
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

struct Samples {
  Matrix value, gradient_norm;
};

// The read-out on the grid, tile by tile; coordinates go into the restricted network, so that the
// cost does not depend on D.
Samples sample(const nn::Function& network, const Readout& readout, const Window& window,
               Index side, bool with_gradient, const std::stop_token& stop) {
  Samples out{Matrix(side, side), with_gradient ? Matrix(side, side) : Matrix()};
  const double dx = (window.x_high - window.x_low) / static_cast<double>(side - 1);
  const double dy = (window.y_high - window.y_low) / static_cast<double>(side - 1);
  for (Index first = 0; first < side * side; first += kTile) {
    if (stop.stop_requested()) throw Cancelled{};
    const Index count = std::min(kTile, side * side - first);
    Matrix at(count, 2);
    for (Index k = 0; k < count; ++k) {
      const Index row = (first + k) / side, column = (first + k) % side;
      at.row(k) << window.x_low + dx * static_cast<double>(column),
          window.y_low + dy * static_cast<double>(row);
    }
    const Matrix outputs = network.values(at);
    out.value.reshaped<Eigen::RowMajor>().segment(first, count) = readout.values(outputs);
    if (with_gradient)
      out.gradient_norm.reshaped<Eigen::RowMajor>().segment(first, count) =
          network.vector_jacobian(at, readout.cotangents(outputs)).rowwise().norm();
  }
  return out;
}

Status status_of(const Matrix& values) {
  const Index finite = values.array().isFinite().count();
  if (finite == 0) return Status::undefined("the network's output is not finite on this plane");
  return finite == values.size() ? Status::valid() : Status::partial(finite, values.size());
}

Field2D field_of(const char* id, std::string title, Matrix values, const Axes& axes,
                 const Window& window) {
  Field2D field;
  field.quantity.id = id;
  field.quantity.title = std::move(title);
  field.quantity.x_label = axes.u_label;
  field.quantity.y_label = axes.v_label;
  field.quantity.status = status_of(values);
  field.values = std::move(values);
  field.x_low = window.x_low;
  field.x_high = window.x_high;
  field.y_low = window.y_low;
  field.y_high = window.y_high;
  field.plane = axes.plane;
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

std::vector<Result> run(const Input& input, const std::stop_token& stop,
                        std::vector<std::string>& notes) {
  ANISO_CHECK(input.data != nullptr, "the field needs a dataset");
  const Readout readout = readout_of(input.params, input);
  const Index side = input.params.integer("resolution");
  const bool with_gradient = input.params.boolean("gradient_norm");
  std::vector<Result> results;
  if (input.data->shape.dim < 2) {
    const char* why = "the inputs have one dimension; a plane needs two";
    results.emplace_back(undefined_field("value", readout.title, side, why));
    if (with_gradient)
      results.emplace_back(undefined_field("gradient_norm", "gradient norm", side, why));
    return results;
  }
  const Axes axes = axes_of(input, notes);
  const Window window = window_of(input, axes.plane, notes);
  Matrix basis(axes.plane.u.size(), 2);
  basis << axes.plane.u, axes.plane.v;
  const auto network = input.function->restricted(axes.plane.origin, basis);
  Samples samples = sample(*network, readout, window, side, with_gradient, stop);
  Field2D value = field_of("value", readout.title, std::move(samples.value), axes, window);
  value.is_signed = readout.is_signed;
  results.emplace_back(std::move(value));
  if (with_gradient) {
    Field2D norm = field_of("gradient_norm", "gradient norm within the plane",
                            std::move(samples.gradient_norm), axes, window);
    norm.is_signed = false;
    results.emplace_back(std::move(norm));
  }
  return results;
}

ParamSchema params() {
  return joined(
      {direction_param("u", "none", true)
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
           .about("Samples along each side of the picture."),
       bool_param("gradient_norm", false)
           .about("Also the Euclidean norm of the read-out's gradient within the plane.")},
      readout_params());
}

}  // namespace

Analysis field() {
  Analysis analysis;
  analysis.id = "field";
  analysis.title = "Output field";
  analysis.doc =
      "What the network says at every point of a plane through input space. Where the read-out is "
      "a logit, its zero is the decision boundary: watch it bend until it separates the classes. "
      "The plane may be spanned by any two directions, whatever the number of inputs.";
  analysis.formula = "(s, t) ↦ r(f(x_0 + s u + t v))";
  analysis.source = "the network itself, evaluated exactly";
  analysis.params = params();
  analysis.by_default = true;
  analysis.run = run;
  return analysis;
}

}  // namespace aniso::analysis
