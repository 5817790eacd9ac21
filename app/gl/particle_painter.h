#pragma once

#include <array>

#include "app/gl/canvas.h"
#include "app/gl/handle.h"
#include "app/gl/plane_view.h"
#include "app/gl/shader_library.h"
#include "core/base/types.h"
#include "core/figure/color.h"

namespace aniso::app::gl {

/// How particles move.
struct ParticleMotion {
  double gain = 1;     ///< plane units a second for a vector of 1
  double fastest = 1;  ///< plane units a second; stronger vectors move them so fast
  double life = 3;     ///< seconds; each lives 0.7 … 1.3 of it
};

/// How particles are drawn. Sizes in framebuffer pixels.
struct ParticleLook {
  double width = 2;
  double tail = 0.25;  ///< seconds of the way behind a particle that are seen
  figure::Rgb ink = {1, 1, 1}, rim = {0, 0, 0};
  double rim_width = 0.75;
  double opacity = 0.95;
};

/// Particles that a vector field carries along, moved on the graphics card. They begin evenly
/// spread over the picture at places that depend on their number alone, so that the same field and
/// the same time steps give the same picture; each fades in and out within its life.
class ParticlePainter {
 public:
  explicit ParticlePainter(ShaderLibrary& shaders);

  /// @param x, y    (rows, cols) components; what is not finite counts as 0.
  /// @param extent  centres of the outermost samples.
  /// @throws InvalidInput if the shapes differ or are empty.
  void set_field(const MatrixRef& x, const MatrixRef& y, const PlaneView& extent);
  bool has_field() const { return cols_ > 0; }
  /// All anew at the next `advance`. @param count  about so many; 1 … 65,536.
  void restart(Index count);
  Index size() const { return side_ * side_; }

  /// Moves them by `seconds` ≥ 0, in steps of at most 1/30 s. Those that die are born within
  /// `view`. Not between a canvas's `begin` and `end`.
  void advance(double seconds, const ParticleMotion& motion, const PlaneView& view);
  /// Into the bound framebuffer, over what is there; nothing before the first `advance`.
  void draw(const ParticleLook& look, const ParticleMotion& motion, const PlaneView& view,
            int width, int height);
  void add_to(Fingerprint& print, const ParticleLook& look, const PlaneView& view) const;

  /// (size, 4) x, y, age in seconds, number of the life.
  Matrix states() const;

 private:
  void step(double dt, bool begin, const ParticleMotion& motion, const PlaneView& view);
  void set_motion(const ShaderProgram& program, const ParticleMotion& motion) const;

  const ShaderProgram &step_, &draw_;
  VertexArray vertices_;
  Texture field_;
  Index rows_ = 0, cols_ = 0;
  PlaneView extent_;
  std::array<Texture, 2> states_;
  std::array<Framebuffer, 2> targets_;
  int current_ = 0;
  Index side_ = 0;
  bool begun_ = false;
  std::uint64_t version_ = 0;
};

}  // namespace aniso::app::gl
