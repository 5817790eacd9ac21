#include "core/analysis/noise_time.h"

#include <cmath>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::analysis {
namespace {

double rounded(double value) { return std::round(value * 1000) / 1000; }

}  // namespace

ParamSchema noise_time_params() {
  return {real_param("time", 0.3)
              .titled("Noise time")
              .range(0, 1)
              .about("Where between data (0) and noise (1) the network is looked at.")};
}

Index noise_step(const Input& input) {
  ANISO_CHECK(input.diffusion != nullptr,
              "this looks at score networks; choose the objective 'score_matching'");
  const auto last = static_cast<double>(input.diffusion->steps() - 1);
  return static_cast<Index>(std::lround(input.params.real("time") * last));
}

std::string noise_note(const diffusion::Diffusion& diffusion, Index t) {
  const auto level = diffusion.schedule.level(t);
  return text("noise level: step ", grouped(t), " of ", grouped(diffusion.steps()), ", signal ",
              number(rounded(level.signal)), ", σ ", number(rounded(level.sigma)));
}

}  // namespace aniso::analysis
