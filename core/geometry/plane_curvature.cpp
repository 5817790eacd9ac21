#include "core/geometry/plane_curvature.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace aniso::geometry {
namespace {

// std::hypot guards against overflow at many times the cost; here that is needed hardly ever.
double length(double a, double b) {
  const double square = a * a + b * b;
  return square > 1e-280 && square < 1e280 ? std::sqrt(square) : std::hypot(a, b);
}

// Below this part of the Hessian's size the two eigenvalues cannot be told apart.
constexpr double kRoundness = 1e-14;

Eigen::Vector2d direction_of(const PlaneJet& jet, double half_difference, double radius,
                             double trace) {
  const double size = std::abs(jet.ss) + std::abs(jet.tt) + std::abs(jet.st);
  if (!(radius > kRoundness * size)) return Eigen::Vector2d::Zero();
  // (cos 2a, sin 2a) of the larger eigenvalue; the smaller one's direction lies across.
  const double sign = trace >= 0 ? 1 : -1;
  const double cosine = sign * half_difference / radius, sine = sign * jet.st / radius;
  const double x = std::sqrt(std::max(0.0, 0.5 + 0.5 * cosine));
  const double y = std::sqrt(std::max(0.0, 0.5 - 0.5 * cosine));
  return {x, sine < 0 ? -y : y};
}

}  // namespace

PlaneCurvature plane_curvature(const PlaneJet& jet) {
  PlaneCurvature out;
  out.gradient_norm = length(jet.s, jet.t);
  out.trace = jet.ss + jet.tt;
  out.det = jet.ss * jet.tt - jet.st * jet.st;
  const double middle = 0.5 * out.trace, half_difference = 0.5 * (jet.ss - jet.tt);
  const double radius = length(half_difference, jet.st);
  out.large = middle + radius;
  out.small = middle - radius;
  out.direction = direction_of(jet, half_difference, radius, out.trace);
  if (out.gradient_norm > 0) {
    const double ns = jet.s / out.gradient_norm, nt = jet.t / out.gradient_norm;
    const double bend = 2 * jet.st * ns * nt - jet.tt * ns * ns - jet.ss * nt * nt;
    out.level = bend / out.gradient_norm + 0.0;  // a straight line's is 0, never −0
  } else {
    out.level = std::numeric_limits<double>::quiet_NaN();
  }
  const double area = 1 + jet.s * jet.s + jet.t * jet.t;  // of the graph, squared
  out.mean =
      ((1 + jet.t * jet.t) * jet.ss - 2 * jet.s * jet.t * jet.st + (1 + jet.s * jet.s) * jet.tt) /
      (2 * area * std::sqrt(area));
  out.gaussian = out.det / (area * area);
  return out;
}

}  // namespace aniso::geometry
