#include "core/session/commands.h"

#include <type_traits>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::session {
namespace {

/// Name and parameters of one command; JSON, its validation and its messages follow from this.
template <typename C>
struct Form;

template <>
struct Form<Play> {
  static constexpr const char* kName = "play";
  static ParamSchema schema() { return {}; }
  static Json write(const Play&) { return Json::object(); }
  static Play read(const Params&, const Json&) { return {}; }
};
template <>
struct Form<Pause> {
  static constexpr const char* kName = "pause";
  static ParamSchema schema() { return {}; }
  static Json write(const Pause&) { return Json::object(); }
  static Pause read(const Params&, const Json&) { return {}; }
};
template <>
struct Form<Step> {
  static constexpr const char* kName = "step";
  static ParamSchema schema() { return {integer_param("n", 1).range(1, 1e12)}; }
  static Json write(const Step& c) { return {{"n", c.n}}; }
  static Step read(const Params& p, const Json&) { return {p.integer("n")}; }
};
template <>
struct Form<Reset> {
  static constexpr const char* kName = "reset";
  static ParamSchema schema() { return {}; }
  static Json write(const Reset&) { return Json::object(); }
  static Reset read(const Params&, const Json&) { return {}; }
};
template <>
struct Form<Stop> {
  static constexpr const char* kName = "stop";
  static ParamSchema schema() { return {}; }
  static Json write(const Stop&) { return Json::object(); }
  static Stop read(const Params&, const Json&) { return {}; }
};
template <>
struct Form<SetExperiment> {
  static constexpr const char* kName = "set_experiment";
  static ParamSchema schema() { return {}; }
  static Json write(const SetExperiment& c) { return {{"experiment", c.experiment}}; }
  static SetExperiment read(const Params&, const Json& json) {
    ANISO_CHECK(json.contains("experiment"), "set_experiment: needs the key 'experiment'");
    return {json["experiment"]};
  }
};
template <>
struct Form<SetSpeed> {
  static constexpr const char* kName = "set_speed";
  static ParamSchema schema() { return {real_param("steps_per_s", 0).range(0, 1e9)}; }
  static Json write(const SetSpeed& c) { return {{"steps_per_s", c.steps_per_s}}; }
  static SetSpeed read(const Params& p, const Json&) { return {p.real("steps_per_s")}; }
};
template <>
struct Form<OpenSession> {
  static constexpr const char* kName = "open_session";
  static ParamSchema schema() { return {text_param("folder", "")}; }
  static Json write(const OpenSession& c) { return {{"folder", c.folder}}; }
  static OpenSession read(const Params& p, const Json&) { return {p.text("folder")}; }
};
template <>
struct Form<Scrub> {
  static constexpr const char* kName = "scrub";
  static ParamSchema schema() { return {integer_param("to", 0).range(0, 1e15)}; }
  static Json write(const Scrub& c) { return {{"to", c.step}}; }
  static Scrub read(const Params& p, const Json&) { return {p.integer("to")}; }
};
template <>
struct Form<Live> {
  static constexpr const char* kName = "live";
  static ParamSchema schema() { return {}; }
  static Json write(const Live&) { return Json::object(); }
  static Live read(const Params&, const Json&) { return {}; }
};
template <>
struct Form<Fork> {
  static constexpr const char* kName = "fork";
  static ParamSchema schema() { return {integer_param("from", 0).range(0, 1e15)}; }
  static Json write(const Fork& c) { return {{"from", c.from}}; }
  static Fork read(const Params& p, const Json&) {
    return {static_cast<std::uint64_t>(p.integer("from"))};
  }
};
template <>
struct Form<Activate> {
  static constexpr const char* kName = "activate";
  static ParamSchema schema() { return {integer_param("to", 0).range(0, 1e15)}; }
  static Json write(const Activate& c) { return {{"to", c.run}}; }
  static Activate read(const Params& p, const Json&) {
    return {static_cast<std::uint64_t>(p.integer("to"))};
  }
};
template <>
struct Form<CloseComparison> {
  static constexpr const char* kName = "close_comparison";
  static ParamSchema schema() { return {}; }
  static Json write(const CloseComparison&) { return Json::object(); }
  static CloseComparison read(const Params&, const Json&) { return {}; }
};

template <std::size_t I = 0>
Command read_command(const Json& json, const std::string& name, std::vector<std::string>& known,
                     const std::string& path) {
  if constexpr (I == std::variant_size_v<Command>) {
    throw InvalidInput(text(path, ".command: '", name, "' is not known.", suggestion(name, known)));
  } else {
    using C = std::variant_alternative_t<I, Command>;
    if (name == Form<C>::kName) {
      std::vector<std::string> extra = {"command", "run", "step"};
      if constexpr (std::is_same_v<C, SetExperiment>) extra.emplace_back("experiment");
      return Form<C>::read(validated(Form<C>::schema(), json, path, extra), json);
    }
    known.emplace_back(Form<C>::kName);
    return read_command<I + 1>(json, name, known, path);
  }
}

Command command_at(const Json& json, const std::string& path) {
  ANISO_CHECK(json.is_object() && json.contains("command") && json["command"].is_string(), path,
              R"(: expected an object such as {"command": "play"})");
  std::vector<std::string> known;
  return read_command(json, json["command"].get<std::string>(), known, path);
}

}  // namespace

std::string coalescing_tag(const Command& command) {
  if (std::holds_alternative<SetExperiment>(command)) return "experiment";
  if (std::holds_alternative<SetSpeed>(command)) return "speed";
  if (std::holds_alternative<Scrub>(command) || std::holds_alternative<Live>(command))
    return "look";
  return {};
}

Json to_json(const Command& command) {
  return std::visit(
      [](const auto& c) {
        using C = std::decay_t<decltype(c)>;
        Json out = {{"command", Form<C>::kName}};
        out.update(Form<C>::write(c));
        return out;
      },
      command);
}

Command command_from_json(const Json& json) { return command_at(json, "command"); }

Json to_json(const std::vector<CommandRecord>& log) {
  Json out = Json::array();
  for (const auto& record : log) {
    Json entry = {{"run", record.run}, {"step", record.step}};
    entry.update(to_json(record.command));
    out.push_back(std::move(entry));
  }
  return out;
}

std::vector<CommandRecord> command_log_from_json(const Json& json) {
  static const ParamSchema where = {integer_param("run", 0).range(0, 9007199254740992.0),
                                    integer_param("step", 0).range(0, 9007199254740992.0)};
  ANISO_CHECK(json.is_array(), "commands: expected a list");
  std::vector<CommandRecord> log;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string path = text("commands[", i, "]");
    CommandRecord record{0, 0, command_at(json[i], path)};
    for (const auto& spec : where) {
      ANISO_CHECK(json[i].contains(spec.name), path, ": needs the key '", spec.name, "'");
      const auto value = validated_value(spec, json[i][spec.name], path + "." + spec.name);
      if (spec.name == "run")
        record.run = value.get<std::uint64_t>();
      else
        record.step = value.get<Index>();
    }
    log.push_back(std::move(record));
  }
  return log;
}

}  // namespace aniso::session
