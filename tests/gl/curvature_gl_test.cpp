// Painters of the curvature view: streaks, ellipses, surfaces, and level lines over another field.
#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "app/gl/ellipse_painter.h"
#include "app/gl/field_painter.h"
#include "app/gl/lic_painter.h"
#include "app/gl/surface_painter.h"
#include "core/base/errors.h"
#include "core/figure/colormap.h"
#include "tests/support/gl_window.h"

namespace aniso {
namespace {

namespace gl = app::gl;
using figure::Rgb;
using gl::PlaneView;

constexpr Rgb kGrey{0.5, 0.5, 0.5};

Rgb pixel(const io::Image& image, Index x, Index y) {
  const auto* p = image.rgba.data() + 4 * (y * image.width + x);
  return {p[0] / 255.0, p[1] / 255.0, p[2] / 255.0};
}

double apart(Rgb a, Rgb b) {
  return 255 * std::max({std::abs(a.r - b.r), std::abs(a.g - b.g), std::abs(a.b - b.b)});
}

// Mean difference between pixels (dx, dy) apart.
double variation(const io::Image& image, Index dx, Index dy) {
  double sum = 0;
  Index count = 0;
  for (Index y = 8; y < image.height - 8; ++y)
    for (Index x = 8; x < image.width - 8; ++x, ++count)
      sum += apart(pixel(image, x, y), pixel(image, x + dx, y + dy));
  return sum / static_cast<double>(count);
}

class CurvaturePainters : public test::GlTest {
 protected:
  template <typename Draw>
  io::Image picture(int w, int h, Rgb ground, Draw draw) {
    canvas_.invalidate();
    canvas_.begin(w, h, 0, ground);
    draw();
    canvas_.end();
    return canvas_.read();
  }
  io::Image streaks(gl::LicPainter& painter, const PlaneView& view) {
    return picture(160, 160, kGrey, [&] { painter.draw({.opacity = 1}, view, 160, 160); });
  }
  void TearDown() override {
    canvas_ = {};
    GlTest::TearDown();
  }
  gl::Canvas canvas_;
};

TEST_F(CurvaturePainters, StreaksVaryLessAlongTheirDirectionThanAcross) {
  gl::LicPainter painter(*shaders_);
  const PlaneView view{0, 10, 0, 10};
  painter.set_directions(Matrix::Ones(6, 6), Matrix::Zero(6, 6), view);
  const io::Image level = streaks(painter, view);
  EXPECT_GT(variation(level, 0, 1), 8) << "there is nothing to see";
  EXPECT_GT(variation(level, 0, 1), 3 * variation(level, 1, 0));
  painter.set_directions(Matrix::Zero(6, 6), Matrix::Ones(6, 6), view);
  const io::Image upright = streaks(painter, view);
  EXPECT_GT(variation(upright, 1, 0), 3 * variation(upright, 0, 1));
  // Pictures grow downwards, the plane upwards.
  painter.set_directions(Matrix::Ones(6, 6), Matrix::Ones(6, 6), view);
  const io::Image slanted = streaks(painter, view);
  EXPECT_GT(variation(slanted, 2, 2), 2 * variation(slanted, 2, -2));
}

TEST_F(CurvaturePainters, StreaksDoNotKnowTheSignOfADirection) {
  gl::LicPainter painter(*shaders_);
  const PlaneView view{0, 15, 0, 15};
  Matrix x(16, 16), y(16, 16);
  std::mt19937 bits(3);
  for (Index r = 0; r < 16; ++r)
    for (Index c = 0; c < 16; ++c) {
      const double angle = 0.2 * double(r) + 0.1 * double(c);
      x(r, c) = std::cos(angle);
      y(r, c) = std::sin(angle);
    }
  painter.set_directions(x, y, view);
  const io::Image plain = streaks(painter, view);
  for (Index k = 0; k < x.size(); ++k)
    if (bits() % 2 == 0) {
      x.data()[k] *= -1;
      y.data()[k] *= -1;
    }
  painter.set_directions(x, y, view);
  EXPECT_EQ(streaks(painter, view), plain);
}

TEST_F(CurvaturePainters, StreaksMoveWithThePlaneAndLeaveUndefinedPlacesAlone) {
  gl::LicPainter painter(*shaders_);
  const PlaneView view{-8, 8, -8, 8};
  Matrix x = Matrix::Ones(33, 33);
  x.rightCols(12).setZero();
  painter.set_directions(x, Matrix::Zero(33, 33), view);
  const io::Image plain = streaks(painter, view);
  EXPECT_EQ(streaks(painter, view), plain) << "the noise is a function of the place";
  for (Index y = 0; y < 160; ++y) EXPECT_LE(apart(pixel(plain, 150, y), kGrey), 1);
  // Three pixels are two cells of noise: the same picture, moved.
  const io::Image moved = streaks(painter, view.panned(3, 0, 160, 160));
  double worst = 0;
  for (Index y = 0; y < 160; ++y)
    for (Index k = 20; k < 90; ++k)
      worst = std::max(worst, apart(pixel(moved, k + 3, y), pixel(plain, k, y)));
  EXPECT_LE(worst, 12);
  EXPECT_THROW(painter.set_directions(x, Matrix::Ones(2, 2), view), InvalidInput);
}

TEST_F(CurvaturePainters, EllipsesHaveTheirAxes) {
  gl::EllipsePainter painter(*shaders_);
  Matrix one(2, 5);
  one << 50, 50, 30, 0, 10, 20, 20, std::nan(""), 0, 1;
  painter.set_ellipses(one);
  EXPECT_EQ(painter.size(), 1);
  const figure::Theme& theme = figure::dark_theme();
  const io::Image image = picture(100, 100, {0, 0, 0}, [&] {
    painter.draw(2, {0, 100, 0, 100}, theme, 100, 100);
  });
  for (const auto& [x, y] :
       std::vector<std::pair<Index, Index>>{{79, 50}, {20, 50}, {50, 40}, {50, 60}})
    EXPECT_GT(pixel(image, x, y).r, 0.6 * theme.text.r) << x << ", " << y;
  EXPECT_LT(pixel(image, 50, 30).r, 0.02) << "outside";
  EXPECT_LT(pixel(image, 90, 50).r, 0.02) << "outside";
  EXPECT_THROW(painter.set_ellipses(Matrix::Zero(1, 4)), InvalidInput);
}

TEST_F(CurvaturePainters, LevelLinesOfOneFieldOverAnother) {
  gl::FieldPainter below(*shaders_), lines(*shaders_);
  Matrix ramp(2, 101);
  for (Index c = 0; c < 101; ++c) ramp.col(c).setConstant(double(c) / 100 - 0.4);
  const PlaneView view{0, 100, 0, 1};
  below.set_field(Matrix::Constant(2, 2, 0.3), view);
  lines.set_field(ramp, view);
  gl::FieldLook look;
  look.lines_only = true;
  look.isoline_spacing = 0.25;
  look.isoline_opacity = 1;
  look.boundary = true;
  const figure::Theme& theme = figure::dark_theme();
  const io::Image image = picture(400, 4, theme.background, [&] {
    below.draw({}, view, theme, 400, 4);
    lines.draw(look, view, theme, 400, 4);
  });
  const Rgb plain = figure::at(figure::Colormap::diverging, 0.65, true);
  EXPECT_LE(apart(pixel(image, 20, 2), plain), 2) << "between the lines nothing changes";
  EXPECT_GT(apart(pixel(image, 260, 2), plain), 60) << "the level 0.25";
  EXPECT_LE(apart(pixel(image, 160, 2), theme.boundary), 60) << "the level 0";
}

TEST_F(CurvaturePainters, ASurfaceLiesWhereTheCameraProjectsItInTheColourOfTheScalar) {
  gl::SurfacePainter painter(*shaders_);
  Matrix height(17, 25), scalar(17, 25);
  for (Index r = 0; r < 17; ++r)
    for (Index c = 0; c < 25; ++c) {
      height(r, c) = std::sin(0.2 * double(c)) + 0.1 * double(r);
      scalar(r, c) = c < 12 ? -1 : 1;
    }
  height(3, 3) = std::nan("");
  painter.set_surface(height, scalar, 1.5);
  EXPECT_NEAR(painter.half_y(), 1 / 1.5, 1e-12);
  gl::OrbitCamera camera;
  camera.pitch = 1.2;
  camera.fit({-1, -0.7, -0.6}, {1, 0.7, 0.6}, 1.5);
  const auto draw = [&] {
    return picture(300, 200, {0, 0, 0},
                   [&] { painter.draw({}, camera, figure::dark_theme(), 300, 200); });
  };
  const io::Image image = draw();
  const auto colour_at = [&](Index r, Index c) {
    const auto p = camera.project(painter.place(r, c), 300, 200);
    return pixel(image, Index(p.x), Index(p.y));
  };
  EXPECT_GT(colour_at(8, 4).b, colour_at(8, 4).r) << "blue below zero";
  EXPECT_GT(colour_at(8, 20).r, colour_at(8, 20).b) << "orange above";
  EXPECT_LE(apart(colour_at(3, 3), {0, 0, 0}), 1) << "no surface where it is not finite";
  EXPECT_LE(apart(pixel(image, 1, 1), {0, 0, 0}), 1);
  EXPECT_THROW(painter.set_surface(height, Matrix::Zero(2, 2), 1), InvalidInput);
}

TEST_F(CurvaturePainters, NearPartsOfASurfaceHideFarOnesFromEverySide) {
  gl::SurfacePainter painter(*shaders_);
  // A wall in the middle; what is on one side is blue, on the other orange.
  Matrix height = Matrix::Zero(33, 33), scalar = Matrix::Constant(33, 33, 1);
  height.middleCols(15, 3).setOnes();
  scalar.leftCols(16).setConstant(-1);
  painter.set_surface(height, scalar, 1);
  gl::OrbitCamera camera;
  for (const bool from_right : {true, false}) {
    camera = {};
    camera.yaw = from_right ? 0 : 3.14159265;  // looks along −x, or +x
    camera.pitch = 0.12;
    camera.fit({-1, -1, -0.6}, {1, 1, 0.6}, 1);
    const io::Image image = picture(
        200, 200, {0, 0, 0}, [&] { painter.draw({}, camera, figure::dark_theme(), 200, 200); });
    double blue = 0, orange = 0;
    for (Index y = 0; y < 200; ++y)
      for (Index x = 0; x < 200; ++x) {
        const Rgb c = pixel(image, x, y);
        blue += c.b > c.r + 0.1;
        orange += c.r > c.b + 0.1;
      }
    EXPECT_GT(from_right ? orange : blue, 2000);
    EXPECT_LT(from_right ? blue : orange, 0.1 * (from_right ? orange : blue)) << from_right;
  }
}

TEST_F(CurvaturePainters, NothingIsDrawnAgainWhenNothingChanged) {
  gl::SurfacePainter surface(*shaders_);
  gl::LicPainter streaks(*shaders_);
  gl::EllipsePainter ellipses(*shaders_);
  const PlaneView view{0, 1, 0, 1};
  gl::OrbitCamera camera;
  const auto print = [&] {
    gl::Fingerprint out;
    surface.add_to(out, {}, camera, figure::dark_theme());
    streaks.add_to(out, {}, view);
    ellipses.add_to(out, 1, view, figure::dark_theme());
    return out.value();
  };
  const auto before = print();
  EXPECT_EQ(print(), before);
  camera.rotate(5, 0, 100);
  const auto turned = print();
  EXPECT_NE(turned, before);
  surface.set_surface(Matrix::Zero(2, 2), Matrix::Zero(2, 2), 1);
  const auto risen = print();
  EXPECT_NE(risen, turned);
  streaks.set_directions(Matrix::Ones(2, 2), Matrix::Ones(2, 2), view);
  EXPECT_NE(print(), risen);
}

}  // namespace
}  // namespace aniso
