#pragma once

#include <vector>

#include "app/gl/canvas.h"
#include "app/gl/colormap_texture.h"
#include "app/gl/handle.h"
#include "app/gl/orbit_camera.h"
#include "app/gl/shader_library.h"
#include "core/base/types.h"
#include "core/figure/theme.h"

namespace aniso::app::gl {

/// How a surface is coloured. Sizes in framebuffer pixels.
struct SurfaceLook {
  figure::Colormap colormap = figure::Colormap::diverging;
  double low = -1, high = 1;  ///< colour range, below and above
  double levels = 0;          ///< distance between level lines of the height; 0 for none
  double line_width = 1;
  double boundary_width = 0;  ///< of the line at height 0; 0 for none
};

/// Draws the graph of a function over a rectangle, coloured by a second scalar. The rectangle's
/// longer side spans −1 … 1 and heights −kHeight … kHeight, so that the camera's home fits.
class SurfacePainter {
 public:
  static constexpr double kHeight = 0.55;

  explicit SurfacePainter(ShaderLibrary& shaders);

  /// @param height  (rows, cols) of the graph; no surface where it is not finite.
  /// @param scalar  (rows, cols) what colours it; drawn as undefined where not finite.
  /// @param aspect  width over height of the rectangle.
  /// @throws InvalidInput if the shapes differ or a side is below 2.
  void set_surface(const MatrixRef& height, const MatrixRef& scalar, double aspect);
  bool has_surface() const { return rows_ > 1; }
  /// Heights at −kHeight and kHeight.
  double lowest() const { return lowest_; }
  double highest() const { return highest_; }
  /// Where a sample lies in space; z is NaN where the height is not finite.
  Eigen::Vector3d place(Index row, Index column) const;
  /// Half the sides of the rectangle.
  double half_x() const { return half_x_; }
  double half_y() const { return half_y_; }

  /// Into the bound framebuffer, far cells first, so that no depth buffer is needed.
  /// @throws InvalidInput if the colour range is empty.
  void draw(const SurfaceLook& look, const OrbitCamera& camera, const figure::Theme& theme,
            int width, int height);
  void add_to(Fingerprint& print, const SurfaceLook& look, const OrbitCamera& camera,
              const figure::Theme& theme) const;

 private:
  struct Vertex {
    float position[3], normal[3], shown[2], height;
  };
  void order_cells(const OrbitCamera& camera);

  const ShaderProgram& program_;
  VertexArray array_;
  Buffer vertices_, cells_;
  ColormapTexture map_;
  std::vector<Vertex> corners_;
  GLsizei indices_ = 0;
  Index rows_ = 0, cols_ = 0;
  double half_x_ = 1, half_y_ = 1, lowest_ = -1, highest_ = 1;
  std::uint64_t version_ = 0;
};

}  // namespace aniso::app::gl
