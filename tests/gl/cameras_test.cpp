#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "app/gl/orbit_camera.h"
#include "app/gl/plane_view.h"
#include "core/base/errors.h"

namespace aniso {
namespace {

using app::gl::OrbitCamera;
using app::gl::PlaneView;

TEST(PlaneViewTest, WhatIsUnderThePointerStaysThere) {
  const PlaneView view{-2, 3, 10, 20};
  const double x = view.x_at(120, 400), y = view.y_at(70, 300);
  EXPECT_NEAR(view.px_of(x, 400), 120, 1e-9);
  EXPECT_NEAR(view.py_of(y, 300), 70, 1e-9);
  const PlaneView panned = view.panned(30, -12, 400, 300);
  EXPECT_NEAR(panned.px_of(x, 400), 150, 1e-9);
  EXPECT_NEAR(panned.py_of(y, 300), 58, 1e-9);
  const PlaneView zoomed = view.zoomed(2.5, x, y);
  EXPECT_NEAR(zoomed.px_of(x, 400), 120, 1e-9);
  EXPECT_NEAR(zoomed.py_of(y, 300), 70, 1e-9);
  EXPECT_NEAR(zoomed.width(), 2, 1e-12);
}

TEST(PlaneViewTest, EqualUnitsContainWhatWasShown) {
  for (const double w : {100.0, 900.0}) {
    const PlaneView view = PlaneView{0, 4, 0, 2}.with_equal_units(w, 300);
    EXPECT_NEAR(view.width() / w, view.height() / 300, 1e-12);
    EXPECT_LE(view.x_low, 0);
    EXPECT_GE(view.x_high, 4);
    EXPECT_LE(view.y_low, 0);
    EXPECT_GE(view.y_high, 2);
  }
}

TEST(OrbitCameraTest, FitShowsEveryCornerFromAnyDirection) {
  const Eigen::Vector3d low(-1, -5, 2), high(3, 0, 2.5);
  OrbitCamera camera;
  for (int turn = 0; turn < 24; ++turn) {
    camera.rotate(17, turn % 2 ? 9 : -14, 200);
    camera.fit(low, high, 1.6);
    double reach = 0;
    for (int corner = 0; corner < 8; ++corner) {
      const auto at =
          camera.project({corner & 1 ? high.x() : low.x(), corner & 2 ? high.y() : low.y(),
                          corner & 4 ? high.z() : low.z()},
                         320, 200);
      ASSERT_TRUE(at.visible);
      reach = std::max({reach, std::abs(at.x - 160) / 160, std::abs(at.y - 100) / 100});
    }
    EXPECT_LE(reach, 1.0);
    EXPECT_GE(reach, 0.6) << "fills the picture";
  }
  EXPECT_THROW(camera.fit(high, low, 1), InvalidInput);
}

TEST(OrbitCameraTest, PanMovesTheTargetWithThePointerAndUpStaysUp) {
  OrbitCamera camera;
  const Eigen::Vector3d target = camera.target;
  camera.pan(24, -10, 200);
  const auto at = camera.project(target, 320, 200);
  EXPECT_NEAR(at.x, 184, 1e-6);
  EXPECT_NEAR(at.y, 90, 1e-6);
  camera.rotate(0, 1e5, 200);
  const auto above = camera.project(camera.target + Eigen::Vector3d(0, 0, 1), 320, 200);
  EXPECT_LE(above.y, 100) << "not over the pole";
}

}  // namespace
}  // namespace aniso
