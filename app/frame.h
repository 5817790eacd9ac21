#pragma once

#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "app/actions.h"
#include "app/document.h"
#include "app/gl/shader_library.h"
#include "app/scrubber.h"
#include "app/view_state.h"
#include "core/engines/engines.h"
#include "core/session/analysis_worker.h"
#include "core/session/presets.h"
#include "core/session/snapshot.h"
#include "core/session/training_worker.h"

namespace aniso::app {

/// A line of numbers for the inspector: "logit difference", "-2.317", "".
struct Reading {
  std::string name;
  std::string value;
  std::string unit;
};

/// A short message over the stage.
struct Notice {
  enum class Kind { info, warning, error };
  Kind kind = Kind::info;
  std::string text;                  ///< what happened, where, and the next step
  std::string button = {};           ///< "Reopen it"; the notice stays until it is closed then
  std::function<void()> press = {};  ///< what the button does
};

/// Settings that one view asks others to take: a direction for the field's plane.
struct SettingsRequest {
  std::string view;  ///< every tile that shows this kind …
  std::string tag;   ///< … and has this tag; empty for any
  Json settings;     ///< names and values; the others stay
};

/// Colour (a category of the theme) that follows a run through every view: the parent's or the
/// fork's.
int run_category(const session::Snapshot& run, const session::Snapshot* compared_with);
/// "run 2".
std::string run_name(const session::Snapshot& run);
/// The parent and the fork among the two runs that are compared. Only where there are two.
struct ComparedRuns {
  session::SnapshotPtr parent, fork;
};
ComparedRuns compared_runs(const session::SnapshotPtr& active);

/// What panels and views get in every frame. They read the run through `snapshot`, change it
/// through `document`, `training` and `actions`, and never wait.
struct Frame {
  session::SnapshotPtr snapshot;       ///< newest; never null; a tile's own while it draws
  session::SnapshotPtr active;         ///< newest of the run that is worked with
  std::uint64_t snapshot_version = 0;  ///< unchanged: nothing new from the run
  session::TrainingWorker& training;
  session::AnalysisWorker& analyses;
  Document& document;
  ViewState& view_state;
  Scrubber& scrubber;
  Actions& actions;
  gl::ShaderLibrary& shaders;
  const engines::Environment& environment;
  const std::vector<session::PresetInfo>& presets;
  double time_s = 0;          ///< since the start
  double headless_ratio = 0;  ///< steps/s over those while nothing is drawn; 0 when unknown
  double frame_ms = 0;        ///< how long the last frame took

  std::vector<Reading> readings =
      {};                            ///< under the cursor; filled by views, shown by the inspector
  std::vector<Notice> notices = {};  ///< to be shown; filled by anyone
  std::vector<SettingsRequest> settings_requests = {};  ///< filled by views, taken by the stage
  double redraw_at_s = std::numeric_limits<double>::infinity();  ///< draw again then
  bool clean = false;         ///< a picture without chrome on a transparent ground
  bool keep_drawing = false;  ///< set while something moves (an easing, a drag)
};

}  // namespace aniso::app
