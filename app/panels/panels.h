#pragma once

#include <memory>
#include <set>
#include <string>

#include "app/frame.h"
#include "app/panels/param_widget.h"
#include "app/views/view.h"

/// The fixed parts of the window, each drawing into the current ImGui window. One file each.
namespace aniso::app {

/// Left: dataset, architecture, objective, optimiser, training; generated from the declarations.
class ExperimentPanel {
 public:
  void draw(Frame& frame);

 private:
  void edit(Frame& frame, const std::string& path, const Json& value);
  void draw_params(Frame& frame, const ParamSchema& schema, const Json& values,
                   const std::string& prefix);
  void find_waiting(const session::Snapshot& now);

  ParamWidgets widgets_;
  std::uint64_t gesture_ = 0;      ///< number of the movement under way; one is one step of undo
  std::string failed_path_;        ///< the last edit that was refused …
  std::string failed_message_;     ///< … and why
  std::set<std::string> waiting_;  ///< paths of settings that wait for a reset, found from …
  std::shared_ptr<const session::Experiment> begun_;
  session::ResolvedPtr resolved_;
};

/// Right: readings under the cursor, the active view's settings, what it is, the run's figures.
class Inspector {
 public:
  void draw(Frame& frame, const ViewType& type, View& view);

 private:
  ParamWidgets widgets_;
  std::string failed_name_, failed_message_;
  float readings_height_ = 0;  // the most so far of this view, so that settings stay where they are
  std::string readings_of_;
};

/// Bottom: play, step, reset, stop, step counter, scrub bar, speed, state lamp.
class TransportBar {
 public:
  void draw(Frame& frame);
};

/// Above the transport bar while two runs are compared: which they are, what differs, how they are
/// shown.
class ComparisonBar {
 public:
  void draw(Frame& frame);
};

/// Top: name, experiment title, presets, layouts, device and BLAS.
class TopBar {
 public:
  void draw(Frame& frame);
};

}  // namespace aniso::app
