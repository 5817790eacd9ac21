#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "core/nn/registry.h"

namespace aniso::nn {

/// One instance of a registered architecture with small sizes.
struct Case {
  std::string name;
  std::string id;
  Json params;
  Index inputs;  ///< D, a time not counted
  Index outputs;
  double jitter = 0;  ///< added to the parameters, where they start at 0 and hide what follows them

  const Architecture& kind() const { return architecture(id); }
  Params validated_params() const { return validated(kind().params, params, "architecture"); }
  NetworkPlan plan() const { return kind().plan(validated_params(), inputs, outputs); }
  Vector parameters(std::uint64_t seed = 7) const {
    const Vector fresh = kind().initialise(plan(), validated_params(), RandomStream(seed, "init"));
    return fresh + jitter * RandomStream(seed, "jitter").normals(fresh.size());
  }
  /// What the network takes: D, or D + 1 with a time.
  Index width() const { return plan().inputs; }
  /// n random inputs; times in [0, 1).
  Matrix points(Index n) const {
    Matrix x = RandomStream(11, "points").normals(n, width());
    // Multiples of 1/64, which single precision holds exactly.
    if (kind().has_time)
      x.col(inputs) = (RandomStream(11, "times").uniforms(n, 0, 64).array().floor() / 64).matrix();
    return x;
  }
  /// k random directions (width, k). None along the time, which is a phase of a thousand radians.
  Matrix directions(Index k, const char* stream = "directions") const {
    Matrix u = RandomStream(11, stream).normals(width(), k);
    if (kind().has_time) u.row(inputs).setZero();
    return u;
  }
};

inline void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
inline std::string case_name(const Case& c) { return c.name; }

/// Every registered architecture with its defaults, and parameter sets that reach each activation,
/// depth, missing biases and both initialisations.
inline std::vector<Case> cases() {
  std::vector<Case> all;
  for (const auto& entry : architectures()) {
    if (entry.on_images) continue;
    all.push_back({entry.id + "_default", entry.id, Json::object(), 5, entry.has_time ? 5 : 3});
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
  add("conv_default", "conv_pool_dense", {{"activation", "tanh"}}, 16, 3);
  add("conv_relu_max", "conv_pool_dense",
      {{"channels", {3, 4}}, {"pool", "max"}, {"hidden", Json::array()}}, 36, 2);
  add("conv_stride_three_channels", "conv_pool_dense",
      {{"channels", {4}}, {"stride", 2}, {"pool_size", 1}, {"activation", "gelu"}, {"hidden", {5}}},
      75, 2);
  add("conv_circular_overlapping", "conv_pool_dense",
      {{"channels", {3, 2}},
       {"padding", "circular"},
       {"pool_size", 3},
       {"pool_stride", 1},
       {"head", "global_average"},
       {"activation", "silu"},
       {"hidden", Json::array()}},
      25, 2);
  add("conv_linear", "conv_pool_dense",
      {{"channels", {2}}, {"activation", "identity"}, {"bias", false}, {"hidden", Json::array()}},
      16, 1);
  add("lenet_default", "lenet", Json::object(), 256, 2);
  add("residual_mlp_layer_norm", "residual_mlp",
      {{"width", 8}, {"blocks", 2}, {"activation", "gelu"}, {"normalisation", "layer"}}, 4, 2);
  add("random_features_tanh", "random_features", {{"features", 30}, {"activation", "tanh"}}, 4, 2);
  // In 12 dimensions no test point comes near a centre or the origin, where differences cannot
  // follow derivatives.
  add("kernel_laplace", "kernel_machine", {{"kernel", "laplace"}, {"centres", 5}}, 12, 2);
  for (const int order : {0, 1, 2})
    all.push_back({text("kernel_arc_cosine_", order), "kernel_machine",
                   Json{{"kernel", "arc_cosine"}, {"order", order}, {"centres", 5}}, 12, 2});
  add("resnet_batch", "resnet", {{"widths", {2, 3}}, {"activation", "tanh"}}, 16, 2);
  add("resnet_relu_plain_flatten", "resnet",
      {{"widths", {2, 2, 3}},
       {"normalisation", "none"},
       {"downsampling", "convolution"},
       {"head", "flatten"}},
      36, 2);
  add("resnet_group_circular", "resnet",
      {{"widths", {4, 4}},
       {"blocks", 2},
       {"normalisation", "group"},
       {"groups", 2},
       {"padding", "circular"},
       {"activation", "silu"}},
      16, 2);
  add("resnet_instance_post_activation", "resnet",
      {{"widths", {2, 3}},
       {"normalisation", "instance"},
       {"pre_activation", false},
       {"activation", "softplus"}},
      36, 2);
  add("vit_class_token", "vit", {{"patch", 2}, {"width", 8}, {"depth", 1}, {"heads", 2}}, 16, 3);
  add("vit_mean", "vit", {{"patch", 2}, {"width", 6}, {"depth", 2}, {"heads", 3}, {"head", "mean"}},
      48, 2);
  add("linear_score", "linear_score", {{"eigenvalues", {4, 2, 0.5}}}, 5, 5);
  add("linear_score_dct", "linear_score", {{"basis", "dct"}, {"eigenvalues", {3, 1}}}, 4, 4);
  add("score_mlp_tanh", "score_mlp",
      {{"hidden", {7, 6}}, {"activation", "tanh"}, {"time_features", 4}}, 3, 3);
  add("score_cnn_group", "score_cnn", {{"channels", 4}, {"groups", 2}, {"time_features", 6}}, 16,
      16);
  add("score_cnn_plain_circular", "score_cnn",
      {{"channels", 3},
       {"layers", 2},
       {"normalisation", "none"},
       {"padding", "circular"},
       {"activation", "relu"},
       {"time_features", 4}},
      25, 25);
  add("score_cnn_instance", "score_cnn",
      {{"channels", 3}, {"normalisation", "instance"}, {"time_features", 4}}, 16, 16);
  add("unet_three_levels", "unet", {{"widths", {2, 4, 2}}, {"groups", 2}, {"time_features", 4}}, 64,
      64);
  add("unet_circular", "unet",
      {{"widths", {2, 3}}, {"groups", 1}, {"padding", "circular"}, {"time_features", 4}}, 48, 48);
  all.push_back({"dit_two_blocks", "dit",
                 Json{{"patch", 2}, {"width", 8}, {"heads", 2}, {"time_features", 6}}, 16, 16,
                 0.2});
  all.push_back({"dit_three_channels", "dit",
                 Json{{"patch", 2}, {"width", 4}, {"depth", 1}, {"heads", 1}, {"time_features", 4}},
                 48, 48, 0.2});
  return all;
}

/// Those that the explicit engine can run.
inline std::vector<Case> dense_cases() {
  std::vector<Case> all = cases();
  std::erase_if(all, [](const Case& c) { return !c.plan().is_dense_chain(); });
  return all;
}

}  // namespace aniso::nn
