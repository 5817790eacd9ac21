#include "core/session/picture_state.h"

#include "core/base/check.h"

namespace aniso::session {
namespace {

constexpr const char* kFormat = "anisoscope-state";

}  // namespace

std::string picture_state(const Experiment& experiment, Index step) {
  const Json state = {{"format", kFormat}, {"experiment", to_json(experiment)}, {"step", step}};
  return state.dump();
}

Json experiment_json_of_state(std::string_view state, const std::string& source) {
  Json json = parse_json(state, source);
  ANISO_CHECK(json.is_object(), source, ": holds no experiment");
  if (!json.contains("format")) return json;
  ANISO_CHECK(json["format"] == kFormat && json.contains("experiment"), source,
              ": holds a state of another kind, not an experiment");
  return json["experiment"];
}

}  // namespace aniso::session
