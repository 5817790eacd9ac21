#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/params.h"
#include "core/nn/function.h"
#include "core/nn/registry.h"
#include "core/session/engines.h"
#include "core/training/trainer.h"

/// The one place that knows which implementations this build contains: explicit Eigen loops
/// always, LibTorch where it is built in. The session receives an `Engines` value, so that it
/// links without LibTorch and tests can pass fakes.
namespace aniso::engines {

/// A network with these parameters (plan.parameter_count(), in layout order).
/// @throws InvalidInput when the back end cannot run the plan, with what to do.
std::unique_ptr<nn::LayeredFunction> make_function(const nn::NetworkPlan& plan,
                                                   const Vector& parameters,
                                                   const session::FunctionOptions& options = {});

/// The law of fresh networks of this architecture with these parameters.
std::unique_ptr<nn::FunctionFamily> make_family(const nn::Architecture& architecture,
                                                const Params& params, const InputShape& inputs,
                                                Index outputs,
                                                const session::FunctionOptions& options = {});

/// A trainer that starts from `initial` (layout order): explicit engine where it applies, autograd
/// where LibTorch is built in.
/// @throws InvalidInput when the spec asks for an engine or device that this build lacks.
std::unique_ptr<training::Trainer> make_trainer(const training::TrainingSpec& spec,
                                                data::DatasetPtr data, const Vector& initial);

/// What this build and machine offer.
struct Environment {
  bool has_torch = false;
  std::string torch_version;         ///< empty without LibTorch
  std::string blas;                  ///< "OpenBLAS 0.3.21 (openmp, SkylakeX)"
  bool blas_is_reference = false;    ///< the slow default: warn
  std::vector<std::string> devices;  ///< "cpu", then "cuda:0" …
};
Environment environment();

/// Resolves "auto", "cpu" or "cuda:N". @throws InvalidInput that lists the devices there are.
std::string resolve_device(const std::string& requested);

/// Sets the calling thread's number of BLAS, OpenMP and LibTorch threads. Every worker calls this
/// first: OpenBLAS's openmp flavour keeps the count per thread.
void set_thread_count(int threads);

/// Tells the process's allocator to keep large temporaries instead of returning them to the system
/// at once (1.5× on batched ensembles). Call once, before the first thread starts. Does nothing
/// where the C library is not glibc.
void tune_allocator();

/// The real ones.
session::Engines engines();

}  // namespace aniso::engines
