#pragma once

#include <Eigen/Core>

namespace aniso::app::gl {

/// A camera that circles around a target. Pure arithmetic. z is up.
struct OrbitCamera {
  Eigen::Vector3d target = Eigen::Vector3d::Zero();
  double distance = 4;
  double yaw = 0.7;            ///< radians around z
  double pitch = 0.45;         ///< radians above the x–y plane, within ±π/2
  double field_of_view = 0.6;  ///< vertical, radians

  /// Drag by (dx, dy) pixels in a picture `h` high: half a turn per height.
  void rotate(double dx, double dy, double h);
  /// Moves target and camera so that the target follows the pointer.
  void pan(double dx, double dy, double h);
  /// > 1 comes closer.
  void zoom(double factor);
  /// Looks at the box [low, high] from the present direction so that all of it is in view.
  /// @throws InvalidInput if the box is not finite or inverted.
  void fit(const Eigen::Vector3d& low, const Eigen::Vector3d& high, double aspect);

  Eigen::Vector3d eye() const;
  /// World → camera space (x right, y up, looking along −z).
  Eigen::Matrix4d view() const;
  /// Camera → clip space.
  Eigen::Matrix4d projection(double aspect) const;

  struct Pixel {
    double x = 0, y = 0;   ///< from the left and from the top
    double depth = 0;      ///< distance along the line of sight
    bool visible = false;  ///< in front of the camera
  };
  /// Where a point appears in a picture of w × h: for labels and the pointer.
  Pixel project(const Eigen::Vector3d& point, double w, double h) const;
};

}  // namespace aniso::app::gl
