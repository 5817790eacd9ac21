#include "core/session/session_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/io/files.h"
#include "core/io/npz.h"
#include "core/session/presets.h"

namespace aniso::session {
namespace {

namespace fs = std::filesystem;

constexpr int kSessionSchema = 1;

/// A folder beside the target that is removed unless it is put in the target's place.
class FolderInWaiting {
 public:
  explicit FolderInWaiting(const fs::path& target) : target_(absolute_without_slash(target)) {
    static std::atomic<unsigned> count = 0;
    waiting_ = target_.parent_path() /
               text(".", target_.filename().string(), ".partial-", ::getpid(), "-", count++);
    std::error_code error;
    fs::create_directories(target_.parent_path(), error);
    if (!error) fs::create_directory(waiting_, error);
    if (error)
      throw IoError(text("session: cannot create a folder in ", target_.parent_path().string(),
                         ": ", error.message(), ". Choose another place."));
  }
  ~FolderInWaiting() {
    std::error_code ignored;
    fs::remove_all(waiting_, ignored);
  }
  FolderInWaiting(const FolderInWaiting&) = delete;
  FolderInWaiting& operator=(const FolderInWaiting&) = delete;

  const fs::path& path() const { return waiting_; }

  /// Puts the folder in place; what was there is removed after it.
  void commit() {
    if (::renameat2(AT_FDCWD, waiting_.c_str(), AT_FDCWD, target_.c_str(), RENAME_NOREPLACE) == 0)
      return;
    if (errno == EEXIST &&
        ::renameat2(AT_FDCWD, waiting_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) == 0)
      return;  // the destructor removes the old content, which stands in `waiting_` now
    replace_in_two_steps();
  }

 private:
  static fs::path absolute_without_slash(const fs::path& path) {
    const fs::path whole = fs::absolute(path).lexically_normal();
    return whole.has_filename() ? whole : whole.parent_path();
  }

  /// For file systems that cannot exchange two folders.
  void replace_in_two_steps() {
    const fs::path old = waiting_.string() + ".old";
    std::error_code error;
    const bool had_old = fs::exists(target_);
    if (had_old) fs::rename(target_, old, error);
    if (!error) fs::rename(waiting_, target_, error);
    if (error) {
      std::error_code ignored;
      if (had_old && !fs::exists(target_)) fs::rename(old, target_, ignored);
      throw IoError(text("session: cannot put ", target_.string(), " in place: ", error.message()));
    }
    if (had_old) fs::remove_all(old, error);
  }

  fs::path target_;
  fs::path waiting_;
};

Json header_of(const SessionState& session) {
  return {{"schema", kSessionSchema},
          {"run", session.run},
          {"step", session.trainer.step},
          {"optimizer_steps", session.trainer.optimizer_steps},
          {"optimizer_slots", session.trainer.optimizer.size()},
          {"training_s", session.training_s},
          {"weights_sha256", session.weights_sha256}};
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

void read_header(const fs::path& folder, SessionState& session, Index& slots) {
  static const ParamSchema schema = {integer_param("schema", 0).range(1, 1e9),
                                     integer_param("run", 1).range(1, 1e15),
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
  const Params header = validated(schema, json, file.string());
  for (const auto& spec : schema)
    ANISO_CHECK(json.contains(spec.name), file.string(), ": needs the key '", spec.name, "'");
  session.run = static_cast<std::uint64_t>(header.integer("run"));
  session.trainer.step = header.integer("step");
  session.trainer.optimizer_steps = header.integer("optimizer_steps");
  session.training_s = header.real("training_s");
  session.weights_sha256 = header.text("weights_sha256");
  slots = header.integer("optimizer_slots");
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

}  // namespace

void save_session(const fs::path& folder, const SessionState& session) {
  std::error_code error;
  if (fs::exists(folder, error) && !is_session_folder(folder))
    ANISO_CHECK(fs::is_directory(folder, error) && fs::is_empty(folder, error), folder.string(),
                " exists and is not a session; nothing was written. Choose another name.");
  FolderInWaiting waiting(folder);
  io::write_atomically(waiting.path() / "experiment.json", to_json(session.experiment).dump(2));
  io::write_atomically(waiting.path() / "commands.json", to_json(session.commands).dump(1));
  arrays_of(session).write(waiting.path() / "state.npz");
  io::write_atomically(waiting.path() / "session.json", header_of(session).dump(2));
  waiting.commit();
}

SessionState load_session(const fs::path& folder) {
  SessionState session;
  Index slots = 0;
  read_header(folder, session, slots);
  const auto json_of = [&](const char* name) { return load_experiment_json(folder / name); };
  session.experiment = experiment_from_json(json_of("experiment.json"));
  session.commands = command_log_from_json(json_of("commands.json"));
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
  return session;
}

bool is_session_folder(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(folder / "session.json", error);
}

}  // namespace aniso::session
