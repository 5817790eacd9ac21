#include "app/gl/orbit_camera.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/check.h"

namespace aniso::app::gl {
namespace {

/// Up to the poles, but not over them: there "up" would flip.
constexpr double kSteepest = 0.5 * std::numbers::pi - 1e-3;

/// Rows: right, up, backwards.
Eigen::Matrix3d axes(double yaw, double pitch) {
  const Eigen::Vector3d back(std::cos(pitch) * std::cos(yaw), std::cos(pitch) * std::sin(yaw),
                             std::sin(pitch));
  const Eigen::Vector3d right = Eigen::Vector3d::UnitZ().cross(back).normalized();
  Eigen::Matrix3d out;
  out.row(0) = right;
  out.row(1) = back.cross(right);
  out.row(2) = back;
  return out;
}

}  // namespace

void OrbitCamera::rotate(double dx, double dy, double h) {
  yaw = std::remainder(yaw - dx / h * std::numbers::pi, 2 * std::numbers::pi);
  pitch = std::clamp(pitch + dy / h * std::numbers::pi, -kSteepest, kSteepest);
}

void OrbitCamera::pan(double dx, double dy, double h) {
  const double unit = 2 * distance * std::tan(0.5 * field_of_view) / h;  // world per pixel
  const Eigen::Matrix3d a = axes(yaw, pitch);
  target += unit * (dy * a.row(1) - dx * a.row(0)).transpose();
}

void OrbitCamera::zoom(double factor) {
  constexpr double kNearest = 1e-6, kFarthest = 1e9;
  distance = std::clamp(distance / factor, kNearest, kFarthest);
}

void OrbitCamera::fit(const Eigen::Vector3d& low, const Eigen::Vector3d& high, double aspect) {
  ANISO_CHECK(low.allFinite() && high.allFinite() && (low.array() <= high.array()).all(),
              "The camera was asked to show an empty or infinite box.");
  target = 0.5 * (low + high);
  const Eigen::Matrix3d a = axes(yaw, pitch);
  const double tan_v = std::tan(0.5 * field_of_view), tan_h = tan_v * aspect;
  double needed = 0;
  for (int corner = 0; corner < 8; ++corner) {
    const Eigen::Vector3d p(corner & 1 ? high.x() : low.x(), corner & 2 ? high.y() : low.y(),
                            corner & 4 ? high.z() : low.z());
    const Eigen::Vector3d c = a * (p - target);
    needed = std::max({needed, c.z() + std::abs(c.x()) / tan_h, c.z() + std::abs(c.y()) / tan_v});
  }
  constexpr double kMargin = 1.08;
  distance = needed > 0 ? needed * kMargin : 1;
}

Eigen::Vector3d OrbitCamera::eye() const {
  return target + distance * axes(yaw, pitch).row(2).transpose();
}

Eigen::Matrix4d OrbitCamera::view() const {
  const Eigen::Matrix3d a = axes(yaw, pitch);
  Eigen::Matrix4d out = Eigen::Matrix4d::Identity();
  out.topLeftCorner<3, 3>() = a;
  out.topRightCorner<3, 1>() = -(a * eye());
  return out;
}

Eigen::Matrix4d OrbitCamera::projection(double aspect) const {
  const double f = 1 / std::tan(0.5 * field_of_view);
  const double near = 1e-2 * distance, far = 1e2 * distance;
  Eigen::Matrix4d out = Eigen::Matrix4d::Zero();
  out(0, 0) = f / aspect;
  out(1, 1) = f;
  out(2, 2) = (far + near) / (near - far);
  out(2, 3) = 2 * far * near / (near - far);
  out(3, 2) = -1;
  return out;
}

OrbitCamera::Pixel OrbitCamera::project(const Eigen::Vector3d& point, double w, double h) const {
  const Eigen::Vector4d p = view() * point.homogeneous();
  const Eigen::Vector4d clip = projection(w / h) * p;
  Pixel out;
  out.depth = -p.z();
  out.visible = out.depth > 1e-2 * distance;
  if (!out.visible) return out;
  out.x = (clip.x() / clip.w() * 0.5 + 0.5) * w;
  out.y = (0.5 - clip.y() / clip.w() * 0.5) * h;
  return out;
}

}  // namespace aniso::app::gl
