#include <imgui.h>

#include <string>
#include <vector>

#include "app/panels/panels.h"
#include "app/ui/icons.h"
#include "app/ui/widgets.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/data/registry.h"
#include "core/nn/registry.h"
#include "core/session/experiment.h"
#include "core/training/objectives.h"
#include "core/training/optimizers.h"

namespace aniso::app {
namespace {

struct Section {
  const char* key;
  const char* title;
  const char* kind;  // label of the id's row; nullptr where the section has no id
};
constexpr Section kSections[] = {{"dataset", "Dataset", "Family"},
                                 {"architecture", "Architecture", "Family"},
                                 {"objective", "Objective", "Loss"},
                                 {"optimizer", "Optimiser", "Method"},
                                 {"training", "Training", nullptr}};

template <typename Types>
std::vector<Choice> choices_of(const Types& types) {
  std::vector<Choice> choices;
  for (const auto& type : types) choices.push_back({type.id, type.title, type.doc});
  return choices;
}

// Built once: registries do not change while the program runs.
const std::vector<Choice>& section_choices(const std::string& key) {
  static const auto datasets = choices_of(data::dataset_types());
  static const auto architectures = choices_of(nn::architectures());
  static const auto objectives = choices_of(training::objectives());
  static const auto optimizers = choices_of(training::optimizers());
  if (key == "dataset") return datasets;
  if (key == "architecture") return architectures;
  return key == "objective" ? objectives : optimizers;
}

void say_past(const Frame& frame) {
  ui::quiet_text(text("The settings of step ", grouped(frame.snapshot->step),
                      ", as they were. To change them from here on, fork the run."));
  ui::space(4);
  if (ui::text_button("Fork here")) frame.actions.run("fork");
  ui::space(8);
}

}  // namespace

void ExperimentPanel::edit(Frame& frame, const std::string& path, const Json& value) {
  const auto refused = frame.document.edit(path, value, gesture_);
  failed_path_ = refused ? path : "";
  failed_message_ = refused.value_or("");
  frame.keep_drawing = true;
}

void ExperimentPanel::draw_params(Frame& frame, const ParamSchema& schema, const Json& values,
                                  const std::string& prefix) {
  bool any_waits = false;
  for (const ParamSpec& spec : schema) {
    if (!is_shown(spec, values)) continue;
    const std::string path = prefix + spec.name;
    const bool waits = waiting_.contains(path);
    any_waits |= waits;
    const ParamEdit change =
        widgets_.draw(spec, values[spec.name],
                      {.problem = path == failed_path_ ? failed_message_ : "", .waits = waits});
    if (change.started) ++gesture_;
    if (change.value) {
      edit(frame, path, *change.value);
      return;  // the values just read are no longer the document's
    }
  }
  if (!any_waits) return;
  ui::space(2);
  if (ui::text_button(text(ui::icon::kReset, "  Reset to apply"))) frame.actions.run("reset");
  ui::tooltip(
      "Settings marked in this section act at the start of a run only. The run goes on with those "
      "that it began with until it is reset.");
}

// By one snapshot alone: what the document says may not have reached the run yet.
void ExperimentPanel::find_waiting(const session::Snapshot& now) {
  if (now.begun == begun_ && now.resolved == resolved_) return;
  begun_ = now.begun;
  resolved_ = now.resolved;
  waiting_.clear();
  if (!begun_ || !resolved_) return;
  for (auto& path : session::waiting_for_reset(*begun_, resolved_->experiment))
    waiting_.insert(std::move(path));
}

void ExperimentPanel::draw(Frame& frame) {
  find_waiting(*frame.snapshot);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ui::px(8, 4));
  if (!frame.snapshot->rejection.empty()) {
    ImGui::PushStyleColor(ImGuiCol_Text, ui::color4(ui::theme().error));
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(frame.snapshot->rejection.c_str());
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
    ui::space(8);
  }
  // What is past is shown as it was and cannot be changed.
  const bool past = frame.snapshot->is_behind() && frame.snapshot->resolved;
  if (past) say_past(frame);
  const Json shown =
      past ? session::to_json(frame.snapshot->resolved->experiment) : frame.document.json();
  ImGui::BeginDisabled(past);
  for (const Section& section : kSections) {
    const std::string key = section.key;
    ImGui::PushID(section.key);
    ui::heading(section.title);
    const Json& values = shown[key];
    const std::string id = section.kind ? values["id"].get<std::string>() : "";
    if (section.kind) {
      if (const auto chosen = draw_choice_row(section.kind, section_choices(key), id)) {
        ++gesture_;
        edit(frame, key + ".id", *chosen);
      }
    }
    if (past || frame.document.json()[key] == values)
      draw_params(frame, session::schema_of_section(key, id), values, key + ".");
    ui::space(12);
    ImGui::PopID();
  }
  ui::heading("Run");
  draw_params(frame, session::schema_of_general(), past ? shown : frame.document.json(), "");
  ImGui::EndDisabled();
  ui::space(12);
  ImGui::PopStyleVar();
}

}  // namespace aniso::app
