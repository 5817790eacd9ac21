#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "core/nn/registry.h"

namespace aniso::nn {

/// One instance of a registered architecture with small sizes.
struct Case {
  std::string name;
  std::string id;
  Json params;
  Index inputs;
  Index outputs;

  const Architecture& kind() const { return architecture(id); }
  Params validated_params() const { return validated(kind().params, params, "architecture"); }
  NetworkPlan plan() const { return kind().plan(validated_params(), inputs, outputs); }
  Vector parameters(std::uint64_t seed = 7) const {
    return kind().initialise(plan(), validated_params(), RandomStream(seed, "init"));
  }
};

inline void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
inline std::string case_name(const Case& c) { return c.name; }

/// Every registered architecture with its defaults, and parameter sets that reach each activation,
/// depth, missing biases and both initialisations.
inline std::vector<Case> cases() {
  std::vector<Case> all;
  for (const auto& entry : architectures()) {
    all.push_back({entry.id + "_default", entry.id, Json::object(), 5, 3});
    all.push_back({entry.id + "_one_in_one_out", entry.id, Json::object(), 1, 1});
  }
  for (const auto& choice : activation_choices())
    all.push_back({"mlp_" + choice.id, "mlp",
                   Json{{"hidden", {9, 6}}, {"activation", choice.id}, {"scale", 1.3}}, 4, 2});
  const auto add = [&](const char* name, const char* id, Json params, Index in, Index out) {
    all.push_back({name, id, std::move(params), in, out});
  };
  add("mlp_no_hidden", "mlp", {{"hidden", Json::array()}}, 4, 3);
  add("mlp_no_bias", "mlp", {{"hidden", {7}}, {"bias", false}, {"activation", "gelu"}}, 3, 1);
  add("mlp_wide_deep", "mlp",
      {{"hidden", {33, 1, 17, 40}}, {"initialisation", "kaiming_normal"}, {"activation", "silu"}},
      6, 4);
  add("deep_linear_balanced", "deep_linear",
      {{"depth", 4},
       {"width", 5},
       {"initialisation", "balanced"},
       {"singular_values", {0.9, 0.7, 0.4}}},
      6, 3);
  add("deep_linear_depth_1", "deep_linear", {{"depth", 1}}, 6, 2);
  add("linear_no_bias", "linear", {{"bias", false}}, 3, 2);
  return all;
}

}  // namespace aniso::nn
