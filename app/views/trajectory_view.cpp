#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <memory>

#include "app/gl/canvas.h"
#include "app/gl/line3d_painter.h"
#include "app/gl/orbit_camera.h"
#include "app/ui/figure_painter.h"
#include "app/ui/widgets.h"
#include "app/views/analysis_feed.h"
#include "app/views/builtin.h"
#include "app/views/orbit_mouse.h"
#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/figure/colormap.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

constexpr double kDepthCue = 0.35;
constexpr double kCloser = 1.25;  // the fit keeps the box's corners in view; the path is inside

const analysis::Analysis& trajectory_analysis() { return analysis::analysis("trajectory"); }

/// The run's predictions on the probe set in their principal components, in the plane or in space.
class TrajectoryView : public View {
 public:
  void draw(Frame& frame) override {
    Json params = Json::object();
    for (const ParamSpec& spec : trajectory_analysis().params)
      params[spec.name] = settings_.json()[spec.name];
    feed_.take(frame, frame.snapshot, tag(), "trajectory");
    if (params != asked_ || !holds_whole_run(frame))
      feed_.ask(frame, frame.snapshot, tag(), "trajectory", params);
    asked_ = params;
    const analysis::Trajectory* path = trajectory();
    if (path == nullptr || !path->quantity.status.is_valid()) {
      ui::quiet_text(path != nullptr          ? path->quantity.status.reason
                     : !feed_.error().empty() ? feed_.error()
                                              : "Waiting for the first predictions.");
      return;
    }
    if (settings_.choice("show") == "space" && path->points.cols() >= 3)
      draw_space(frame, *path);
    else
      draw_plane(frame);
  }

  figure::Figure figure(const Frame& frame) const override {
    ANISO_CHECK(feed_.results() != nullptr, "no trajectory has been computed yet");
    const auto& resolved = frame.snapshot->resolved;
    figure::Figure figure = analysis::figure_of(trajectory_analysis(), *feed_.results(),
                                                resolved ? resolved->data.get() : nullptr);
    if (!settings_.boolean("shares") && figure.panels.size() > 1) figure.panels.resize(1);
    if (const analysis::Trajectory* path = trajectory();
        path != nullptr && path->points.rows() > 0 && frame.snapshot->is_behind()) {
      const Vector here = point_at(*path, frame.snapshot->step);
      figure::Points point;
      point.x = {here[0]};
      point.y = {here[1]};
      point.size = 9;
      point.style.role = figure::Role::accent;
      figure.panels.front().points.push_back(std::move(point));
    }
    return figure;
  }

  std::string age(const Frame& frame) const override { return feed_.age(frame); }
  std::string subtitle(const Frame& /*frame*/) const override {
    const analysis::Trajectory* path = trajectory();
    if (path == nullptr || path->explained.size() < 2) return "";
    const double two = path->explained[0] + path->explained[1];
    return text("predictions on the probes, two axes explain ", std::round(two * 1000) / 10, " %");
  }
  void reset_view() override {
    held_ = false;
    camera_ = {};
  }
  const ParamSchema& settings_schema() const override {
    static const ParamSchema schema =
        joined(trajectory_analysis().params,
               {choice_param("show", "space",
                             {{"space", "In space", "Three components; drag to turn."},
                              {"plane", "In the plane", "Two components, with axes."}})
                    .about("How many principal components."),
                bool_param("shares", false)
                    .titled("Explained")
                    .when("show", {"plane"})
                    .about("Also the share of variance that each axis explains.")});
    return schema;
  }

 private:
  struct Gpu {
    explicit Gpu(gl::ShaderLibrary& shaders) : lines(shaders) {}
    gl::Line3dPainter lines;
    gl::Canvas canvas;
  };

  const analysis::Trajectory* trajectory() const {
    if (!feed_.results()) return nullptr;
    for (const auto& result : feed_.results()->results)
      if (const auto* found = std::get_if<analysis::Trajectory>(&result)) return found;
    return nullptr;
  }

  // The newest recorded one while the run is live: the picture and its point move together.
  static Index shown_step(const Frame& frame, const analysis::Trajectory& path) {
    return frame.snapshot->is_behind() ? frame.snapshot->step : path.steps.back();
  }

  // While somebody looks back the path stays, and only the point on it moves.
  bool holds_whole_run(const Frame& frame) const {
    const analysis::Trajectory* path = trajectory();
    const auto& probes = frame.snapshot->probes;
    return frame.snapshot->is_behind() && path != nullptr && !path->steps.empty() && probes &&
           !probes->empty() && path->steps.back() == probes->back()->step;
  }

  void draw_plane(Frame& frame) {
    const Index step = shown_step(frame, *trajectory());
    if (drawn_ != feed_.results().get() || drawn_settings_ != settings_.json() ||
        drawn_step_ != step) {
      drawn_step_ = step;
      figure_ = figure(frame);
      drawn_ = feed_.results().get();
      drawn_settings_ = settings_.json();
      ++version_;
    }
    painter_.draw(*ImGui::GetWindowDrawList(), figure_, version_, ImGui::GetCursorScreenPos(),
                  ImGui::GetContentRegionAvail());
  }

  // Where the run was at a step: on the line between the recorded ones beside it.
  static Vector point_at(const analysis::Trajectory& path, Index step) {
    const auto after = std::lower_bound(path.steps.begin(), path.steps.end(), step);
    const auto k = static_cast<Index>(after - path.steps.begin());
    if (k == 0) return path.points.row(0).transpose();
    if (after == path.steps.end()) return path.points.row(path.points.rows() - 1).transpose();
    const Index before = *std::prev(after);
    const double share = static_cast<double>(step - before) / static_cast<double>(*after - before);
    return ((1 - share) * path.points.row(k - 1) + share * path.points.row(k)).transpose();
  }

  // The path from dark to bright along the run, grey at the start, a disc at the shown step, and
  // the three axes through the mean.
  void upload(const analysis::Trajectory& path, Index step, float scale) {
    const Index m = path.points.rows();
    gl::Line3d line;
    line.points = path.points.leftCols(3);
    line.width = 2.2 * scale;
    for (Index k = 0; k < m; ++k)
      line.colors.emplace_back(figure::at(
          figure::Colormap::viridis,
          0.15 + 0.85 * static_cast<double>(k) / static_cast<double>(std::max<Index>(m - 1, 1)),
          ui::theme().dark));
    std::vector<gl::Line3d> lines;
    for (Index axis = 0; axis < 3; ++axis) {
      reach_[axis] = path.points.col(axis).cwiseAbs().maxCoeff();
      gl::Line3d guide;
      guide.points = Matrix::Zero(2, 3);
      guide.points(0, axis) = -reach_[axis];
      guide.points(1, axis) = reach_[axis];
      guide.colors = {figure::Rgba(ui::theme().quiet, 0.6)};
      guide.width = scale;
      lines.push_back(std::move(guide));
    }
    lines.push_back(std::move(line));
    gl::Points3d ends;
    ends.points.resize(2, 3);
    ends.points.row(0) = path.points.row(0).leftCols(3);
    ends.points.row(1) = point_at(path, step).head(3).transpose();
    ends.colors = {figure::Rgba(ui::theme().quiet), figure::Rgba(ui::theme().accent)};
    ends.diameter = 9 * scale;
    gpu_->lines.set(lines, {ends});
    uploaded_ = feed_.results().get();
    uploaded_theme_ = &ui::theme();
    uploaded_step_ = step;
  }

  void draw_space(Frame& frame, const analysis::Trajectory& path) {
    if (!gpu_) gpu_ = std::make_unique<Gpu>(frame.shaders);
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const ImVec2 size{std::floor(room.x), std::floor(room.y - ui::px(22))};
    const float ratio = ui::look().pixel_ratio();
    const Index step = shown_step(frame, path);
    if (uploaded_ != feed_.results().get() || uploaded_theme_ != &ui::theme() ||
        uploaded_step_ != step)
      upload(path, step, ui::px(1) * ratio);
    const double aspect = size.x / std::max(size.y, 1.0f);
    // The camera follows the growing path until the person takes hold of it.
    if (!held_) {
      camera_.fit(gpu_->lines.low(), gpu_->lines.high(), aspect);
      camera_.zoom(kCloser);
    }
    handle_mouse(frame, path, at, size);

    const int w = std::max(1, static_cast<int>(size.x * ratio));
    const int h = std::max(1, static_cast<int>(size.y * ratio));
    gl::Fingerprint print;
    gpu_->lines.add_to(print, camera_, ui::theme(), kDepthCue);
    if (gpu_->canvas.begin(w, h, print.value(), ui::theme().background)) {
      gpu_->lines.draw(camera_, ui::theme(), kDepthCue, w, h);
      gpu_->canvas.end();
    }
    gpu_->canvas.show(*ImGui::GetWindowDrawList(), at, size);
    label_axes(path, at, size);
    ui::draw_text({at.x, at.y + size.y + ui::px(4)}, Face::regular, TextSize::quiet,
                  ui::color(ui::theme().quiet),
                  ui::fitted(Face::regular, TextSize::quiet,
                             !frame.snapshot->is_behind()
                                 ? "dark to bright along the run; grey: step 0, blue: newest"
                                 : "dark to bright along the run; grey: step 0, blue: this step",
                             size.x));
  }

  // Names beside the axes' ends. Where two would lie on each other the later one moves; the last
  // axes often explain so little that their ends coincide.
  void label_axes(const analysis::Trajectory& path, ImVec2 at, ImVec2 size) const {
    std::vector<ImVec4> taken;
    const auto is_free = [&](const ImVec4& box) {
      return box.y >= 0 && box.w <= size.y &&
             std::none_of(taken.begin(), taken.end(), [&](const ImVec4& other) {
               return box.x < other.z && other.x < box.z && box.y < other.w && other.y < box.w;
             });
    };
    for (int axis = 0; axis < 3; ++axis) {
      Eigen::Vector3d end = Eigen::Vector3d::Zero();
      end[axis] = reach_[axis];
      const auto pixel = camera_.project(end, size.x, size.y);
      if (!pixel.visible) continue;
      std::string name = text("PC ", axis + 1);
      if (axis < path.explained.size())
        name += text(" · ", std::round(path.explained[axis] * 1000) / 10, " %");
      const ImVec2 extent = ui::text_extent(Face::regular, TextSize::quiet, name);
      const float x = std::clamp(static_cast<float>(pixel.x) + ui::px(4), 0.0f,
                                 std::max(0.0f, size.x - extent.x));
      const float y = std::clamp(static_cast<float>(pixel.y) - extent.y, 0.0f,
                                 std::max(0.0f, size.y - extent.y));
      for (const int lines : {0, 1, -1, 2, -2}) {
        const float moved = y + static_cast<float>(lines) * extent.y;
        const ImVec4 box{x, moved, x + extent.x, moved + extent.y};
        if (!is_free(box)) continue;
        taken.push_back(box);
        ui::draw_text({at.x + x, at.y + moved}, Face::regular, TextSize::quiet,
                      ui::color(ui::theme().quiet), name);
        break;
      }
    }
  }

  void handle_mouse(Frame& frame, const analysis::Trajectory& path, ImVec2 at, ImVec2 size) {
    const OrbitMouse mouse = use_orbit_mouse(frame, camera_, at, size);
    if (mouse.moved) held_ = true;
    if (mouse.fits) reset_view();
    if (mouse.hovered) read_out(frame, path, mouse.x, mouse.y, size);
  }

  // The recorded step whose point lies nearest to the pointer.
  void read_out(Frame& frame, const analysis::Trajectory& path, float mx, float my,
                ImVec2 size) const {
    double best = std::pow(ui::px(24), 2);
    Index nearest = -1;
    for (Index k = 0; k < path.points.rows(); ++k) {
      const auto pixel = camera_.project(path.points.row(k).head<3>().transpose(), size.x, size.y);
      const double distance = std::pow(pixel.x - mx, 2) + std::pow(pixel.y - my, 2);
      if (pixel.visible && distance < best) {
        best = distance;
        nearest = k;
      }
    }
    if (nearest < 0) return;
    frame.readings.push_back({"step", grouped(path.steps[static_cast<std::size_t>(nearest)]), ""});
    for (int axis = 0; axis < 3; ++axis)
      frame.readings.push_back(
          {text("PC ", axis + 1), number(std::round(path.points(nearest, axis) * 1e4) / 1e4), ""});
  }

  AnalysisFeed feed_;
  Json asked_;
  std::unique_ptr<Gpu> gpu_;
  gl::OrbitCamera camera_;
  bool held_ = false;
  Eigen::Vector3d reach_ = Eigen::Vector3d::Ones();
  const void* uploaded_ = nullptr;
  Index uploaded_step_ = -1, drawn_step_ = -1;
  const void* uploaded_theme_ = nullptr;
  ui::FigurePainter painter_;
  figure::Figure figure_;
  std::uint64_t version_ = 0;
  const void* drawn_ = nullptr;
  Json drawn_settings_;
};

}  // namespace

ViewType trajectory_view() {
  const analysis::Analysis& analysis = trajectory_analysis();
  return {"trajectory",
          "Trajectory",
          analysis.doc,
          analysis.formula,
          "share of probability or output unit",
          analysis.source,
          [] { return std::make_unique<TrajectoryView>(); }};
}

}  // namespace aniso::app
