#include "app/views/prediction_picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "app/views/shown_number.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kDecade = 10;         // beyond such a span an axis is logarithmic
constexpr double kNearCollapse = 0.4;  // errors from here on are held against a collapse

using figure::Role;

// "error/group" → {"error", "group"}; "while_training/3/group" → {"while_training/3", "group"}.
std::pair<std::string, std::string> split(const std::string& id, bool is_curve) {
  auto cut = id.find('/');
  if (is_curve && cut != std::string::npos) cut = id.find('/', cut + 1);
  if (cut == std::string::npos) return {id, ""};
  return {id.substr(0, cut), id.substr(cut + 1)};
}

PredictionGroup& group_called(Prediction& prediction, const std::string& name) {
  for (PredictionGroup& group : prediction.groups)
    if (group.name == name) return group;
  PredictionGroup& group = prediction.groups.emplace_back();
  group.name = group.label = name;
  group.rho = group.rho_band = group.p_value = kNaN;
  return group;
}

bool is_known(const analysis::Quantity& quantity) {
  return quantity.status.kind != Status::Kind::undefined;
}

double first_of(const Vector& values) { return values.size() > 0 ? values[0] : kNaN; }

void take(Prediction& prediction, const analysis::ScalarSeries& series) {
  const std::string& full = series.quantity.id;
  const bool is_curve = full.starts_with("while_training/");
  const auto [id, name] = split(full, is_curve);
  PredictionGroup& group = group_called(prediction, name);
  if (is_curve) {
    ErrorCurve curve;
    curve.label = series.name;
    if (is_known(series.quantity)) {
      curve.steps.assign(series.x.data(), series.x.data() + series.x.size());
      curve.errors.assign(series.y.data(), series.y.data() + series.y.size());
    }
    group.curves.push_back(std::move(curve));
  }
  if (id == "error" && !name.empty() && !series.name.empty()) group.label = series.name;
  if (!is_known(series.quantity)) return;
  if (id == "loudness") group.loudness = series.y;
  if (id == "predicted_place") group.place = series.y;
  if (id == "error_of") group.error = series.y;
  if (id == "floor") group.floor = series.y;
  if (id == "p_value") group.p_value = first_of(series.y);
  if (id == "spearman") {
    group.rho = first_of(series.y);
    group.rho_band = first_of(series.high);
  }
}

// Finite positive values decide.
bool spans_decades(const std::vector<double>& values) {
  double low = std::numeric_limits<double>::infinity(), high = 0;
  for (const double v : values) {
    if (!std::isfinite(v)) continue;
    if (v <= 0) return false;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  return high > kDecade * low;
}

std::vector<double> known(const Vector& values) {
  std::vector<double> out;
  for (const double v : values)
    if (std::isfinite(v)) out.push_back(v);
  return out;
}

// Candidates by place; those at one place stay in their own order.
std::vector<Index> by_place(const Vector& place) {
  std::vector<Index> order(static_cast<std::size_t>(place.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return place[a] < place[b]; });
  return order;
}

void add_collapse(figure::Panel& panel, const std::vector<double>& errors) {
  if (errors.empty() || *std::max_element(errors.begin(), errors.end()) < kNearCollapse) return;
  panel.rules.push_back({.name = "1: collapse to 0",
                         .at = 1,
                         .style = {.role = Role::quiet, .width = 1, .opacity = 0.6}});
}

// "C diverged", "C and F diverged"; which of the measured ones have no finite error.
std::string diverged(const PredictionGroup& group) {
  std::vector<std::string> names;
  if (group.is_measured())
    for (Index i = 0; i < group.error.size(); ++i)
      if (!std::isfinite(group.error[i])) names.push_back(candidate_letter(i));
  if (names.empty()) return "";
  std::string out = names.front();
  for (std::size_t i = 1; i < names.size(); ++i)
    out += (i + 1 == names.size() ? " and " : ", ") + names[i];
  return out + " diverged" + (group.name.empty() ? "" : " (" + group.label + ")");
}

// Points of one group, each with its whiskers, joined in the order that was predicted.
void add_group(figure::Panel& panel, const Prediction& prediction, std::size_t g,
               const PredictionLook& look) {
  const PredictionGroup& group = prediction.groups[g];
  const bool alone = prediction.groups.size() == 1;
  const Vector shown = shown_places(group.place);
  constexpr std::array<figure::Marker, 4> kMarkers = {
      figure::Marker::circle, figure::Marker::square, figure::Marker::triangle,
      figure::Marker::diamond};
  figure::Line path;
  path.style = {.role = alone ? Role::quiet : Role::category,
                .category = static_cast<int>(g),
                .width = 1.2,
                .opacity = 0.7};
  if (!alone) path.name = group.label;
  for (const Index i : by_place(shown)) {
    if (i >= group.error.size() || !std::isfinite(group.error[i])) continue;
    path.x.push_back(shown[i]);
    path.y.push_back(group.error[i]);
  }
  panel.lines.push_back(std::move(path));
  for (Index i = 0; i < group.error.size() && i < group.place.size(); ++i) {
    if (!std::isfinite(group.error[i])) continue;
    figure::Points point;
    point.x = {shown[i]};
    point.y = {group.error[i]};
    point.size = 9;
    point.marker = kMarkers[alone ? 0 : g % kMarkers.size()];
    point.style.category = alone ? static_cast<int>(i) : static_cast<int>(g);
    if (alone && look.legend) point.name = candidate_letter(i);
    panel.points.push_back(std::move(point));
  }
  if (group.floor.size() != group.place.size()) return;
  figure::Line floor;
  if (g + 1 == prediction.groups.size()) floor.name = "fresh data";
  floor.style = {.role = Role::quiet, .width = 1.5, .dashed = true};
  for (const Index i : by_place(shown)) {
    if (!std::isfinite(group.floor[i])) continue;
    floor.x.push_back(shown[i]);
    floor.y.push_back(group.floor[i]);
  }
  panel.lines.push_back(std::move(floor));
}

}  // namespace

bool PredictionGroup::is_measured() const { return !known(error).empty(); }

bool Prediction::is_measured() const {
  return std::any_of(groups.begin(), groups.end(),
                     [](const PredictionGroup& group) { return group.is_measured(); });
}

Prediction prediction_of(const analysis::Results& results) {
  Prediction out;
  for (const auto& result : results.results) {
    if (const auto* series = std::get_if<analysis::ScalarSeries>(&result)) take(out, *series);
    if (const auto* map = std::get_if<analysis::MatrixMap>(&result)) {
      const auto [id, name] = split(map->quantity.id, false);
      if (id == "directions" && is_known(map->quantity))
        group_called(out, name).directions = map->values;
    }
  }
  // What came of the orders is said first, the conjecture and the measure after it.
  bool is_verdict = results.share >= 1 && out.is_measured();
  for (const std::string& note : results.notes) {
    if (note.starts_with("Conjecture:")) {
      is_verdict = false;  // the view says it itself, at its place
      continue;
    }
    (is_verdict ? out.verdicts : out.remarks).push_back(note);
  }
  return out;
}

std::string candidate_letter(Index candidate) {
  constexpr Index kLetters = 26;
  const std::string letter(1, static_cast<char>('A' + candidate % kLetters));
  return candidate < kLetters ? letter : text(letter, candidate / kLetters + 1);
}

std::vector<std::pair<std::string, std::string>> candidate_numbers(const PredictionGroup& group,
                                                                   Index candidate) {
  std::vector<std::pair<std::string, std::string>> out{{"candidate", candidate_letter(candidate)}};
  if (static_cast<std::size_t>(candidate) < group.curves.size())
    out.emplace_back("data", group.curves[static_cast<std::size_t>(candidate)].label);
  if (!group.name.empty()) out.emplace_back("with", group.label);
  const auto say = [&](const char* name, const Vector& values) {
    if (candidate < values.size()) out.emplace_back(name, shown_number(values[candidate], 3));
  };
  say("predicted place", group.place);
  say("error", group.error);
  say("fresh data", group.floor);
  say("loudness", group.loudness);
  return out;
}

std::vector<Index> clicked_order(std::vector<Index> order, Index candidate) {
  const auto found = std::find(order.begin(), order.end(), candidate);
  if (found == order.end())
    order.push_back(candidate);
  else
    order.erase(found);
  return order;
}

std::vector<Index> places_in(const std::vector<Index>& order, Index candidates) {
  std::vector<Index> out(static_cast<std::size_t>(std::max<Index>(candidates, 0)), 0);
  Index place = 0;
  for (const Index candidate : order)
    if (candidate >= 0 && candidate < candidates && out[static_cast<std::size_t>(candidate)] == 0)
      out[static_cast<std::size_t>(candidate)] = ++place;
  return out;
}

Vector shown_places(const Vector& place) {
  Vector out = place;
  for (Index i = 0; i < place.size(); ++i) {
    Index before = 0;
    for (Index j = 0; j < i; ++j) before += place[j] == place[i] ? 1 : 0;
    const Index sharing = (place.array() == place[i]).count();
    if (sharing < 2) continue;
    // Within the places that they share: four candidates at 2.5 lie at 1, 2, 3 and 4.
    out[i] += static_cast<double>(before) - 0.5 * static_cast<double>(sharing - 1);
  }
  return out;
}

std::string correlation_words(const PredictionGroup& group) {
  const std::string who = group.name.empty() ? "" : group.label + ": ";
  if (!std::isfinite(group.rho)) return who + "too few to tell";
  std::string out = text(who, "ρ = ", shown_number(group.rho, 2));
  if (std::isfinite(group.rho_band))
    out += text(", unrelated orders stay within ±", shown_number(group.rho_band, 2));
  if (std::isfinite(group.p_value)) out += text(", p = ", shown_number(group.p_value, 2));
  return out;
}

figure::Panel training_panel(const PredictionGroup& group, const PredictionLook& look) {
  figure::Panel panel;
  panel.title = group.name.empty() ? "While training" : "While training, " + group.label;
  panel.x.label = "training step";
  panel.x.integer = true;
  panel.x.low = 0;
  panel.y.label = "error / size of the data";
  std::vector<double> all;
  for (std::size_t i = 0; i < group.curves.size(); ++i) {
    const ErrorCurve& curve = group.curves[i];
    if (curve.steps.empty()) continue;
    figure::Line line;
    if (look.legend) line.name = candidate_letter(static_cast<Index>(i));
    line.x = curve.steps;
    line.y = curve.errors;
    line.style = {.category = static_cast<int>(i), .width = 2};
    // A run that diverged ends where it did; that is said, not counted as missing.
    for (std::size_t j = 0; j < line.y.size(); ++j)
      if (!std::isfinite(line.y[j])) line.x[j] = line.y[j] = kNaN;
    all.insert(all.end(), curve.errors.begin(), curve.errors.end());
    panel.lines.push_back(std::move(line));
  }
  if (panel.lines.empty()) {
    panel.message = "The first measurement is on its way.";
    return panel;
  }
  std::erase_if(all, [](double v) { return !std::isfinite(v); });
  const auto floor = known(group.floor);
  std::vector<double> seen = all;
  seen.insert(seen.end(), floor.begin(), floor.end());
  if (spans_decades(seen)) panel.y.scale = figure::Scale::log10;
  add_collapse(panel, all);
  if (!floor.empty())
    panel.rules.push_back(
        {.name = "fresh data",
         .at = std::accumulate(floor.begin(), floor.end(), 0.0) / static_cast<double>(floor.size()),
         .style = {.role = Role::quiet, .dashed = true}});
  panel.subtitle = diverged(group);
  return panel;
}

figure::Panel order_panel(const Prediction& prediction, const PredictionLook& look) {
  figure::Panel panel;
  panel.title = "Measured against predicted";
  panel.x.label = "predicted place, best modelled first";
  panel.x.integer = true;
  panel.y.label = "error / size of the data";
  if (!prediction.is_measured()) {
    panel.message = "The first measurement is on its way.";
    return panel;
  }
  std::vector<double> all;
  for (std::size_t g = 0; g < prediction.groups.size(); ++g) {
    add_group(panel, prediction, g, look);
    for (const Vector* values : {&prediction.groups[g].error, &prediction.groups[g].floor}) {
      const auto finite = known(*values);
      all.insert(all.end(), finite.begin(), finite.end());
    }
    if (const std::string who = diverged(prediction.groups[g]); !who.empty())
      panel.subtitle += (panel.subtitle.empty() ? "" : " · ") + who;
  }
  if (spans_decades(all)) panel.y.scale = figure::Scale::log10;
  add_collapse(panel, all);
  for (const PredictionGroup& group : prediction.groups)
    if (shown_places(group.place) != group.place && panel.subtitle.empty())
      panel.subtitle = "side by side where a place is shared";
  panel.x.low = 0.5;
  panel.x.high = static_cast<double>(prediction.candidates()) + 0.5;
  return panel;
}

}  // namespace aniso::app
