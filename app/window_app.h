#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "app/actions.h"
#include "app/document.h"
#include "app/frame.h"
#include "app/frame_pacer.h"
#include "app/gl/shader_library.h"
#include "app/gl/window.h"
#include "app/panels/overlays.h"
#include "app/panels/panel_focus.h"
#include "app/panels/panels.h"
#include "app/preferences.h"
#include "app/quiet_meter.h"
#include "app/stage.h"
#include "app/ui/style.h"
#include "app/window_request.h"
#include "core/session/analysis_worker.h"
#include "core/session/presets.h"
#include "core/session/training_worker.h"

namespace aniso::app {

/// The window and everything in it: one object that owns what would otherwise be global.
/// Construction opens the window, `run` is the main loop. UI thread only.
class WindowApp {
 public:
  explicit WindowApp(const WindowRequest& request);
  ~WindowApp();
  WindowApp(const WindowApp&) = delete;
  WindowApp& operator=(const WindowApp&) = delete;

  WindowReport run();

 private:
  // Main loop.
  double now_s() const;
  void poll();
  void take_snapshot();
  void send_document();
  void wait();
  void draw();
  void draw_chrome(Frame& frame, const Rect& stage_area);
  void draw_overlays(Frame& frame);
  void after_frame(Frame& frame, double started_s);
  Frame make_frame();
  std::string weights_of_run();

  // What actions do; declared in actions_of_window.cpp.
  void declare_actions();
  void declare_run_actions();
  void declare_view_actions();
  void declare_file_actions();
  void play_or_pause();
  void take_screenshot(bool clean);
  void copy_state();
  void paste_state();
  void open_export();
  void escape();
  void enter_panels(int step);
  void adopt_view_state(const ViewState& state);
  Json state_json() const;
  std::filesystem::path fresh_picture(const std::string& stem, const std::string& extension) const;
  void notify(Notice::Kind kind, const std::string& text);
  void press(const gl::KeyPress& press);

  WindowRequest request_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::vector<Notice> early_notices_;  // from before there was anything to show them
  std::vector<session::PresetInfo> presets_;
  engines::Environment environment_;
  Preferences preferences_;
  Document document_;
  session::TrainingWorker training_;
  session::AnalysisWorker analyses_;
  gl::Window window_;
  ui::Look look_;
  gl::ShaderLibrary shaders_;
  Actions actions_;
  Stage stage_;
  ExperimentPanel experiment_panel_;
  Inspector inspector_;
  TransportBar transport_;
  TopBar top_bar_;
  KeySheet key_sheet_;
  CommandPalette palette_;
  About about_;
  Notices notices_;
  ExportDialog export_;
  PanelFocus panel_focus_;
  FramePacer pacer_;
  QuietMeter meter_;

  session::SnapshotPtr snapshot_;
  std::uint64_t snapshot_version_ = 0, analysis_version_ = 0, document_version_ = 0;
  std::uint64_t rejections_ = 0;
  session::RunState last_state_ = session::RunState::ready;
  std::vector<Reading> readings_;
  double last_input_s_ = 0, redraw_at_s_ = 0, frame_ms_ = 0;
  enum class Shot { none, plain, clean };
  Shot shot_ = Shot::none;
  int shots_ = 0;

  // Measuring.
  std::vector<double> frame_times_ms_;
  double first_picture_s_ = 0;
};

}  // namespace aniso::app
