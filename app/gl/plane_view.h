#pragma once

namespace aniso::app::gl {

/// The rectangle of a plane that a picture shows. Pure arithmetic; y grows upwards in the plane,
/// pixels grow downwards.
struct PlaneView {
  double x_low = -1, x_high = 1, y_low = -1, y_high = 1;

  bool operator==(const PlaneView&) const = default;

  double width() const { return x_high - x_low; }
  double height() const { return y_high - y_low; }

  /// Position (px from the left, py from the top) ↔ plane, for a picture of w × h.
  double x_at(double px, double w) const { return x_low + width() * px / w; }
  double y_at(double py, double h) const { return y_high - height() * py / h; }
  double px_of(double x, double w) const { return (x - x_low) / width() * w; }
  double py_of(double y, double h) const { return (y_high - y) / height() * h; }

  /// Moved so that what was under the pointer follows it by (dx, dy) pixels.
  PlaneView panned(double dx, double dy, double w, double h) const;
  /// Magnified by `factor` (> 1 shows less) about the plane point (x, y).
  PlaneView zoomed(double factor, double x, double y) const;
  /// Enlarged in one direction so that units are as long along x as along y in w × h pixels.
  PlaneView with_equal_units(double w, double h) const;
};

}  // namespace aniso::app::gl
