#pragma once

#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/analysis/laboratory.h"
#include "core/session/engines.h"
#include "core/session/resolved.h"
#include "core/session/timeline.h"
#include "core/training/trainer.h"

namespace aniso::session {

/// Networks beyond the one looked at, made with the engines of this build. Owned by whoever looks
/// (the analysis worker, a headless run); an ensemble stays while the experiment does.
class Laboratory : public analysis::Laboratory {
 public:
  /// @param cap_bytes  memory for remembered parameters of an ensemble.
  /// @param trainer_bytes  memory for trainers that can go on, about; one is always kept. Networks
  ///                       beyond it are trained from the start when they are asked for again.
  explicit Laboratory(Engines engines, std::size_t cap_bytes = 256u << 20,
                      std::size_t trainer_bytes = 1024u << 20);

  /// Makes everything below belong to this experiment. An ensemble trained before is kept if
  /// nothing that it depends on has changed.
  /// @param stored  states of the run up to the step looked at.
  void prepare(ResolvedPtr resolved, std::vector<Timeline::StatePtr> stored,
               const FunctionOptions& options);

  /// Eigenvectors of the average geometry of the experiment's architecture; made on first use.
  EigenDirectionsPtr eigen_directions(const std::stop_token& stop);

  const nn::FunctionFamily& family() override;
  std::unique_ptr<nn::LayeredFunction> function(VectorRef parameters) override;
  std::vector<analysis::Checkpoint> checkpoints() override;
  Index total_steps() const override;
  Vector trained(Index member, Index step, const std::stop_token& stop) override;
  analysis::VariantMetrics outcome(const analysis::Variant& variant,
                                   const std::stop_token& stop) override;
  std::unique_ptr<analysis::Cohort> cohort(const std::vector<analysis::Variant>& variants) override;

 private:
  /// One network of the ensemble, at the step where its trainer stands.
  struct Member {
    std::unique_ptr<training::Trainer> trainer;
    std::map<Index, Vector> known;  ///< parameters by step
  };
  Experiment changed(const analysis::Variant& variant) const;
  std::unique_ptr<training::Trainer> fresh_trainer(Index member) const;
  void remember(Member& member, Index step, const Vector& parameters);
  void make_room();

  Engines engines_;
  std::size_t cap_bytes_;
  std::size_t trainer_bytes_;
  std::size_t bytes_ = 0;  ///< of what is remembered
  ResolvedPtr resolved_;
  FunctionOptions options_;
  std::vector<Timeline::StatePtr> stored_;
  std::unique_ptr<nn::FunctionFamily> family_;
  FunctionOptions family_options_;
  EigenDirectionsPtr directions_;
  std::map<Index, Member> members_;
  std::deque<Index> training_;  ///< members with a trainer, the oldest first
};

}  // namespace aniso::session
