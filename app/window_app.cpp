#include "app/window_app.h"

#include <imgui.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "app/gl/screenshot.h"
#include "app/ui/widgets.h"
#include "core/base/check.h"

namespace aniso::app {
namespace {

using session::RunState;

constexpr float kTopBar = 44, kBottomBar = 52, kComparisonBar = 44;
constexpr float kWidthForExperiment = 700, kWidthForInspector = 1000;  // design pixels
constexpr float kLectureType = 1.4f;
constexpr double kLongestHoldSeconds = 0.08;
constexpr double kHiddenBudget = 0.75;  // share of a core for looking while nothing is drawn
constexpr ImGuiWindowFlags kPanel = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                    ImGuiWindowFlags_NoSavedSettings |
                                    ImGuiWindowFlags_NoBringToFrontOnFocus;

session::WorkerOptions training_options(const WindowRequest& request) {
  session::WorkerOptions options;
  options.run.timeline_bytes = request.memory_bytes;
  return options;
}

Preferences start_preferences(const WindowRequest& request, std::vector<Notice>& notices) {
  std::string notice;
  Preferences preferences = load_preferences(request.config, notice);
  if (!notice.empty()) notices.push_back({Notice::Kind::warning, notice});
  if (request.width > 0) preferences.window_width = request.width;
  if (request.height > 0) preferences.window_height = request.height;
  if (request.view_state) preferences.view_state = view_state_from_json(*request.view_state);
  return preferences;
}

gl::WindowOptions window_options(const WindowRequest& request, const Preferences& preferences) {
  gl::WindowOptions options;
  options.width = preferences.window_width;
  options.height = preferences.window_height;
  options.visible = request.visible;
  options.content_scale = request.content_scale;
  return options;
}

session::AnalysisOptions analysis_options(const ViewState& state) {
  session::AnalysisOptions options;
  options.budget = state.looking_budget;
  options.native_dtype = true;
  return options;
}

// Training comes first where the window and it share a core: Linux keeps a nice value per thread.
void yield_to_training() { setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), 5); }

double thread_cpu_s() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto last = static_cast<double>(values.size() - 1);
  return values[static_cast<std::size_t>(std::ceil(share * last))];
}

}  // namespace

WindowApp::WindowApp(const WindowRequest& request)
    : request_(request),
      presets_(session::list_presets(request.assets)),
      environment_(engines::environment()),
      preferences_(start_preferences(request, early_notices_)),
      autosave_(request.state),
      training_(engines::engines(), training_options(request)),
      analyses_(engines::engines(), analysis_options(preferences_.view_state)),
      window_(window_options(request, preferences_)),
      shaders_([this](LogLevel level, const std::string& message) {
        notify(level == LogLevel::error ? Notice::Kind::error : Notice::Kind::warning, message);
      }) {
  documents_.emplace(0, Document(session::experiment_from_json(request.experiment)));
  if (request_.session)
    open_session(*request_.session);
  else
    training_.send(session::SetExperiment{document().json()});
  document_version_ = document().version();
  training_.send(session::SetSpeed{shown_speed(document().experiment())});
  if (request_.autostart && !request_.session) training_.send(session::Play{});
  snapshot_ = training_.latest();
  adopt_view_state(preferences_.view_state);
  if (!request_.view_state && !request_.session) show_tiles_of(document().experiment());
  for (const Notice& notice : early_notices_) notices_.add(notice, now_s());
  if (environment_.blas_is_reference)
    notify(Notice::Kind::warning,
           "This machine uses the slow reference BLAS. Install libopenblas0-openmp: training "
           "becomes about 28 times faster.");
  declare_actions();
  offer_left_behind();
  window_.on_key = [this](const gl::KeyPress& key) { press(key); };
  yield_to_training();
}

WindowApp::~WindowApp() {
  if (request_.config.empty()) return;
  try {
    preferences_.view_state = stage_.lasting(preferences_.view_state);
    preferences_.view_state.text_scale = look_.text_size();
    save_preferences(request_.config, preferences_);
  } catch (const Error&) {
    // The window is gone; there is nobody left to tell.
  }
}

double WindowApp::now_s() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void WindowApp::notify(Notice::Kind kind, const std::string& text) {
  notices_.add({kind, text}, now_s());
  pacer_.mark_changed();
}

void WindowApp::adopt_view_state(const ViewState& state) {
  preferences_.view_state = state;
  look_.set_theme(figure::theme(state.theme));
  look_.set_text_size(state.text_scale);
  pacer_.mark_changed();
}

void WindowApp::show_tiles_of(const session::Experiment& experiment) {
  try {
    auto tiles = tiles_of(experiment);
    if (tiles.empty()) return;
    preferences_.view_state.tiles = std::move(tiles);
    preferences_.view_state.active_tile = 0;
    stage_.renew();
    pacer_.mark_changed();
  } catch (const Error& error) {
    notify(Notice::Kind::warning, text("The experiment's views are not shown: ", error.what()));
  }
}

void WindowApp::take_snapshot() {
  const std::uint64_t version = training_.version();
  if (version == snapshot_version_) return;
  snapshot_version_ = version;
  const Index before = snapshot_->step;
  snapshot_ = training_.latest();
  if (snapshot_->step != before && snapshot_->state != RunState::running) looked_at_s_ = now_s();
  pacer_.mark_changed();
  if (snapshot_->rejections != rejections_) {
    rejections_ = snapshot_->rejections;
    if (!snapshot_->rejection.empty()) notify(Notice::Kind::error, snapshot_->rejection);
  }
  if (snapshot_->opened != opened_) {
    opened_ = snapshot_->opened;
    adopt_opened_session();
  }
  follow_run();
  if (snapshot_->state != last_state_) {
    last_state_ = snapshot_->state;
    if (last_state_ == RunState::diverged || last_state_ == RunState::error)
      notify(Notice::Kind::error, snapshot_->cause);
  }
}

void WindowApp::send_document() {
  if (document().version() == document_version_) return;
  document_version_ = document().version();
  training_.send(session::SetExperiment{document().json()});
}

// Each run is edited on its own, with its own undo: a fork begins with the settings of its step,
// and what is edited follows the run that is worked with.
void WindowApp::follow_run() {
  const session::Snapshot& now = *snapshot_;
  if (now.run == document_run_ || !now.settings) return;
  if (!documents_.contains(now.run)) {
    if (now.parent != 0) {
      documents_.emplace(now.run, Document(*now.settings));
    } else {  // the same experiment, begun again
      auto node = documents_.extract(document_run_);
      node.key() = now.run;
      documents_.insert(std::move(node));
    }
  }
  document_run_ = now.run;
  document_version_ = document().version();
  std::erase_if(documents_, [&](const auto& entry) {
    return entry.first != now.run && (!now.other || entry.first != now.other->run);
  });
}

void WindowApp::poll() {
  take_snapshot();
  poll_session();
  if (const auto version = analyses_.version(); version != analysis_version_) {
    analysis_version_ = version;
    pacer_.mark_changed();
  }
  if (shaders_.poll()) pacer_.mark_changed();
  if (now_s() >= redraw_at_s_) {
    redraw_at_s_ = std::numeric_limits<double>::infinity();
    pacer_.mark_changed();
  }
  meter_.observe(*snapshot_, now_s(), last_input_s_);
  // Looking is rationed for the trainer's sake only; what frames would cost is free for it while
  // none are drawn.
  const double wanted = preferences_.view_state.looking_budget;
  const double share = window_.hidden() ? std::max(wanted, kHiddenBudget) : wanted;
  const double budget = snapshot_->state == RunState::running ? share : 1;
  if (analyses_.budget() != budget) analyses_.set_budget(budget);
}

void WindowApp::wait() {
  const bool live = snapshot_->state == RunState::running || meter_.is_quiet() ||
                    snapshot_->state == RunState::stopping || snapshot_->resolved == nullptr ||
                    training_.is_busy() || analyses_.is_busy() || !save_to_.empty() ||
                    saver_.is_busy();
  const double rest = std::max(0.0, redraw_at_s_ - now_s());
  window_.wait_events(std::min(pacer_.wait_s(now_s(), live), rest));
  if (window_.take_activity()) {
    last_input_s_ = now_s();
    pacer_.mark_input();
  }
}

// While a look at another step is under way, a frame of the old pictures would only delay the new
// ones. Never for long: the window stays alive where a step is far from a stored one.
bool WindowApp::holds_frame() const {
  if (now_s() - last_input_s_ > kLongestHoldSeconds) return false;
  if (scrubber_.target(*snapshot_) != snapshot_->step) return training_.is_busy();
  return now_s() - looked_at_s_ < kLongestHoldSeconds && !ImGui::IsMouseDown(0) &&
         analyses_.is_busy();
}

WindowReport WindowApp::run() {
  const double began = now_s();
  double cpu_start = thread_cpu_s(), cpu_from = began;
  Index first_step = 0;
  double first_training_s = 0;
  while (!window_.should_close()) {
    wait();
    poll();
    if (request_.measure_s > 0) {
      if (now_s() - began > request_.measure_s) break;
      // The first second holds the start: shaders, fonts, first analyses.
      if (now_s() - began < 1) {
        frame_times_ms_.clear();
        cpu_start = thread_cpu_s();
        cpu_from = now_s();
        first_step = snapshot_->step;
        first_training_s = snapshot_->training_s;
      }
    }
    if (window_.hidden() || meter_.is_quiet() || holds_frame() || !pacer_.should_draw(now_s()))
      continue;
    draw();
  }
  WindowReport report;
  report.seconds = now_s() - began;
  report.steps = snapshot_->step;
  if (const double trained = snapshot_->training_s - first_training_s; trained > 0)
    report.steps_per_s = static_cast<double>(snapshot_->step - first_step) / trained;
  report.headless_ratio = meter_.ratio();
  report.frames = static_cast<int>(frame_times_ms_.size());
  report.frame_ms_median = percentile(frame_times_ms_, 0.5);
  report.frame_ms_p99 = percentile(frame_times_ms_, 0.99);
  report.frame_ms_max = percentile(frame_times_ms_, 1);
  report.first_picture_s = first_picture_s_;
  report.cpu_share = (thread_cpu_s() - cpu_start) / std::max(now_s() - cpu_from, 1e-3);
  report.renderer = window_.renderer();
  report.scrubs = static_cast<int>(scrubber_.latencies_ms().size());
  report.scrub_ms_median = percentile(scrubber_.latencies_ms(), 0.5);
  report.scrub_ms_max = percentile(scrubber_.latencies_ms(), 1);
  if (request_.measure_s > 0) report.weights_sha256 = weights_of_run();
  return report;
}

// Asks the worker for a copy of the session and waits for it a moment: only when measuring.
std::string WindowApp::weights_of_run() {
  const std::uint64_t before = training_.session_version();
  training_.request_session();
  for (int tries = 0; tries < 200 && training_.session_version() == before; ++tries)
    window_.wait_events(0.02);
  const auto session = training_.session();
  return session && training_.session_version() != before ? session->weights_sha256 : "";
}

Frame WindowApp::make_frame() {
  return {.snapshot = snapshot_,
          .active = snapshot_,
          .snapshot_version = snapshot_version_,
          .training = training_,
          .analyses = analyses_,
          .document = document(),
          .view_state = preferences_.view_state,
          .scrubber = scrubber_,
          .actions = actions_,
          .shaders = shaders_,
          .environment = environment_,
          .presets = presets_,
          .time_s = now_s(),
          .headless_ratio = meter_.ratio(),
          .frame_ms = frame_ms_};
}

void WindowApp::draw() {
  const double started = now_s();
  pacer_.frame_started(started);
  ViewState& state = preferences_.view_state;
  const bool lecture = state.layout == LayoutKind::lecture;
  look_.set_theme(figure::theme(state.theme));
  look_.update(window_.content_scale() * (lecture ? kLectureType : 1), window_.pixel_ratio());
  window_.begin_frame();
  panel_focus_.begin();
  Frame frame = make_frame();
  frame.clean = shot_ == Shot::clean;

  const ImVec2 display = ImGui::GetIO().DisplaySize;
  const bool bare = state.controls_hidden || frame.clean || state.layout == LayoutKind::figure;
  const bool sides = !bare && !lecture;
  const float top = bare && state.layout != LayoutKind::figure ? 0 : ui::px(kTopBar);
  const float strip = snapshot_->other ? kComparisonBar : 0;
  const float bottom = state.controls_hidden || frame.clean ? 0 : ui::px(kBottomBar + strip);
  // In a small window the pictures come first: the inspector goes, then the experiment.
  const float design_width = display.x / ui::px(1);
  const bool has_left = sides && design_width >= kWidthForExperiment;
  const bool has_right = sides && design_width >= kWidthForInspector;
  const float left = has_left ? ui::px(static_cast<float>(state.left_width)) : 0;
  const float right = has_right ? ui::px(static_cast<float>(state.right_width)) : 0;
  const Rect area{left, frame.clean ? 0 : top, std::max(display.x - left - right, 1.0f),
                  std::max(display.y - (frame.clean ? 0 : top) - bottom, 1.0f)};
  stage_.draw(frame, area);
  if (!frame.clean) {
    draw_chrome(frame, area);
    draw_overlays(frame);
    panel_focus_.draw();
    notices_.draw(frame, area.x + area.width - ui::px(12), area.y + area.height - ui::px(12));
  }
  // Between the panels the ground shows: as hairlines.
  window_.end_frame(frame.clean ? ui::theme().background : ui::theme().line);
  after_frame(frame, started);
}

void WindowApp::draw_chrome(Frame& frame, const Rect& area) {
  const ImVec2 display = ImGui::GetIO().DisplaySize;
  const auto panel = [&](const char* id, ImVec2 at, ImVec2 size, ImVec2 padding,
                         ImGuiWindowFlags extra, auto&& content) {
    if (size.x <= 0 || size.y <= 0) return;
    ImGui::SetNextWindowPos(at);
    ImGui::SetNextWindowSize(size);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, padding);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0.0f);
    ImGui::PushStyleColor(ImGuiCol_WindowBg, ui::color4(ui::theme().panel));
    ImGui::Begin(id, nullptr, (kPanel & ~ImGuiWindowFlags_NoScrollbar) | extra);
    ImGui::PopStyleVar(2);
    ImGui::PopStyleColor();
    content();
    ImGui::End();
  };
  const float hair = std::max(1.0f, std::floor(ui::px(1)));
  const float bottom_y = area.y + area.height;
  panel("top bar", {0, 0}, {display.x, area.y - hair}, ui::px(16, 8), ImGuiWindowFlags_NoScrollbar,
        [&] { top_bar_.draw(frame); });
  const float bottom = display.y - bottom_y - hair;
  const float strip = snapshot_->other ? std::min(bottom, std::floor(ui::px(kComparisonBar))) : 0;
  panel("comparison", {0, bottom_y + hair}, {display.x, strip - hair}, ui::px(16, 8),
        ImGuiWindowFlags_NoScrollbar, [&] { comparison_.draw(frame); });
  panel("transport", {0, bottom_y + hair + strip}, {display.x, bottom - strip}, ui::px(16, 12),
        ImGuiWindowFlags_NoScrollbar, [&] { transport_.draw(frame); });
  panel("experiment", {0, area.y}, {area.x - hair, area.height}, ui::px(16, 14), 0,
        [&] { experiment_panel_.draw(frame); });
  const float right_x = area.x + area.width;
  panel("inspector", {right_x + hair, area.y}, {display.x - right_x - hair, area.height},
        ui::px(16, 14), 0,
        [&] { inspector_.draw(frame, stage_.active_type(frame), stage_.active(frame)); });
}

void WindowApp::draw_overlays(Frame& frame) {
  key_sheet_.draw(frame);
  palette_.draw(frame);
  about_.draw(frame, window_.renderer(), look_.fonts().notices());
  export_.draw(frame, state_json().dump());
  if (const auto chosen = session_dialog_.draw(frame))
    chosen->save ? save_session_to(chosen->folder) : open_session(chosen->folder);
  if (stage_.take_export_request()) open_export();
}

void WindowApp::after_frame(Frame& frame, double started) {
  send_document();
  for (const Notice& notice : frame.notices) notify(notice.kind, notice.text);
  if (frame.keep_drawing || look_.animating()) pacer_.mark_changed();
  redraw_at_s_ = std::min(redraw_at_s_, frame.redraw_at_s);
  if (shot_ != Shot::none) {
    const bool clean = std::exchange(shot_, Shot::none) == Shot::clean;
    take_screenshot(clean);
    pacer_.mark_changed();
  }
  frame_ms_ = 1000 * (now_s() - started);
  if (snapshot_version_ == training_.version())
    scrubber_.frame_drawn(
        *snapshot_, !analyses_.is_busy() && analyses_.version() == analysis_version_, now_s());
  if (request_.measure_s > 0) frame_times_ms_.push_back(frame_ms_);
  if (first_picture_s_ == 0 && snapshot_->step > 0) first_picture_s_ = now_s();
}

double shown_speed(const session::Experiment& experiment) {
  const auto speed = experiment.views.find("steps_per_s");
  if (speed == experiment.views.end() || !speed->is_number()) return 0;
  return std::max(0.0, speed->get<double>());
}

}  // namespace aniso::app
