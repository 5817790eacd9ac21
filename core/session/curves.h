#pragma once

#include <string>
#include <vector>

#include "core/figure/figure.h"
#include "core/session/metrics.h"

namespace aniso::session {

/// Which curves a figure shows.
struct CurveOptions {
  bool loss = true;
  bool accuracy = true;  ///< left out where the data have no classes
  bool learning_rate = false;
  bool gradient_norm = false;
  bool weight_norm = false;
  bool speed = false;       ///< steps per second between two rows
  bool log_values = false;  ///< logarithmic axes for loss, learning rate and norms
  bool log_steps = false;   ///< logarithmic steps; step 0 is left out then
  Index cursor = -1;        ///< step marked by a vertical rule; −1 for none
};

/// The run's metrics against the step, one panel per kind: for the window, and for files.
/// With nothing to show, one panel says so.
figure::Figure curves_figure(const MetricsSnapshot& metrics, const CurveOptions& options = {});

/// One of several runs in a figure.
struct RunCurves {
  std::string name;  ///< "run 2"
  int category = 0;  ///< its colour
  MetricsSnapshot metrics;
  Index from_step = 0;  ///< rows before are left out: they are another run's
};

/// The same for several runs in the same panels: a run keeps its colour, its test set is fainter.
figure::Figure curves_figure(const std::vector<RunCurves>& runs, const CurveOptions& options);

}  // namespace aniso::session
