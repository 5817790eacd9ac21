#include "app/preferences.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/base/check.h"
#include "core/io/files.h"
#include "core/session/experiment.h"

namespace aniso::app {
namespace {

namespace fs = std::filesystem;

constexpr int kSmallestWindow = 320;
constexpr int kLargestWindow = 16384;

fs::path file_in(const fs::path& folder) { return folder / "preferences.json"; }

Preferences from_json(const Json& json) {
  const Params window =
      validated({integer_param("window_width", 1600).range(kSmallestWindow, kLargestWindow),
                 integer_param("window_height", 900).range(kSmallestWindow, kLargestWindow)},
                json, "preferences", {"view_state"});
  Preferences preferences;
  preferences.window_width = static_cast<int>(window.integer("window_width"));
  preferences.window_height = static_cast<int>(window.integer("window_height"));
  if (json.contains("view_state"))
    preferences.view_state = view_state_from_json(json["view_state"]);
  return preferences;
}

}  // namespace

fs::path config_folder() {
  if (const char* xdg = std::getenv("XDG_CONFIG_HOME"); xdg != nullptr && *xdg == '/')
    return fs::path(xdg) / "anisoscope";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return fs::path(home) / ".config" / "anisoscope";
  return {};
}

Preferences load_preferences(const fs::path& folder, std::string& notice) {
  std::error_code ignored;
  if (folder.empty() || !fs::exists(file_in(folder), ignored)) return {};
  try {
    return from_json(session::parse_json(io::read_text(file_in(folder)), file_in(folder).string()));
  } catch (const Error& error) {
    const fs::path aside = folder / "preferences.broken.json";
    fs::rename(file_in(folder), aside, ignored);
    notice = text("The preferences could not be read, so the window starts as new: ", error.what(),
                  ". They were kept as ", aside.string());
    return {};
  }
}

void save_preferences(const fs::path& folder, const Preferences& preferences) {
  if (folder.empty()) throw IoError("There is no home folder to keep preferences in; set HOME.");
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw IoError(text("cannot create ", folder.string(), ": ", error.message()));
  const Json json = {{"window_width", preferences.window_width},
                     {"window_height", preferences.window_height},
                     {"view_state", to_json(preferences.view_state)}};
  io::write_atomically(file_in(folder), json.dump(2) + "\n");
}

}  // namespace aniso::app
