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
};

/// The run's metrics against the step, one panel per kind: for the window, and for files.
/// With nothing to show, one panel says so.
figure::Figure curves_figure(const MetricsSnapshot& metrics, const CurveOptions& options = {});

}  // namespace aniso::session
