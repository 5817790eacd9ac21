#pragma once

#include <imgui.h>

#include <optional>

#include "app/frame.h"
#include "app/gl/arrow_painter.h"
#include "app/gl/canvas.h"
#include "app/gl/field_painter.h"
#include "app/gl/lic_painter.h"
#include "app/gl/particle_painter.h"
#include "app/views/plane_stage.h"
#include "core/analysis/result.h"

namespace aniso::app {

enum class FlowStyle { arrows, streaks, particles };

/// What one picture of a vector field shows. Refers to results; nullptr leaves a part out.
struct ScorePicture {
  const analysis::VectorField2D* vectors = nullptr;
  const analysis::VectorField2D* under = nullptr;  ///< outlined arrows around those
  const analysis::Field2D* background = nullptr;   ///< as colours
  const analysis::Field2D* contours = nullptr;     ///< lines at its whole numbers from 1 on
};

/// How it is drawn. Sizes in design pixels.
struct ScoreLook {
  FlowStyle style = FlowStyle::arrows;
  int across = 20;      ///< arrows along the shorter side
  double longest = 1;   ///< length of the vector whose arrow is the longest
  gl::FieldLook field;  ///< of the background
  Index particles = 1500;
};

/// One picture of a vector field on a plane: background, contours, data points, and the field as
/// arrows, streaks or moving particles. Draws again only what changed.
class ScorePane {
 public:
  explicit ScorePane(gl::ShaderLibrary& shaders);

  /// Takes the results over to the graphics card.
  void set(const ScorePicture& picture);
  /// Draws at `at`, `size` on the screen what the stage's view shows.
  /// @param points  of the stage.
  void draw(Frame& frame, PlaneStage& stage, const ScoreLook& look, const gl::PointLook& points,
            ImVec2 at, ImVec2 size);

  /// Length of the longest arrow at this size of the picture, ImGui units.
  static float longest_arrow(const gl::PlaneView& view, int across, ImVec2 size);

 private:
  /// How each painter draws at present, and the theme of the inks.
  struct Looks {
    const figure::Theme* inks = nullptr;
    gl::FieldLook lines;
    gl::LicLook streaks;
    gl::ArrowLook arrows, under;
    gl::ParticleLook comets;
  };
  Looks looks_of(const ScoreLook& look, const gl::PlaneView& view, ImVec2 size) const;
  void place_arrows(const gl::PlaneView& view, int across);
  void draw_ground(const ScoreLook& look, const Looks& looks, const gl::PlaneView& view, int w,
                   int h);
  void draw_still(PlaneStage& stage, const ScoreLook& look, const Looks& looks,
                  const gl::PointLook& points, int w, int h);
  void draw_moving(Frame& frame, const ScoreLook& look, const Looks& looks,
                   const gl::PlaneView& view, int w, int h);

  gl::FieldPainter field_, contours_;
  gl::LicPainter streaks_;
  gl::ArrowPainter arrows_, under_;
  gl::ParticlePainter particles_;
  // What lies on the ground changes seldom, arrows with each answer, particles always.
  gl::Canvas ground_, still_, moving_;
  std::optional<analysis::VectorField2D> vectors_, shown_under_;
  std::optional<analysis::Field2D> background_, shown_contours_;
  std::optional<gl::PlaneView> placed_view_;  // what the arrows were placed for …
  int placed_across_ = 0;
  double moved_s_ = -1;  // when the particles moved last
  Index particle_count_ = 0;
};

}  // namespace aniso::app
