#pragma once

namespace aniso::theory {

/// The best accuracy on two concentric circles (one class each, equally many points, uniform in
/// angle) for a classifier that sees only one of the plane's two directions: it calls |s| < r_in
/// the inner class, and errs on the part of the outer circle whose |s| is below r_in, so
///   1 − asin(r_in/r_out)/π.
///
/// @param r_in   radius of the inner circle, 0 ≤ r_in ≤ r_out.
/// @param r_out  radius of the outer circle, > 0.
/// @throws InvalidInput for other radii.
double slab_ceiling(double r_in, double r_out);

}  // namespace aniso::theory
