#pragma once

#include <cstdint>
#include <vector>

#include "app/gl/canvas.h"
#include "app/gl/handle.h"
#include "app/gl/orbit_camera.h"
#include "app/gl/shader_library.h"
#include "core/base/types.h"
#include "core/figure/color.h"
#include "core/figure/theme.h"

namespace aniso::app::gl {

/// A polyline in space with one colour per vertex. A vertex that is not finite breaks it.
struct Line3d {
  Matrix points;                     ///< (m, 3)
  std::vector<figure::Rgba> colors;  ///< m of them, or one for all
  double width = 2;                  ///< framebuffer pixels
};

struct Points3d {
  Matrix points;                     ///< (m, 3)
  std::vector<figure::Rgba> colors;  ///< m of them, or one for all
  double diameter = 6;               ///< framebuffer pixels
  bool rim = true;
};

/// Draws lines and points in space, of constant width on the screen, anti-aliased, nearest last,
/// fading into the background with distance.
class Line3dPainter {
 public:
  explicit Line3dPainter(ShaderLibrary& shaders);

  /// Replaces everything. @throws InvalidInput if shapes and colours do not fit.
  void set(const std::vector<Line3d>& lines, const std::vector<Points3d>& points);
  bool empty() const { return primitives_.empty(); }
  /// Corners of the box around all vertices, for OrbitCamera::fit; ±1 when there are none.
  const Eigen::Vector3d& low() const { return low_; }
  const Eigen::Vector3d& high() const { return high_; }

  /// @param depth_cue  0: none; 1: the farthest vertex vanishes in the background.
  void draw(const OrbitCamera& camera, const figure::Theme& theme, double depth_cue, int width,
            int height);
  void add_to(Fingerprint& print, const OrbitCamera& camera, const figure::Theme& theme,
              double depth_cue) const;

 private:
  /// A capsule on the screen; a point is one of no length.
  struct Primitive {
    float a[3], b[3];
    float color_a[4], color_b[4];
    float width, rim;
  };
  void add_line(const Line3d& line);
  void add_points(const Points3d& points);
  void sort(const OrbitCamera& camera);

  const ShaderProgram& program_;
  VertexArray vertices_;
  Buffer instances_;
  std::vector<Primitive> primitives_;
  Eigen::Vector3d low_, high_;
  std::uint64_t version_ = 0;
};

}  // namespace aniso::app::gl
