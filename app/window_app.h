#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "app/actions.h"
#include "app/autosave.h"
#include "app/document.h"
#include "app/frame.h"
#include "app/frame_pacer.h"
#include "app/gl/shader_library.h"
#include "app/gl/window.h"
#include "app/panels/overlays.h"
#include "app/panels/panel_focus.h"
#include "app/panels/panels.h"
#include "app/panels/session_dialog.h"
#include "app/preferences.h"
#include "app/quiet_meter.h"
#include "app/scrubber.h"
#include "app/stage.h"
#include "app/ui/style.h"
#include "app/window_request.h"
#include "core/session/analysis_worker.h"
#include "core/session/presets.h"
#include "core/session/session_saver.h"
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
  void follow_run();
  Document& document() { return documents_.at(document_run_); }
  const Document& document() const { return documents_.at(document_run_); }
  void wait();
  bool holds_frame() const;
  void draw();
  void draw_chrome(Frame& frame, const Rect& stage_area);
  void draw_overlays(Frame& frame);
  void after_frame(Frame& frame, double started_s);
  Frame make_frame();
  std::string weights_of_run();

  // Sessions; window_session.cpp.
  void declare_session_actions();
  std::filesystem::path proposed_session_folder() const;
  void save_session_to(const std::filesystem::path& folder);
  void open_session(const std::filesystem::path& folder);
  void adopt_opened_session();
  void poll_session();
  void report_save(const session::SaveOutcome& outcome);
  void autosave();
  void offer_left_behind();

  // What actions do; declared in actions_of_window.cpp.
  void declare_actions();
  void declare_run_actions();
  void declare_view_actions();
  void declare_file_actions();
  void play_or_pause();
  void declare_time_actions();
  void declare_comparison_actions();
  void look_by(Index steps);
  void take_screenshot(bool clean);
  void copy_state();
  void paste_state();
  void open_export();
  void export_weights();
  void escape();
  void enter_panels(int step);
  void adopt_view_state(const ViewState& state);
  /// Shows the views that an experiment asks for, where it does.
  void show_tiles_of(const session::Experiment& experiment);
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
  std::map<std::uint64_t, Document> documents_;  // one for each run
  std::uint64_t document_run_ = 0;               // the one that is edited
  Autosave autosave_;  // outlives the saver, which may still be writing there
  session::TrainingWorker training_;
  session::AnalysisWorker analyses_;
  session::SessionSaver saver_;
  Scrubber scrubber_{training_};
  gl::Window window_;
  ui::Look look_;
  gl::ShaderLibrary shaders_;
  Actions actions_;
  Stage stage_;
  ExperimentPanel experiment_panel_;
  Inspector inspector_;
  TransportBar transport_;
  ComparisonBar comparison_;
  TopBar top_bar_;
  KeySheet key_sheet_;
  CommandPalette palette_;
  About about_;
  Notices notices_;
  ExportDialog export_;
  PanelFocus panel_focus_;
  SessionDialog session_dialog_;
  FramePacer pacer_;
  QuietMeter meter_;

  session::SnapshotPtr snapshot_;
  std::uint64_t snapshot_version_ = 0, analysis_version_ = 0, document_version_ = 0;
  std::uint64_t rejections_ = 0, opened_ = 0, session_version_ = 0, saver_version_ = 0;
  std::filesystem::path session_folder_;  // where Ctrl+S goes; empty: it asks
  std::filesystem::path opening_;
  std::vector<std::filesystem::path> save_to_;  // once the worker has handed out a copy
  double autosaved_at_s_ = 0;
  std::pair<std::uint64_t, Index> autosaved_{0, 0};  // run and step
  bool autosave_failed_ = false;
  session::RunState last_state_ = session::RunState::ready;
  std::vector<Reading> readings_;
  double looked_at_s_ = -1;  // when another step came into view
  double last_input_s_ = 0, redraw_at_s_ = 0, frame_ms_ = 0;
  enum class Shot { none, plain, clean };
  Shot shot_ = Shot::none;
  int shots_ = 0;

  // Measuring.
  std::vector<double> frame_times_ms_;
  double first_picture_s_ = 0;
};

}  // namespace aniso::app
