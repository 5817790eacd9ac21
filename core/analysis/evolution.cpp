#include <algorithm>
#include <chrono>
#include <utility>

#include "core/analysis/evolution_record.h"
#include "core/analysis/geometry_probes.h"
#include "core/analysis/input_kernel.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::analysis {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Index kMostInputs = 1024;           // of a G that is kept at every checkpoint
constexpr Index kGroups = 8, kFewGroups = 5;  // of networks; few where G is large
constexpr Index kLargeInputs = 256;
constexpr double kShowShare = 0.2;  // of the time, at most, spent on looks on the way

/// Parameters of one network at one step.
struct State {
  Index step;
  Vector parameters;
};

/// Gradients, kernels and weight motion of one network at all checkpoints.
class Follower {
 public:
  Follower(const Input& input, const std::stop_token& stop)
      : input_(input),
        stop_(stop),
        probes_(input),
        readout_(geometry_readout(input)),
        no_kernel_(no_kernel_reason(*input.plan)) {}

  const std::string& no_kernel() const { return no_kernel_; }

  /// @param state  of checkpoint t.
  void follow(EvolutionRecord& record, Index network,
              const std::function<Vector(Index step, std::size_t t)>& state) const {
    const RandomStream stream(static_cast<std::uint64_t>(input_.params.integer("seed")),
                              "evolution");
    // The same probes at every checkpoint: what differs is the network.
    const Matrix x = probes_.law().draw(
        input_.plan->inputs, stream.child("probes", static_cast<std::uint64_t>(network)));
    std::vector<Matrix> gradients, kernels;
    std::vector<double> motion;
    const Index trained = input_.plan->trained_count();
    Vector start;
    const auto& steps = record.steps();
    for (std::size_t t = 0; t < steps.size(); ++t) {
      if (stop_.stop_requested()) throw Cancelled{};
      const Vector parameters = state(steps[t], t);
      if (t == 0) start = parameters.head(trained);
      motion.push_back((parameters.head(trained) - start).norm() / start.norm());
      const auto function = input_.laboratory->function(parameters);
      gradients.push_back(function->input_gradients(x, readout_));
      if (!gradients.back().allFinite())
        throw NumericalError(text("the input gradients of network ", network, " at step ",
                                  grouped(steps[t]), " are not finite; lower the learning rate"));
      if (no_kernel_.empty() && t + 1 < steps.size())
        kernels.push_back(input_kernel(*function, *input_.plan, readout_, stop_));
    }
    record.add(gradients, kernels, motion);
  }

 private:
  const Input& input_;
  const std::stop_token& stop_;
  GeometryProbes probes_;
  Vector readout_;
  std::string no_kernel_;
};

Matrix data_moment(const Input& input) {
  ANISO_CHECK(input.data != nullptr, "evolution: needs a dataset");
  const Index n = static_cast<Index>(input.data->train.size());
  if (n == 0) return Matrix::Zero(input.plan->inputs, input.plan->inputs);
  const Matrix x = input.data->x(input.data->train, Eigen::all);
  return x.transpose() * x / static_cast<double>(n);
}

std::vector<Result> of_run(const Input& input, const Follower& follower, const Matrix& s,
                           const std::stop_token& stop) {
  const auto stored = input.laboratory->checkpoints();
  std::vector<Index> all;
  for (const auto& checkpoint : stored) all.push_back(checkpoint.step);
  const auto kept = thinned_evenly(all, input.params.integer("checkpoints"));
  if (kept.size() < 2)
    return undefined_evolution("two stored steps are needed: let it train, or take an ensemble",
                               false);
  std::vector<Index> steps;
  for (const std::size_t k : kept) steps.push_back(all[k]);
  EvolutionRecord record(steps, 1, input.plan->inputs);
  follower.follow(record, 0, [&](Index, std::size_t t) { return *stored[kept[t]].parameters; });
  return evolution_results(record, s, follower.no_kernel(), false, stop);
}

std::vector<Result> of_ensemble(const Input& input, const Follower& follower, const Matrix& s,
                                const std::stop_token& stop) {
  const Index networks = input.params.integer("networks");
  const auto steps =
      logarithmic_steps(input.laboratory->total_steps(), input.params.integer("checkpoints"));
  if (steps.size() < 2)
    return undefined_evolution("the experiment takes no steps; set training.steps", true);
  const Index groups = input.plan->inputs <= kLargeInputs ? kGroups : kFewGroups;
  EvolutionRecord record(steps, std::min(groups, networks), input.plan->inputs);
  Clock::duration cost{};
  auto shown = Clock::now();
  for (Index m = 0; m < networks; ++m) {
    follower.follow(record, m, [&](Index step, std::size_t) {
      return input.laboratory->trained(m, step, stop);
    });
    const auto now = Clock::now();
    if (!input.publish || m + 1 == networks || (now - shown) * kShowShare < cost) continue;
    auto results = evolution_results(record, s, follower.no_kernel(), true, stop);
    cost = Clock::now() - now;
    input.publish(std::move(results), static_cast<double>(m + 1) / static_cast<double>(networks));
    shown = Clock::now();
  }
  return evolution_results(record, s, follower.no_kernel(), true, stop);
}

std::vector<Result> run(const Input& input, const std::stop_token& stop,
                        std::vector<std::string>& notes) {
  ANISO_CHECK(input.laboratory != nullptr,
              "evolution: other steps than this one cannot be reached here");
  const bool is_ensemble = input.params.choice("of") == "ensemble";
  const Index inputs = input.plan->inputs;
  if (inputs > kMostInputs)
    return undefined_evolution(
        text("G of ", grouped(inputs), " inputs at every checkpoint is too large; use up to ",
             grouped(kMostInputs), " inputs, such as 32×32 pixels"),
        is_ensemble);
  const Follower follower(input, stop);
  const Matrix s = data_moment(input);
  notes.push_back("what belongs to a change stands at the step where it ends");
  if (!is_ensemble) {
    notes.push_back("one network: its G stands for the ensemble's, without error");
    return of_run(input, follower, s, stop);
  }
  const Index networks = input.params.integer("networks");
  notes.push_back(text(grouped(networks), " independently trained networks, the same at every ",
                       "step; bands are ± one standard error"));
  if (networks * input.params.integer("probes") < inputs)
    notes.push_back(
        "fewer gradients than inputs: G is far from full rank, and plain cosines are "
        "too small");
  return of_ensemble(input, follower, s, stop);
}

ParamSchema params() {
  return joined(
      {choice_param("of", "run",
                    {{"run", "This network", "The stored steps of the run that is looked at."},
                     {"ensemble", "Trained networks",
                      "Independently trained: other initialisations and batches."}})
           .about("Whose gradients are averaged."),
       integer_param("networks", 8)
           .range(2, 10000)
           .when("of", {"ensemble"})
           .about("M, how many networks are trained; five give error bands everywhere."),
       integer_param("checkpoints", 16)
           .range(2, 200)
           .about("At most so many steps, evenly spaced in their logarithm; first and newest "
                  "always.")},
      geometry_probe_params(16));
}

}  // namespace

Analysis evolution() {
  Analysis analysis;
  analysis.id = "evolution";
  analysis.title = "Evolution of the average geometry";
  analysis.doc =
      "How the average geometry G moves while networks learn. At initialisation and infinite width "
      "it is a theorem that Δ is proportional to G S G, with a minus sign: networks first forget "
      "their random function, along the directions that the data and the architecture share. For "
      "an MLP G is isotropic and −Δ follows the data matrix S. That either holds later, or for "
      "narrow networks, is a conjecture, to be tested here; for networks that are linear in x, "
      "K S G + G S K is exact at infinite width. A cosine near 1 means the same direction. Where "
      "weights hardly move relative to their start the network is in the lazy regime and its "
      "kernel stays; where they move as far as they are long it learns features.";
  analysis.formula =
      "G^t = E_θ E_x [∇f ∇fᵀ],  Δ^t = (G^{t+1} − G^t)/steps,  cos(A, B) = tr(AᵀB)/(‖A‖ ‖B‖),  "
      "S = (1/n) Σ x xᵀ";
  analysis.source =
      "Movahedi, Orvieto, Moosavi-Dezfooli: Geometric Inductive Biases of Deep Networks "
      "(arXiv 2410.12025); estimates free of noise and their bands are ours";
  analysis.params = params();
  analysis.is_long = true;
  analysis.is_step_free = [](const Params& p) { return p.choice("of") == "ensemble"; };
  analysis.run = run;
  return analysis;
}

}  // namespace aniso::analysis
