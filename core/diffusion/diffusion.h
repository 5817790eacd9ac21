#pragma once

#include "core/base/params.h"
#include "core/theory/noise_schedule.h"

namespace aniso::diffusion {

/// How samples are noised, and what a score network F(x, τ) is asked for.
struct Diffusion {
  theory::NoiseSchedule schedule;
  theory::Prediction prediction = theory::Prediction::epsilon;

  /// T. The network sees step t as the time τ = t/T.
  Index steps() const { return schedule.steps(); }
  double time(Index t) const { return static_cast<double>(t) / static_cast<double>(steps()); }
};

/// The declarations of `steps`, `schedule` and `prediction`.
ParamSchema diffusion_params();
/// Reads what `diffusion_params` declares.
Diffusion diffusion_of(const Params& params);

}  // namespace aniso::diffusion
