#pragma once

#include <Eigen/Core>

#include "core/base/types.h"

namespace aniso::geometry {

/// Value and derivatives up to the second of g(s, t) at one point.
struct PlaneJet {
  double value = 0, s = 0, t = 0, ss = 0, st = 0, tt = 0;
};

/// What bends at one point of a plane.
struct PlaneCurvature {
  double gradient_norm = 0;
  double large = 0, small = 0;  ///< eigenvalues of the Hessian, large ≥ small
  double det = 0, trace = 0;    ///< of the Hessian
  /// Unit eigenvector of the eigenvalue larger in magnitude (of `large` where they tie), up to its
  /// sign: first component ≥ 0. Zero where every direction is one: large = small.
  Eigen::Vector2d direction = Eigen::Vector2d::Zero();
  /// κ = −div(∇g/|∇g|) of the level set through the point: positive where the level set bends
  /// toward +∇g, negative where it bends toward −∇g. NaN where |∇g| = 0.
  double level = 0;
  double mean = 0;      ///< mean curvature of the graph (s, t, g)
  double gaussian = 0;  ///< Gaussian curvature of the graph
};

/// All of them, in closed form; what is not finite in the jet spreads.
///
/// @param jet  s and t are coordinates along orthonormal directions.
/// Cost: some 40 operations. Any thread.
/// Source: do Carmo, Differential Geometry of Curves and Surfaces, for the graph; the sign of κ is
/// our convention.
PlaneCurvature plane_curvature(const PlaneJet& jet);

}  // namespace aniso::geometry
