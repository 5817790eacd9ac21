#include "core/diffusion/diffusion.h"

namespace aniso::diffusion {

using theory::Prediction;

ParamSchema diffusion_params() {
  return {
      integer_param("steps", 100)
          .titled("Diffusion steps")
          .about("T, the steps between data and noise. The noise is the same for every T; more "
                 "steps make finer samples.")
          .in("steps")
          .range(21, 100000),
      choice_param("schedule", "linear",
                   {{"linear", "Linear", "β from 0.1/T to 20/T, variance preserving."},
                    {"cosine", "Cosine", "The signal's power falls like a squared cosine."}})
          .about("How fast the samples turn to noise."),
      choice_param("prediction", "epsilon",
                   {{"epsilon", "Noise ε", "The noise that was added."},
                    {"x0", "Sample x₀", "The sample without noise."},
                    {"v", "Velocity v", "a ε − σ x₀, a the signal and σ the noise of the step."}})
          .about("What the network is asked for; each gives the others and the score.")};
}

Diffusion diffusion_of(const Params& params) {
  const auto prediction = params.choice("prediction");
  return {theory::NoiseSchedule(theory::beta_schedule_from_id(params.choice("schedule")),
                                static_cast<Index>(params.integer("steps"))),
          prediction == "x0"  ? Prediction::x0
          : prediction == "v" ? Prediction::v
                              : Prediction::epsilon};
}

}  // namespace aniso::diffusion
