#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/nn/function.h"
#include "core/nn/registry.h"
#include "core/training/ensemble_trainer.h"
#include "core/training/trainer.h"

namespace aniso::session {

/// Which implementation evaluates a plan.
enum class Backend {
  automatic,  ///< explicit where the plan is a dense chain on the CPU, LibTorch otherwise
  explicit_,  ///< Eigen loops; dense chains on the CPU only
  torch,      ///< LibTorch and its autograd; any plan, any device
};

struct FunctionOptions {
  Dtype dtype = Dtype::float64;
  Backend backend = Backend::automatic;
  std::string device = "cpu";  ///< "cpu" or "cuda:N"
};

/// What the session needs of all this, as values that a test can replace.
struct Engines {
  training::TrainerFactory trainer;
  std::function<std::unique_ptr<nn::LayeredFunction>(const nn::NetworkPlan&, const Vector&,
                                                     const FunctionOptions&)>
      function;
  std::function<std::string(const std::string&)> resolve_device;
  std::function<void(int)> set_thread_count;
  /// The law of fresh networks: architecture, its parameters, inputs, number of outputs.
  std::function<std::unique_ptr<nn::FunctionFamily>(
      const nn::Architecture&, const Params&, const InputShape&, Index, const FunctionOptions&)>
      family = {};
  /// Trainers of several networks side by side; empty where they train one after the other.
  training::EnsembleFactory ensemble = {};
  /// A LibTorch archive of a network's arrays (nn/torch_archive.h); empty without LibTorch.
  std::function<std::vector<std::byte>(const nn::NetworkPlan&, VectorRef, Dtype)> archive = {};
};

}  // namespace aniso::session
