#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/window_app.h"
#include "core/base/check.h"
#include "core/base/names.h"

// Saving and opening sessions, and the automatic saves between.
namespace aniso::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNearby = 8;

// A folder name made of a title: "Two moons, MLP" → "two-moons-mlp".
std::string folder_name(const std::string& title) {
  std::string name;
  for (const char c : title) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool capital = c >= 'A' && c <= 'Z';
    if (plain || capital)
      name += capital ? static_cast<char>(c - 'A' + 'a') : c;
    else if (!name.empty() && name.back() != '-')
      name += '-';
  }
  while (!name.empty() && name.back() == '-') name.pop_back();
  return name.empty() ? "session" : name + "-session";
}

}  // namespace

void WindowApp::declare_session_actions() {
  const auto add = [this](const char* id, const char* title, KeyChord key,
                          std::function<void()> run) {
    actions_.add({id, title, "File", {key}, std::move(run), {}, {}});
  };
  add("open_session", "Open a session", {.letter = 'o', .ctrl = true},
      [this] { session_dialog_.ask_to_open(sessions_near(fs::current_path(), kNearby)); });
  add("save_session", "Save the session", {.letter = 's', .ctrl = true}, [this] {
    if (session_folder_.empty())
      session_dialog_.ask_to_save(proposed_session_folder());
    else
      save_session_to(session_folder_);
  });
  add("save_session_as", "Save the session elsewhere", {.letter = 's', .ctrl = true, .shift = true},
      [this] { session_dialog_.ask_to_save(proposed_session_folder()); });
}

fs::path WindowApp::proposed_session_folder() const {
  const fs::path stem = fs::current_path() / folder_name(document().experiment().title);
  std::error_code ignored;
  fs::path folder = stem;
  for (int n = 2; fs::exists(folder, ignored); ++n) folder = stem.string() + text("-", n);
  return folder;
}

void WindowApp::save_session_to(const fs::path& folder) {
  save_to_.push_back(folder);
  training_.request_session();
}

void WindowApp::open_session(const fs::path& folder) {
  std::error_code ignored;
  const bool inside =
      !session::is_session_folder(folder) && session::is_session_folder(folder / "session");
  opening_ = inside ? folder / "session" : folder;
  training_.send(session::OpenSession{opening_.string()});
}

// The experiment that the person edits becomes the session's, with a history of its own.
void WindowApp::adopt_opened_session() {
  // A session that was saved automatically has no place of the person's choosing yet.
  session_folder_ =
      opening_.parent_path() == autosave_.folder().parent_path() ? fs::path() : opening_;
  documents_.clear();
  documents_.emplace(snapshot_->run, Document(*snapshot_->settings));
  if (const auto& other = snapshot_->other)
    documents_.emplace(other->run, Document(*other->settings));
  document_run_ = snapshot_->run;
  document_version_ = document().version();
  try {
    const Json window = session::load_session_window(opening_);
    if (!window.is_null()) adopt_view_state(view_state_from_json(window));
  } catch (const Error& error) {
    notify(Notice::Kind::warning, text("The session's window layout was not used: ", error.what()));
  }
  notify(Notice::Kind::info,
         text("Opened ", opening_.string(), " at step ", grouped(snapshot_->end_step), "."));
}

void WindowApp::poll_session() {
  if (!save_to_.empty() && training_.session_version() != session_version_) {
    for (const fs::path& folder : save_to_)
      saver_.save(training_.session(), folder, to_json(stage_.lasting(preferences_.view_state)));
    save_to_.clear();
  }
  session_version_ = training_.session_version();
  if (saver_.version() != saver_version_) {
    saver_version_ = saver_.version();
    report_save(*saver_.latest());
  }
  autosave();
}

void WindowApp::report_save(const session::SaveOutcome& outcome) {
  const bool automatic = outcome.folder == autosave_.folder();
  if (!outcome.error.empty()) {
    if (!automatic || !autosave_failed_)
      notify(Notice::Kind::error,
             text(automatic ? "The automatic save failed: " : "The session was not saved: ",
                  outcome.error));
    autosave_failed_ |= automatic;
  } else if (!automatic) {
    session_folder_ = outcome.folder;
    notify(Notice::Kind::info,
           text("Saved step ", grouped(outcome.step), " in ", outcome.folder.string()));
  }
}

void WindowApp::autosave() {
  if (autosave_.folder().empty() || now_s() - autosaved_at_s_ < request_.autosave_s) return;
  const std::pair<std::uint64_t, Index> now{snapshot_->run, snapshot_->end_step};
  if (now == autosaved_ || snapshot_->end_step == 0 || saver_.is_busy()) return;
  autosaved_ = now;
  autosaved_at_s_ = now_s();
  save_session_to(autosave_.folder());
}

void WindowApp::offer_left_behind() {
  const auto left = autosave_.take_left_behind();
  if (!left) return;
  Notice notice;
  notice.kind = Notice::Kind::info;
  notice.text = text("The last window did not end properly. ",
                     left->title.empty() ? "Its session" : "“" + left->title + "”", " at step ",
                     grouped(left->step), " was saved at ", left->when, ".");
  notice.button = "Reopen it";
  notice.press = [this, folder = left->folder] { open_session(folder); };
  notices_.add(notice, now_s());
}

}  // namespace aniso::app
