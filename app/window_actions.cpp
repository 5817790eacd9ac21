#include <GLFW/glfw3.h>
#include <imgui.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/gl/screenshot.h"
#include "app/views/point_brush.h"
#include "app/window_app.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/engines/engines.h"
#include "core/session/experiment.h"
#include "core/session/weights_export.h"

namespace aniso::app {
namespace {

using session::RunState;

bool is_over(RunState state) {
  return state == RunState::finished || state == RunState::diverged || state == RunState::error;
}

std::string percent(double share) { return std::to_string(std::lround(share * 100)) + " %"; }

const char* layout_title(LayoutKind layout) {
  return layout == LayoutKind::explore   ? "Explore"
         : layout == LayoutKind::lecture ? "Lecture"
                                         : "Figure";
}

}  // namespace

void WindowApp::press(const gl::KeyPress& press) {
  if (press.alt) return;
  if (press.key == GLFW_KEY_ESCAPE) {
    escape();
    return;
  }
  // In the panels keys without Ctrl belong to the widgets, function keys excepted.
  const bool function_key = press.key >= GLFW_KEY_F1 && press.key <= GLFW_KEY_F25;
  if (panel_focus_.is_on() && !press.ctrl && !function_key) {
    pacer_.mark_input();
    return;
  }
  const bool typing = ImGui::GetIO().WantTextInput;
  const KeyChord chord{
      .key = press.key, .letter = press.letter, .ctrl = press.ctrl, .shift = press.shift};
  // While a text field has focus its keys are its own, except the function keys, which write
  // nothing; Ctrl+P still closes the palette.
  if (typing && !function_key && !(palette_.is_open() && press.ctrl && press.letter == 'p')) return;
  if (palette_.is_open() && !press.ctrl && !function_key) return;
  actions_.press(chord);
  pacer_.mark_input();
}

void WindowApp::escape() {
  if (panel_focus_.is_on()) {
    panel_focus_.escape();
    pacer_.mark_input();
    return;
  }
  key_sheet_.is_open = about_.is_open = false;
  palette_.close();
  export_.close();
  session_dialog_.close();
  pacer_.mark_input();
}

void WindowApp::declare_actions() {
  declare_run_actions();
  declare_time_actions();
  declare_comparison_actions();
  declare_view_actions();
  declare_file_actions();
  declare_session_actions();
}

void WindowApp::play_or_pause() {
  if (snapshot_->state == RunState::running) {
    training_.send(session::Pause{});
  } else if (!snapshot_->is_live() && is_over(snapshot_->state)) {
    scrubber_.go_live(now_s());  // there is nothing left to play
  } else {
    // A comparison is not thrown away by the space bar.
    if (is_over(snapshot_->state) && !snapshot_->other) training_.send(session::Reset{});
    training_.send(session::Play{});
  }
}

void WindowApp::enter_panels(int step) {
  if (!panel_focus_.is_on())
    notify(Notice::Kind::info,
           "The keyboard is in the panels: arrows move, Space grabs, Enter types, F6 goes to the "
           "next panel, Esc leaves.");
  panel_focus_.advance(step);
}

void WindowApp::declare_run_actions() {
  const auto add = [this](const char* id, const char* title, std::vector<KeyChord> keys,
                          std::function<void()> run, std::function<std::string()> value = {}) {
    actions_.add({id, title, "Run", std::move(keys), std::move(run), {}, std::move(value)});
  };
  add(
      "play_pause", "Play or pause", {{.key = GLFW_KEY_SPACE}}, [this] { play_or_pause(); },
      [this] { return session::state_title(snapshot_->state); });
  add("reset", "Reset the run to step 0", {{.letter = 'r'}},
      [this] { training_.send(session::Reset{}); });
  add("stop", "Stop the run", {}, [this] { training_.send(session::Stop{}); });
  Action undo{"undo",
              "Undo a setting",
              "Run",
              {{.letter = 'z', .ctrl = true}},
              [this] {
                document().undo();
                send_document();
              },
              [this] { return document().can_undo(); },
              [this] { return document().undo_title(); }};
  Action redo{"redo",
              "Redo a setting",
              "Run",
              {{.letter = 'y', .ctrl = true}, {.letter = 'z', .ctrl = true, .shift = true}},
              [this] {
                document().redo();
                send_document();
              },
              [this] { return document().can_redo(); },
              [this] { return document().redo_title(); }};
  actions_.add(std::move(undo));
  actions_.add(std::move(redo));
  for (const session::PresetInfo& preset : presets_)
    actions_.add({"preset " + preset.id,
                  preset.title,
                  "Preset",
                  {},
                  [this, id = preset.id] {
                    const Json json = session::load_preset_json(request_.assets, id);
                    if (const auto refused = document().replace(json)) {
                      notify(Notice::Kind::error, *refused);
                      return;
                    }
                    show_tiles_of(document().experiment());
                    send_document();
                    training_.send(session::SetSpeed{shown_speed(document().experiment())});
                    training_.send(session::Reset{});
                    training_.send(session::Play{});
                  },
                  {},
                  {}});
}

// At the newest step a step forward is taken; everywhere else it is looked at.
void WindowApp::look_by(Index steps) {
  const Index at = scrubber_.target(*snapshot_);
  const bool at_end = at >= snapshot_->end_step || (snapshot_->is_live() && at == snapshot_->step);
  if (steps > 0 && at_end)
    training_.send(session::Step{steps});
  else
    scrubber_.look_at(*snapshot_, at + steps, now_s());
}

void WindowApp::declare_time_actions() {
  const auto add = [this](const char* id, const char* title, KeyChord key,
                          std::function<void()> run, std::function<std::string()> value = {}) {
    actions_.add({id, title, "Time", {key}, std::move(run), {}, std::move(value)});
  };
  add(
      "step", "One step", {.key = GLFW_KEY_RIGHT}, [this] { look_by(1); },
      [this] { return grouped(snapshot_->step); });
  add("step_10", "Ten steps", {.key = GLFW_KEY_RIGHT, .shift = true}, [this] { look_by(10); });
  add("step_back", "One step back", {.key = GLFW_KEY_LEFT}, [this] { look_by(-1); });
  add("step_back_10", "Ten steps back", {.key = GLFW_KEY_LEFT, .shift = true},
      [this] { look_by(-10); });
  const auto to_stored = [this](int sign) {
    const Index at = scrubber_.target(*snapshot_);
    scrubber_.look_at(*snapshot_, Scrubber::next_stored(*snapshot_, at, sign), now_s());
  };
  add(
      "next_stored", "Next stored step", {.key = GLFW_KEY_RIGHT, .ctrl = true},
      [to_stored] { to_stored(1); },
      [this] { return text(snapshot_->stored_steps.size(), " stored"); });
  add("previous_stored", "Stored step before", {.key = GLFW_KEY_LEFT, .ctrl = true},
      [to_stored] { to_stored(-1); });
  add("start", "Look at step 0", {.key = GLFW_KEY_HOME},
      [this] { scrubber_.look_at(*snapshot_, 0, now_s()); });
  add(
      "live", "Back to the newest step", {.key = GLFW_KEY_END},
      [this] { scrubber_.go_live(now_s()); },
      [this] { return std::string(snapshot_->is_live() ? "live" : "looking back"); });
}

void WindowApp::declare_comparison_actions() {
  const auto add = [this](const char* id, const char* title, std::vector<KeyChord> keys,
                          std::function<void()> run, std::function<bool()> enabled) {
    actions_.add({id, title, "Compare", std::move(keys), std::move(run), std::move(enabled), {}});
  };
  const auto compares = [this] { return snapshot_->other != nullptr; };
  add(
      "fork", "Fork the run here", {{.letter = 'f'}}, [this] { training_.send(session::Fork{}); },
      [this] { return snapshot_->resolved != nullptr; });
  add(
      "switch_run", "Work with the other run", {{.letter = 'x'}},
      [this] { training_.send(session::Activate{snapshot_->other->run}); }, compares);
  const auto mode = [&](const char* id, const char* title, Compare compare) {
    add(
        id, title, {},
        [this, compare] {
          Frame frame = make_frame();
          stage_.compare(frame, compare);
        },
        compares);
  };
  mode("compare_overlaid", "Compare: overlaid", Compare::overlaid);
  mode("compare_difference", "Compare: difference field", Compare::difference);
  mode("compare_side_by_side", "Compare: side by side", Compare::side_by_side);
  add(
      "close_comparison", "Close the comparison", {},
      [this] { training_.send(session::CloseComparison{}); }, compares);
}

void WindowApp::declare_view_actions() {
  const auto add = [this](const std::string& id, const std::string& title,
                          std::vector<KeyChord> keys, std::function<void()> run,
                          std::function<std::string()> value = {}) {
    actions_.add({id, title, "View", std::move(keys), std::move(run), {}, std::move(value)});
  };
  ViewState& state = preferences_.view_state;
  add(
      "hide_controls", "Hide or show all controls", {{.key = GLFW_KEY_TAB}},
      [&state] { state.controls_hidden = !state.controls_hidden; },
      [&state] { return std::string(state.controls_hidden ? "hidden" : "shown"); });
  add(
      "panels", "Focus next panel", {{.key = GLFW_KEY_F6}}, [this] { enter_panels(1); },
      [this] { return std::string(panel_focus_.is_on() ? "on" : "off"); });
  add("panels_back", "Focus panel before", {{.key = GLFW_KEY_F6, .shift = true}},
      [this] { enter_panels(-1); });
  add(
      "full_screen", "Full screen", {{.key = GLFW_KEY_F11}},
      [this] { window_.set_fullscreen(!window_.fullscreen()); },
      [this] { return std::string(window_.fullscreen() ? "on" : "off"); });
  add(
      "larger_text", "Larger text", {{.letter = '+', .ctrl = true}, {.letter = '=', .ctrl = true}},
      [this] { look_.larger_text(); }, [this] { return percent(look_.text_size()); });
  add("smaller_text", "Smaller text", {{.letter = '-', .ctrl = true}},
      [this] { look_.smaller_text(); });
  add("reset_text", "Text at 100 %", {{.letter = '0', .ctrl = true}},
      [this] { look_.reset_text(); });
  add(
      "theme", "Next theme", {},
      [&state] {
        const auto& all = figure::themes();
        for (std::size_t i = 0; i < all.size(); ++i)
          if (all[i]->id == state.theme) {
            state.theme = all[(i + 1) % all.size()]->id;
            break;
          }
      },
      [&state] { return figure::theme(state.theme).title; });
  for (const LayoutKind layout : {LayoutKind::explore, LayoutKind::lecture, LayoutKind::figure})
    add(text("layout ", layout_title(layout)), text("Layout: ", layout_title(layout)), {},
        [&state, layout] { state.layout = layout; });
  add(
      "brush", "Paint points (dataset \"Drawn by hand\")", {{.letter = 'b'}},
      [this, &state] {
        state.brush = !state.brush;
        if (state.brush && PointBrush::target(document()).empty())
          notify(Notice::Kind::info,
                 "Choose the dataset \"Drawn by hand\", then paint in the field view.");
      },
      [&state] { return std::string(state.brush ? "on" : "off"); });
  add("reset_view", "Show the whole picture in every view", {{.letter = 'r', .shift = true}},
      [this] { stage_.reset_views(); });
  add("reset_layout", "Reset the window's layout", {},
      [this] { adopt_view_state(default_view_state()); });
  for (int count = 1; count <= 4; ++count)
    add(text("tiles ", count), count == 1 ? "One view" : text(count, " views"), {}, [this, count] {
      Frame frame = make_frame();
      stage_.set_count(frame, count);
    });
  const auto& types = view_types();
  for (std::size_t i = 0; i < types.size(); ++i) {
    std::vector<KeyChord> keys;
    if (i < 9) keys.push_back({.letter = static_cast<char>('1' + i)});
    add("view " + types[i].id, "Show " + types[i].title, keys, [this, id = types[i].id] {
      Frame frame = make_frame();
      stage_.show(frame, id);
    });
  }
}

void WindowApp::declare_file_actions() {
  const auto add = [this](const char* id, const char* title, const char* group,
                          std::vector<KeyChord> keys, std::function<void()> run) {
    actions_.add({id, title, group, std::move(keys), std::move(run), {}, {}});
  };
  add("copy", "Copy the state as JSON", "File", {{.letter = 'c', .ctrl = true}},
      [this] { copy_state(); });
  add("paste", "Paste a state or an experiment", "File", {{.letter = 'v', .ctrl = true}},
      [this] { paste_state(); });
  add("export", "Export the active picture", "File", {{.letter = 'e', .ctrl = true}},
      [this] { open_export(); });
  add("export_weights", "Export the weights for PyTorch", "File", {}, [this] { export_weights(); });
  add("screenshot", "Screenshot", "File", {{.key = GLFW_KEY_F12}}, [this] { shot_ = Shot::plain; });
  add("clean_screenshot", "Clean, transparent screenshot", "File",
      {{.key = GLFW_KEY_F12, .ctrl = true}}, [this] { shot_ = Shot::clean; });
  add("palette", "Find a command", "Help", {{.letter = 'p', .ctrl = true}}, [this] {
    if (palette_.is_open())
      palette_.close();
    else
      palette_.open();
  });
  add("keys", "This sheet", "Help", {{.letter = 'h'}, {.letter = '?'}, {.key = GLFW_KEY_F1}},
      [this] { key_sheet_.is_open = !key_sheet_.is_open; });
  add("about", "About Anisoscope", "Help", {}, [this] { about_.is_open = !about_.is_open; });
  add("reload_shaders", "Reload the shaders from disk", "Help", {}, [this] {
    if (shaders_.reload()) notify(Notice::Kind::info, "The shaders were read again.");
  });
  add("quit", "Quit", "File", {{.letter = 'q', .ctrl = true}}, [this] { window_.request_close(); });
}

Json WindowApp::state_json() const {
  Json state = {{"experiment", document().json()},
                {"view_state", to_json(preferences_.view_state)},
                {"step", snapshot_->step},
                {"run", snapshot_->run}};
  if (snapshot_->other) state["compared_with"] = snapshot_->other->run;
  return state;
}

void WindowApp::copy_state() {
  window_.set_clipboard(state_json().dump(2));
  notify(Notice::Kind::info, "The state was copied as JSON.");
}

void WindowApp::paste_state() {
  try {
    const Json json = session::parse_json(window_.clipboard(), "the clipboard");
    ANISO_CHECK(json.is_object(), "the clipboard holds no state: expected a JSON object");
    const bool is_state = json.contains("experiment");
    std::optional<ViewState> view_state;
    if (is_state && json.contains("view_state"))
      view_state = view_state_from_json(json["view_state"]);
    if (const auto refused = document().replace(is_state ? json["experiment"] : json))
      throw InvalidInput(*refused);
    if (view_state) adopt_view_state(*view_state);
    send_document();
    notify(Notice::Kind::info, "The state was pasted. Ctrl+Z takes the settings back.");
  } catch (const Error& error) {
    notify(Notice::Kind::error, text("Nothing was pasted: ", error.what()));
  }
}

std::filesystem::path WindowApp::fresh_picture(const std::string& stem,
                                               const std::string& extension) const {
  const std::filesystem::path folder =
      request_.pictures.empty() ? std::filesystem::current_path() : request_.pictures;
  std::error_code ignored;
  std::filesystem::path path = folder / (stem + extension);
  for (int n = 2; std::filesystem::exists(path, ignored); ++n)
    path = folder / text(stem, "-", n, extension);
  return path;
}

void WindowApp::take_screenshot(bool clean) {
  try {
    const figure::Rgba ground(clean ? ui::theme().background : ui::theme().line, clean ? 0 : 1);
    const io::Image image = gl::capture(ImGui::GetDrawData(), window_.framebuffer_width(),
                                        window_.framebuffer_height(), ground);
    const auto path = fresh_picture(text("anisoscope-step-", snapshot_->step), ".png");
    gl::save_screenshot(path, image, state_json().dump());
    notify(Notice::Kind::info, text("Screenshot: ", path.string()));
  } catch (const Error& error) {
    notify(Notice::Kind::error, text("The screenshot was not saved: ", error.what()));
  }
}

void WindowApp::open_export() {
  Frame frame = make_frame();
  try {
    export_.open(
        stage_.active_figure(frame),
        fresh_picture(text(stage_.active_type(frame).id, "-step-", snapshot_->step), "").string());
  } catch (const Error& error) {
    notify(Notice::Kind::error, text("There is nothing to export yet: ", error.what()));
  }
}

void WindowApp::export_weights() {
  try {
    const auto& copy = snapshot_->parameters;
    ANISO_CHECK(copy != nullptr, "there is no network yet; choose an experiment");
    const auto& experiment = copy->resolved->experiment;
    const auto folder = fresh_picture(text("weights-step-", copy->step), "");
    session::export_weights(folder, engines::engines(), copy->resolved->plan(), copy->values,
                            experiment.dtype(),
                            session::weights_title(experiment.title, copy->step));
    notify(Notice::Kind::info, text("Weights and a PyTorch program: ", folder.string()));
  } catch (const Error& error) {
    notify(Notice::Kind::error, text("The weights were not exported: ", error.what()));
  }
}

}  // namespace aniso::app
