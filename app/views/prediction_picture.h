#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/analysis/result.h"
#include "core/figure/figure.h"

namespace aniso::app {

/// Said wherever an order by loudness is shown.
inline constexpr const char* kLoudnessConjecture =
    "Conjecture: quieter directions are modelled better. Unproved beyond linear networks.";

/// One candidate's error while it trained.
struct ErrorCurve {
  std::string label;  ///< "average_geometry:9"
  std::vector<double> steps, errors;
};

/// What a prediction found under one setting of what is compared; all by candidate, NaN or empty
/// where it is not known.
struct PredictionGroup {
  std::string name;   ///< "" where nothing is compared
  std::string label;  ///< the same for people: "seed 0"
  Matrix directions;  ///< (k, D) main axis of each candidate's data
  Vector loudness;    ///< (k) tr(G M)/tr M
  Vector place;       ///< (k) in the order in force, the best modelled first
  Vector error;       ///< (k) in units of the data's size; infinite or NaN after divergence
  Vector floor;       ///< (k) what fresh rows of the data give
  std::vector<ErrorCurve> curves;
  double rho = 0, rho_band = 0, p_value = 0;  ///< NaN where there are too few

  Index candidates() const { return directions.rows(); }
  /// Whether at least one error is known.
  bool is_measured() const;
};

/// A prediction's results, sorted for drawing.
struct Prediction {
  std::vector<PredictionGroup> groups;
  std::vector<std::string> verdicts;  ///< what came of the orders; empty before
  std::vector<std::string> remarks;   ///< how it was measured

  bool is_measured() const;
  Index candidates() const { return groups.empty() ? 0 : groups.front().candidates(); }
};

/// Takes apart the results of the analysis "prediction". While they sharpen there is no verdict.
Prediction prediction_of(const analysis::Results& results);

/// "A", "B", … "Z", "A2", …
std::string candidate_letter(Index candidate);

/// What is known of a candidate, as names and values for the pointer.
std::vector<std::pair<std::string, std::string>> candidate_numbers(const PredictionGroup& group,
                                                                   Index candidate);

/// The order after a click: the candidate goes to its end, or is taken out of it.
std::vector<Index> clicked_order(std::vector<Index> order, Index candidate);

/// Place 1 … of each candidate in an order that need not be complete; 0 where it has none.
std::vector<Index> places_in(const std::vector<Index>& order, Index candidates);

/// Where each candidate is drawn: its place, and beside it where several share one.
Vector shown_places(const Vector& place);

/// "ρ = 0.81, unrelated orders stay within ±0.68, p = 0.02".
std::string correlation_words(const PredictionGroup& group);

/// How a prediction's panels are drawn.
struct PredictionLook {
  bool legend = true;  ///< names by letter; false where letters stand at the points
};

/// Errors while training, a line of its own colour for each candidate, one panel a group.
figure::Panel training_panel(const PredictionGroup& group, const PredictionLook& look = {});

/// Measured error against predicted place, with the floor dashed, whiskers where they are known and
/// a thin line at 1, what a collapse to zero gives. Logarithmic where errors span more than
/// tenfold.
figure::Panel order_panel(const Prediction& prediction, const PredictionLook& look = {});

}  // namespace aniso::app
