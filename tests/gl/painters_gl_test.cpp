#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <numbers>

#include "app/gl/field_painter.h"
#include "app/gl/line3d_painter.h"
#include "app/gl/point_painter.h"
#include "core/base/errors.h"
#include "core/figure/colormap.h"
#include "core/figure/contour.h"
#include "tests/support/gl_window.h"

namespace aniso {
namespace {

namespace gl = app::gl;
using figure::Rgb;
using gl::PlaneView;

Rgb pixel(const io::Image& image, Index x, Index y) {
  const auto* p = image.rgba.data() + 4 * (y * image.width + x);
  return {p[0] / 255.0, p[1] / 255.0, p[2] / 255.0};
}

double apart(Rgb a, Rgb b) {
  return 255 * std::max({std::abs(a.r - b.r), std::abs(a.g - b.g), std::abs(a.b - b.b)});
}

Matrix wavy(Index rows, Index cols) {
  Matrix m(rows, cols);
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < cols; ++c)
      m(r, c) = std::sin(0.31 * double(c) + 0.4) * std::cos(0.23 * double(r)) + 0.2;
  return m;
}

double bilinear(const Matrix& m, double x, double y) {
  x = std::clamp(x, 0.0, double(m.cols() - 1));
  y = std::clamp(y, 0.0, double(m.rows() - 1));
  const Index c = std::min(Index(x), m.cols() - 2), r = std::min(Index(y), m.rows() - 2);
  const double fx = x - double(c), fy = y - double(r);
  return (1 - fy) * ((1 - fx) * m(r, c) + fx * m(r, c + 1)) +
         fy * ((1 - fx) * m(r + 1, c) + fx * m(r + 1, c + 1));
}

class Painters : public test::GlTest {
 protected:
  io::Image draw_field(const gl::FieldLook& look, const PlaneView& view, int w, int h,
                       const figure::Theme& theme = figure::dark_theme()) {
    canvas_.invalidate();
    canvas_.begin(w, h, 0, theme.background);
    field().draw(look, view, theme, w, h);
    canvas_.end();
    return canvas_.read();
  }
  gl::FieldPainter& field() {
    if (!field_) field_ = std::make_unique<gl::FieldPainter>(*shaders_);
    return *field_;
  }
  void TearDown() override {
    field_.reset();
    canvas_ = {};
    GlTest::TearDown();
  }
  gl::Canvas canvas_;
  std::unique_ptr<gl::FieldPainter> field_;
};

TEST_F(Painters, FieldHasTheColormapsColours) {
  const Matrix values = wavy(16, 24);
  field().set_field(values, {0, 23, 0, 15});
  const PlaneView view{2, 20, 3, 14};
  for (const figure::Theme* theme : figure::themes())
    for (const auto map :
         {figure::Colormap::viridis, figure::Colormap::cividis, figure::Colormap::diverging}) {
      gl::FieldLook look;
      look.colormap = map;
      look.low = -1.3;
      look.high = 1.1;
      const io::Image image = draw_field(look, view, 180, 110, *theme);
      double worst = 0;
      for (int y = 0; y < 110; ++y)
        for (int x = 0; x < 180; ++x) {
          const double v = bilinear(values, view.x_at(x + 0.5, 180), view.y_at(y + 0.5, 110));
          const Rgb want = figure::at(map, (v + 1.3) / 2.4, theme->dark);
          worst = std::max(worst, apart(pixel(image, x, y), want));
        }
      EXPECT_LE(worst, 1.6) << figure::colormap_name(map) << " " << theme->id;
    }
}

TEST_F(Painters, NearestShowsSamplesAndSmoothGoesThroughThem) {
  const Matrix values = wavy(9, 11);
  field().set_field(values, {0, 10, 0, 8});
  gl::FieldLook look;
  look.colormap = figure::Colormap::viridis;
  // One pixel per sample, its centre on the sample.
  const PlaneView view{-0.5, 10.5, -0.5, 8.5};
  for (const auto sampling : {gl::FieldSampling::nearest, gl::FieldSampling::smooth}) {
    look.sampling = sampling;
    const io::Image image = draw_field(look, view, 11, 9);
    for (Index r = 0; r < 9; ++r)
      for (Index c = 0; c < 11; ++c)
        EXPECT_LE(apart(pixel(image, c, 8 - r),
                        figure::at(figure::Colormap::viridis, (values(r, c) + 1) / 2)),
                  1.6);
  }
  // Between samples the smooth one follows a cubic exactly where the bilinear one cuts corners.
  Matrix cubic(4, 41);
  for (Index c = 0; c < 41; ++c) cubic.col(c).setConstant(std::pow(double(c - 20) / 20, 2));
  field().set_field(cubic, {0, 40, 0, 3});
  look.sampling = gl::FieldSampling::smooth;
  look.low = 0;
  look.high = 0.0025;  // the first sample beside the middle
  const io::Image image = draw_field(look, {19.5, 20.5, 1, 2}, 101, 1);
  EXPECT_LE(apart(pixel(image, 75, 0), figure::at(figure::Colormap::viridis, 0.25 * 0.25)), 2.0);
}

TEST_F(Painters, LogarithmicRangeAndValuesWithoutLogarithm) {
  Matrix values(2, 3);
  values << 1e-3, 1e-1, -1, 1e-3, 1e-1, 0;
  field().set_field(values, {0, 2, 0, 1});
  gl::FieldLook look;
  look.colormap = figure::Colormap::viridis;
  look.scale = gl::FieldScale::log10;
  look.sampling = gl::FieldSampling::nearest;
  look.low = 1e-4;
  look.high = 1;
  const io::Image image = draw_field(look, {-0.5, 2.5, -0.5, 1.5}, 30, 20);
  EXPECT_LE(apart(pixel(image, 5, 10), figure::at(look.colormap, 0.25)), 1.6);
  EXPECT_LE(apart(pixel(image, 15, 10), figure::at(look.colormap, 0.75)), 1.6);
  for (int x = 21; x < 30; ++x)  // hatched in greys of the theme
    EXPECT_LT(figure::luminance(pixel(image, x, 5)), 0.12);
  look.low = 0;
  EXPECT_THROW(draw_field(look, {0, 1, 0, 1}, 8, 8), InvalidInput);
  canvas_.end();
}

TEST_F(Painters, UndefinedSamplesAreHatchedAndDoNotSpread) {
  Matrix values = Matrix::Constant(9, 9, 0.5);
  values(4, 4) = std::nan("");
  values(0, 8) = std::numeric_limits<double>::infinity();
  field().set_field(values, {0, 8, 0, 8});
  gl::FieldLook look;
  look.colormap = figure::Colormap::viridis;
  const io::Image image = draw_field(look, {-0.5, 8.5, -0.5, 8.5}, 180, 180);
  const Rgb want = figure::at(look.colormap, 0.75);
  const Rgb ground = figure::dark_theme().background;
  int hatch = 0;
  for (int y = 0; y < 180; ++y)
    for (int x = 0; x < 180; ++x) {
      const bool hole = x / 20 == 4 && y / 20 == 4, corner = x / 20 == 8 && y / 20 == 8;
      if (hole || corner) {
        EXPECT_GT(apart(pixel(image, x, y), want), 40);
        hatch += apart(pixel(image, x, y), ground) > 10;
      } else {
        EXPECT_LE(apart(pixel(image, x, y), want), 1.6) << x << " " << y;
      }
    }
  EXPECT_GT(hatch, 50);
  EXPECT_LT(hatch, 600);
}

TEST_F(Painters, OutsideTheGridNothingIsDrawn) {
  field().set_field(Matrix::Constant(5, 5, 1), {0, 4, 0, 4});
  gl::FieldLook look;
  const io::Image image = draw_field(look, {-5.5, 9.5, -5.5, 9.5}, 150, 150);
  EXPECT_LE(apart(pixel(image, 49, 75), figure::dark_theme().background), 1);
  EXPECT_LE(apart(pixel(image, 50, 75), figure::at(look.colormap, 1)), 1.6);
  EXPECT_LE(apart(pixel(image, 99, 75), figure::at(look.colormap, 1)), 1.6);
  EXPECT_LE(apart(pixel(image, 100, 75), figure::dark_theme().background), 1);
}

TEST_F(Painters, DifferenceOfTwoFields) {
  const Matrix a = wavy(12, 12);
  Matrix b = a;
  b.array() -= 0.25;
  field().set_field(a, {0, 11, 0, 11});
  field().set_other(b);
  gl::FieldLook look;
  look.difference = true;
  const io::Image image = draw_field(look, {0, 11, 0, 11}, 60, 60);
  for (int i = 0; i < 60; i += 7)
    EXPECT_LE(apart(pixel(image, i, i), figure::at(look.colormap, 0.625)), 1.6);
  EXPECT_THROW(field().set_other(Matrix::Zero(3, 3)), InvalidInput);
}

TEST_F(Painters, AnglesAreInterpolatedOnTheCircle) {
  constexpr double kPi = std::numbers::pi;
  Matrix values(2, 2);
  values << kPi - 0.2, -kPi + 0.2, kPi - 0.2, -kPi + 0.2;
  field().set_field(values, {0, 1, 0, 1});
  gl::FieldLook look;
  look.colormap = figure::Colormap::cyclic;
  look.low = -kPi;
  look.high = kPi;
  const io::Image image = draw_field(look, {0, 1, 0, 1}, 101, 3);
  EXPECT_LE(apart(pixel(image, 50, 1), figure::at(look.colormap, 0)), 4) << "not the angle 0";
}

double distance_to(const std::vector<figure::Isoline>& lines, double x, double y) {
  double best = 1e9;
  for (const auto& line : lines)
    for (std::size_t i = 0; i + 1 < line.points.size() + (line.closed ? 1 : 0); ++i) {
      const auto a = line.points[i], b = line.points[(i + 1) % line.points.size()];
      const double dx = b.x - a.x, dy = b.y - a.y, l2 = dx * dx + dy * dy;
      const double t = l2 > 0 ? std::clamp(((x - a.x) * dx + (y - a.y) * dy) / l2, 0.0, 1.0) : 0;
      best = std::min(best, std::hypot(x - a.x - t * dx, y - a.y - t * dy));
    }
  return best;
}

TEST_F(Painters, BoundaryLiesWithinOnePixelOfTheContour) {
  Matrix values(64, 64);
  for (Index r = 0; r < 64; ++r)
    for (Index c = 0; c < 64; ++c) {
      const double x = (double(c) - 31.5) / 10, y = (double(r) - 31.5) / 10;
      values(r, c) = std::tanh(x * x + 0.7 * y * y + 0.8 * std::sin(3 * x) - 3.5);
    }
  const auto lines = figure::isolines(values, 0);
  ASSERT_FALSE(lines.empty());
  field().set_field(values, {0, 63, 0, 63});
  for (const int size : {320, 640}) {
    gl::FieldLook look;
    look.colormap = figure::Colormap::cividis;
    look.boundary = true;
    look.boundary_width = 2;
    look.rim_width = 0;
    const PlaneView view{0, 63, 0, 63};
    const double unit = 63.0 / size;
    const io::Image image = draw_field(look, view, size, size);
    int inked = 0;
    for (int y = 0; y < size; ++y)
      for (int x = 0; x < size; ++x) {
        const double away =
            distance_to(lines, view.x_at(x + 0.5, size), view.y_at(y + 0.5, size)) / unit;
        const bool white = apart(pixel(image, x, y), {1, 1, 1}) < 30;
        inked += white;
        if (white) {
          EXPECT_LT(away, 2.0) << x << " " << y;  // half the width and one pixel
        }
        if (away < 0.4) {
          EXPECT_LT(apart(pixel(image, x, y), {1, 1, 1}), 90) << x << " " << y;
        }
      }
    EXPECT_GT(inked, size);
  }
}

TEST_F(Painters, IsolinesStandAtTheirLevelsAndFadeWhereTheyCrowd) {
  Matrix ramp(2, 101);
  for (Index c = 0; c < 101; ++c) ramp.col(c).setConstant(double(c) / 100);
  field().set_field(ramp, {0, 100, 0, 1});
  gl::FieldLook look;
  look.colormap = figure::Colormap::cividis;
  look.low = 0;
  look.high = 1;
  look.isoline_spacing = 0.25;
  look.isoline_opacity = 1;
  const io::Image image = draw_field(look, {0, 100, 0, 1}, 400, 4);
  for (int x = 4; x < 396; ++x) {
    const Rgb plain = figure::at(look.colormap, (x + 0.5) / 400);
    const double ink = apart(pixel(image, x, 2), plain);
    const double away = std::abs(std::remainder(x + 0.5, 100.0));
    if (away < 0.6) {
      EXPECT_GT(ink, 30) << x;
    }
    if (away > 1.1) {
      EXPECT_LT(ink, 2) << x;
    }
  }
  look.isoline_spacing = 0.005;  // two pixels apart
  const io::Image crowded = draw_field(look, {0, 100, 0, 1}, 400, 4);
  for (int x = 4; x < 396; ++x)
    EXPECT_LT(apart(pixel(crowded, x, 2), figure::at(look.colormap, (x + 0.5) / 400)), 2);
}

TEST_F(Painters, CanvasDrawsOnlyWhatChanged) {
  field().set_field(wavy(8, 8), {0, 7, 0, 7});
  gl::FieldLook look;
  PlaneView view{0, 7, 0, 7};
  const auto show = [&](const figure::Theme& theme) {
    gl::Fingerprint print;
    field().add_to(print, look, view, theme);
    if (!canvas_.begin(40, 40, print.value(), theme.background)) return false;
    field().draw(look, view, theme, 40, 40);
    canvas_.end();
    return true;
  };
  EXPECT_TRUE(show(figure::dark_theme()));
  EXPECT_FALSE(show(figure::dark_theme()));
  view = view.panned(3, 0, 40, 40);
  EXPECT_TRUE(show(figure::dark_theme()));
  look.boundary = true;
  EXPECT_TRUE(show(figure::dark_theme()));
  EXPECT_TRUE(show(figure::light_theme()));
  field().set_field(wavy(8, 8), {0, 7, 0, 7});
  EXPECT_TRUE(show(figure::light_theme()));
  EXPECT_FALSE(show(figure::light_theme()));
  EXPECT_EQ(canvas_.drawn(), 5U);
}

TEST_F(Painters, NothingIsLeftBehindByRepeatedUse) {
  const auto alive = [] {
    std::array<int, 4> count{};
    for (GLuint name = 1; name < 1000; ++name) {
      count[0] += glIsTexture(name);
      count[1] += glIsBuffer(name);
      count[2] += glIsVertexArray(name);
      count[3] += glIsFramebuffer(name);
    }
    return count;
  };
  shaders_->program("field");
  const auto before = alive();
  for (int i = 0; i < 20; ++i) {
    gl::FieldPainter painter(*shaders_);
    gl::PointPainter points(*shaders_);
    gl::Line3dPainter lines(*shaders_);
    gl::Canvas canvas;
    painter.set_field(wavy(8, 8), {0, 7, 0, 7});
    painter.set_other(wavy(8, 8));
    points.set_points(Matrix::Zero(4, 2), {});
    canvas.begin(16 + i, 16, 0, {0, 0, 0});
    painter.draw({}, {0, 7, 0, 7}, figure::dark_theme(), 16 + i, 16);
    points.draw({}, {0, 7, 0, 7}, figure::dark_theme(), 16 + i, 16);
    canvas.end();
  }
  EXPECT_EQ(alive(), before);
  field().set_field(wavy(8, 8), {0, 7, 0, 7});
  EXPECT_EQ(alive()[0], before[0] + 1) << "what is alive is seen";
}

TEST_F(Painters, PointsAreDiscsOfTheirSizeWithARim) {
  gl::PointPainter points(*shaders_);
  Matrix xy(3, 2);
  xy << 25, 75, 75, 75, std::nan(""), 3;
  points.set_points(xy, std::vector<std::int32_t>{0, 9, 2});
  EXPECT_EQ(points.size(), 2);
  const figure::Theme& theme = figure::dark_theme();
  gl::PointLook look;
  look.diameter = 20;
  look.rim_width = 3;
  canvas_.begin(100, 100, 0, {1, 1, 1});
  points.draw(look, {0, 100, 0, 100}, theme, 100, 100);
  canvas_.end();
  const io::Image image = canvas_.read();
  EXPECT_LE(apart(pixel(image, 25, 25), theme.category(0)), 1);
  EXPECT_LE(apart(pixel(image, 75, 25), theme.category(1)), 1) << "nine wraps around to one";
  double fill = 0, rim = 0;
  for (int y = 0; y < 50; ++y)
    for (int x = 0; x < 50; ++x) {
      fill += apart(pixel(image, x, y), theme.category(0)) < 8;
      rim += apart(pixel(image, x, y), theme.rim) < 8;
    }
  EXPECT_NEAR(fill, std::numbers::pi * 100, 40);
  EXPECT_NEAR(rim, std::numbers::pi * (169 - 100), 90);
  EXPECT_THROW(points.set_points(xy, std::vector<std::int32_t>{1}), InvalidInput);
}

TEST_F(Painters, TwentyThousandPointsInOneCall) {
  gl::PointPainter points(*shaders_);
  Matrix xy(20'000, 2);
  for (Index i = 0; i < xy.rows(); ++i) xy.row(i) << double(i % 200) + 0.5, double(i / 200) + 0.5;
  points.set_points(xy, {});
  gl::PointLook look;
  look.diameter = 1.5;
  look.rim_width = 0;
  canvas_.begin(400, 200, 0, {0, 0, 0});
  points.draw(look, {0, 200, 0, 100}, figure::dark_theme(), 400, 200);
  canvas_.end();
  const io::Image image = canvas_.read();
  for (Index i = 0; i < xy.rows(); i += 97) {
    const auto x = Index(2 * xy(i, 0)), y = Index(200 - 2 * xy(i, 1));
    EXPECT_GT(pixel(image, x, y).b, 0.2) << i;
  }
}

TEST_F(Painters, LinesInSpaceLieWhereTheCameraProjectsThem) {
  gl::Line3dPainter painter(*shaders_);
  gl::Line3d line;
  line.points.resize(5, 3);
  line.points << -1, -1, -1, 1, -1, 1, 1, 1, -0.5, std::nan(""), 0, 0, 0, 0, 2;
  line.colors = {Rgb{1, 0, 0}};
  line.width = 4;
  gl::Points3d point;
  point.points = Matrix::Constant(1, 3, 0.25);
  point.colors = {Rgb{0, 1, 0}};
  point.diameter = 10;
  point.rim = false;
  painter.set({line}, {point});
  gl::OrbitCamera camera;
  camera.fit(painter.low(), painter.high(), 1.5);
  camera.rotate(30, -12, 200);
  canvas_.begin(300, 200, 0, {0, 0, 0});
  painter.draw(camera, figure::dark_theme(), 0, 300, 200);
  canvas_.end();
  const io::Image image = canvas_.read();
  for (int segment = 0; segment < 2; ++segment)
    for (const double t : {0.1, 0.35, 0.8}) {
      const Eigen::Vector3d p = (1 - t) * line.points.row(segment).transpose() +
                                t * line.points.row(segment + 1).transpose();
      const auto at = camera.project(p, 300, 200);
      ASSERT_TRUE(at.visible);
      const Rgb c = pixel(image, Index(at.x), Index(at.y));
      EXPECT_TRUE(c.r > 0.9 || c.g > 0.9) << "segment " << segment << " at " << t;
    }
  const auto at = camera.project(Eigen::Vector3d::Constant(0.25), 300, 200);
  EXPECT_GT(pixel(image, Index(at.x), Index(at.y)).g, 0.9);
  // The vertex behind the break has no line to it.
  const auto lone = camera.project({0, 0, 1}, 300, 200);
  EXPECT_LT(pixel(image, Index(lone.x), Index(lone.y)).r, 0.1);
}

TEST_F(Painters, NearPrimitivesCoverFarOnesAndFarOnesFade) {
  gl::Line3dPainter painter(*shaders_);
  gl::Points3d near_and_far;
  near_and_far.points.resize(3, 3);
  near_and_far.points << 1, 0, 0, -1, 0, 0, -1, 0, 0.4;
  near_and_far.colors = {Rgb{1, 0, 0}, Rgb{0, 1, 0}, Rgb{0, 0, 1}};
  near_and_far.rim = false;
  near_and_far.diameter = 8;
  painter.set({}, {near_and_far});
  gl::OrbitCamera camera;
  camera.yaw = camera.pitch = 0;  // looks along −x
  for (const double turn : {0.0, std::numbers::pi}) {
    camera.yaw = turn;
    canvas_.invalidate();
    canvas_.begin(100, 100, 0, {0, 0, 0});
    painter.draw(camera, figure::dark_theme(), turn > 0 ? 0 : 0.8, 100, 100);
    canvas_.end();
    const io::Image image = canvas_.read();
    const Rgb middle = pixel(image, 50, 50);
    EXPECT_GT(turn > 0 ? middle.g : middle.r, 0.9);
    const auto far = camera.project({-1, 0, 0.4}, 100, 100);
    const double blue = pixel(image, Index(far.x), Index(far.y)).b;
    EXPECT_EQ(blue > 0.95, turn > 0) << blue;
  }
}

}  // namespace
}  // namespace aniso
