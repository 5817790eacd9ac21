// Painters of the score views: arrows, particles, coarse streaks, and pictures over pictures.
#include <gmock/gmock.h>

#include <cmath>

#include "app/gl/arrow_painter.h"
#include "app/gl/lic_painter.h"
#include "app/gl/particle_painter.h"
#include "core/base/errors.h"
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

constexpr Rgb kBlack{0, 0, 0}, kGrey{0.5, 0.5, 0.5};
const PlaneView kHundred{0, 100, 0, 100};  // a pixel a unit

class ScorePainters : public test::GlTest {
 protected:
  template <typename Draw>
  io::Image picture(Rgb ground, Draw draw) {
    canvas_.invalidate();
    canvas_.begin(100, 100, 0, ground);
    draw();
    canvas_.end();
    return canvas_.read();
  }
  io::Image arrow(double x, double y, double vx, double vy, const gl::ArrowLook& look) {
    gl::ArrowPainter painter(*shaders_);
    Matrix place(1, 2), vector(1, 2);
    place << x, y;
    vector << vx, vy;
    painter.set_arrows(place, vector);
    return picture(kBlack, [&] { painter.draw(look, kHundred, 100, 100); });
  }
  void TearDown() override {
    canvas_ = {};
    GlTest::TearDown();
  }
  gl::Canvas canvas_;
};

double ink(const io::Image& image, Index x, Index y) { return pixel(image, x, y).g; }

TEST_F(ScorePainters, ArrowsBeginAtTheirPlacesAndPointAlongTheirVectors) {
  gl::ArrowLook look;
  look.pixels_per_value = 10;
  look.longest = 90;
  look.width = 3;
  look.head = 14;
  // From (30, 40), 40 pixels to the right; the plane grows upwards, pictures downwards.
  const io::Image right = arrow(30, 40, 4, 0, look);
  EXPECT_GT(ink(right, 30, 59), 0.9);
  EXPECT_GT(ink(right, 50, 59), 0.9);
  EXPECT_GT(ink(right, 67, 59), 0.5) << "the tip";
  EXPECT_LT(ink(right, 73, 59), 0.1);
  EXPECT_LT(ink(right, 26, 59), 0.1);
  EXPECT_GT(ink(right, 57, 64), 0.9) << "the head is wider than the shaft …";
  EXPECT_LT(ink(right, 40, 64), 0.1) << "… which is thin";
  const io::Image up = arrow(30, 40, 0, 4, look);
  EXPECT_GT(ink(up, 30, 40), 0.9);
  EXPECT_GT(ink(up, 33, 31), 0.9) << "the head is above";
  EXPECT_LT(ink(up, 30, 64), 0.1);
  const io::Image slanted = arrow(50, 50, -3, -3, look);
  EXPECT_GT(ink(slanted, 35, 64), 0.9);
  EXPECT_LT(ink(slanted, 60, 40), 0.1);
}

TEST_F(ScorePainters, ArrowsEndWhereTheLongestDoesAndZeroIsADot) {
  gl::ArrowLook look;
  look.pixels_per_value = 10;
  look.longest = 30;
  look.width = 4;
  const io::Image cut = arrow(10, 50, 1000, 0, look);
  EXPECT_GT(ink(cut, 36, 49), 0.5);
  EXPECT_LT(ink(cut, 44, 49), 0.1);
  const io::Image dot = arrow(50, 50, 0, 0, look);
  EXPECT_GT(ink(dot, 50, 49), 0.9);
  EXPECT_LT(ink(dot, 55, 49), 0.1);
  gl::ArrowPainter painter(*shaders_);
  Matrix places = Matrix::Zero(2, 2), vectors = Matrix::Ones(2, 2);
  vectors(1, 0) = std::nan("");
  painter.set_arrows(places, vectors);
  EXPECT_EQ(painter.size(), 1);
  EXPECT_THROW(painter.set_arrows(places, Matrix::Ones(3, 2)), InvalidInput);
}

TEST_F(ScorePainters, AnOutlineGoesAroundTheFilledArrowOfTheSameVector) {
  gl::ArrowLook look;
  look.pixels_per_value = 10;
  look.longest = 90;
  look.width = 4;
  look.head = 16;
  look.rim_width = 0;
  gl::ArrowLook outline = look;
  outline.gap = 4;
  outline.line_width = 2;
  const io::Image filled = arrow(20, 50, 6, 1, look), ring = arrow(20, 50, 6, 1, outline);
  double common = 0, around = 0;
  for (Index y = 0; y < 100; ++y)
    for (Index x = 0; x < 100; ++x) {
      common += ink(filled, x, y) * ink(ring, x, y);
      around += ink(ring, x, y);
    }
  EXPECT_LT(common, 1);
  EXPECT_GT(around, 200);
  EXPECT_GT(ink(ring, 40, 40), 0.0);
}

gl::ParticleMotion slow() { return {.gain = 2, .fastest = 50, .life = 1000}; }

TEST_F(ScorePainters, ParticlesMoveAlongAConstantField) {
  gl::ParticlePainter particles(*shaders_);
  particles.restart(100);
  EXPECT_EQ(particles.size(), 100);
  particles.set_field(Matrix::Constant(3, 3, 1.5), Matrix::Constant(3, 3, -0.5), kHundred);
  particles.advance(0, slow(), kHundred);
  const Matrix before = particles.states();
  for (int i = 0; i < 10; ++i) particles.advance(0.05, slow(), kHundred);
  const Matrix after = particles.states();
  int stayed = 0;
  for (Index i = 0; i < 100; ++i) {
    EXPECT_TRUE(before(i, 0) >= 0 && before(i, 0) <= 100 && before(i, 1) >= 0);
    if (after(i, 3) != before(i, 3)) continue;  // born again meanwhile
    ++stayed;
    EXPECT_NEAR(after(i, 0) - before(i, 0), 0.5 * 2 * 1.5, 1e-3);
    EXPECT_NEAR(after(i, 1) - before(i, 1), 0.5 * 2 * -0.5, 1e-3);
    EXPECT_NEAR(after(i, 2) - before(i, 2), 0.5, 1e-3);
  }
  EXPECT_GT(stayed, 95);
}

TEST_F(ScorePainters, StrongFieldsMoveThemNoFasterThanTheFastest) {
  gl::ParticlePainter particles(*shaders_);
  particles.restart(64);
  particles.set_field(Matrix::Constant(2, 2, 1e6), Matrix::Zero(2, 2), kHundred);
  gl::ParticleMotion motion = slow();
  particles.advance(0, motion, kHundred);
  const Matrix before = particles.states();
  particles.advance(0.1, motion, kHundred);
  EXPECT_NEAR((particles.states().col(0) - before.col(0)).minCoeff(), 5, 1e-3);
}

TEST_F(ScorePainters, TheSameStepsGiveTheSameParticlesAndTheyDieAndAreBornWithinTheView) {
  Matrix runs[2];
  for (Matrix& states : runs) {
    gl::ParticlePainter particles(*shaders_);
    particles.restart(400);
    particles.set_field(Matrix::Constant(2, 2, 30), Matrix::Constant(2, 2, 10), kHundred);
    const gl::ParticleMotion motion{.gain = 1, .fastest = 100, .life = 0.5};
    for (int i = 0; i < 60; ++i) particles.advance(1.0 / 30, motion, kHundred);
    states = particles.states();
    EXPECT_GT(states.col(3).minCoeff(), 0) << "all have been born again";
    EXPECT_LE(states.col(2).maxCoeff(), 1.3 * 0.5 + 1e-3);
    // No further from where they can be born than they get within a life.
    EXPECT_LE(states.col(0).maxCoeff(), 100 + 30 * 0.65 + 1);
    EXPECT_GE(states.leftCols(2).minCoeff(), -1);
    EXPECT_NEAR(states.col(1).mean(), 52, 8);
  }
  EXPECT_EQ(runs[0], runs[1]);
}

TEST_F(ScorePainters, CometsLieBehindTheirParticles) {
  gl::ParticlePainter particles(*shaders_);
  particles.restart(1);
  const gl::ParticleMotion motion{.gain = 1, .fastest = 1000, .life = 100};
  particles.set_field(Matrix::Constant(2, 2, 0.0), Matrix::Constant(2, 2, 0.0), kHundred);
  particles.advance(0, motion, kHundred);
  // Where it is old enough to be seen.
  const Matrix at = particles.states();
  const PlaneView view{at(0, 0) - 50, at(0, 0) + 50, at(0, 1) - 50, at(0, 1) + 50};
  particles.set_field(Matrix::Constant(2, 2, 40.0), Matrix::Constant(2, 2, 0.0), kHundred);
  gl::ParticleLook look;
  look.width = 4;
  look.tail = 0.5;
  look.rim_width = 0;
  const auto shown = [&](double) {
    return picture(kBlack, [&] { particles.draw(look, motion, view, 100, 100); });
  };
  const io::Image image = shown(0);
  const double head = ink(image, 49, 49);
  EXPECT_GT(head, 0.1);
  EXPECT_GT(head, ink(image, 40, 49) + 0.02) << "fainter behind";
  EXPECT_GT(ink(image, 40, 49), 0.01);
  EXPECT_LT(ink(image, 56, 49), 0.01) << "nothing in front";
  EXPECT_LT(ink(image, 26, 49), 0.01) << "the tail has an end";
}

TEST_F(ScorePainters, MovingParticlesLeavesBlendingAndTargetAlone) {
  gl::ParticlePainter particles(*shaders_);
  particles.set_field(Matrix::Ones(2, 2), Matrix::Ones(2, 2), kHundred);
  GLint before[4], after[4], target = -1, then = -2;
  glGetIntegerv(GL_VIEWPORT, before);
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &target);
  particles.advance(0.1, slow(), kHundred);
  glGetIntegerv(GL_VIEWPORT, after);
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &then);
  EXPECT_EQ(target, then);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(before[i], after[i]);
  EXPECT_THROW(particles.restart(0), InvalidInput);
  EXPECT_THROW(particles.set_field(Matrix::Ones(2, 2), Matrix::Ones(3, 2), kHundred), InvalidInput);
}

TEST_F(ScorePainters, CoarseStreaksLookLikeWholeOnes) {
  gl::LicPainter painter(*shaders_);
  const PlaneView view{0, 10, 0, 10};
  Matrix x = Matrix::Ones(21, 21);
  x.leftCols(6).setZero();
  painter.set_directions(x, Matrix::Zero(21, 21), view);
  const auto draw = [&](int coarse) {
    return picture(
        kGrey, [&] { painter.draw({.cell = 4, .opacity = 1, .coarse = coarse}, view, 100, 100); });
  };
  const io::Image whole = draw(1), coarse = draw(2);
  double difference = 0, spread = 0;
  Index count = 0;
  for (Index y = 10; y < 90; ++y)
    for (Index k = 45; k < 95; ++k, ++count) {
      difference += apart(pixel(whole, k, y), pixel(coarse, k, y));
      spread += apart(pixel(whole, k, y), pixel(whole, k, (y + 37) % 80 + 10));
    }
  EXPECT_GT(spread / double(count), 20) << "there is nothing to see";
  EXPECT_LT(difference, 0.5 * spread);
  for (Index y = 0; y < 100; ++y) EXPECT_LE(apart(pixel(coarse, 3, y), kGrey), 1);
}

TEST_F(ScorePainters, ACanvasTakesOverAnothersPicture) {
  gl::ArrowPainter painter(*shaders_);
  Matrix place(1, 2), vector(1, 2);
  place << 20, 50;
  vector << 3, 0;
  painter.set_arrows(place, vector);
  gl::Canvas below, above, small;
  below.begin(100, 100, 1, {0.2, 0.4, 0.6});
  painter.draw({}, kHundred, 100, 100);
  below.end();
  above.begin(100, 100, 1, kBlack);
  above.copy(below);
  above.end();
  EXPECT_EQ(above.read(), below.read());
  small.begin(10, 10, 1, kBlack);
  EXPECT_THROW(small.copy(below), InvalidInput);
  small.end();
}

}  // namespace
}  // namespace aniso
