#pragma once

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/types.h"

namespace aniso {

/// What a parameter's value is. Widgets, JSON, command line, help and validation follow from it.
enum class ParamKind {
  boolean,
  integer,
  real,
  choice,  ///< one id out of `choices`
  text,
  integers,   ///< list of integers
  reals,      ///< list of reals
  direction,  ///< a unit vector of input space: {"basis": …, "index": k} or {"basis": "numbers",
              ///< "values": […]}; the session turns the basis "average_geometry" into numbers
};

/// When a change of a parameter is felt by a run that is under way.
enum class Effect {
  live,      ///< at the next step, as long as no shape changes
  at_start,  ///< only when the run is reset (initialisation, seeds)
};

struct Choice {
  std::string id;
  std::string title;
  std::string doc;
};

/// The declaration of one parameter. Built by the functions below and refined by chaining:
/// `real_param("noise", 0.1).titled("Noise").in("std").range(0, 10).about("…")`.
struct ParamSpec {
  std::string name;   ///< key in JSON and on the command line
  std::string title;  ///< label in the interface; defaults to the name in words
  ParamKind kind = ParamKind::real;
  Json fallback;  ///< default value
  std::string unit;
  std::string doc;
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool logarithmic = false;  ///< a slider moves by factors
  Index min_length = 0;      ///< of a list
  Index max_length = std::numeric_limits<Index>::max();
  std::vector<Choice> choices;
  Effect effect = Effect::live;
  bool in_view = false;  ///< edited with the mouse in a view: panels only count a list's entries
  std::string shown_if;  ///< name of a choice or boolean parameter …
  std::vector<std::string> shown_values;  ///< … and its values under which this one applies

  ParamSpec& titled(std::string value);
  ParamSpec& in(std::string value);
  ParamSpec& about(std::string value);
  ParamSpec& range(double low, double high);
  ParamSpec& lengths(Index low, Index high);
  ParamSpec& log_scale();
  ParamSpec& starts_only();
  ParamSpec& edited_in_view();
  ParamSpec& when(std::string param, std::vector<std::string> values);
};

ParamSpec bool_param(std::string name, bool fallback);
ParamSpec integer_param(std::string name, std::int64_t fallback);
ParamSpec real_param(std::string name, double fallback);
ParamSpec choice_param(std::string name, std::string fallback, std::vector<Choice> choices);
ParamSpec text_param(std::string name, std::string fallback);
ParamSpec integers_param(std::string name, const std::vector<std::int64_t>& fallback);
ParamSpec reals_param(std::string name, const std::vector<double>& fallback);
/// @param fallback  short form such as "dct:3", "random:0", or "none" where `optional`.
ParamSpec direction_param(std::string name, std::string fallback, bool optional = false);

/// An ordered list of declarations.
using ParamSchema = std::vector<ParamSpec>;

/// The declaration called `name`, or nullptr.
const ParamSpec* find_param(const ParamSchema& schema, std::string_view name);
/// The two lists after one another. @throws InvalidInput if a name occurs twice.
ParamSchema joined(ParamSchema first, const ParamSchema& second);

/// Values that have passed validation against a schema: complete, typed and in range.
class Params {
 public:
  Params() = default;
  const Json& json() const { return values_; }

  bool boolean(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double real(std::string_view name) const;
  std::string choice(std::string_view name) const;
  std::string text(std::string_view name) const;
  std::vector<std::int64_t> integers(std::string_view name) const;
  std::vector<double> reals(std::string_view name) const;
  const Json& direction(std::string_view name) const;

  bool operator==(const Params& other) const { return values_ == other.values_; }

 private:
  friend Params validated(const ParamSchema&, const Json&, const std::string&,
                          const std::vector<std::string>&);
  const Json& at(std::string_view name) const;
  Json values_ = Json::object();
};

/// Checks `given` (a JSON object) against the schema and fills in defaults.
///
/// @param path   where `given` stands, for messages: "dataset" gives "dataset.noise: …".
/// @param extra  keys that may be present and are ignored here (such as "id").
/// @throws InvalidInput naming the key, the nearest declared one, the range or the type.
Params validated(const ParamSchema& schema, const Json& given, const std::string& path,
                 const std::vector<std::string>& extra = {});

/// Checks one value and returns it in canonical form (short directions expanded, integers that
/// arrive as 3.0 accepted). @throws InvalidInput.
Json validated_value(const ParamSpec& spec, const Json& value, const std::string& path);

/// Whether the parameter applies under the other values (its `when` clause).
bool is_shown(const ParamSpec& spec, const Json& values);

}  // namespace aniso
