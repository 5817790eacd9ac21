#include "core/session/session_file.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/io/files.h"
#include "core/io/npz.h"
#include "core/session/folder_in_waiting.h"
#include "core/session/presets.h"

namespace aniso::session {
namespace {

namespace fs = std::filesystem;

constexpr int kSessionSchema = 2;
constexpr const char* kTimeline = "timeline";  // folder of the stored states
constexpr const char* kOther = "other";        // folder of the run compared with

Json header_of(const SessionState& session, const Json& states) {
  return {{"schema", kSessionSchema},
          {"run", session.run},
          {"parent", session.parent},
          {"fork_step", session.fork_step},
          {"step", session.trainer.step},
          {"shown_step", session.shown_step},
          {"optimizer_steps", session.trainer.optimizer_steps},
          {"optimizer_slots", session.trainer.optimizer.size()},
          {"training_s", session.training_s},
          {"weights_sha256", session.weights_sha256},
          {"timeline", states}};
}

io::NpzWriter arrays_of(const SessionState& session) {
  io::NpzWriter arrays;
  arrays.add("parameters", session.trainer.parameters);
  for (std::size_t k = 0; k < session.trainer.optimizer.size(); ++k)
    arrays.add(text("optimizer/", k), session.trainer.optimizer[k]);
  arrays.add("metrics", metrics_matrix(session.metrics));
  arrays.add("probes/inputs", session.probe_inputs);
  std::vector<std::int64_t> steps;
  std::vector<double> outputs;
  const Index rows = session.probe_inputs.rows();
  const Index columns = session.probes.empty() ? 0 : session.probes.front()->outputs.cols();
  for (const auto& record : session.probes) {
    ANISO_CHECK_SHAPE(record->outputs, rows, columns);
    steps.push_back(record->step);
    outputs.insert(outputs.end(), record->outputs.data(),
                   record->outputs.data() + record->outputs.size());
  }
  const auto count = static_cast<Index>(steps.size());
  arrays.add("probes/steps", std::vector<Index>{count}, steps);
  arrays.add("probes/outputs", std::vector<Index>{count, rows, columns}, outputs);
  return arrays;
}

Json read_header(const fs::path& folder, SessionState& session, Index& slots) {
  static const ParamSchema schema = {integer_param("schema", 0).range(1, 1e9),
                                     integer_param("run", 1).range(1, 1e15),
                                     integer_param("parent", 0).range(0, 1e15),
                                     integer_param("fork_step", 0).range(0, 1e15),
                                     integer_param("shown_step", -1).range(-1, 1e15),
                                     integer_param("step", 0).range(0, 1e15),
                                     integer_param("optimizer_steps", 0).range(0, 1e15),
                                     integer_param("optimizer_slots", 0).range(0, 64),
                                     real_param("training_s", 0).range(0, 1e12),
                                     text_param("weights_sha256", "")};
  const fs::path file = folder / "session.json";
  const Json json = load_experiment_json(file);
  ANISO_CHECK(json.is_object(), file.string(), ": expected a JSON object");
  const auto version = json.find("schema");
  ANISO_CHECK(version == json.end() || !version->is_number() || *version <= kSessionSchema,
              file.string(), ": this session has format ",
              version == json.end() ? std::string() : version->dump(),
              ", written by a newer version; this one reads up to format ", kSessionSchema,
              ". Update the program.");
  const Params header = validated(schema, json, file.string(), {"timeline"});
  static const std::vector<std::string> since_2 = {"parent", "fork_step", "shown_step"};
  for (const auto& spec : schema)
    ANISO_CHECK(json.contains(spec.name) ||
                    (header.integer("schema") < 2 &&
                     std::find(since_2.begin(), since_2.end(), spec.name) != since_2.end()),
                file.string(), ": needs the key '", spec.name, "'");
  session.run = static_cast<std::uint64_t>(header.integer("run"));
  session.parent = static_cast<std::uint64_t>(header.integer("parent"));
  session.fork_step = header.integer("fork_step");
  session.trainer.step = header.integer("step");
  session.shown_step = header.integer("shown_step");
  ANISO_CHECK(session.shown_step <= session.trainer.step, file.string(), ": shown_step ",
              session.shown_step, " lies after step ", session.trainer.step);
  session.trainer.optimizer_steps = header.integer("optimizer_steps");
  session.training_s = header.real("training_s");
  session.weights_sha256 = header.text("weights_sha256");
  slots = header.integer("optimizer_slots");
  return json.value("timeline", Json::array());
}

void read_probes(const io::NpzReader& arrays, const std::string& where, SessionState& session) {
  session.probe_inputs = arrays.read("probes/inputs").matrix();
  ANISO_CHECK_FINITE(session.probe_inputs);
  const io::NdArray steps = arrays.read("probes/steps");
  const io::NdArray outputs = arrays.read("probes/outputs");
  ANISO_CHECK(steps.is_integer() && steps.shape.size() == 1 && outputs.shape.size() == 3 &&
                  !outputs.is_integer() && outputs.shape[0] == steps.size() &&
                  outputs.shape[1] == session.probe_inputs.rows(),
              where, ": probes/steps ", steps.shape_text(), " and probes/outputs ",
              outputs.shape_text(), " do not fit together");
  const Index size = outputs.shape[1] * outputs.shape[2];
  for (Index k = 0; k < steps.size(); ++k) {
    auto record = std::make_shared<analysis::ProbeRecord>();
    record->step = steps.integers()[static_cast<std::size_t>(k)];
    ANISO_CHECK(record->step >= 0 && record->step <= session.trainer.step &&
                    (k == 0 || record->step > session.probes.back()->step),
                where, ": probes/steps must grow and stay within the run");
    record->outputs = Eigen::Map<const Matrix>(outputs.reals().data() + k * size, outputs.shape[1],
                                               outputs.shape[2]);
    session.probes.push_back(std::move(record));
  }
}

/// Stored states as they lie in a folder: shared by the runs of a session, read once.
class StateReader {
 public:
  explicit StateReader(fs::path folder) : folder_(std::move(folder)) {}

  /// @param listed  [[id, step, optimizer steps, slots, settings, file], …] in order of steps.
  std::vector<Timeline::StatePtr> read(const Json& listed, const SessionState& session) {
    const std::string where = (folder_ / kTimeline).string();
    ANISO_CHECK(listed.is_array(), where, ": expected a list of states");
    const std::size_t settings = session.settings ? session.settings->all().size() : 1;
    std::vector<Timeline::StatePtr> states;
    for (const Json& entry : listed) {
      ANISO_CHECK(entry.is_array() && entry.size() == 6 &&
                      std::all_of(entry.begin(), entry.end(),
                                  [](const Json& number) { return number.is_number_unsigned(); }),
                  where, ": a state is listed as ", entry.dump(), ", not as six whole numbers");
      auto state = state_of(entry);
      ANISO_CHECK(state->step <= session.trainer.step && state->settings < settings &&
                      (states.empty() || state->step > states.back()->step),
                  where, ": the stored steps must grow and stay within the run");
      check_size("stored parameters", state->parameters.size(), session.trainer.parameters.size());
      states.push_back(std::move(state));
    }
    return states;
  }

 private:
  Timeline::StatePtr state_of(const Json& entry) {
    const auto id = entry[0].get<std::uint64_t>();
    if (const auto known = states_.find(id); known != states_.end()) return known->second;
    const auto file = entry[5].get<std::uint64_t>();
    auto& arrays = files_[file];
    if (!arrays) arrays.emplace(folder_ / kTimeline / (std::to_string(file) + ".npz"));
    StoredState state;
    state.step = entry[1].get<Index>();
    state.optimizer_steps = entry[2].get<std::int64_t>();
    state.settings = entry[4].get<std::size_t>();
    state.parameters = arrays->read(text(id, "/parameters")).vector();
    ANISO_CHECK_FINITE(state.parameters);
    for (Index k = 0; k < entry[3].get<Index>(); ++k) {
      state.optimizer.push_back(arrays->read(text(id, "/optimizer/", k)).vector());
      check_size("optimizer slot", state.optimizer.back().size(), state.parameters.size());
    }
    return states_[id] = std::make_shared<const StoredState>(std::move(state));
  }

  fs::path folder_;
  std::map<std::uint64_t, std::optional<io::NpzReader>> files_;
  std::map<std::uint64_t, Timeline::StatePtr> states_;
};

SessionState load_run(const fs::path& folder, StateReader& states) {
  SessionState session;
  Index slots = 0;
  const Json listed = read_header(folder, session, slots);
  const auto json_of = [&](const char* name) { return load_experiment_json(folder / name); };
  session.experiment = experiment_from_json(json_of("experiment.json"));
  std::error_code error;
  if (fs::exists(folder / "settings.json", error))
    session.settings = settings_history_from_json(json_of("settings.json"));
  const fs::path file = folder / "state.npz";
  const io::NpzReader arrays(file);
  session.trainer.parameters = arrays.read("parameters").vector();
  ANISO_CHECK_FINITE(session.trainer.parameters);
  for (Index k = 0; k < slots; ++k) {
    session.trainer.optimizer.push_back(arrays.read(text("optimizer/", k)).vector());
    const Index size = session.trainer.optimizer.back().size();
    ANISO_CHECK(size <= session.trainer.parameters.size(), file.string(), ": optimizer/", k,
                " has ", size, " entries, more than the ", session.trainer.parameters.size(),
                " parameters it belongs to");
  }
  session.metrics = metrics_from_matrix(arrays.read("metrics").matrix());
  read_probes(arrays, file.string(), session);
  session.timeline = states.read(listed, session);
  return session;
}

// Half the size, and the same numbers where the run is in float32.
void add_compact(io::NpzWriter& arrays, const std::string& name, const Vector& values) {
  const Eigen::VectorXf narrow = values.cast<float>();
  if (narrow.cast<double>() != values) return arrays.add(name, values);
  arrays.add(name, std::vector<Index>{narrow.size()},
             std::span<const float>(narrow.data(), static_cast<std::size_t>(narrow.size())));
}

}  // namespace

SessionWriter::SessionWriter(fs::path folder)
    : folder_(std::move(folder)),
      last_file_(static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                                std::chrono::system_clock::now().time_since_epoch())
                                                .count())) {}

// New states go into a file of their own; files of earlier saves are linked, not copied.
void SessionWriter::write_states(const SessionState& session, const fs::path& into) {
  fs::create_directory(into / kTimeline);
  std::map<StateKey, Place, std::owner_less<>> kept;
  std::set<std::uint64_t> files;
  std::vector<Timeline::StatePtr> fresh;
  const auto collect = [&](const std::vector<Timeline::StatePtr>& states) {
    for (const auto& state : states) {
      if (kept.contains(state)) continue;
      const auto known = places_.find(state);
      if (known == places_.end()) {
        fresh.push_back(state);
        kept[state] = {};
      } else {
        kept[state] = known->second;
        files.insert(known->second.file);
      }
    }
  };
  collect(session.timeline);
  if (session.other) collect(session.other->timeline);

  std::size_t written = 0;  // states in the files that would be linked
  for (const std::uint64_t file : files) written += sizes_[file];
  bool linked = written <= 2 * (kept.size() - fresh.size());
  for (const std::uint64_t file : files) {
    if (!linked) break;
    const fs::path name = fs::path(kTimeline) / (std::to_string(file) + ".npz");
    linked = ::link((folder_ / name).c_str(), (into / name).c_str()) == 0;
  }
  if (!linked) {  // too much of no use any more, or somebody touched the folder
    fs::remove_all(into / kTimeline);
    fs::create_directory(into / kTimeline);
    files.clear();
    fresh.clear();
    for (auto& [key, place] : kept) fresh.push_back(key.lock());
  }
  if (!fresh.empty()) {
    const std::uint64_t file = ++last_file_;
    io::NpzWriter arrays;
    for (const auto& state : fresh) {
      const std::uint64_t id = ++last_id_;
      add_compact(arrays, text(id, "/parameters"), state->parameters);
      for (std::size_t k = 0; k < state->optimizer.size(); ++k)
        add_compact(arrays, text(id, "/optimizer/", k), state->optimizer[k]);
      kept[state] = {id, file};
    }
    arrays.write(into / kTimeline / (std::to_string(file) + ".npz"));
    files.insert(file);
    sizes_[file] = fresh.size();
  }
  std::erase_if(sizes_, [&](const auto& entry) { return !files.contains(entry.first); });
  places_ = std::move(kept);
}

Json SessionWriter::listed(const std::vector<Timeline::StatePtr>& states) const {
  Json out = Json::array();
  for (const auto& state : states) {
    const Place& place = places_.at(state);
    out.push_back({place.id, state->step, state->optimizer_steps, state->optimizer.size(),
                   state->settings, place.file});
  }
  return out;
}

void SessionWriter::write_run(const SessionState& session, const fs::path& into) const {
  io::write_atomically(into / "experiment.json", to_json(session.experiment).dump(2));
  if (session.settings)
    io::write_atomically(into / "settings.json", to_json(*session.settings).dump(1));
  arrays_of(session).write(into / "state.npz");
  io::write_atomically(into / "session.json", header_of(session, listed(session.timeline)).dump(1));
}

void SessionWriter::save(const SessionState& session, const Json& window) {
  std::error_code error;
  if (fs::exists(folder_, error) && !is_session_folder(folder_))
    ANISO_CHECK(fs::is_directory(folder_, error) && fs::is_empty(folder_, error), folder_.string(),
                " exists and is not a session; nothing was written. Choose another name.");
  FolderInWaiting waiting(folder_);
  const auto places = places_;
  const auto sizes = sizes_;
  try {
    write_states(session, waiting.path());
    io::write_atomically(waiting.path() / "commands.json", to_json(session.commands).dump(1));
    if (!window.is_null()) io::write_atomically(waiting.path() / "window.json", window.dump(1));
    if (session.other) {
      fs::create_directory(waiting.path() / kOther);
      write_run(*session.other, waiting.path() / kOther);
    }
    write_run(session, waiting.path());
    waiting.commit();
  } catch (...) {
    places_ = places;  // what lies in the folder is still what was saved before
    sizes_ = sizes;
    throw;
  }
}

void save_session(const fs::path& folder, const SessionState& session) {
  SessionWriter(folder).save(session);
}

SessionState load_session(const fs::path& where) {
  const fs::path folder = whole_folder(where);
  StateReader states(folder);
  SessionState session = load_run(folder, states);
  session.commands = command_log_from_json(load_experiment_json(folder / "commands.json"));
  if (is_session_folder(folder / kOther))
    session.other = std::make_shared<const SessionState>(load_run(folder / kOther, states));
  return session;
}

Json load_session_window(const fs::path& where) {
  const fs::path file = whole_folder(where) / "window.json";
  std::error_code error;
  return fs::exists(file, error) ? load_experiment_json(file) : Json();
}

bool is_session_folder(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(whole_folder(folder) / "session.json", error);
}

}  // namespace aniso::session
