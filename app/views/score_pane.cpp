#include "app/views/score_pane.h"

#include <algorithm>
#include <cmath>

#include "app/ui/style.h"
#include "app/views/arrow_grid.h"
#include "app/views/refined.h"

namespace aniso::app {
namespace {

constexpr Index kFineSamples = 160;       // a side of what is drawn
constexpr double kShareOfFrames = 3;      // frames that might be drawn between two of the particles
constexpr double kWidthsPerSecond = 0.3;  // of the picture: how fast a particle may be
constexpr double kArrowOfSpacing = 0.92;  // the longest arrow ends before the next begins

gl::PlaneView extent_of(const analysis::VectorField2D& field) {
  return {field.x_low, field.x_high, field.y_low, field.y_high};
}
gl::PlaneView extent_of(const analysis::Field2D& field) {
  return {field.x_low, field.x_high, field.y_low, field.y_high};
}

gl::ParticleMotion motion_of(const ScoreLook& look, const gl::PlaneView& view) {
  gl::ParticleMotion motion;
  motion.fastest = kWidthsPerSecond * std::min(view.width(), view.height());
  motion.gain = motion.fastest / look.longest;
  return motion;
}

bool same(const analysis::Field2D& a, const analysis::Field2D& b) {
  return extent_of(a) == extent_of(b) && a.values.rows() == b.values.rows() &&
         a.values.cols() == b.values.cols() && a.values == b.values;
}

// Takes over what has changed, on a grid so fine that straight lines between its samples look
// smooth: drawing cubic ones costs too much where the processor draws.
void take_ground(gl::FieldPainter& painter, std::optional<analysis::Field2D>& shown,
                 const analysis::Field2D* now) {
  if (now == nullptr) return shown.reset();
  if (shown && same(*shown, *now)) return;
  shown = *now;
  const Index most = std::max(now->values.rows(), now->values.cols());
  painter.set_field(refined(now->values, std::max<Index>(1, kFineSamples / most)), extent_of(*now));
}

}  // namespace

ScorePane::ScorePane(gl::ShaderLibrary& shaders)
    : field_(shaders),
      contours_(shaders),
      streaks_(shaders),
      arrows_(shaders),
      under_(shaders),
      particles_(shaders) {}

void ScorePane::set(const ScorePicture& picture) {
  const auto copy_of = [](const analysis::VectorField2D* field) {
    return field == nullptr ? std::nullopt : std::optional(*field);
  };
  vectors_ = copy_of(picture.vectors);
  shown_under_ = copy_of(picture.under);
  placed_view_.reset();
  take_ground(field_, background_, picture.background);
  take_ground(contours_, shown_contours_, picture.contours);
  if (!vectors_) return;
  streaks_.set_directions(vectors_->x, vectors_->y, extent_of(*vectors_));
  particles_.set_field(vectors_->x, vectors_->y, extent_of(*vectors_));
}

float ScorePane::longest_arrow(const gl::PlaneView& view, int across, ImVec2 size) {
  return static_cast<float>(kArrowOfSpacing * arrow_spacing(view, across) / view.width()) * size.x;
}

void ScorePane::place_arrows(const gl::PlaneView& view, int across) {
  if (placed_view_ == view && placed_across_ == across) return;
  placed_view_ = view;
  placed_across_ = across;
  const Matrix places = arrow_places(view, across);
  const auto put = [&](gl::ArrowPainter& arrows, const auto& field) {
    if (field)
      arrows.set_arrows(places, vectors_at(*field, places));
    else
      arrows.set_arrows(Matrix(0, 2), Matrix(0, 2));
  };
  put(arrows_, vectors_);
  put(under_, shown_under_);
}

ScorePane::Looks ScorePane::looks_of(const ScoreLook& look, const gl::PlaneView& view,
                                     ImVec2 size) const {
  const float ratio = ui::look().pixel_ratio(), scale = ui::px(1) * ratio;
  const figure::Theme& theme = ui::theme();
  // Sequential maps are dark in most places, whatever the theme: so are the inks on them.
  const bool is_dark_ground = background_ && (look.field.colormap == figure::Colormap::viridis ||
                                              look.field.colormap == figure::Colormap::cividis);
  Looks out;
  out.inks = is_dark_ground && !theme.dark ? &figure::dark_theme() : &theme;
  out.lines.lines_only = true;
  out.lines.isoline_spacing = 1;
  out.lines.isoline_width = scale;
  out.lines.isoline_opacity = 0.55;
  out.streaks.cell = 2 * scale;
  out.streaks.steps = 10;
  out.streaks.contrast = 7;
  out.streaks.coarse = 2;
  out.streaks.opacity = background_ ? 0.4 : 0.6;
  gl::ArrowLook& arrows = out.arrows;
  arrows.longest = longest_arrow(view, look.across, size) * ratio;
  arrows.pixels_per_value = arrows.longest / look.longest;
  arrows.width = 1.75 * scale;
  arrows.head = std::clamp(0.4 * arrows.longest, 5.0 * scale, 10.0 * scale);
  arrows.fill = out.inks->boundary;
  arrows.rim = out.inks->rim;
  arrows.rim_width = scale;
  out.under = arrows;
  out.under.gap = 1.75 * scale;
  out.under.line_width = 1.1 * scale;
  out.under.rim_width = 0.5 * scale;
  out.under.fill = out.inks->accent;
  out.comets.width = 2.25 * scale;
  out.comets.tail = 0.4;
  out.comets.ink = out.inks->boundary;
  out.comets.rim = out.inks->rim;
  out.comets.rim_width = 0.75 * scale;
  return out;
}

void ScorePane::draw_ground(const ScoreLook& look, const Looks& looks, const gl::PlaneView& view,
                            int w, int h) {
  const figure::Theme& theme = ui::theme();
  gl::Fingerprint print;
  print.add(background_.has_value()).add(shown_contours_.has_value());
  if (background_) field_.add_to(print, look.field, view, theme);
  if (shown_contours_) contours_.add_to(print, looks.lines, view, *looks.inks);
  if (!ground_.begin(w, h, print.value(), theme.background)) return;
  if (background_) field_.draw(look.field, view, theme, w, h);
  if (shown_contours_) contours_.draw(looks.lines, view, *looks.inks, w, h);
  ground_.end();
}

void ScorePane::draw_still(PlaneStage& stage, const ScoreLook& look, const Looks& looks,
                           const gl::PointLook& points, int w, int h) {
  const figure::Theme& theme = ui::theme();
  const gl::PlaneView& view = stage.view();
  gl::Fingerprint print;
  print.add(ground_.drawn()).add(look.style);
  if (look.style == FlowStyle::streaks) streaks_.add_to(print, looks.streaks, view);
  arrows_.add_to(print, looks.arrows, view);
  under_.add_to(print, looks.under, view);
  stage.add_points_to(print, points, theme);
  if (!still_.begin(w, h, print.value(), theme.background)) return;
  still_.copy(ground_);
  if (look.style == FlowStyle::streaks) streaks_.draw(looks.streaks, view, w, h);
  stage.draw_points(points, theme, w, h);
  under_.draw(looks.under, view, w, h);
  if (look.style == FlowStyle::arrows) arrows_.draw(looks.arrows, view, w, h);
  still_.end();
}

void ScorePane::draw_moving(Frame& frame, const ScoreLook& look, const Looks& looks,
                            const gl::PlaneView& view, int w, int h) {
  if (particle_count_ != look.particles) particles_.restart(particle_count_ = look.particles);
  const gl::ParticleMotion motion = motion_of(look, view);
  // Where drawing is slow they move in larger steps and leave the rest of the window its time.
  const double pause = std::clamp(kShareOfFrames * frame.frame_ms / 1000, 1.0 / 60, 1.0 / 20);
  const double since = moved_s_ < 0 ? pause : frame.time_s - moved_s_;
  if (since >= 0.9 * pause) {
    particles_.advance(since, motion, view);
    moved_s_ = frame.time_s;
  }
  frame.redraw_at_s = std::min(frame.redraw_at_s, moved_s_ + pause);
  gl::Fingerprint print;
  print.add(still_.drawn());
  particles_.add_to(print, looks.comets, view);
  if (!moving_.begin(w, h, print.value(), ui::theme().background)) return;
  moving_.copy(still_);
  particles_.draw(looks.comets, motion, view, w, h);
  moving_.end();
}

void ScorePane::draw(Frame& frame, PlaneStage& stage, const ScoreLook& look,
                     const gl::PointLook& points, ImVec2 at, ImVec2 size) {
  const float ratio = ui::look().pixel_ratio();
  const gl::PlaneView& view = stage.view();
  const int w = std::max(1, static_cast<int>(size.x * ratio));
  const int h = std::max(1, static_cast<int>(size.y * ratio));
  const Looks looks = looks_of(look, view, size);
  place_arrows(view, look.across);
  draw_ground(look, looks, view, w, h);
  draw_still(stage, look, looks, points, w, h);
  const bool moves = look.style == FlowStyle::particles && vectors_;
  if (moves)
    draw_moving(frame, look, looks, view, w, h);
  else
    moved_s_ = -1;
  (moves ? moving_ : still_).show(*ImGui::GetWindowDrawList(), at, size);
}

}  // namespace aniso::app
