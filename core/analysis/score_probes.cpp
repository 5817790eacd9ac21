#include "core/analysis/score_probes.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace aniso::analysis {
namespace {

constexpr Index kTogether = 64;                    // networks that are drawn and run at once
constexpr Index kMostParameters = Index{1} << 22;  // numbers in their parameters, 32 MiB
constexpr double kGolden = 0.6180339887498949;     // 1/φ

Index stratified_step(Index steps, double start, Index probe) {
  const double place = start + static_cast<double>(probe) * kGolden;
  const double share = place - std::floor(place);
  return std::min(steps - 1, static_cast<Index>(share * static_cast<double>(steps)));
}

}  // namespace

ScoreProbe ScoreProbeLaw::draw(Index dim, Index first, Index n, const RandomStream& stream) const {
  ANISO_CHECK(diffusion != nullptr && n >= 0 && dim >= 1, "score probes: nothing to draw from");
  ANISO_CHECK(step < diffusion->steps(), "step: there is no diffusion step ", step,
              "; they are numbered from 0 to ", diffusion->steps() - 1);
  if (samples != nullptr) check_size("score probes: samples", samples->cols(), dim);
  ScoreProbe probe{Matrix::Zero(n, dim + 1), Vector(n), Vector(n)};
  const bool is_noisy = scale > 0 || samples != nullptr;
  const auto from = static_cast<std::uint64_t>(first), width = static_cast<std::uint64_t>(dim);
  if (is_noisy) probe.inputs.leftCols(dim) = stream.child("noise").normals(n, dim, from * width);
  const double start = stream.child("start").uniform(0);
  const RandomStream rows = stream.child("rows");
  for (Index i = 0; i < n; ++i) {
    const Index t = step >= 0 ? step : stratified_step(diffusion->steps(), start, first + i);
    const auto level = diffusion->schedule.level(t);
    probe.signal[i] = level.signal;
    probe.sigma[i] = level.sigma;
    auto x = probe.inputs.row(i).head(dim);
    if (samples != nullptr) {
      const auto row = rows.below(from + static_cast<std::uint64_t>(i),
                                  static_cast<std::uint64_t>(samples->rows()));
      x = level.signal * samples->row(static_cast<Index>(row)) + level.sigma * x;
    } else {
      x *= scale;
    }
    probe.inputs(i, dim) = diffusion->time(t);
  }
  return probe;
}

Matrix scores_of(const diffusion::Diffusion& diffusion, const ScoreProbe& probe,
                 const Matrix& outputs) {
  const Index dim = outputs.cols();
  Matrix epsilon =
      theory::converted_prediction(probe.inputs.leftCols(dim), outputs, diffusion.prediction,
                                   theory::Prediction::epsilon, probe.signal, probe.sigma);
  return epsilon.array().colwise() / probe.sigma.array();
}

void for_each_fresh_score(const nn::FunctionFamily& family, Index dim, Index networks,
                          const ScoreProbeLaw& law, const RandomStream& stream,
                          const std::stop_token& stop,
                          const std::function<void(const Matrix& scores)>& use) {
  ANISO_CHECK(networks >= 1 && law.count >= 1, "networks: at least one network and probe");
  const Index together = std::clamp<Index>(
      kMostParameters / std::max<Index>(1, family.parameter_count()), 1, kTogether);
  for (Index done = 0; done < networks; done += together) {
    if (stop.stop_requested()) throw Cancelled{};
    const Index m = std::min(together, networks - done);
    const Matrix parameters =
        family.draw(stream.child("networks", static_cast<std::uint64_t>(done)), m);
    const ScoreProbe probe = law.draw(dim, done * law.count, m * law.count, stream.child("probes"));
    const Matrix outputs = family.own_values(parameters, probe.inputs);
    for (Index r = 0; r < m; ++r)
      if (!outputs.middleRows(r * law.count, law.count).allFinite())
        throw NumericalError(text("the outputs of fresh network ", done + r,
                                  " are not finite; lower the scale of the initialisation"));
    const Matrix scores = scores_of(*law.diffusion, probe, outputs);
    for (Index r = 0; r < m; ++r) use(scores.middleRows(r * law.count, law.count));
  }
}

geometry::GradientMoment fresh_score_moment(const Input& input, const nn::FunctionFamily& family,
                                            const diffusion::Diffusion& diffusion, Index dim,
                                            const std::stop_token& stop) {
  Matrix samples;
  ScoreProbeLaw law = score_probe_law(input, samples);
  law.diffusion = &diffusion;
  geometry::GradientMoment moment(dim);
  for_each_fresh_score(
      family, dim, input.params.integer("networks"), law,
      RandomStream(static_cast<std::uint64_t>(input.params.integer("seed")), "loudness"), stop,
      [&](const Matrix& scores) { moment.add(scores); });
  return moment;
}

ParamSchema score_probe_params() {
  return {integer_param("probes", 1)
              .range(1, 65536)
              .about("Inputs per network; the usual average has a fresh network for every one."),
          choice_param("probe_law", "zero",
                       {{"zero", "Zero", "x = 0."},
                        {"gaussian", "Gaussian", "x ~ N(0, σ² I)."},
                        {"data", "Noised data", "a x₀ + σ ε with x₀ from the training set."}})
              .about("Where the networks are evaluated. The spectrum depends on it."),
          real_param("probe_scale", 1)
              .titled("σ")
              .range(1e-9, 1e6)
              .log_scale()
              .when("probe_law", {"gaussian"})
              .about("Scale of the probes."),
          choice_param("timesteps", "uniform",
                       {{"uniform", "All steps", "Stratified over 0 … T − 1."},
                        {"one", "One step", "The same noise level for every probe."}})
              .about("Law of the diffusion step t."),
          integer_param("step", 0)
              .titled("Diffusion step")
              .range(0, 99999)
              .when("timesteps", {"one"})
              .about("t, from 0 (nearly clean) to T − 1 (noise)."),
          integer_param("seed", 0).range(0, 1e9).about("Of networks and probes.")};
}

ScoreProbeLaw score_probe_law(const Input& input, Matrix& samples) {
  ScoreProbeLaw law;
  law.diffusion = input.diffusion;
  ANISO_CHECK(law.diffusion != nullptr,
              "this looks at score networks; choose the objective "
              "'score_matching'");
  law.count = input.params.integer("probes");
  if (input.params.choice("timesteps") == "one") law.step = input.params.integer("step");
  const auto kind = input.params.choice("probe_law");
  if (kind == "gaussian") law.scale = input.params.real("probe_scale");
  if (kind == "data") {
    ANISO_CHECK(input.data != nullptr && !input.data->train.empty(),
                "probe_law: there are no training inputs; use x = 0 or the Gaussian law");
    samples = input.data->x(input.data->train, Eigen::all);
    law.samples = &samples;
  }
  return law;
}

}  // namespace aniso::analysis
