#include <utility>

#include "core/analysis/geometry_results.h"
#include "core/analysis/progressive.h"
#include "core/analysis/score_probes.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/geometry/spectra.h"
#include "core/theory/output_geometry.h"

namespace aniso::analysis {
namespace {

constexpr Index kMostDense = 4096;  // inputs of a G that is formed

/// Hands the scores of the networks that are asked for to `use`, one network at a time.
class Sampler {
 public:
  Sampler(const Input& input, const std::stop_token& stop)
      : input_(input), stop_(stop), law_(score_probe_law(input, samples_)) {
    networks_ = input.params.choice("of") == "run" ? 1 : input.params.integer("networks");
  }
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  Index networks() const { return networks_; }

  void run(const TakeNetwork& use) const {
    const auto of = input_.params.choice("of");
    const Index dim = input_.plan->data_inputs();
    const RandomStream stream(static_cast<std::uint64_t>(input_.params.integer("seed")),
                              "output geometry");
    if (of == "fresh")
      return for_each_fresh_score(laboratory().family(), dim, networks_, law_, stream, stop_, use);
    for (Index m = 0; m < networks_; ++m) {
      if (stop_.stop_requested()) throw Cancelled{};
      const ScoreProbe probe = law_.draw(dim, m * law_.count, law_.count, stream.child("probes"));
      Matrix outputs;
      if (of == "run") {
        outputs = input_.function->values(probe.inputs);
      } else {
        const Vector trained = laboratory().trained(m, input_.step, stop_);
        outputs = laboratory().function(trained)->values(probe.inputs);
      }
      use(scores_of(*law_.diffusion, probe, outputs));
    }
  }

 private:
  Laboratory& laboratory() const {
    ANISO_CHECK(input_.laboratory != nullptr,
                "average output geometry: other networks than this one cannot be reached here; "
                "look at the run alone");
    return *input_.laboratory;
  }

  const Input& input_;
  const std::stop_token& stop_;
  Matrix samples_;
  ScoreProbeLaw law_;
  Index networks_ = 1;
};

// A diffusion transformer at x = 0 has its G in closed form, whatever its depth.
void add_dit_theory(const Input& input, GeometryContext& context) {
  const auto& schedule = input.diffusion->schedule;
  const bool applies = input.architecture == "dit" && input.params.choice("of") == "fresh" &&
                       input.params.choice("probe_law") == "zero" &&
                       input.diffusion->prediction == theory::Prediction::epsilon &&
                       input.architecture_params.choice("final_layer") == "xavier";
  if (!applies) return;
  const InputShape image = as_image(context.shape, "output geometry");
  theory::DitOutput dit;
  dit.grid = {image.channels, image.height, image.width};
  dit.patch = input.architecture_params.integer("patch");
  dit.hidden = input.architecture_params.integer("width");
  dit.scale = schedule.mean_inverse_variance();
  if (input.params.choice("timesteps") == "one") {
    const double sigma = schedule.level(input.params.integer("step")).sigma;
    dit.scale = 1 / (sigma * sigma);
  }
  context.theory = geometry::symmetric_eigen(theory::dit_output_geometry(dit)).values.cwiseMax(0);
  context.theory_name = "closed form: transformer on patches";
}

GeometryContext context_of(const Input& input) {
  GeometryContext context;
  context.shape = input.data != nullptr ? input.data->shape : InputShape(input.plan->data_inputs());
  context.step = input.step;
  context.name = "average output geometry";
  context.unit = "1 / input unit²";
  context.has_null_space = true;
  add_dit_theory(input, context);
  return context;
}

std::vector<Result> run(const Input& input, const std::stop_token& stop,
                        std::vector<std::string>& notes) {
  const Sampler sampler(input, stop);
  const Index dim = input.plan->data_inputs(), total = sampler.networks();
  if (dim > kMostDense)
    return undefined_geometry(text("G of ", grouped(dim), " outputs would be too large to form"));
  GeometryContext context = context_of(input);
  const auto moment = sampled_moment(input, context, dim, total,
                                     [&](const TakeNetwork& take) { sampler.run(take); });
  if (moment.mean().isZero(0))
    return undefined_geometry(
        "the networks give exactly 0 at these probes, so that no direction is preferred; with a "
        "final layer that starts at zero, train first");
  const auto band = null_band(input, context, moment, stop);
  if (band) context.null = &*band;
  if (moment.gradients() < dim)
    notes.push_back(text("only ", grouped(moment.gradients()), " outputs in ", grouped(dim),
                         " dimensions: the other eigenvalues are 0 by construction"));
  notes.push_back(input.params.choice("of") == "run"
                      ? std::string("the network of this run alone")
                      : text(input.params.choice("of") == "fresh"
                                 ? "fresh networks: "
                                 : "independently trained networks: ",
                             grouped(total)));
  return geometry_results(moment, context);
}

ParamSchema params() {
  return joined(
      {choice_param("of", "fresh",
                    {{"fresh", "Fresh networks", "At initialisation: the architecture's own law."},
                     {"run", "This network", "The run alone, at the step that is looked at."},
                     {"ensemble", "Trained networks",
                      "Independently trained to this step: other initialisations and batches."}})
           .about("Whose outputs are averaged."),
       integer_param("networks", 2000)
           .range(1, 1000000)
           .when("of", {"fresh", "ensemble"})
           .about("M, how many networks."),
       integer_param("null_repeats", 10)
           .titled("Null repeats")
           .range(0, 1000)
           .about("Random rotations behind the null band; below 2 for none.")},
      score_probe_params());
}

}  // namespace

Analysis output_geometry() {
  Analysis analysis;
  analysis.id = "output_geometry";
  analysis.title = "Score anisotropy directions";
  analysis.doc =
      "The second moment of what score networks of this architecture give before training. Its "
      "eigenvectors are the score anisotropy directions, counted from the smallest eigenvalue up. "
      "The conjecture is that data along the first of them are modelled better: unproved beyond "
      "linear networks, and reversed for some architectures, so test it. Directions with "
      "eigenvalue zero, and neighbours that the networks do not tell apart, form a subspace and "
      "have no order.";
  analysis.formula = "G = E_θ E_{x,t} [F Fᵀ],  F = ε_θ(x, t)/σ_t";
  analysis.source = "Score anisotropy directions; stratified steps, null band and groups are ours";
  analysis.params = params();
  analysis.networks = Networks::score;
  analysis.is_long = true;
  analysis.gives_spectra = true;
  analysis.is_step_free = [](const Params& p) { return p.choice("of") == "fresh"; };
  analysis.run = run;
  return analysis;
}

}  // namespace aniso::analysis
