#include "app/cli/open.h"

#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/data/registry.h"
#include "core/io/files.h"
#include "core/io/png.h"
#include "core/session/headless.h"
#include "core/session/picture_state.h"
#include "core/session/presets.h"

namespace aniso::cli {
namespace {

namespace fs = std::filesystem;

/// An experiment on its way: JSON that flags may still change.
struct Draft {
  Json experiment;
  std::optional<session::SessionState> session;
  std::string origin;
  fs::path session_folder = {};
};

Draft from_session(const fs::path& folder) {
  Draft draft;
  draft.session = session::load_session(folder);
  draft.experiment = session::to_json(draft.session->experiment);
  draft.origin = "session " + folder.string();
  draft.session_folder = folder;
  return draft;
}

Draft from_picture(const fs::path& path) {
  const auto picture = io::read_png(path);
  const auto state = picture.text.find(io::kStateKey);
  ANISO_CHECK(state != picture.text.end(), path.string(),
              ": this picture carries no state; only pictures that Anisoscope wrote can be opened");
  return {session::experiment_json_of_state(state->second, path.string()), {}, path.string()};
}

// The default preset on the person's own data: what depends on the data is chosen to fit.
Draft from_data(const fs::path& path, const data::DatasetType& type) {
  Json experiment = session::load_preset_json(assets_folder(), session::kDefaultPreset);
  // Absolute, so that the written experiment opens from anywhere.
  const Json dataset = {{"id", type.id}, {"path", fs::absolute(path).string()}};
  const auto loaded =
      data::make_dataset(type, validated(data::schema_of(type), dataset, "dataset", {"id"}), 0);
  experiment["title"] = path.filename().string();
  experiment["watch"] = "";
  experiment["dataset"] = dataset;
  experiment["objective"] = !loaded->is_classification() ? "squared"
                            : loaded->classes == 2       ? "logistic"
                                                         : "cross_entropy";
  const auto rows = static_cast<std::int64_t>(loaded->train.size());
  auto& training = experiment["training"];
  if (!training.is_object() || training.value("batch_size", std::int64_t{128}) > rows)
    training["batch_size"] = 0;
  for (const char* key : {"analyses", "expect"}) experiment[key] = Json::array();
  experiment["views"] = Json::object();
  return {std::move(experiment), {}, path.string()};
}

Draft from_folder(const fs::path& folder) {
  if (session::is_session_folder(folder)) return from_session(folder);
  if (session::is_session_folder(folder / "session")) return from_session(folder / "session");
  if (const auto* type = data::dataset_type_for(folder)) return from_data(folder, *type);
  throw InvalidInput(folder.string() +
                     ": holds no session and no images; give a folder that a run wrote, its "
                     "session folder, its experiment.json, or the folder of MNIST's or CIFAR-10's "
                     "files");
}

Draft from_file(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    static const std::vector<std::string> commands = {"run", "list", "describe"};
    const std::string near = nearest(path.string(), commands);
    throw InvalidInput(text(path.string(), ": no such file",
                            near.empty() ? "" : text(" or command. Did you mean '", near, "'?")));
  }
  if (fs::is_directory(path, error)) return from_folder(path);
  const io::FileKind kind = io::recognised(path);
  if (kind == io::FileKind::png) return from_picture(path);
  if (kind == io::FileKind::json)
    return {
        session::experiment_json_of_state(io::read_text(path), path.string()), {}, path.string()};
  if (const auto* type = data::dataset_type_for(path)) return from_data(path, *type);
  throw InvalidInput(path.string() +
                     ": not an experiment (JSON), session folder, picture with "
                     "state (PNG) or data (CSV, NPY, NPZ, MNIST's or CIFAR-10's files)");
}

Draft draft_of(const Arguments& arguments) {
  const auto sources =
      arguments.files.size() + (arguments.preset ? 1u : 0u) + (arguments.config ? 1u : 0u);
  ANISO_CHECK(sources <= 1, "only one experiment can be opened at a time: give one file, --config ",
              "or --preset");
  if (!arguments.files.empty()) return from_file(arguments.files.front());
  if (arguments.config)
    return {session::load_experiment_json(*arguments.config), {}, *arguments.config};
  const std::string preset = arguments.preset.value_or(session::kDefaultPreset);
  return {session::load_preset_json(assets_folder(), preset), {}, "preset " + preset};
}

void set_analyses(Json& experiment, const std::string& list) {
  Json chosen = Json::array();
  std::istringstream stream(list);
  for (std::string id; std::getline(stream, id, ',');) {
    if (id.empty()) continue;
    analysis::analysis(id);  // names the nearest where there is none
    // Parameters that the experiment gives stay.
    Json entry = {{"id", id}};
    for (const auto& given : experiment.value("analyses", Json::array()))
      if (given.is_object() && given.value("id", Json()) == id) entry = given;
    chosen.push_back(std::move(entry));
  }
  experiment["analyses"] = std::move(chosen);
}

void apply_flags(Json& experiment, const Arguments& arguments) {
  const auto set = [&](const char* path, const auto& value) {
    if (value) session::set_by_path(experiment, path, Json(*value));
  };
  set("seed", arguments.seed);
  set("training.steps", arguments.steps);
  set("training.analyse_every", arguments.every);
  set("device", arguments.device);
  set("threads", arguments.threads);
  if (arguments.analyses && *arguments.analyses != "none")
    set_analyses(experiment, *arguments.analyses);
  for (const auto& override_ : arguments.overrides) {
    const auto equals = override_.find('=');
    ANISO_CHECK(equals != std::string::npos && equals > 0, "-D ", override_,
                ": write PATH=VALUE, such as -D optimizer.learning_rate=0.1");
    session::set_by_path(experiment, override_.substr(0, equals),
                         std::string_view(override_).substr(equals + 1));
  }
}

}  // namespace

fs::path assets_folder() {
  std::vector<fs::path> candidates;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    candidates.push_back(program.parent_path() / "assets");
    candidates.push_back(program.parent_path().parent_path() / "share" / "anisoscope");
  }
  candidates.emplace_back(ANISO_SOURCE_ASSETS);
  return session::find_assets(candidates);
}

Opened open_experiment(const Arguments& arguments) {
  try {
    Draft draft = draft_of(arguments);
    apply_flags(draft.experiment, arguments);
    Opened opened;
    opened.experiment = session::experiment_from_json(draft.experiment);
    opened.session = std::move(draft.session);
    opened.origin = std::move(draft.origin);
    opened.session_folder = std::move(draft.session_folder);
    if (arguments.analyses == "none")
      opened.experiment.analyses.clear();
    else
      opened.experiment = session::with_default_analyses(std::move(opened.experiment));
    return opened;
  } catch (const IoError& error) {
    throw InvalidInput(error.what());
  }
}

}  // namespace aniso::cli
