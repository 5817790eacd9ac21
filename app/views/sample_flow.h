#pragma once

#include <vector>

#include "core/base/types.h"

namespace aniso::app {

/// Points on their way from noise (place 0) to samples (place 1), known at some moments and played
/// at an even pace: between moments they move straight, and they wait gently where the rest is
/// still being computed.
class SampleFlow {
 public:
  struct Moment {
    double place = 0;  ///< share of the sampling steps that are done
    double t = 0;      ///< diffusion step; −1 when done
    Matrix points;     ///< (n, 2)
  };
  static constexpr double kSeconds = 3;  ///< for the whole way

  /// Forgets all moments; the next ones begin another flow.
  void clear();
  /// Adds a moment behind those that are known. One that is not behind them, or has another number
  /// of points, is left out.
  void add(Moment moment);
  /// Takes all moments of the same flow instead of those that are known.
  void replace(std::vector<Moment> moments);

  bool empty() const { return moments_.empty(); }
  double known() const { return empty() ? 0 : moments_.back().place; }

  /// Moves on by so much time. @return  whether anything moved.
  bool advance(double seconds);
  void seek(double place);
  /// To where the diffusion step is about t.
  void seek_t(double t);
  double place() const { return place_; }
  bool is_done() const { return place_ >= 1; }
  double t() const;
  /// (n, 2); (0, 2) where nothing is known.
  Matrix points() const;

 private:
  /// The moment before the place, and how far it is to the next one (0 … 1).
  std::pair<std::size_t, double> between() const;

  std::vector<Moment> moments_;
  double place_ = 0;
};

/// Half the side of the square around the origin that holds the share `within` of these points,
/// grown from `least` by factors of 1.25, so that it changes seldom.
double steady_extent(const Matrix& points, double least, double within);

}  // namespace aniso::app
