#include "core/session/settings_history.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/check.h"
#include "core/training/optimizer_update.h"
#include "core/training/optimizers.h"

namespace aniso::session {
namespace {

constexpr std::size_t kShownEntries = 8;  // of a list, in a description

int slot_count(const Chosen& optimizer) {
  return training::update_rule(training::optimizer(optimizer.id), optimizer.params).slot_count();
}

// Whether a change from one to the other keeps the optimiser's state.
bool keep_slots(const Chosen& before, const Chosen& after) {
  return before.id == after.id && slot_count(before) == slot_count(after);
}

std::string shown(const Json& value) {
  if (value.is_null()) return "–";
  if (value.is_array() && value.size() > kShownEntries) return text(value.size(), " numbers");
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

SettingsHistory::SettingsHistory(Experiment first) { changes_.push_back({0, std::move(first)}); }

void SettingsHistory::add(Index step, Experiment experiment) {
  SettingsChange& newest = changes_.back();
  ANISO_CHECK(step >= newest.step, "settings: a change at step ", step,
              " does not follow the one at step ", newest.step);
  if (step == newest.step && keep_slots(newest.experiment.optimizer, experiment.optimizer))
    newest.experiment = std::move(experiment);
  else
    changes_.push_back({step, std::move(experiment)});
}

std::size_t SettingsHistory::in_force(Index step) const {
  const auto after = std::upper_bound(
      changes_.begin() + 1, changes_.end(), step,
      [](Index wanted, const SettingsChange& change) { return wanted < change.step; });
  return static_cast<std::size_t>(std::distance(changes_.begin(), after)) - 1;
}

SettingsHistory SettingsHistory::until(Index step) const {
  SettingsHistory out = *this;
  out.changes_.resize(in_force(step) + 1, changes_.front());
  return out;
}

Json to_json(const SettingsHistory& history) {
  Json out = Json::array();
  for (const auto& change : history.all())
    out.push_back({{"step", change.step}, {"experiment", to_json(change.experiment)}});
  return out;
}

SettingsHistory settings_history_from_json(const Json& json) {
  static const ParamSpec step = integer_param("step", 0).range(0, 1e15);
  ANISO_CHECK(json.is_array() && !json.empty(), "settings: expected a list of changes");
  const auto entry = [&](std::size_t i) -> SettingsChange {
    const std::string path = text("settings[", i, "]");
    ANISO_CHECK(json[i].is_object() && json[i].contains("step") && json[i].contains("experiment"),
                path, ": needs the keys 'step' and 'experiment'");
    return {validated_value(step, json[i]["step"], path + ".step").get<Index>(),
            experiment_from_json(json[i]["experiment"])};
  };
  SettingsChange first = entry(0);
  ANISO_CHECK(first.step == 0, "settings[0].step: must be 0");
  SettingsHistory history(std::move(first.experiment));
  for (std::size_t i = 1; i < json.size(); ++i) {
    SettingsChange change = entry(i);
    history.add(change.step, std::move(change.experiment));
  }
  return history;
}

std::string describe_changes(const Experiment& before, const Experiment& after) {
  const auto changes = diff(before, after);
  if (changes.empty()) return "";
  if (changes.size() > 3) return text(changes.size(), " settings");
  const auto& first = changes.front();
  std::string title = text(first.path, " ", shown(first.before), " → ", shown(first.after));
  if (changes.size() > 1) title += text(" and ", changes.size() - 1, " more");
  return title;
}

}  // namespace aniso::session
