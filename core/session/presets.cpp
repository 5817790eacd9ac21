#include "core/session/presets.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/io/files.h"

namespace aniso::session {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> preset_ids(const fs::path& assets) {
  std::error_code error;
  std::vector<std::string> ids;
  fs::directory_iterator entries(assets / "presets", error);
  if (error)
    throw IoError(text("presets: cannot read ", (assets / "presets").string(), ": ",
                       error.message(), ". Set ANISO_ASSETS to the program's assets folder."));
  for (const auto& entry : entries)
    if (entry.path().extension() == ".json") ids.push_back(entry.path().stem().string());
  std::sort(ids.begin(), ids.end(), [](const std::string& a, const std::string& b) {
    return std::pair(a != kDefaultPreset, a) < std::pair(b != kDefaultPreset, b);
  });
  return ids;
}

}  // namespace

fs::path find_assets(const std::vector<fs::path>& candidates) {
  std::vector<fs::path> places = candidates;
  if (const char* chosen = std::getenv("ANISO_ASSETS"); chosen != nullptr && *chosen != '\0')
    places = {fs::path(chosen)};
  std::vector<std::string> tried;
  for (const auto& place : places) {
    std::error_code error;
    if (fs::is_directory(place / "presets", error)) return place;
    tried.push_back(place.string());
  }
  throw IoError("assets: no folder 'presets' in " + joined_names(tried) +
                ". Set ANISO_ASSETS to the program's assets folder.");
}

std::vector<PresetInfo> list_presets(const fs::path& assets) {
  std::vector<PresetInfo> out;
  for (const auto& id : preset_ids(assets)) {
    const Experiment experiment = load_preset(assets, id);
    out.push_back({id, experiment.title, experiment.watch});
  }
  return out;
}

Json load_preset_json(const fs::path& assets, const std::string& id) {
  const auto ids = preset_ids(assets);
  ANISO_CHECK(std::find(ids.begin(), ids.end(), id) != ids.end(), "preset '", id, "' is not known.",
              suggestion(id, ids));
  return load_experiment_json(assets / "presets" / (id + ".json"));
}

Experiment load_preset(const fs::path& assets, const std::string& id) {
  const Json json = load_preset_json(assets, id);
  try {
    return experiment_from_json(json);
  } catch (const InvalidInput& error) {
    throw InvalidInput(text("preset '", id, "': ", error.what()));
  }
}

Json load_experiment_json(const fs::path& path) {
  return parse_json(io::read_text(path), path.string());
}

}  // namespace aniso::session
