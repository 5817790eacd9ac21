#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/session/experiment.h"

namespace aniso::session {
namespace {

constexpr std::array kSections = {"dataset", "architecture", "objective", "optimizer"};

/// "a.b[2].c" → {"a", "b", "2", "c"}.
std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts(1);
  for (const char c : path) {
    if (c == '.' || c == '[')
      parts.emplace_back();
    else if (c != ']')
      parts.back() += c;
  }
  const bool empty =
      std::any_of(parts.begin(), parts.end(), [](const std::string& part) { return part.empty(); });
  ANISO_CHECK(!empty, "'", path, "' is not a path such as optimizer.learning_rate");
  return parts;
}

std::optional<std::size_t> index_of(const std::string& word) {
  std::size_t index = 0;
  const auto end = std::from_chars(word.data(), word.data() + word.size(), index);
  if (end.ec != std::errc() || end.ptr != word.data() + word.size()) return std::nullopt;
  return index;
}

std::string id_in(const Json& experiment, const std::string& section) {
  const auto it = experiment.find(section);
  if (it == experiment.end()) return {};
  if (it->is_string()) return it->get<std::string>();
  if (it->is_object() && it->contains("id") && (*it)["id"].is_string())
    return (*it)["id"].get<std::string>();
  return {};
}

bool is_section(const std::string& name) {
  return std::find(kSections.begin(), kSections.end(), name) != kSections.end();
}

/// The declarations behind the section as it stands; empty while its id is missing.
ParamSchema schema_in(const Json& experiment, const std::string& section) {
  if (section == "training") return schema_of_training();
  const std::string id = id_in(experiment, section);
  return id.empty() ? ParamSchema{} : schema_of_section(section, id);
}

[[noreturn]] void unknown_path(const Json& experiment, std::string_view path) {
  throw InvalidInput(text("'", path, "' is not a setting of this experiment.",
                          suggestion(path, settable_paths(experiment))));
}

/// Changes the id; keeps values that the new id declares and accepts.
void set_id(Json& experiment, const std::string& section, const Json& value) {
  ANISO_CHECK(value.is_string(), section, ".id: expected text, got ", value.dump());
  const auto id = value.get<std::string>();
  const auto ids = ids_of_section(section);
  ANISO_CHECK(std::find(ids.begin(), ids.end(), id) != ids.end(), section, ".id: '", id,
              "' is not known.", suggestion(id, ids));
  Json next = {{"id", id}};
  const Json before = experiment.value(section, Json::object());
  const ParamSchema schema = schema_of_section(section, id);
  if (before.is_object())
    for (const auto& spec : schema) {
      if (!before.contains(spec.name)) continue;
      try {
        next[spec.name] = validated_value(spec, before[spec.name], spec.name);
      } catch (const InvalidInput&) {
        // Same name, another meaning: the new id's default applies.
      }
    }
  experiment[section] = std::move(next);
}

/// Sets an entry below a declared parameter: a list's entry, or a key of a direction.
void set_inside(Json& current, const ParamSpec& spec, const std::vector<std::string>& parts,
                const Json& value, std::string_view path) {
  ANISO_CHECK(parts.size() == 3, "'", path, "': nothing can be set that deep");
  if (spec.kind == ParamKind::direction) {
    ANISO_CHECK(parts[2] == "basis" || parts[2] == "index" || parts[2] == "values", "'", path,
                "' is not a setting.", suggestion(parts[2], {"basis", "index", "values"}));
    current[parts[2]] = value;
    return;
  }
  ANISO_CHECK(current.is_array(), "'", path, "': '", parts[1], "' is a single value");
  const auto index = index_of(parts[2]);
  ANISO_CHECK(index && *index < current.size(), "'", path, "': '", parts[2],
              "' is not an entry of '", parts[1], "', which has ", current.size(),
              " (counted from 0)");
  current[*index] = value;
}

void set_param(Json& experiment, const std::vector<std::string>& parts, const Json& value,
               std::string_view path) {
  const std::string& section = parts[0];
  const ParamSchema schema = schema_in(experiment, section);
  ANISO_CHECK(section == "training" || !schema.empty() || !id_in(experiment, section).empty(), "'",
              path, "': set ", section, ".id first");
  const ParamSpec* spec = find_param(schema, parts[1]);
  if (spec == nullptr) unknown_path(experiment, path);
  Json current = experiment.value(section, Json::object());
  if (current.is_string()) current = {{"id", current}};
  ANISO_CHECK(current.is_object(), section, ": expected an object, got ", current.dump());
  if (parts.size() == 2) {
    current[spec->name] = validated_value(*spec, value, std::string(path));
  } else {
    Json entry = validated_value(*spec, current.value(spec->name, spec->fallback), spec->name);
    set_inside(entry, *spec, parts, value, path);
    current[spec->name] = validated_value(*spec, entry, text(section, ".", spec->name));
  }
  experiment[section] = std::move(current);
}

/// "analyses", "expect" and "views": JSON is placed as given; experiment_from_json checks it.
void set_free(Json& experiment, const std::vector<std::string>& parts, const Json& value,
              std::string_view path) {
  if (parts.size() == 1) {
    experiment[parts[0]] = value;
    return;
  }
  if (!experiment.contains(parts[0]))
    experiment[parts[0]] = parts[0] == "views" ? Json::object() : Json::array();
  Json* at = &experiment[parts[0]];
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (at->is_array()) {
      const auto index = index_of(parts[i]);
      ANISO_CHECK(index && *index <= at->size(), "'", path, "': '", parts[i],
                  "' is not an entry of a list of ", at->size(), " (counted from 0)");
      if (*index == at->size()) at->push_back(nullptr);
      at = &(*at)[*index];
    } else {
      ANISO_CHECK(at->is_object() || at->is_null(), "'", path, "': '", parts[i - 1],
                  "' is a single value");
      at = &(*at)[parts[i]];
    }
  }
  *at = value;
}

void collect_changes(const Json& before, const Json& after, const std::string& path,
                     std::vector<Change>& out) {
  if (before == after) return;
  if (!before.is_object() || !after.is_object()) {
    out.push_back({path, before, after});
    return;
  }
  const auto below = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
  for (const auto& [key, value] : before.items())
    collect_changes(value, after.contains(key) ? after[key] : Json(), below(key), out);
  for (const auto& [key, value] : after.items())
    if (!before.contains(key)) out.push_back({below(key), Json(), value});
}

}  // namespace

std::vector<std::string> settable_paths(const Json& experiment) {
  std::vector<std::string> paths = {"title", "watch"};
  for (const auto& spec : schema_of_general()) paths.push_back(spec.name);
  for (const std::string section : kSections) {
    paths.push_back(section + ".id");
    for (const auto& spec : schema_in(experiment, section))
      paths.push_back(section + "." + spec.name);
  }
  for (const auto& spec : schema_of_training()) paths.push_back("training." + spec.name);
  for (const char* name : {"analyses", "views", "expect"}) paths.emplace_back(name);
  return paths;
}

void set_by_path(Json& experiment, std::string_view path, const Json& value) {
  ANISO_CHECK(experiment.is_object(), "experiment: expected a JSON object, got ",
              experiment.dump());
  const auto parts = split_path(path);
  const std::string& first = parts[0];
  if (first == "views" || first == "analyses" || first == "expect")
    return set_free(experiment, parts, value, path);
  if (is_section(first) && (parts.size() == 1 || (parts.size() == 2 && parts[1] == "id"))) {
    if (parts.size() == 1 && value.is_object()) {
      experiment[first] = value;
      return;
    }
    return set_id(experiment, first, value);
  }
  if (is_section(first) || (first == "training" && parts.size() > 1))
    return set_param(experiment, parts, value, path);
  if (first == "training") {
    experiment[first] = validated(schema_of_training(), value, first).json();
    return;
  }
  if (parts.size() > 1) unknown_path(experiment, path);
  if (first == "title" || first == "watch") {
    ANISO_CHECK(value.is_string(), first, ": expected text, got ", value.dump());
    experiment[first] = value;
    return;
  }
  const ParamSpec* spec = find_param(schema_of_general(), first);
  if (spec == nullptr) unknown_path(experiment, path);
  experiment[first] = validated_value(*spec, value, first);
}

void set_by_path(Json& experiment, std::string_view path, std::string_view value) {
  set_by_path(
      experiment, path,
      Json::accept(value) ? parse_json(value, std::string(path)) : Json(std::string(value)));
}

std::vector<std::string> waiting_for_reset(const Experiment& begun, const Experiment& now) {
  std::vector<std::string> paths;
  const auto compare = [&](const ParamSchema& schema, const Json& before, const Json& after,
                           const std::string& prefix) {
    for (const ParamSpec& spec : schema)
      if (spec.effect == Effect::at_start && before.contains(spec.name) &&
          before[spec.name] != after[spec.name])
        paths.push_back(prefix + spec.name);
  };
  const Json before = to_json(begun), after = to_json(now);
  for (const char* section : {"dataset", "architecture", "objective", "optimizer", "training"}) {
    const Json &a = before[section], &b = after[section];
    if (a.value("id", "") == b.value("id", ""))
      compare(schema_of_section(section, b.value("id", "")), a, b, text(section, "."));
  }
  compare(schema_of_general(), before, after, "");
  return paths;
}

std::vector<Change> diff(const Experiment& before, const Experiment& after) {
  std::vector<Change> changes;
  collect_changes(to_json(before), to_json(after), {}, changes);
  return changes;
}

}  // namespace aniso::session
