#pragma once

#include <vector>

#include "core/analysis/result.h"
#include "core/figure/figure.h"
#include "core/geometry/matching.h"

namespace aniso::app {

/// The spectra of one run's steps as they were seen, each value followed from step to step by its
/// direction (geometry::match_directions), or by its rank where no directions are known.
class SpectrumHistory {
 public:
  static constexpr Index kMostLines = 32;         ///< largest values kept of each spectrum
  static constexpr std::size_t kMostSteps = 160;  ///< beyond, every second one is dropped
  /// Below this overlap a line's continuation is a guess.
  static constexpr double kSure = 0.5;

  struct Moment {
    Index step = 0;
    Vector values;                             ///< (k)
    Eigen::MatrixXf directions;                ///< (k, D), or empty
    std::vector<geometry::EigenGroup> groups;  ///< of those k; empty where not known
  };
  /// One value through the moments.
  struct Path {
    std::vector<Index> place;     ///< its index at each moment
    std::vector<double> overlap;  ///< with the moment before; 1 at the first
  };

  void clear() { *this = {}; }
  /// Adds a step's spectrum, in its place in time, or replaces that step's.
  void add(Index step, const analysis::Spectrum& spectrum);
  const std::vector<Moment>& moments() const { return moments_; }
  const std::vector<Path>& paths() const { return paths_; }
  /// Whether lines are told apart by directions, not by rank alone.
  bool follows_directions() const { return follows_directions_; }
  std::uint64_t version() const { return version_; }

 private:
  void link(std::size_t later);
  void thin();
  void trace();

  std::vector<Moment> moments_;
  std::vector<geometry::DirectionMatch> links_;  ///< links_[m] leads from moment m − 1 to m
  std::vector<Path> paths_;
  bool follows_directions_ = false;
  std::uint64_t version_ = 0;
};

/// One line per value against the step, the `lines` largest at the newest step; faint where the
/// continuation is a guess. @param logarithmic  values that are not positive are left out then.
figure::Panel history_panel(const SpectrumHistory& history, const analysis::Quantity& quantity,
                            Index lines, bool logarithmic);

/// The spectrum of each of some evenly spaced steps as a ridge that rises from its step.
figure::Panel ridge_panel(const SpectrumHistory& history, const analysis::Quantity& quantity,
                          bool logarithmic);

}  // namespace aniso::app
