#include "core/figure/layout_panel.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "core/figure/layout_field.h"
#include "core/figure/layout_range.h"
#include "core/figure/layout_series.h"
#include "core/figure/ticks.h"

namespace aniso::figure {
namespace {

constexpr double kMinPlot = 24;
constexpr double kTick = 4;
constexpr double kWidestName = 0.3;  // of the panel, beside its curves

class PanelLayout {
 public:
  PanelLayout(Canvas& canvas, const Panel& panel, const Rect& area, const SideRoom& least)
      : canvas_(canvas), panel_(panel), theme_(canvas.theme()), room_(area), least_(least) {
    frame_.area = area;
  }

  PanelFrame run() {
    range_ = panel_range(panel_);
    header();
    if (!range_.message.empty()) return message(range_.message);
    prepare();
    frame_.plot = {room_.x, top_, room_.width, room_.bottom() - bottom_ - top_};
    if (!reserve()) return message("Too small to draw: enlarge this panel.");
    draw();
    return frame_;
  }

 private:
  // Title and, beside it or below it, the subtitle.
  void header() {
    top_ = room_.y;
    if (panel_.title.empty() && panel_.subtitle.empty()) return;
    const double gap = canvas_.scaled(10), baseline = top_ + canvas_.scaled(14);
    const std::string title = canvas_.elided(panel_.title, canvas_.heading(), room_.width);
    canvas_.label({room_.x, baseline}, title, canvas_.heading(), theme_.text);
    top_ += canvas_.scaled(24);
    if (panel_.subtitle.empty()) return;
    const double used = title.empty() ? 0 : canvas_.width(title, canvas_.heading()) + gap;
    const bool beside =
        used + canvas_.width(panel_.subtitle, canvas_.body()) <= room_.width || used == 0;
    if (!beside) top_ += canvas_.scaled(16);
    const std::string subtitle =
        canvas_.elided(panel_.subtitle, canvas_.body(), room_.width - (beside ? used : 0));
    canvas_.label({room_.x + (beside ? used : 0), baseline + (beside ? 0 : canvas_.scaled(17))},
                  subtitle, canvas_.body(), theme_.quiet);
  }

  PanelFrame message(const std::string& what) {
    frame_.plot = {};
    const Font font = canvas_.body();
    const double line = canvas_.scaled(18);
    const auto lines = canvas_.wrapped(what, font, std::min(room_.width, canvas_.scaled(360)));
    const double height = line * static_cast<double>(lines.size());
    double y = (top_ + room_.bottom() - height) / 2 + canvas_.scaled(12);
    for (const std::string& each : lines) {
      canvas_.label({room_.x + room_.width / 2, y}, each, font, theme_.quiet, Align::centre);
      y += line;
    }
    return frame_;
  }

  static std::string named(const Axis& axis, const std::string& factor) {
    std::string unit = factor;
    if (!axis.unit.empty()) unit += (unit.empty() ? "" : " ") + axis.unit;
    if (unit.empty()) return axis.label;
    return axis.label.empty() ? unit : axis.label + " (" + unit + ")";
  }

  Ticks ticks(const Axis& axis, double low, double high, double target) const {
    target = std::max(2.0, target);
    if (axis.scale == Scale::log10) return log_ticks(low, high, target);
    return axis.integer ? integer_ticks(low, high, target) : linear_ticks(low, high, target);
  }

  // Everything about the panel that does not depend on the plot's size: ranges, names, rows.
  void prepare() {
    frame_.x = {panel_.x.scale, range_.x.low, range_.x.high, room_.x, room_.right()};
    frame_.y = {panel_.y.scale, range_.y.low, range_.y.high, room_.bottom(), top_};
    if (panel_.field) {
      bool any = false;
      const Range values = field_values(*panel_.field, any);
      show_field_ = any;
      frame_.value_low = values.low;
      frame_.value_high = values.high;
    }
    frame_.plot = {room_.x, top_, room_.width, std::max(1.0, room_.bottom() - top_)};
    end_labels_ = end_labels(panel_, frame_);
    const double label_room = frame_.plot.height - canvas_.scaled(60);
    if (static_cast<double>(end_labels_.size()) * canvas_.scaled(15) > label_room)
      end_labels_.clear();
    // Names that would take the room from the data go above it.
    for (const EndLabel& label : end_labels_)
      if (canvas_.width(label.name, canvas_.body()) > kWidestName * room_.width) {
        end_labels_.clear();
        break;
      }
    entries_ = legend_entries(panel_, !end_labels_.empty());
    if (const double height = legend(canvas_, entries_, {}, room_.width, false); height > 0) {
      legend_top_ = top_;
      top_ += height + canvas_.scaled(4);
    }
    const double estimate = room_.bottom() - top_ - canvas_.scaled(50);
    y_ticks_ = ticks(panel_.y, frame_.y.low, frame_.y.high, estimate / canvas_.scaled(44));
    y_name_ = named(panel_.y, y_ticks_.factor);
    if (!y_name_.empty() || bar_name().size() > 0) {
      caption_baseline_ = top_ + canvas_.scaled(11);
      top_ += canvas_.scaled(21);
    } else {
      top_ += canvas_.scaled(6);  // half a tick label
    }
    const Ticks first_guess = x_ticks(room_.width * 0.8);
    x_name_ = named(panel_.x, first_guess.factor);
    bottom_ = kTick + canvas_.scaled(16) + (x_name_.empty() ? 0 : canvas_.scaled(18));
    note_ = range_.note;
    if (show_field_ && !panel_.field->values.allFinite()) note_ = "Hatched: undefined. " + note_;
    if (!note_.empty()) bottom_ += canvas_.scaled(16);
  }

  std::string bar_name() const {
    if (!show_field_) return "";
    const Field& f = *panel_.field;
    return f.unit.empty() ? f.name : f.name.empty() ? f.unit : f.name + " (" + f.unit + ")";
  }

  // As many ticks as fit without their labels touching.
  Ticks x_ticks(double width) const {
    double target = std::max(2.0, width / canvas_.scaled(80));
    for (;; target -= 1) {
      Ticks out = ticks(panel_.x, frame_.x.low, frame_.x.high, target);
      const AxisMap axis{frame_.x.scale, frame_.x.low, frame_.x.high, 0, width};
      double end = -1e9;
      bool fits = true;
      for (const Tick& tick : out.ticks) {
        if (tick.minor) continue;
        const double half = canvas_.width(tick.label, canvas_.numbers()) / 2;
        fits &= axis.to_pixel(tick.value) - half > end + canvas_.scaled(10);
        end = axis.to_pixel(tick.value) + half;
      }
      if (fits || target <= 2) return out;
    }
  }

  // Margins left and right of the plot; false when nothing sensible is left between them.
  bool reserve() {
    Rect& plot = frame_.plot;
    if (plot.height < kMinPlot || plot.width < kMinPlot) return false;
    double widest = 0;
    for (const Tick& tick : y_ticks_.ticks)
      widest = std::max(widest, canvas_.width(tick.label, canvas_.numbers()));
    const double left = std::ceil(widest) + kTick + 5;
    double right = canvas_.scaled(12);  // half of the last number under the axis
    for (const EndLabel& label : end_labels_)
      right = std::max(right, 14 + std::ceil(canvas_.width(label.name, canvas_.body())));
    if (!end_labels_.empty()) right = std::min(right, 0.4 * room_.width);
    margin_ = right;
    if (show_field_)
      right = bar_width_ = color_bar_width(canvas_, *panel_.field, frame_, plot.height);
    right = std::max(right, least_.right);
    plot.x = std::ceil(room_.x + std::max(left, least_.left));
    plot.width = std::floor(room_.right() - right - plot.x);
    plot.y = std::ceil(plot.y);
    plot.height = std::floor(plot.height);
    if (plot.height < kMinPlot || plot.width < kMinPlot) return false;
    if (panel_.equal_aspect) equalise();
    frame_.x.start = plot.x;
    frame_.x.end = plot.right();
    frame_.y.start = plot.bottom();
    frame_.y.end = plot.y;
    x_ticks_ = x_ticks(plot.width);
    return plot.height >= kMinPlot && plot.width >= kMinPlot;
  }

  // One unit of x as long as one of y: a field keeps its range and the plot shrinks around its
  // middle; without a field the plot keeps its size and the shorter range grows.
  void equalise() {
    const bool linear = panel_.x.scale == Scale::linear && panel_.y.scale == Scale::linear;
    ANISO_CHECK(linear, "The panel '", panel_.title,
                "' cannot have equal scales: an axis is logarithmic.");
    Rect& plot = frame_.plot;
    const double x_span = std::abs(frame_.x.high - frame_.x.low);
    const double y_span = std::abs(frame_.y.high - frame_.y.low);
    const double x_unit = plot.width / x_span, y_unit = plot.height / y_span;
    const double unit = std::min(x_unit, y_unit);
    const bool fixed = !std::isnan(panel_.x.low) || !std::isnan(panel_.y.low) || show_field_;
    if (fixed) {
      const double width = std::floor(unit * x_span), height = std::floor(unit * y_span);
      plot.x += std::floor((plot.width - width) / 2);
      plot.width = width;
      plot.height = height;
      return;
    }
    const auto grow = [](AxisMap& axis, double factor) {
      const double middle = axis.low / 2 + axis.high / 2, half = axis.high / 2 - axis.low / 2;
      axis.low = middle - factor * half;
      axis.high = middle + factor * half;
    };
    grow(frame_.x, x_unit / unit);
    grow(frame_.y, y_unit / unit);
    y_ticks_ = ticks(panel_.y, frame_.y.low, frame_.y.high, plot.height / canvas_.scaled(44));
  }

  void draw() {
    const Rect& plot = frame_.plot;
    if (legend_top_ >= 0) legend(canvas_, entries_, {room_.x, legend_top_}, room_.width, true);
    captions();
    if (!show_field_) grid();
    canvas_.add(Clip{plot});
    if (show_field_) {
      draw_field(canvas_, *panel_.field, frame_);
      draw_contours(canvas_, *panel_.field, frame_);
    }
    draw_bands(canvas_, panel_, frame_);
    draw_rules(canvas_, panel_, frame_);
    draw_lines(canvas_, panel_, frame_);
    draw_points(canvas_, panel_, frame_);
    canvas_.add(Unclip{});
    label_vertical_rules(canvas_, panel_, frame_);
    axes();
    if (show_field_) draw_color_bar(canvas_, *panel_.field, frame_);
    draw_end_labels(canvas_, end_labels_, frame_, margin_);
  }

  // Above the plot: what y is, and what the colours are.
  void captions() {
    if (caption_baseline_ < 0) return;
    const double width = room_.width;
    const std::string bar = canvas_.elided(bar_name(), canvas_.body(), width * 0.7);
    const double bar_room = bar.empty() ? 0 : canvas_.width(bar, canvas_.body()) + 12;
    const std::string y = canvas_.elided(y_name_, canvas_.body(), width - bar_room);
    canvas_.label({panel_.field ? frame_.plot.x : room_.x, caption_baseline_}, y, canvas_.body(),
                  theme_.quiet);
    const double bar_end = std::max(std::min(room_.right(), frame_.plot.right() + bar_width_),
                                    frame_.plot.x + canvas_.width(y, canvas_.body()) + bar_room);
    canvas_.label({bar_end, caption_baseline_}, bar, canvas_.body(), theme_.quiet, Align::right);
  }

  void grid() {
    const Rect& plot = frame_.plot;
    const bool scatter = panel_.lines.empty() && panel_.bands.empty();
    for (const Tick& tick : y_ticks_.ticks) {
      const double y = frame_.y.to_pixel(tick.value);
      if (!tick.minor) canvas_.segment({plot.x, y}, {plot.right(), y}, theme_.grid, 1);
    }
    if (scatter)
      for (const Tick& tick : x_ticks_.ticks) {
        const double x = frame_.x.to_pixel(tick.value);
        if (!tick.minor) canvas_.segment({x, plot.y}, {x, plot.bottom()}, theme_.grid, 1);
      }
    const auto crosses_zero = [](const AxisMap& axis) {
      return axis.scale == Scale::linear && std::min(axis.low, axis.high) < 0 &&
             std::max(axis.low, axis.high) > 0;
    };
    if (crosses_zero(frame_.y)) {
      const double y = frame_.y.to_pixel(0);
      canvas_.segment({plot.x, y}, {plot.right(), y}, theme_.zero, 1);
    }
    if (scatter && crosses_zero(frame_.x)) {
      const double x = frame_.x.to_pixel(0);
      canvas_.segment({x, plot.y}, {x, plot.bottom()}, theme_.zero, 1);
    }
  }

  void axes() {
    const Rect& plot = frame_.plot;
    const double cap = kCapHeight * canvas_.numbers().size;
    if (!show_field_)
      canvas_.segment({plot.x, plot.bottom()}, {plot.right(), plot.bottom()}, theme_.line, 1);
    for (const Tick& tick : y_ticks_.ticks) {
      const double y = frame_.y.to_pixel(tick.value), length = tick.minor ? kTick / 2 : kTick;
      if (show_field_ || tick.minor)
        canvas_.segment({plot.x - length, y}, {plot.x, y}, theme_.line, 1);
      canvas_.label({plot.x - kTick - 3, y + cap / 2}, tick.label, canvas_.numbers(), theme_.quiet,
                    Align::right);
    }
    const double baseline = plot.bottom() + kTick + 4 + cap;
    for (const Tick& tick : x_ticks_.ticks) {
      const double x = frame_.x.to_pixel(tick.value), length = tick.minor ? kTick / 2 : kTick;
      canvas_.segment({x, plot.bottom()}, {x, plot.bottom() + length}, theme_.line, 1);
      canvas_.label({x, baseline}, tick.label, canvas_.numbers(), theme_.quiet, Align::centre);
    }
    double row = plot.bottom() + kTick + canvas_.scaled(16);
    if (!x_name_.empty()) {
      canvas_.label({plot.x + plot.width / 2, row + canvas_.scaled(13)},
                    canvas_.elided(x_name_, canvas_.body(), room_.width), canvas_.body(),
                    theme_.quiet, Align::centre);
      row += canvas_.scaled(18);
    }
    canvas_.label({plot.x, row + canvas_.scaled(12)},
                  canvas_.elided(note_, canvas_.body(), room_.right() - plot.x), canvas_.body(),
                  theme_.quiet);
  }

  Canvas& canvas_;
  const Panel& panel_;
  const Theme& theme_;
  Rect room_;
  SideRoom least_;
  PanelFrame frame_;
  PanelRange range_;
  bool show_field_ = false;
  double top_ = 0, bottom_ = 0, margin_ = 0, bar_width_ = 0;
  double legend_top_ = -1, caption_baseline_ = -1;
  Ticks x_ticks_, y_ticks_;
  std::string x_name_, y_name_, note_;
  std::vector<EndLabel> end_labels_;
  std::vector<LegendEntry> entries_;
};

}  // namespace

PanelFrame draw_panel(Canvas& canvas, const Panel& panel, const Rect& area, const SideRoom& least) {
  return PanelLayout(canvas, panel, area, least).run();
}

}  // namespace aniso::figure
