#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/cli/commands.h"
#include "app/cli/open.h"
#include "core/analysis/registry.h"
#include "core/data/registry.h"
#include "core/engines/engines.h"
#include "core/nn/registry.h"
#include "core/session/presets.h"
#include "core/training/objectives.h"
#include "core/training/optimizers.h"

namespace aniso::cli {
namespace {

struct Group {
  std::string key;  ///< in JSON
  std::string heading;
  std::vector<IdTitle> entries;
};

template <typename Registry>
std::vector<IdTitle> entries_of(const Registry& registry) {
  std::vector<IdTitle> out;
  for (const auto& entry : registry) out.push_back({entry.id, entry.title});
  return out;
}

std::vector<Group> groups(const Hooks& hooks, const engines::Environment& environment) {
  std::vector<IdTitle> devices;
  for (const auto& device : environment.devices)
    devices.push_back({device, device == "cpu" ? "CPU" : "GPU " + device.substr(5)});
  return {{"datasets", "Datasets", entries_of(data::dataset_types())},
          {"architectures", "Architectures", entries_of(nn::architectures())},
          {"objectives", "Objectives", entries_of(training::objectives())},
          {"optimizers", "Optimisers", entries_of(training::optimizers())},
          {"analyses", "Analyses", entries_of(analysis::analyses())},
          {"views", "Views", hooks.views ? hooks.views() : std::vector<IdTitle>{}},
          {"presets", "Presets", entries_of(session::list_presets(assets_folder()))},
          {"devices", "Devices", std::move(devices)}};
}

void print_json(const std::vector<Group>& all) {
  // Exactly these keys: programs read them.
  Json out = Json::object();
  for (const auto& group : all) {
    if (group.key == "objectives" || group.key == "optimizers") continue;
    out[group.key] = Json::array();
    for (const auto& entry : group.entries)
      out[group.key].push_back({{"id", entry.id}, {"title", entry.title}});
  }
  std::cout << out.dump(2) << "\n";
}

void print_plain(const std::vector<Group>& all, const engines::Environment& environment) {
  std::size_t width = 0;
  for (const auto& group : all)
    for (const auto& entry : group.entries) width = std::max(width, entry.id.size());
  for (const auto& group : all) {
    if (group.entries.empty()) continue;
    std::cout << group.heading << "\n";
    for (const auto& entry : group.entries)
      std::cout << "  " << entry.id << std::string(width + 2 - entry.id.size(), ' ') << entry.title
                << "\n";
    std::cout << "\n";
  }
  std::cout << "BLAS: " << environment.blas << "\n";
  if (environment.has_torch) std::cout << "LibTorch: " << environment.torch_version << "\n";
  if (environment.blas_is_reference)
    std::cout << "Warning: this is the slow reference BLAS; install libopenblas0-openmp.\n";
}

}  // namespace

int list_command(const Arguments& arguments, const Hooks& hooks) {
  const auto environment = engines::environment();
  const auto all = groups(hooks, environment);
  if (arguments.as_json)
    print_json(all);
  else
    print_plain(all, environment);
  return kDone;
}

}  // namespace aniso::cli
