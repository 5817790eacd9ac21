#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/analysis/laboratory.h"
#include "core/analysis/result.h"
#include "core/base/params.h"
#include "core/data/dataset.h"
#include "core/diffusion/diffusion.h"
#include "core/figure/figure.h"
#include "core/nn/function.h"
#include "core/nn/predictions.h"

namespace aniso::analysis {

/// Predictions of one run on its fixed probe set at one step.
struct ProbeRecord {
  Index step = 0;
  Matrix outputs;  ///< (probes, C) network outputs
};

/// What an analysis may look at. Nothing here is changed by looking.
struct Input {
  const nn::LayeredFunction* function = nullptr;  ///< the network at `step`
  const nn::NetworkPlan* plan = nullptr;
  std::string architecture = {};    ///< id
  Params architecture_params = {};  ///< validated against that architecture's schema
  const data::Dataset* data = nullptr;
  const std::vector<std::shared_ptr<const ProbeRecord>>* probes = nullptr;  ///< from step 0 on
  bool is_classification = false;
  nn::OutputKind output_kind = nn::OutputKind::values;  ///< declared by the objective
  /// How a score network's samples are noised; nullptr for other networks.
  const diffusion::Diffusion* diffusion = nullptr;
  std::uint64_t run = 0;
  Index step = 0;
  Params params;  ///< validated against the analysis's schema
  /// What the same analysis gave last for the same run, so that axes keep their sign and order
  /// from one update to the next; nullptr for the first.
  const Results* previous = nullptr;
  Laboratory* laboratory = nullptr;  ///< other networks; nullptr where only this one may be used

  /// Shows what is known so far, for an analysis that sharpens with time: results, and the share
  /// of the work that is done (0 … 1). May rest, to keep within the budget for looking. Empty
  /// where nobody watches. Call it a few times a second.
  std::function<void(std::vector<Result> results, double share)> publish = {};
};

/// Which networks an analysis can look at.
enum class Networks {
  without_time,  ///< f(x)
  score,         ///< F(x, τ), score networks
  all,
};

/// One way of looking at a network. One file defines one of these, one line in registry.cpp
/// lists it; request, cancel, age, display and export come free.
struct Analysis {
  std::string id;
  std::string title;
  std::string doc;      ///< "What is this?", two or three sentences
  std::string formula;  ///< in plain Unicode, as shown in the inspector
  std::string source;   ///< paper and, where it is ours, "our definition"
  ParamSchema params;
  Networks networks = Networks::without_time;
  bool by_default = false;  ///< part of a headless run that names no analyses
  /// May take seconds: has a thread of its own, so that live pictures do not wait for it.
  bool is_long = false;
  /// The same, where it depends on the parameters. Empty for `is_long` alone.
  std::function<bool(const Params&)> is_long_when = {};
  /// Whether it can give Spectrum results, so that the spectrum view offers it.
  bool gives_spectra = false;
  /// Whether, under these parameters, the answer is the same at every step of a run, so that it is
  /// asked for once and again only when the settings change. Empty for never.
  std::function<bool(const Params&)> is_step_free = {};
  /// Computes. Checks `stop` at least every few milliseconds and then throws Cancelled.
  std::function<std::vector<Result>(const Input&, std::stop_token stop,
                                    std::vector<std::string>& notes)>
      run;
};

/// Thrown by an analysis whose stop token fired.
struct Cancelled {};

const std::vector<Analysis>& analyses();
/// @throws InvalidInput naming the nearest id.
const Analysis& analysis(std::string_view id);

/// Whether the analysis can look at networks that take a time, or at those that take none.
bool can_look_at(const Analysis& analysis, bool has_time);

/// Called with what is known so far; `Results::share` says how much of the work that is.
using PartialSink = std::function<void(ResultsPtr)>;

/// Runs and times one analysis.
/// @param on_partial  gets what the analysis publishes on the way; may be empty.
/// @throws Cancelled, InvalidInput, NumericalError.
ResultsPtr evaluate(const Analysis& analysis, Input input, std::stop_token stop,
                    const PartialSink& on_partial = {});

/// The figure for a set of results, one panel per result: the same description for the screen and
/// for files. Goes by the kind of each result, never by the analysis's id.
/// @param data  adds its points, projected onto the plane, to fields that know their plane; may be
///              nullptr.
figure::Figure figure_of(const Analysis& analysis, const Results& results,
                         const data::Dataset* data);

/// Every spectrum of an analysis against the training step, one line per value; empty panels with
/// a message where fewer than two steps are known. Results that are no spectra are left out.
/// @param history  results of one analysis and one run in order of steps; nullptr is skipped.
figure::Figure figure_over_time(const Analysis& analysis, const std::vector<ResultsPtr>& history);

}  // namespace aniso::analysis
