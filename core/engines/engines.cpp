#include "core/engines/engines.h"

#include <algorithm>
#include <utility>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/nn/blas.h"
#include "core/nn/dense_chain.h"
#include "core/nn/family.h"
#include "core/training/explicit_trainer.h"

#if ANISO_TORCH
#include "core/nn/torch_archive.h"
#include "core/nn/torch_function.h"
#include "core/nn/torch_support.h"
#include "core/training/autograd_trainer.h"
#endif

namespace aniso::engines {
namespace {

#if ANISO_TORCH
constexpr bool kHasTorch = true;
#else
constexpr bool kHasTorch = false;
#endif

[[noreturn]] [[maybe_unused]] void fail_without_torch(const std::string& what) {
  throw InvalidInput(what +
                     " needs LibTorch, which this build leaves out. Configure with ANISO_TORCH=ON, "
                     "or use a network of dense layers on the CPU with the explicit engine");
}

enum class Choice { explicit_, torch };

/// Explicit wherever it applies, unless something else is asked for.
Choice choose(bool wants_explicit, bool wants_torch, const nn::NetworkPlan& plan,
              const std::string& device) {
  const bool is_cpu = device == "cpu";
  const bool can = is_cpu && nn::can_run_explicitly(plan);
  if (wants_explicit) {
    ANISO_CHECK(is_cpu, "the explicit engine runs on the CPU only, not on '", device,
                "'. Use the device 'cpu' or the LibTorch engine");
    ANISO_CHECK(can,
                "the explicit engine runs dense layers and activations only. Use the LibTorch "
                "engine for this network");
    return Choice::explicit_;
  }
  return can && !wants_torch ? Choice::explicit_ : Choice::torch;
}

Choice choose(const session::FunctionOptions& options, const nn::NetworkPlan& plan) {
  return choose(options.backend == session::Backend::explicit_,
                options.backend == session::Backend::torch, plan, options.device);
}

}  // namespace

std::unique_ptr<nn::LayeredFunction> make_function(const nn::NetworkPlan& plan,
                                                   const Vector& parameters,
                                                   const session::FunctionOptions& options) {
  if (choose(options, plan) == Choice::explicit_)
    return nn::make_dense_chain(plan, parameters, options.dtype);
#if ANISO_TORCH
  return nn::make_torch_function(plan, parameters, options.dtype, options.device);
#else
  fail_without_torch("evaluating this network on '" + options.device + "'");
#endif
}

std::unique_ptr<nn::FunctionFamily> make_family(const nn::Architecture& architecture,
                                                const Params& params, const InputShape& inputs,
                                                Index outputs,
                                                const session::FunctionOptions& options) {
  const nn::NetworkPlan plan = architecture.plan(params, inputs, outputs);
  if (choose(options, plan) == Choice::explicit_)
    return nn::make_dense_family(architecture, params, inputs, outputs, options.dtype);
#if ANISO_TORCH
  return nn::make_torch_family(architecture, params, inputs, outputs, options.dtype,
                               options.device);
#else
  fail_without_torch("drawing networks of architecture '" + architecture.id + "' on '" +
                     options.device + "'");
#endif
}

std::unique_ptr<training::Trainer> make_trainer(const training::TrainingSpec& spec,
                                                data::DatasetPtr data, const Vector& initial) {
  const Choice choice = choose(spec.engine == training::Engine::explicit_,
                               spec.engine == training::Engine::autograd, spec.plan, spec.device);
  if (choice == Choice::explicit_)
    return training::make_explicit_trainer(spec, std::move(data), initial);
#if ANISO_TORCH
  return training::make_autograd_trainer(spec, std::move(data), initial);
#else
  fail_without_torch("training this network on '" + spec.device + "'");
#endif
}

std::unique_ptr<training::EnsembleTrainer> make_ensemble(
    const training::TrainingSpec& spec, const std::vector<training::Member>& members) {
#if ANISO_TORCH
  if (spec.engine != training::Engine::explicit_ && training::can_stack(spec, members))
    return training::make_stacked_ensemble(spec, members);
#endif
  return training::make_looped_ensemble(make_trainer, spec, members);
}

Environment environment() {
  Environment environment;
  environment.has_torch = kHasTorch;
  environment.blas = nn::blas_name();
  environment.blas_is_reference = environment.blas == "reference BLAS";
#if ANISO_TORCH
  environment.torch_version = nn::torch_version();
  environment.devices = nn::torch_devices();
#else
  environment.devices = {"cpu"};
#endif
  return environment;
}

std::string resolve_device(const std::string& requested) {
  const auto devices = environment().devices;
  if (requested == "auto") return devices.back() == "cpu" ? "cpu" : devices[1];
  if (std::find(devices.begin(), devices.end(), requested) != devices.end()) return requested;
  throw InvalidInput(
      text("device '", requested, "' does not exist here; there is: ", joined_names(devices),
           ". Use --device cpu",
           kHasTorch ? "" : " (this build has no LibTorch and so no GPU support)", "."));
}

void set_thread_count(int threads) {
  ANISO_CHECK(threads >= 1, "the number of threads must be at least 1, not ", threads);
  nn::set_blas_threads(threads);
#if ANISO_TORCH
  nn::set_torch_threads(threads);
#endif
}

void tune_allocator() {
#if defined(__GLIBC__)
  // Large temporaries would otherwise be mapped, page-faulted and returned at every use. 32 MiB is
  // the largest threshold that glibc accepts.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  mallopt(M_TOP_PAD, 16 << 20);
#endif
}

session::Engines engines() {
  session::Engines engines{make_trainer, make_function, resolve_device, set_thread_count,
                           make_family};
  engines.ensemble = make_ensemble;
#if ANISO_TORCH
  engines.archive = nn::torch_archive;
#endif
  return engines;
}

}  // namespace aniso::engines
