#pragma once

#include <filesystem>
#include <string>

#include "app/view_state.h"

namespace aniso::app {

/// $XDG_CONFIG_HOME/anisoscope, else ~/.config/anisoscope; empty when neither is known.
std::filesystem::path config_folder();

/// What was kept from the last start.
struct Preferences {
  ViewState view_state = default_view_state();
  int window_width = 1600;
  int window_height = 900;
};

/// Reads preferences.json. A missing file gives the defaults.
/// @param notice  set when the file could not be used: what was wrong and where it was put aside
///                (preferences.broken.json), so that nothing is lost.
Preferences load_preferences(const std::filesystem::path& folder, std::string& notice);

/// Writes preferences.json atomically. @throws IoError.
void save_preferences(const std::filesystem::path& folder, const Preferences& preferences);

}  // namespace aniso::app
