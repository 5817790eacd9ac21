#include "core/figure/contour.h"

#include <array>
#include <cmath>

#include "core/base/check.h"

namespace aniso::figure {
namespace {

// Each crossing lies on a grid edge and is shared by at most two segments, one per cell: lines are
// followed from edge to edge without comparing coordinates.
class Tracer {
 public:
  Tracer(const MatrixRef& values, double level)
      : v_(values), level_(level), rows_(values.rows()), cols_(values.cols()) {
    const auto edges = static_cast<std::size_t>(2 * rows_ * cols_);
    next_.assign(edges, {kNone, kNone});
  }

  std::vector<Isoline> run() {
    for (Index r = 0; r + 1 < rows_; ++r)
      for (Index c = 0; c + 1 < cols_; ++c) cell(r, c);
    std::vector<Isoline> out;
    // Open lines first from their ends, then what is left are loops.
    for (const bool closed : {false, true})
      for (const Index edge : order_)
        if (is_start(edge, closed)) follow(edge, closed, out);
    return out;
  }

 private:
  static constexpr Index kNone = -1;

  Index horizontal(Index r, Index c) const { return 2 * (r * cols_ + c); }
  Index vertical(Index r, Index c) const { return 2 * (r * cols_ + c) + 1; }
  std::array<Index, 2>& links(Index edge) { return next_[static_cast<std::size_t>(edge)]; }

  void cell(Index r, Index c) {
    const double a = v_(r, c), b = v_(r, c + 1), d = v_(r + 1, c), e = v_(r + 1, c + 1);
    if (!std::isfinite(a) || !std::isfinite(b) || !std::isfinite(d) || !std::isfinite(e)) return;
    const int corners = (a >= level_ ? 1 : 0) | (b >= level_ ? 2 : 0) | (e >= level_ ? 4 : 0) |
                        (d >= level_ ? 8 : 0);
    if (corners == 0 || corners == 15) return;
    const Index low = horizontal(r, c), high = horizontal(r + 1, c);
    const Index left = vertical(r, c), right = vertical(r, c + 1);
    // Quarters first: the sum of four large numbers may overflow.
    const bool centre = a / 4 + b / 4 + d / 4 + e / 4 >= level_;
    switch (corners) {
      case 1:
      case 14:
        return join(left, low);
      case 2:
      case 13:
        return join(low, right);
      case 3:
      case 12:
        return join(left, right);
      case 4:
      case 11:
        return join(right, high);
      case 6:
      case 9:
        return join(low, high);
      case 7:
      case 8:
        return join(left, high);
      case 5:
      case 10:
        // The corners that agree with the centre are connected: cut off the other two.
        if ((corners == 5) == centre) {
          join(low, right);
          return join(left, high);
        }
        join(left, low);
        return join(right, high);
      default:
        return;
    }
  }

  void join(Index a, Index b) {
    for (const auto& [from, to] : {std::pair{a, b}, std::pair{b, a}}) {
      auto& slots = links(from);
      if (slots[0] == kNone) order_.push_back(from);
      slots[slots[0] == kNone ? 0 : 1] = to;
    }
  }

  bool is_start(Index edge, bool closed) {
    const auto& slots = links(edge);
    return slots[0] != kNone && (closed || slots[1] == kNone);
  }

  Point crossing(Index edge) const {
    const Index r = edge / 2 / cols_, c = edge / 2 % cols_;
    const bool along_x = edge % 2 == 0;
    const double a = v_(r, c), b = along_x ? v_(r, c + 1) : v_(r + 1, c);
    const double t = (level_ - a) / (b - a);  // a and b lie on different sides: b ≠ a
    const double x = static_cast<double>(c), y = static_cast<double>(r);
    return along_x ? Point{x + t, y} : Point{x, y + t};
  }

  void follow(Index start, bool closed, std::vector<Isoline>& out) {
    Isoline line;
    line.closed = closed;
    Index from = kNone, edge = start;
    while (edge != kNone) {
      const Point p = crossing(edge);
      if (line.points.empty() || !(line.points.back() == p)) line.points.push_back(p);
      const auto slots = links(edge);
      links(edge) = {kNone, kNone};
      const Index onward = slots[0] == from ? slots[1] : slots[0];
      from = edge;
      edge = onward == start ? kNone : onward;
    }
    if (closed && line.points.size() > 1 && line.points.front() == line.points.back())
      line.points.pop_back();
    if (line.points.size() > 1) out.push_back(std::move(line));
  }

  const MatrixRef& v_;
  double level_;
  Index rows_, cols_;
  std::vector<std::array<Index, 2>> next_;
  std::vector<Index> order_;  // edges that carry a crossing, in the order of their cells
};

}  // namespace

std::vector<Isoline> isolines(const MatrixRef& values, double level) {
  ANISO_CHECK(std::isfinite(level), "An isoline needs a finite level, not ", level, ".");
  return Tracer(values, level).run();
}

}  // namespace aniso::figure
