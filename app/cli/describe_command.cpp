#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/cli/commands.h"
#include "app/cli/open.h"
#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/data/registry.h"
#include "core/nn/registry.h"
#include "core/session/experiment.h"
#include "core/session/presets.h"
#include "core/training/objectives.h"
#include "core/training/optimizers.h"

namespace aniso::cli {
namespace {

/// Anything that `describe` can explain.
struct Topic {
  std::string id;
  std::string kind;
  std::string title;
  std::string doc;
  ParamSchema params;
};

std::vector<Topic> topics() {
  std::vector<Topic> out;
  for (const auto& e : data::dataset_types())
    out.push_back({e.id, "dataset", e.title, e.doc, data::schema_of(e)});
  for (const auto& e : nn::architectures())
    out.push_back({e.id, "architecture", e.title, e.doc, e.params});
  for (const auto& e : training::objectives())
    out.push_back({e.id, "objective", e.title, e.doc, e.params});
  for (const auto& e : training::optimizers())
    out.push_back({e.id, "optimizer", e.title, e.doc, e.params});
  for (const auto& e : analysis::analyses())
    out.push_back({e.id, "analysis", e.title,
                   text(e.doc, "\n", e.formula, "\nSource: ", e.source, "."), e.params});
  out.push_back({"training", "section", "Training", "How long and how often.",
                 session::schema_of_training()});
  out.push_back({"general", "section", "General",
                 "Top level of an experiment: seed, number type, device, threads.",
                 session::schema_of_general()});
  return out;
}

std::string limits_of(const ParamSpec& spec) {
  const bool low = std::isfinite(spec.min), high = std::isfinite(spec.max);
  if (low && high) return number(spec.min) + " … " + number(spec.max);
  if (low) return "≥ " + number(spec.min);
  return high ? "≤ " + number(spec.max) : "";
}

void print_param(const ParamSpec& spec) {
  std::cout << "  " << spec.name << " = " << spec.fallback.dump();
  if (!spec.unit.empty()) std::cout << " " << spec.unit;
  if (const auto limits = limits_of(spec); !limits.empty()) std::cout << "   [" << limits << "]";
  std::cout << "\n";
  if (!spec.doc.empty()) std::cout << "      " << spec.doc << "\n";
  for (const auto& choice : spec.choices)
    std::cout << "      " << choice.id << (choice.doc.empty() ? "" : ": ") << choice.doc << "\n";
  if (!spec.shown_if.empty())
    std::cout << "      Applies where " << spec.shown_if << " is "
              << joined_names(spec.shown_values) << ".\n";
}

void print_topic(const Topic& topic) {
  std::cout << topic.id << " (" << topic.kind << "): " << topic.title << "\n" << topic.doc << "\n";
  if (!topic.params.empty()) std::cout << "\nParameters\n";
  for (const auto& spec : topic.params) print_param(spec);
}

void print_preset(const std::string& id) {
  const auto experiment = session::load_preset(assets_folder(), id);
  std::cout << id << " (preset): " << experiment.title << "\n" << experiment.watch << "\n\n";
  const std::vector<std::pair<const char*, const session::Chosen*>> sections = {
      {"dataset", &experiment.dataset},
      {"architecture", &experiment.architecture},
      {"objective", &experiment.objective},
      {"optimizer", &experiment.optimizer}};
  for (const auto& [name, chosen] : sections) {
    std::cout << name << ": " << chosen->id << "\n";
    for (const auto& [key, value] : chosen->params.json().items())
      std::cout << "  " << key << " = " << value.dump() << "\n";
  }
  std::cout << "training\n";
  for (const auto& [key, value] : experiment.training.json().items())
    std::cout << "  " << key << " = " << value.dump() << "\n";
  if (!experiment.expect.empty()) std::cout << "expect\n";
  for (const auto& e : experiment.expect)
    std::cout << "  " << e.quantity << " " << e.op << " " << number(e.value)
              << (e.judged ? "" : " (reported)") << "\n";
}

}  // namespace

int describe_command(const Arguments& arguments) {
  const std::string& id = arguments.describe_id;
  std::vector<std::string> known;
  bool found = false;
  for (const auto& topic : topics()) {
    known.push_back(topic.id);
    if (topic.id != id) continue;
    if (found) std::cout << "\n";
    found = true;
    print_topic(topic);
  }
  for (const auto& preset : session::list_presets(assets_folder())) {
    known.push_back(preset.id);
    if (preset.id != id) continue;
    if (found) std::cout << "\n";
    found = true;
    print_preset(id);
  }
  ANISO_CHECK(found, "describe: '", id, "' is not known.", suggestion(id, known),
              " See 'anisoscope list'.");
  return kDone;
}

}  // namespace aniso::cli
