#include <algorithm>
#include <utility>

#include "core/analysis/fresh_geometry.h"
#include "core/analysis/geometry_probes.h"
#include "core/analysis/geometry_results.h"
#include "core/analysis/geometry_theory.h"
#include "core/analysis/progressive.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/geometry/lanczos.h"
#include "core/geometry/spectra.h"

namespace aniso::analysis {
namespace {

constexpr Index kMostDense = 4096;          // inputs of a G that is formed
constexpr double kMostGradientBytes = 2e9;  // kept for the largest eigenvalues alone

/// Hands the input gradients of the networks that are asked for to `use`, one network at a time.
class Sampler {
 public:
  Sampler(const Input& input, const std::stop_token& stop)
      : input_(input), stop_(stop), probes_(input) {
    how_.networks = input.params.choice("of") == "run" ? 1 : input.params.integer("networks");
    how_.probes = probes_.law();
    how_.readout = geometry_readout(input);
  }

  const FreshGeometry& how() const { return how_; }

  void run(const TakeNetwork& use) const {
    const auto of = input_.params.choice("of");
    const RandomStream stream(static_cast<std::uint64_t>(input_.params.integer("seed")),
                              "average geometry");
    const Index inputs = input_.plan->inputs;
    if (of == "fresh") {
      return for_each_fresh(laboratory().family(), inputs, input_.plan->outputs, how_, stream,
                            stop_, use);
    }
    for (Index m = 0; m < how_.networks; ++m) {
      if (stop_.stop_requested()) throw Cancelled{};
      const Matrix x =
          how_.probes.draw(inputs, stream.child("probes", static_cast<std::uint64_t>(m)));
      if (of == "run") {
        use(input_.function->input_gradients(x, how_.readout));
      } else {
        const Vector trained = laboratory().trained(m, input_.step, stop_);
        use(laboratory().function(trained)->input_gradients(x, how_.readout));
      }
    }
  }

 private:
  Laboratory& laboratory() const {
    ANISO_CHECK(input_.laboratory != nullptr,
                "average geometry: other networks than this one "
                "cannot be reached here; look at the run alone");
    return *input_.laboratory;
  }

  const Input& input_;
  const std::stop_token& stop_;
  GeometryProbes probes_;
  FreshGeometry how_;
};

GeometryContext context_of(const Input& input, const Vector& readout) {
  GeometryContext context;
  context.shape = input.data != nullptr ? input.data->shape : InputShape(input.plan->inputs);
  context.step = input.step;
  if (input.params.choice("of") == "fresh") {
    auto theory = geometry_theory(input, readout);
    context.theory = std::move(theory.eigenvalues);
    context.fourier_theory = std::move(theory.fourier);
    context.theory_name = std::move(theory.name);
  }
  return context;
}

std::vector<Result> dense(const Input& input, const Sampler& sampler, const std::stop_token& stop,
                          std::vector<std::string>& notes) {
  GeometryContext context = context_of(input, sampler.how().readout);
  const Index total = sampler.how().networks;
  const auto moment = sampled_moment(input, context, input.plan->inputs, total,
                                     [&](const TakeNetwork& take) { sampler.run(take); });
  if (total > 1 && moment.gradients() < input.plan->inputs)
    notes.push_back(text("only ", grouped(moment.gradients()), " gradients in ",
                         grouped(input.plan->inputs),
                         " dimensions: the other eigenvalues are 0 by construction"));
  else if (total > 1 && moment.networks() < input.plan->inputs)
    notes.push_back(text("fewer networks than inputs: with strongly correlated probes, ",
                         grouped(input.plan->inputs - moment.networks()),
                         " eigenvalues are small by construction"));
  const auto band = null_band(input, context, moment, stop);
  if (band) context.null = &*band;
  return geometry_results(moment, context);
}

// Without forming G: the gradients are kept and its largest eigenvalues found by Lanczos.
std::vector<Result> largest(const Input& input, const Sampler& sampler,
                            std::vector<std::string>& notes) {
  const Index inputs = input.plan->inputs;
  const Index rows = sampler.how().networks * sampler.how().probes.count;
  const double bytes = 4.0 * static_cast<double>(rows) * static_cast<double>(inputs);
  ANISO_CHECK(bytes <= kMostGradientBytes, "networks: the gradients would take ",
              number(std::round(bytes / 1e8) / 10), " GB; use fewer networks or probes");
  geometry::FloatRows gradients(rows, inputs);
  Index at = 0;
  sampler.run([&](const Matrix& g) {
    gradients.middleRows(at, g.rows()) = g.cast<float>();
    at += g.rows();
  });
  const Index top = std::min(input.params.integer("top"), std::min(rows, inputs) - 1);
  ANISO_CHECK(top >= 1, "networks: two gradients are needed at least");
  const auto eigen = geometry::top_eigen(gradients, top);
  auto results =
      undefined_geometry(text("G of ", grouped(inputs), " inputs was not formed; its ", top,
                              " largest eigenvalues were found by Lanczos iteration"));
  auto& spectrum = std::get<Spectrum>(results.front());
  spectrum.quantity.status = Status::partial(top, inputs);
  spectrum.values = eigen.values;
  spectrum.directions = eigen.vectors.transpose();
  notes.push_back("gradients are kept in single precision");
  return results;
}

std::vector<Result> run(const Input& input, const std::stop_token& stop,
                        std::vector<std::string>& notes) {
  const Sampler sampler(input, stop);
  const Index inputs = input.plan->inputs;
  if (input.params.choice("method") == "largest") return largest(input, sampler, notes);
  if (inputs > kMostDense) {
    const double gigabytes =
        3 * 8.0 * static_cast<double>(inputs) * static_cast<double>(inputs) / 1e9;
    return undefined_geometry(text(
        "G of ", grouped(inputs), " inputs would take ", number(std::round(10 * gigabytes) / 10),
        " GB and its eigenvalues hours; choose the method 'largest' for the first few"));
  }
  auto results = dense(input, sampler, stop, notes);
  notes.push_back(input.params.choice("of") == "run"
                      ? std::string("the network of this run alone")
                      : text(input.params.choice("of") == "fresh"
                                 ? "fresh networks: "
                                 : "independently trained networks: ",
                             grouped(sampler.how().networks)));
  return results;
}

ParamSchema params() {
  return joined(
      {choice_param("of", "fresh",
                    {{"fresh", "Fresh networks", "At initialisation: the architecture's own law."},
                     {"run", "This network", "The run alone, at the step that is looked at."},
                     {"ensemble", "Trained networks",
                      "Independently trained to this step: other initialisations and batches."}})
           .about("Whose gradients are averaged."),
       integer_param("networks", 600)
           .range(1, 100000)
           .when("of", {"fresh", "ensemble"})
           .about("M, how many networks."),
       integer_param("null_repeats", 20)
           .titled("Null repeats")
           .range(0, 1000)
           .about("Random rotations behind the null band; below 2 for none."),
       choice_param("method", "all",
                    {{"all", "All eigenvalues", "G is formed: up to 4,096 inputs."},
                     {"largest", "Largest only", "Lanczos iteration, without forming G."}})
           .about("How eigenvalues are found."),
       integer_param("top", 16)
           .range(1, 1000)
           .when("method", {"largest"})
           .about("How many of the largest eigenvalues.")},
      geometry_probe_params(16));
}

}  // namespace

Analysis average_geometry() {
  Analysis analysis;
  analysis.id = "average_geometry";
  analysis.title = "Average geometry";
  analysis.doc =
      "Along which input directions networks of this architecture are steep, on average over their "
      "random initialisation. Large eigenvalues are directions that they see, eigenvalues near "
      "zero are directions that they are nearly blind to. The geometric invariance hypothesis says "
      "that what lies along those is hardly learned: a hypothesis, to be tested here. Eigenvalues "
      "inside the grey band cannot be told from chance, and neighbours that the data do not "
      "separate belong to a subspace, not to directions.";
  analysis.formula = "G = E_θ E_x [∇_x f_θ(x) ∇_x f_θ(x)ᵀ]";
  analysis.source =
      "Movahedi, Orvieto, Moosavi-Dezfooli: Geometric Inductive Biases of Deep Networks "
      "(arXiv 2410.12025); null band and groups are ours";
  analysis.params = params();
  analysis.is_long = true;
  analysis.gives_spectra = true;
  analysis.is_step_free = [](const Params& p) { return p.choice("of") == "fresh"; };
  analysis.run = run;
  return analysis;
}

}  // namespace aniso::analysis
