#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/session/experiment.h"

namespace aniso::session {

/// A shipped experiment, as menus show it.
struct PresetInfo {
  std::string id;  ///< file name without ".json"
  std::string title;
  std::string watch;
};

/// The preset that starts when nothing is asked for.
inline constexpr const char* kDefaultPreset = "rotated-plane-mlp";

/// The folder that holds presets/, lectures/, …: $ANISO_ASSETS where it is set, else the first of
/// `candidates` that has a presets folder.
/// @throws IoError that lists where it looked.
std::filesystem::path find_assets(const std::vector<std::filesystem::path>& candidates);

/// The presets in assets/presets, the default first, then by id. A file that does not read is an
/// error, not skipped. @throws IoError, InvalidInput.
std::vector<PresetInfo> list_presets(const std::filesystem::path& assets);

/// A preset's JSON as written, before validation, so that `-D` can change it.
/// @throws InvalidInput naming the nearest id.
Json load_preset_json(const std::filesystem::path& assets, const std::string& id);
/// A preset as an experiment. @throws InvalidInput as above or when its content is not valid.
Experiment load_preset(const std::filesystem::path& assets, const std::string& id);

/// An experiment file's JSON, with the file's name in parse errors. @throws IoError, InvalidInput.
Json load_experiment_json(const std::filesystem::path& path);

}  // namespace aniso::session
