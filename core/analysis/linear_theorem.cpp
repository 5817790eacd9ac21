#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "core/analysis/generation_error.h"
#include "core/analysis/geometry_results.h"
#include "core/analysis/registry.h"
#include "core/analysis/variants.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/geometry/spectra.h"
#include "core/theory/linear_score.h"

namespace aniso::analysis {
namespace {

constexpr Index kMostCandidates = 64, kMostInputs = 256;
constexpr double kSingle = 1e-5;                   // of an error: rounding of parameters in float32
constexpr double kClearWin = 1.05;                 // of two rates
constexpr double kRateFrom = 0.2, kRateTo = 0.02;  // of the error at the start
constexpr const char* kFewLooks =
    "a rate needs two looks between 20 % and 2 % of the start: train longer or look more often";
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Where the two factors of F = ΦΘ stand among a network's parameters.
struct Factors {
  nn::ParameterBlock learned, fixed;

  Matrix phi(const Eigen::Ref<const Vector>& parameters) const {
    return Eigen::Map<const Matrix>(parameters.data() + fixed.offset, fixed.rows, fixed.cols);
  }
  Matrix product(const Eigen::Ref<const Vector>& parameters) const {
    return phi(parameters) *
           Eigen::Map<const Matrix>(parameters.data() + learned.offset, learned.rows, learned.cols);
  }
};

Factors factors_of(const nn::NetworkPlan& plan) {
  const auto blocks = plan.layout();
  const auto is_weight = [](const nn::ParameterBlock& b) { return b.role == nn::Role::weight; };
  ANISO_CHECK(plan.has_time && plan.layers.size() == 3 && blocks.size() == 2 &&
                  is_weight(blocks[0]) && is_weight(blocks[1]) && blocks[0].trained &&
                  !blocks[1].trained,
              "the theorem is about F(x) = Φ Θ x with Φ fixed; choose the architecture "
              "'linear_score'");
  ANISO_CHECK(plan.outputs <= kMostInputs, "the closed form of ", plan.outputs,
              " inputs takes too long; use up to ", kMostInputs);
  return {blocks[0], blocks[1]};
}

/// One network and its closed form.
struct Candidate {
  std::string label;
  theory::LinearScoreDescent descent;
  Matrix optimum, start;           // W*, the error of the first network
  double eigenvalue;               // vᵀ ΦΦᵀ v along the main direction v of its data
  std::vector<double> left, said;  // ‖E‖/‖E₀‖, measured and in closed form
  double furthest = 0;             // largest ‖E − closed form‖/‖E₀‖
  Index diverged_at = 0;
};

class Race {
 public:
  Race(const Input& input, const std::stop_token& stop)
      : factors_(factors_of(*input.plan)), stop_(stop), step_(input.step) {
    const VariantList list(input.params);
    ANISO_CHECK(list.size() <= kMostCandidates, "values: give at most ", kMostCandidates,
                " directions, not ", list.size());
    std::vector<Variant> variants;
    for (Index i = 0; i < list.size(); ++i) {
      variants.push_back(list.variant(i));
      add_training_steps(input.params, variants.back());
    }
    cohort_ = input.laboratory->cohort(variants);
    ANISO_CHECK(cohort_->diffusion() != nullptr,
                "this looks at score networks; choose the objective 'score_matching'");
    const auto rate = cohort_->plain_rate();
    ANISO_CHECK(rate.has_value(),
                "the theorem is about plain gradient descent: choose the optimiser gd, or sgd with "
                "momentum 0, with a constant rate and without decay, warm-up or clipping");
    // The loss is a mean over D outputs.
    pace_ = 2 * *rate / static_cast<double>(input.plan->outputs);
    const Matrix parameters = cohort_->parameters();
    for (Index r = 0; r < cohort_->size(); ++r)
      candidates_.push_back(candidate(r, list.label(r), parameters.row(r).transpose()));
    steps_.push_back(0);
    look();
  }

  Index total() const { return cohort_->total_steps(); }
  void advance_to(Index step) {
    cohort_->advance(step - cohort_->steps_done(), stop_);
    steps_.push_back(step);
    look();
  }

  std::vector<Result> results() const {
    std::vector<Result> out;
    for (std::size_t i = 0; i < candidates_.size(); ++i) add_curves(i, out);
    add_rates(out);
    double furthest = 0, worst = kNan;
    for (const auto& c : candidates_) {
      furthest = std::max(furthest, c.furthest);
      worst = std::fmax(worst, std::abs(measured_rate(c) / closed_rate(c) - 1));
    }
    geometry::Scalar apart{furthest, {}}, rate{worst, {}};
    if (steps_.size() < 2) apart.status = Status::undefined("nothing is trained yet");
    for (const auto& c : candidates_)
      if (c.diverged_at > 0 || !std::isfinite(c.left.back()))
        apart.status = Status::undefined(c.label + " diverged");
    if (!std::isfinite(worst)) rate.status = Status::undefined(kFewLooks);
    out.emplace_back(number_at(step_, apart, "furthest", "largest distance from the closed form"));
    out.emplace_back(number_at(step_, rate, "rate_error", "largest error of a rate"));
    out.emplace_back(
        number_at(step_, lead(), "lead", "rate of the quietest over that of the fastest other"));
    return out;
  }

  void add_notes(std::vector<std::string>& notes) const {
    for (const auto& c : candidates_)
      if (c.diverged_at > 0)
        notes.push_back(text(c.label, " diverged at step ", grouped(c.diverged_at)));
    double limit = std::numeric_limits<double>::infinity();
    for (const auto& c : candidates_) limit = std::min(limit, c.descent.stability_limit());
    if (pace_ >= limit)
      notes.push_back(text("the learning rate is ", number(rounded(pace_ / limit)),
                           " times the largest that is stable"));
    if (const std::string said = verdict(); !said.empty()) notes.push_back(said);
    notes.emplace_back(
        "a theorem, for linear models only; under batches it holds for the mean error, and what is "
        "left at the end is their noise");
  }

 private:
  Candidate candidate(Index r, std::string label, const Vector& parameters) const {
    const Matrix phi = factors_.phi(parameters), data = training_moment(cohort_->data(r));
    const auto moments = theory::denoising_moments(cohort_->diffusion()->schedule,
                                                   cohort_->diffusion()->prediction, data);
    const Matrix kernel = phi * phi.transpose();
    const Vector axis = geometry::symmetric_eigen(data).vectors.col(0);
    Candidate out{.label = std::move(label),
                  .descent = {kernel, moments.inputs},
                  .optimum = moments.optimum(),
                  .start = {},
                  .eigenvalue = axis.dot(kernel * axis),
                  .left = {},
                  .said = {}};
    out.start = factors_.product(parameters) - out.optimum;
    return out;
  }

  void look() {
    const Matrix parameters = cohort_->parameters();
    for (Index r = 0; r < cohort_->size(); ++r) {
      if (stop_.stop_requested()) throw Cancelled{};
      Candidate& c = candidates_[static_cast<std::size_t>(r)];
      const Matrix error = factors_.product(parameters.row(r).transpose()) - c.optimum;
      const Matrix closed = c.descent.error_after(c.start, pace_, steps_.back());
      const double size = c.start.norm();
      c.diverged_at = cohort_->diverged_at(r);
      c.left.push_back(c.diverged_at > 0 ? kNan : error.norm() / size);
      c.said.push_back(closed.norm() / size);
      if (c.diverged_at == 0) c.furthest = std::max(c.furthest, (error - closed).norm() / size);
    }
  }

  // ρ of (1 − sρ)^t over the looks at which the closed form has fallen to a fifth and not yet to a
  // fiftieth: later the noise of the batches is in the way.
  double rate_of(const Candidate& c, const std::vector<double>& left) const {
    std::size_t from = 0;
    while (from < c.said.size() && c.said[from] > kRateFrom) ++from;
    std::size_t last = from;
    while (last + 1 < c.said.size() && c.said[last + 1] >= kRateTo) ++last;
    if (from >= c.said.size() || last == from) return kNan;
    const auto steps = static_cast<double>(steps_[last] - steps_[from]);
    return (1 - std::pow(left[last] / left[from], 1 / steps)) / pace_;
  }
  double measured_rate(const Candidate& c) const { return rate_of(c, c.left); }
  double closed_rate(const Candidate& c) const { return rate_of(c, c.said); }

  Vector steps() const {
    Vector x(static_cast<Index>(steps_.size()));
    for (Index i = 0; i < x.size(); ++i)
      x[i] = static_cast<double>(steps_[static_cast<std::size_t>(i)]);
    return x;
  }

  void add_curves(std::size_t i, std::vector<Result>& out) const {
    const Candidate& c = candidates_[i];
    ScalarSeries series;
    series.quantity = {text("left/", i), text("Error, ", c.label), "",
                       "training step",  "error / at the start",   {}};
    series.panel = "Distance from the optimum";
    const std::string lambda = text("λ = ", number(rounded(c.eigenvalue)));
    const auto alike = std::count_if(
        candidates_.begin(), candidates_.end(),
        [&](const Candidate& other) { return rounded(other.eigenvalue) == rounded(c.eigenvalue); });
    series.name = alike > 1 ? text(c.label, ", ", lambda) : lambda;
    series.x = steps();
    series.y = Eigen::Map<const Vector>(c.left.data(), series.x.size());
    series.log_y = true;
    ScalarSeries closed = series;
    closed.quantity.id = text("closed/", i);
    closed.quantity.title = text("Closed form, ", c.label);
    closed.name = i == 0 ? "closed form" : "";
    closed.y = Eigen::Map<const Vector>(c.said.data(), series.x.size());
    closed.is_theory = true;
    out.emplace_back(std::move(series));
    out.emplace_back(std::move(closed));
  }

  void add_rates(std::vector<Result>& out) const {
    // In order of the eigenvalues, from the quietest direction.
    std::vector<const Candidate*> order;
    for (const auto& c : candidates_) order.push_back(&c);
    std::stable_sort(order.begin(), order.end(), [](const Candidate* a, const Candidate* b) {
      return a->eigenvalue < b->eigenvalue;
    });
    const auto add = [&](const char* id, const char* name, bool is_theory, const auto& value) {
      ScalarSeries series;
      series.quantity = {
          id, name, "", "eigenvalue λ of ΦΦᵀ along the data", "ρ, as in 1 − 2ηρ/D a step", {}};
      series.panel = "Rate of learning";
      series.name = name;
      series.is_theory = is_theory;
      series.x.resize(static_cast<Index>(order.size()));
      series.y = series.x;
      for (Index i = 0; i < series.x.size(); ++i) {
        const Candidate& c = *order[static_cast<std::size_t>(i)];
        series.x[i] = c.eigenvalue;
        series.y[i] = value(c);
      }
      if (!series.y.array().isFinite().any()) series.quantity.status = Status::undefined(kFewLooks);
      out.emplace_back(std::move(series));
    };
    add("rate", "measured, from 20 % to 2 %", false,
        [&](const Candidate& c) { return measured_rate(c); });
    add("rate_closed", "closed form, same steps", true,
        [&](const Candidate& c) { return closed_rate(c); });
    add("rate_limit", "closed form, in the end", true,
        [&](const Candidate& c) { return c.descent.slowest_rate(c.start, kSingle); });
  }

  // Nothing where the closed form has no clear winner.
  std::string verdict() const {
    const Candidate* measured = nullptr;
    const Candidate* closed = nullptr;
    double second = 0;
    for (const auto& c : candidates_) {
      if (!std::isfinite(measured_rate(c))) return {};
      if (measured == nullptr || measured_rate(c) > measured_rate(*measured)) measured = &c;
      if (closed == nullptr || closed_rate(c) > closed_rate(*closed)) {
        if (closed != nullptr) second = closed_rate(*closed);
        closed = &c;
      } else {
        second = std::max(second, closed_rate(c));
      }
    }
    if (candidates_.size() < 2 || closed_rate(*closed) < kClearWin * second) return {};
    const std::string name =
        text(measured->label, " (λ = ", number(rounded(measured->eigenvalue)), ")");
    return measured == closed
               ? text("learned fastest: ", name, ", as in the closed form")
               : text("learned fastest: ", name, "; in the closed form it is ", closed->label);
  }

  geometry::Scalar lead() const {
    if (candidates_.size() < 2) return {kNan, Status::undefined("needs two directions")};
    const auto by_loudness = [](const Candidate& a, const Candidate& b) {
      return a.eigenvalue < b.eigenvalue;
    };
    const auto quietest = std::min_element(candidates_.begin(), candidates_.end(), by_loudness);
    double other = kNan;
    for (auto c = candidates_.begin(); c != candidates_.end(); ++c)
      if (c != quietest) other = std::fmax(other, measured_rate(*c));
    const double lead = measured_rate(*quietest) / other;
    if (!std::isfinite(lead)) return {kNan, Status::undefined(kFewLooks)};
    return {lead, {}};
  }

  static double rounded(double value) { return std::round(1000 * value) / 1000; }

  Factors factors_;
  const std::stop_token& stop_;
  Index step_;
  std::unique_ptr<Cohort> cohort_;
  double pace_ = 0;  // what multiplies λ μ a step
  std::vector<Candidate> candidates_;
  std::vector<Index> steps_;
};

std::vector<Result> run(const Input& input, const std::stop_token& stop,
                        std::vector<std::string>& notes) {
  ANISO_CHECK(input.laboratory != nullptr, "linear_theorem: other runs cannot be trained here");
  Race race(input, stop);
  const Index looks = std::min(input.params.integer("looks"), std::max<Index>(1, race.total()));
  for (Index look = 1; look <= looks; ++look) {
    race.advance_to(race.total() * look / looks);
    if (input.publish && look < looks)
      input.publish(race.results(), static_cast<double>(look) / static_cast<double>(looks));
  }
  race.add_notes(notes);
  return race.results();
}

}  // namespace

Analysis linear_theorem() {
  Analysis analysis;
  analysis.id = "linear_theorem";
  analysis.title = "Linear theorem";
  analysis.doc =
      "Trains linear score models on data along one direction after another, side by side, and "
      "holds the way to the optimum against its closed form. From a start at 0 the quietest "
      "direction is learned fastest in the end: the case in which score anisotropy directions are "
      "proved.";
  analysis.formula =
      "Δ ← Δ − (2η/D) ΦΦᵀ Δ M,  Δ = W − W*,  W = ΦΘ,  M = E[x xᵀ] of noised x;  ρ = min of λ μ "
      "over "
      "what Δ has";
  analysis.source =
      "Score anisotropy directions; any M, the time left out, and measured rates are ours";
  analysis.params = joined(
      variant_params("dataset.v", {0, 1, 2, 3, 4}, "pixel"),
      {training_steps_param(),
       integer_param("looks", 20).range(1, 1000).about("Looks on the way, the last included.")});
  analysis.networks = Networks::score;
  analysis.is_long = true;
  analysis.is_step_free = [](const Params&) { return true; };
  analysis.run = run;
  return analysis;
}

}  // namespace aniso::analysis
