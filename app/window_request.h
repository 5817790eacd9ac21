#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/session/experiment.h"

namespace aniso::app {

/// What the window starts with.
struct WindowRequest {
  Json experiment;                               ///< complete or partial; see experiment.h
  std::optional<std::filesystem::path> session;  ///< a session folder to open instead
  std::optional<Json> view_state;                ///< from a copied state or a picture
  std::filesystem::path assets;                  ///< presets and lectures
  std::filesystem::path config;                  ///< preferences; empty: none are read or written
  std::filesystem::path state;                   ///< automatic saves; empty: none are made
  double autosave_s = 30;                        ///< between two of them
  std::size_t memory_bytes = std::size_t{512} << 20;  ///< for stored steps over all runs
  std::filesystem::path pictures;                     ///< where screenshots and figures go
  bool autostart = true;                              ///< train at once
  bool visible = true;
  int width = 0, height = 0;  ///< 0: as last time
  float content_scale = 0;    ///< 0: the display's
  double measure_s = 0;       ///< > 0: close after so many seconds and report, see WindowReport
};

/// Figures of a measured window.
struct WindowReport {
  double seconds = 0;
  Index steps = 0;
  double steps_per_s = 0;
  double headless_ratio = 0;  ///< 0 when it could not be measured
  int frames = 0;
  double frame_ms_median = 0, frame_ms_p99 = 0, frame_ms_max = 0;
  double first_picture_s =
      0;                 ///< from the start of the program's window to the first frame after step 0
  double cpu_share = 0;  ///< of one core, UI thread only
  int scrubs = 0;        ///< looks at another step whose pictures were waited for
  double scrub_ms_median = 0, scrub_ms_max = 0;  ///< from the key or drag to the drawn frame
  std::string weights_sha256;
  std::string renderer;
};

/// How fast an experiment asks to be shown (its views' "steps_per_s"); 0: as fast as it goes.
double shown_speed(const session::Experiment& experiment);

}  // namespace aniso::app
