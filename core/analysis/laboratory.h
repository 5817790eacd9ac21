#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/base/params.h"
#include "core/data/dataset.h"
#include "core/diffusion/diffusion.h"
#include "core/nn/function.h"

namespace aniso::analysis {

/// Parameters of the run that is looked at, at one of its stored steps.
struct Checkpoint {
  Index step = 0;
  const Vector* parameters = nullptr;  ///< (P) layout order; lives as long as the laboratory
};

/// The experiment that is looked at with some settings changed, trained to its end.
struct Variant {
  std::vector<std::pair<std::string, Json>> changes;  ///< path → value, as `-D` takes them
};
/// What it gave: the last row of its metrics by column name, NaN where one does not apply.
using VariantMetrics = std::map<std::string, double>;

/// Where cohorts do not.
inline constexpr const char* kOnlyDataDiffer =
    "candidates may differ in their data and seed only; network, objective, optimiser and number "
    "of steps must be the same";

/// Variants of the experiment that train side by side, R networks of one plan. One thread at a
/// time.
class Cohort {
 public:
  virtual ~Cohort() = default;

  virtual Index size() const = 0;  ///< R
  /// Network, objective, optimiser and training in words, equal where these are: cohorts that are
  /// to be compared differ in their data alone.
  virtual std::string settings() const = 0;
  virtual const data::Dataset& data(Index variant) const = 0;
  /// How samples of score networks are noised; nullptr for other networks.
  virtual const diffusion::Diffusion* diffusion() const = 0;
  /// The law of fresh networks of their architecture.
  virtual const nn::FunctionFamily& family() const = 0;

  /// η where all of them learn by θ ← θ − η g and nothing else, for which there are closed forms.
  virtual std::optional<double> plain_rate() const = 0;
  virtual Index total_steps() const = 0;  ///< of a whole run
  virtual Index steps_done() const = 0;
  /// Takes so many optimiser steps. @throws Cancelled when `stop` fires.
  virtual void advance(Index steps, const std::stop_token& stop) = 0;
  /// The step at which a variant's loss or gradient was not finite, from 1; 0 if never. It keeps
  /// its last finite parameters.
  virtual Index diverged_at(Index variant) const = 0;
  virtual Matrix parameters() const = 0;  ///< (R, P)
};

/// Networks beyond the one that is looked at: fresh ones, those of other steps, and independently
/// trained ones. Looking at any of them changes nothing of the run. One thread at a time.
class Laboratory {
 public:
  virtual ~Laboratory() = default;

  /// The law of fresh networks of the run's architecture, with its number of inputs and outputs.
  virtual const nn::FunctionFamily& family() = 0;
  /// A network of the run's plan with other parameters (P).
  virtual std::unique_ptr<nn::LayeredFunction> function(VectorRef parameters) = 0;
  /// Stored steps of the run up to the one looked at, ascending; the first is where it began.
  virtual std::vector<Checkpoint> checkpoints() = 0;

  /// Steps that a whole run of the experiment takes.
  virtual Index total_steps() const = 0;
  /// Parameters of network `member` of an ensemble after `step` steps: another initialisation and
  /// other batches, the same data and the settings in force. Trains as far as it has not been
  /// trained yet; steps that were asked for before are remembered within a memory cap.
  /// @throws NumericalError if it diverges; Cancelled when `stop` fires.
  virtual Vector trained(Index member, Index step, const std::stop_token& stop) = 0;
  /// Trains a variant from the start. @throws InvalidInput if a path or value is not accepted;
  /// Cancelled when `stop` fires. A run that diverges reports the metrics of its last finite step.
  virtual VariantMetrics outcome(const Variant& variant, const std::stop_token& stop) = 0;
  /// Makes variants ready to train side by side, from the start. They may differ in anything that
  /// leaves network, objective and optimiser the same.
  /// @throws InvalidInput if a path or value is not accepted, or they differ in more than that.
  virtual std::unique_ptr<Cohort> cohort(const std::vector<Variant>& variants) = 0;
};

}  // namespace aniso::analysis
