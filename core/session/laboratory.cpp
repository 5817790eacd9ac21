#include "core/session/laboratory.h"

#include <limits>

#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/base/random.h"
#include "core/session/run_loop.h"
#include "core/training/optimizers.h"

namespace aniso::session {
namespace {

// Run numbers of members, far above those that a session gives out.
constexpr std::uint64_t kFirstMember = std::uint64_t{1} << 32;
constexpr Index kStepsPerLook = 16;  // between two looks at the stop token

bool same_options(const FunctionOptions& a, const FunctionOptions& b) {
  return a.dtype == b.dtype && a.backend == b.backend && a.device == b.device;
}

// Whether networks trained under one experiment are networks of the other.
bool same_training(const Experiment& a, const Experiment& b) {
  return a.dataset == b.dataset && a.architecture == b.architecture && a.objective == b.objective &&
         a.optimizer == b.optimizer && a.training == b.training && a.general == b.general;
}

// What networks of a cohort share.
std::string settings_of(const ResolvedExperiment& resolved) {
  const Json all = to_json(resolved.experiment);
  Json kept;
  for (const char* part : {"architecture", "objective", "optimizer", "training"})
    kept[part] = all.at(part);
  kept["inputs"] = resolved.plan().inputs;
  return kept.dump();
}

// Variants that share everything but their data and seed.
class SessionCohort final : public analysis::Cohort {
 public:
  SessionCohort(const Engines& engines, std::vector<ResolvedPtr> variants,
                const FunctionOptions& options)
      : variants_(std::move(variants)) {
    ANISO_CHECK(engines.family != nullptr, "this build cannot draw fresh networks");
    const ResolvedExperiment& first = *variants_.front();
    std::vector<training::Member> members;
    for (const ResolvedPtr& variant : variants_) {
      const training::TrainingSpec& spec = variant->spec;
      ANISO_CHECK(settings_of(*variant) == settings_of(first), analysis::kOnlyDataDiffer);
      members.push_back({spec.seed, spec.run, variant->data, variant->initial});
    }
    const auto& chosen = first.experiment.architecture;
    family_ = engines.family(nn::architecture(chosen.id), chosen.params, first.data->shape,
                             first.plan().outputs, options);
    trainer_ = engines.ensemble
                   ? engines.ensemble(first.spec, members)
                   : training::make_looped_ensemble(engines.trainer, first.spec, members);
  }

  Index size() const override { return trainer_->members(); }
  std::string settings() const override { return settings_of(*variants_.front()); }
  const data::Dataset& data(Index variant) const override {
    return *variants_.at(static_cast<std::size_t>(variant))->data;
  }
  const diffusion::Diffusion* diffusion() const override {
    return variants_.front()->diffusion.get();
  }
  const nn::FunctionFamily& family() const override { return *family_; }
  std::optional<double> plain_rate() const override {
    const training::TrainingSpec& spec = variants_.front()->spec;
    return training::plain_rate(training::optimizer(spec.optimizer), spec.optimizer_params);
  }
  Index total_steps() const override { return variants_.front()->spec.total_steps; }
  Index steps_done() const override { return trainer_->steps_done(); }
  void advance(Index steps, const std::stop_token& stop) override {
    for (Index i = 0; i < steps; ++i) {
      if (stop.stop_requested()) throw analysis::Cancelled{};
      trainer_->step();
    }
  }
  Index diverged_at(Index variant) const override { return trainer_->diverged_at(variant); }
  Matrix parameters() const override { return trainer_->parameters(); }

 private:
  std::vector<ResolvedPtr> variants_;
  std::unique_ptr<nn::FunctionFamily> family_;
  std::unique_ptr<training::EnsembleTrainer> trainer_;
};

}  // namespace

Laboratory::Laboratory(Engines engines, std::size_t cap_bytes, std::size_t trainer_bytes)
    : engines_(std::move(engines)), cap_bytes_(cap_bytes), trainer_bytes_(trainer_bytes) {}

void Laboratory::prepare(ResolvedPtr resolved, std::vector<Timeline::StatePtr> stored,
                         const FunctionOptions& options) {
  ANISO_CHECK(resolved != nullptr, "laboratory: there is no experiment yet");
  const bool same =
      resolved_ != nullptr &&
      (resolved_ == resolved || same_training(resolved_->experiment, resolved->experiment));
  if (!same) {
    members_.clear();
    training_.clear();
    bytes_ = 0;
  }
  if (!same || !same_options(options, family_options_)) family_.reset();
  resolved_ = std::move(resolved);
  stored_ = std::move(stored);
  options_ = options;
}

EigenDirectionsPtr Laboratory::eigen_directions(const std::stop_token& stop) {
  const auto& chosen = resolved_->experiment.architecture;
  const auto& shape = resolved_->data->shape;
  const Index outputs = resolved_->plan().outputs;
  if (resolved_->directions) directions_ = resolved_->directions;
  const auto& objective = resolved_->experiment.objective;
  if (!directions_ || !directions_->belong_to(chosen, objective, shape, outputs))
    directions_ = session::eigen_directions(family(), chosen, objective, shape, outputs, stop);
  return directions_;
}

const nn::FunctionFamily& Laboratory::family() {
  if (family_ == nullptr) {
    ANISO_CHECK(engines_.family != nullptr, "this build cannot draw fresh networks");
    const auto& chosen = resolved_->experiment.architecture;
    // float32: what is averaged over networks is noisier by far.
    FunctionOptions options = options_;
    options.dtype = Dtype::float32;
    family_ = engines_.family(nn::architecture(chosen.id), chosen.params, resolved_->data->shape,
                              resolved_->plan().outputs, options);
    family_options_ = options_;
  }
  return *family_;
}

std::unique_ptr<nn::LayeredFunction> Laboratory::function(VectorRef parameters) {
  return engines_.function(resolved_->plan(), parameters, options_);
}

std::vector<analysis::Checkpoint> Laboratory::checkpoints() {
  std::vector<analysis::Checkpoint> out;
  for (const auto& state : stored_) out.push_back({state->step, &state->parameters});
  return out;
}

Index Laboratory::total_steps() const { return resolved_->spec.total_steps; }

std::unique_ptr<training::Trainer> Laboratory::fresh_trainer(Index member) const {
  const auto& chosen = resolved_->experiment.architecture;
  const auto& architecture = nn::architecture(chosen.id);
  training::TrainingSpec spec = resolved_->spec;
  spec.run = kFirstMember + static_cast<std::uint64_t>(member);
  Vector initial =
      architecture.initialise(spec.plan, chosen.params, RandomStream(spec.seed, "init", spec.run));
  if (architecture.place)
    architecture.place(spec.plan, chosen.params,
                       resolved_->data->x(resolved_->data->train, Eigen::all),
                       RandomStream(spec.seed, "place", spec.run), initial);
  return engines_.trainer(spec, resolved_->data, initial);
}

void Laboratory::remember(Member& member, Index step, const Vector& parameters) {
  const auto size = static_cast<std::size_t>(parameters.size()) * sizeof(double);
  if (bytes_ + size > cap_bytes_) return;
  if (member.known.emplace(step, parameters).second) bytes_ += size;
}

void Laboratory::make_room() {
  // The data as given, noised and as targets, and parameters, gradient and two slots.
  const auto size = static_cast<std::size_t>(3 * resolved_->data->x.size() +
                                             4 * resolved_->plan().parameter_count()) *
                    (resolved_->spec.dtype == Dtype::float64 ? sizeof(double) : sizeof(float));
  while (!training_.empty() && (training_.size() + 1) * size > trainer_bytes_) {
    members_[training_.front()].trainer.reset();
    training_.pop_front();
  }
}

Vector Laboratory::trained(Index member, Index step, const std::stop_token& stop) {
  ANISO_CHECK(member >= 0 && step >= 0, "ensemble: there is no network ", member, " at step ",
              step);
  Member& entry = members_[member];
  if (const auto known = entry.known.find(step); known != entry.known.end()) return known->second;
  if (entry.trainer == nullptr || entry.trainer->steps_done() > step) {
    entry.trainer.reset();
    std::erase(training_, member);
    make_room();
    entry.trainer = fresh_trainer(member);
    training_.push_back(member);
  }
  while (entry.trainer->steps_done() < step) {
    if (entry.trainer->steps_done() % kStepsPerLook == 0 && stop.stop_requested())
      throw analysis::Cancelled{};
    const auto result = entry.trainer->step();
    if (result.finite) continue;
    const Index at = entry.trainer->steps_done();
    entry.trainer.reset();
    std::erase(training_, member);
    throw NumericalError(text("network ", member, " of the ensemble diverged at step ",
                              grouped(at + 1), "; lower the learning rate or clip the gradient"));
  }
  Vector parameters = entry.trainer->parameters();
  remember(entry, step, parameters);
  return parameters;
}

Experiment Laboratory::changed(const analysis::Variant& variant) const {
  Experiment base = resolved_->experiment;
  base.analyses.clear();
  base.expect.clear();
  Json json = to_json(base);
  for (const auto& [path, value] : variant.changes) set_by_path(json, path, value);
  // Only what comes out is of interest; evaluations on the way cost time.
  set_by_path(json, "training.log_every", Json(std::numeric_limits<std::int32_t>::max()));
  return experiment_from_json(json);
}

std::unique_ptr<analysis::Cohort> Laboratory::cohort(
    const std::vector<analysis::Variant>& variants) {
  ANISO_CHECK(!variants.empty(), "there are no variants to train");
  std::vector<ResolvedPtr> all;
  for (const auto& variant : variants)  // each finds eigenvectors where the one before left them
    all.push_back(
        resolve(changed(variant), engines_, all.empty() ? resolved_.get() : all.back().get()));
  FunctionOptions options = options_;
  options.dtype = Dtype::float32;
  return std::make_unique<SessionCohort>(engines_, std::move(all), options);
}

analysis::VariantMetrics Laboratory::outcome(const analysis::Variant& variant,
                                             const std::stop_token& stop) {
  RunOptions options;
  options.timeline_bytes = 0;
  options.probe_rows = 1;
  RunLoop loop(engines_, resolve(changed(variant), engines_, resolved_.get()), options);
  while (!loop.is_over()) {
    if (loop.steps_done() % kStepsPerLook == 0 && stop.stop_requested())
      throw analysis::Cancelled{};
    loop.step();
  }
  const MetricsRow row = loop.metrics().back();
  return {{"loss", row.loss},
          {"accuracy", row.accuracy},
          {"test_loss", row.test_loss},
          {"test_accuracy", row.test_accuracy},
          {"weight_norm", row.weight_norm}};
}

}  // namespace aniso::session
