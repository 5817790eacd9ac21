#pragma once

#include <string>

#include "core/analysis/registry.h"

namespace aniso::analysis {

/// The declaration of `time`, a place between data and noise.
ParamSchema noise_time_params();
/// The diffusion step t at the chosen time, 0 … T − 1. @throws InvalidInput without a diffusion.
Index noise_step(const Input& input);
/// "noise level: step 30 of 100, signal 0.71, σ 0.7".
std::string noise_note(const diffusion::Diffusion& diffusion, Index t);

}  // namespace aniso::analysis
