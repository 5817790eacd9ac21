#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/params.h"
#include "core/base/types.h"

namespace aniso::session {

/// Version of the experiment format that this program writes and the newest it reads.
inline constexpr int kExperimentSchema = 1;

/// One chosen dataset, architecture, objective, optimiser or analysis with its parameters.
struct Chosen {
  std::string id;
  Params params;  ///< validated against the schema of `id`
  bool operator==(const Chosen&) const = default;
};

/// What a run must give: `quantity op value`, e.g. test_accuracy >= 0.99.
struct Expectation {
  std::string name;       ///< shown by the check; "test_accuracy >= 0.99" where none is given
  std::string quantity;   ///< a summary value such as "test_accuracy"
  std::string op = "==";  ///< one of >= <= > < ==
  double value = 0;
  double tolerance = 0;  ///< absolute slack, in the measured value's unit, for every op
  bool judged = true;    ///< false: reported, never a failure
  bool operator==(const Expectation&) const = default;
};

/// A complete description of a run as a value. Every parameter is present and in range.
struct Experiment {
  std::string title;
  std::string watch;  ///< a sentence on what to watch
  Chosen dataset;
  Chosen architecture;
  Chosen objective;
  Chosen optimizer;
  Params training;  ///< schema_of_training()
  Params general;   ///< schema_of_general(): seed, dtype, device, threads
  std::vector<Chosen> analyses;
  Json views = Json::object();  ///< free-form, for the window
  std::vector<Expectation> expect;

  Index steps() const { return training.integer("steps"); }
  Index log_every() const { return training.integer("log_every"); }
  std::uint64_t seed() const { return static_cast<std::uint64_t>(general.integer("seed")); }
  Dtype dtype() const;
  int threads() const { return static_cast<int>(general.integer("threads")); }
  bool operator==(const Experiment&) const = default;
};

/// training.*: steps, batch_size (0 = full), log_every, analyse_every, engine.
const ParamSchema& schema_of_training();
/// Top level: seed, dtype, device, threads.
const ParamSchema& schema_of_general();
/// Schema of "dataset", "architecture", "objective", "optimizer" (for that id) or "training".
/// @throws InvalidInput naming the nearest id or section.
ParamSchema schema_of_section(std::string_view section, std::string_view id);
/// Registered ids of a section that has them, in menu order; empty for the others.
std::vector<std::string> ids_of_section(std::string_view section);

/// Text → JSON. @param source  names the file in messages.
/// @throws InvalidInput with line, column and what was expected, or naming a key that an object has
///         twice.
Json parse_json(std::string_view text, const std::string& source);

/// JSON → experiment: checks every key, type and range, fills in defaults. A section may be given
/// as its id alone ("moons"), an analysis likewise.
/// @throws InvalidInput with the JSON path and the nearest name; a newer schema is refused.
Experiment experiment_from_json(const Json& json);
/// Complete canonical form; experiment_from_json(to_json(e)) == e.
Json to_json(const Experiment& experiment);

/// Sets one value of an experiment's JSON (which may be partial), as `-D path=value` does.
///
/// `path` is "seed", "optimizer.learning_rate", "architecture.widths[1]" or "…widths.1"; below
/// "views" any key is accepted. Changing a section's id keeps those of its values that the new id
/// declares too and accepts; the others return to the new id's defaults.
/// @param value  parsed as JSON where it parses, else taken as text.
/// @throws InvalidInput naming the nearest valid path; `experiment` is unchanged then.
void set_by_path(Json& experiment, std::string_view path, std::string_view value);
/// The same with a value that is JSON already.
void set_by_path(Json& experiment, std::string_view path, const Json& value);
/// Every path that set_by_path accepts for this experiment's ids, without list entries.
std::vector<std::string> settable_paths(const Json& experiment);

/// Paths of the settings that act at the start of a run only and differ from those that the run
/// began with, so that they wait for a reset.
std::vector<std::string> waiting_for_reset(const Experiment& begun, const Experiment& now);

/// One difference between two experiments.
struct Change {
  std::string path;
  Json before;  ///< null where the path is absent
  Json after;
};
/// All differences, in the order of the canonical form. Lists compare as a whole.
std::vector<Change> diff(const Experiment& before, const Experiment& after);

}  // namespace aniso::session
