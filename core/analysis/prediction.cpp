#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "core/analysis/exact_score.h"
#include "core/analysis/generation_error.h"
#include "core/analysis/geometry_results.h"
#include "core/analysis/predicted_order.h"
#include "core/analysis/registry.h"
#include "core/analysis/score_probes.h"
#include "core/analysis/variants.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/geometry/spectra.h"

namespace aniso::analysis {
namespace {

constexpr Index kMostCandidates = 64;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Candidates under one setting of what is compared.
struct Group {
  std::string name;   // the word that is compared, as in ids; "" where nothing is
  std::string label;  // the same for people
  std::vector<std::string> labels;
  std::vector<std::unique_ptr<Cohort>> cohorts;  // `together` candidates each
  Matrix axes;                                   // (k, D)
  Loudness loudness;
  Vector places, floor;
  std::vector<std::pair<Index, Vector>> measured;  // by training step
  Vector scale, leakage;                           // of the last of them
  std::vector<std::string> failures, rank_notes;

  Index count() const { return static_cast<Index>(labels.size()); }
  std::string suffix() const { return name.empty() ? "" : "/" + name; }
  std::string titled(const std::string& title) const {
    return name.empty() ? title : title + ", " + label;
  }
  Vector errors() const { return measured.empty() ? Vector() : measured.back().second; }
};

ScalarSeries series(std::string id, std::string title, std::string x, std::string y) {
  ScalarSeries out;
  out.quantity.id = std::move(id);
  out.quantity.title = std::move(title);
  out.quantity.x_label = std::move(x);
  out.quantity.y_label = std::move(y);
  return out;
}

ScalarSeries by_candidate(const Group& group, const char* id, const char* title, Vector values) {
  ScalarSeries out = series(id + group.suffix(), group.titled(title), "candidate", title);
  out.x = Vector::LinSpaced(values.size(), 0, static_cast<double>(values.size() - 1));
  out.y = std::move(values);
  return out;
}

// Errors in the order that was predicted.
ScalarSeries against_places(const Group& group) {
  ScalarSeries out = series("error" + group.suffix(), group.titled("Measured error"),
                            "predicted place, best first", "error / size of the data");
  const Index k = group.count();
  std::vector<Index> order;
  for (Index i = 0; i < k; ++i) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return group.places[a] < group.places[b]; });
  const Vector errors = group.errors();
  out.x = out.y = Vector::Constant(k, kNan);
  for (Index i = 0; i < k; ++i) {
    out.x[i] = group.places[order[static_cast<std::size_t>(i)]];
    if (errors.size() > 0) out.y[i] = errors[order[static_cast<std::size_t>(i)]];
  }
  out.panel = "Measured against predicted";
  out.name = group.name.empty() ? "error" : group.label;
  if (errors.size() == 0) out.quantity.status = Status::undefined("nothing is trained yet");
  return out;
}

void add_curves(const Group& group, std::vector<Result>& results) {
  for (Index i = 0; i < group.count(); ++i) {
    ScalarSeries curve = series(text("while_training/", i) + group.suffix(),
                                group.titled(group.labels[static_cast<std::size_t>(i)]),
                                "training step", "error / size of the data");
    const auto n = static_cast<Index>(group.measured.size());
    curve.x.resize(n);
    curve.y.resize(n);
    for (Index j = 0; j < n; ++j) {
      const auto& [step, errors] = group.measured[static_cast<std::size_t>(j)];
      curve.x[j] = static_cast<double>(step);
      curve.y[j] = errors[i];
    }
    curve.panel = group.titled("Errors while training");
    curve.name = group.labels[static_cast<std::size_t>(i)];
    if (n == 0) curve.quantity.status = Status::undefined("nothing is trained yet");
    results.emplace_back(std::move(curve));
  }
}

void add_test(const Group& group, Index step, std::vector<Result>& results) {
  geometry::RankTest test;
  test.rho.status = Status::undefined("nothing is trained yet");
  if (!group.measured.empty()) test = order_test(group.places, group.errors());
  ScalarSeries rho = number_at(step, test.rho, "spearman" + group.suffix(),
                               group.titled("rank correlation ρ of places and errors"));
  rho.low = Vector::Constant(1, -test.band);
  rho.high = Vector::Constant(1, test.band);
  geometry::Scalar p{test.p_value, test.rho.status};
  results.emplace_back(std::move(rho));
  results.emplace_back(
      number_at(step, p, "p_value" + group.suffix(), group.titled("p-value, unrelated orders")));
}

std::vector<Result> results_of(const std::vector<Group>& groups, Index step) {
  std::vector<Result> results;
  for (const Group& group : groups) results.emplace_back(against_places(group));
  for (const Group& group : groups) {
    add_curves(group, results);
    results.emplace_back(
        by_candidate(group, "loudness", "loudness tr(G M)/tr M", group.loudness.value));
    results.emplace_back(by_candidate(group, "predicted_place", "predicted place", group.places));
    const Vector errors = group.errors();
    results.emplace_back(
        by_candidate(group, "error_of", "error",
                     errors.size() > 0 ? errors : Vector::Constant(group.count(), kNan)));
    if (group.scale.array().isFinite().any()) {
      results.emplace_back(
          by_candidate(group, "on_axis_scale", "spread along the axis; 1 is right", group.scale));
      results.emplace_back(by_candidate(group, "off_axis_leakage",
                                        "length off the axis; 0 is right", group.leakage));
    }
    if (group.floor.size() > 0)
      results.emplace_back(by_candidate(group, "floor", "error of fresh data", group.floor));
    add_test(group, step, results);
    MatrixMap axes;
    axes.quantity.id = "directions" + group.suffix();
    axes.quantity.title = group.titled("Main direction of each candidate's data");
    axes.quantity.x_label = "input";
    axes.quantity.y_label = "candidate";
    axes.values = group.axes;
    results.emplace_back(std::move(axes));
  }
  return results;
}

// All candidates of a group, made but not trained, and how loud networks are along each.
Group prepared(const Input& input, const std::string& name, const std::stop_token& stop) {
  const VariantList list(input.params);
  const Index count = list.size(), together = input.params.integer("together");
  ANISO_CHECK(count >= 2 && count <= kMostCandidates, "values: give 2 to ", kMostCandidates,
              " candidates, not ", count);
  Group group;
  group.name = name;
  if (!name.empty()) group.label = said_word(input.params.text("compare_path"), name);
  std::vector<Matrix> moments;
  for (Index first = 0; first < count; first += together) {
    std::vector<Variant> variants;
    for (Index i = first; i < std::min(count, first + together); ++i) {
      Variant variant = list.variant(i);
      if (!name.empty())
        variant.changes.insert(variant.changes.begin(),
                               {input.params.text("compare_path"), value_of_word(name)});
      add_training_steps(input.params, variant);
      variants.push_back(std::move(variant));
      group.labels.push_back(list.label(i));
    }
    if (stop.stop_requested()) throw Cancelled{};
    group.cohorts.push_back(input.laboratory->cohort(variants));
    ANISO_CHECK(group.cohorts.back()->settings() == group.cohorts.front()->settings(),
                kOnlyDataDiffer);
    for (Index r = 0; r < group.cohorts.back()->size(); ++r)
      moments.push_back(second_moment(group.cohorts.back()->data(r)));
  }
  const Cohort& cohort = *group.cohorts.front();
  ANISO_CHECK(cohort.diffusion() != nullptr,
              "this looks at score networks; choose the objective 'score_matching'");
  const Index dim = cohort.data(0).shape.dim;
  note_rank(cohort.data(0), group.rank_notes);
  group.axes.resize(count, dim);
  for (Index i = 0; i < count; ++i)
    group.axes.row(i) =
        geometry::symmetric_eigen(moments[static_cast<std::size_t>(i)]).vectors.col(0).transpose();
  group.loudness = loudness_of(
      fresh_score_moment(input, cohort.family(), *cohort.diffusion(), dim, stop), moments);
  const auto order = input.params.reals("order");
  group.places = order.empty() ? conjectured_places(group.loudness) : chosen_places(order, count);
  return group;
}

GenerationOptions generation_options(const Params& params) {
  GenerationOptions options;
  options.samples = params.integer("samples");
  options.sampler = diffusion::sampler_options_of(params);
  options.measure = error_measure_of(params);
  options.seed = static_cast<std::uint64_t>(params.integer("seed"));
  return options;
}

void find_floors(Group& group, const GenerationOptions& options, const std::stop_token& stop) {
  group.floor.resize(group.count());
  Index i = 0;
  for (const auto& cohort : group.cohorts)
    for (Index r = 0; r < cohort->size(); ++r) {
      if (stop.stop_requested()) throw Cancelled{};
      const Reference reference = reference_of(cohort->data(r), options.samples);
      group.floor[i++] = options.measure.between(reference.fresh, reference.compared);
    }
}

// Trains one group and measures on the way. @param told  called after each measurement with the
// share of this group's work that is done.
void train(Group& group, const Input& input, const std::stop_token& stop,
           const std::function<void(double)>& told) {
  const GenerationOptions options = generation_options(input.params);
  find_floors(group, options, stop);
  const Index looks = input.params.integer("looks");
  const Index steps = group.cohorts.front()->total_steps();
  const auto parts = static_cast<double>(group.cohorts.size());
  for (Index look = 1; look <= looks; ++look) {
    const Index until = steps * look / looks;
    Vector errors = Vector::Constant(group.count(), kNan);
    group.scale = group.leakage = errors;
    Index at = 0;
    group.failures.clear();
    for (std::size_t c = 0; c < group.cohorts.size(); ++c) {
      Cohort& cohort = *group.cohorts[c];
      cohort.advance(until - cohort.steps_done(), stop);
      const GenerationErrors found = generation_errors(cohort, options, stop);
      errors.segment(at, cohort.size()) = found.error;
      group.scale.segment(at, cohort.size()) = found.scale;
      group.leakage.segment(at, cohort.size()) = found.leakage;
      for (Index r = 0; r < cohort.size(); ++r)
        if (const auto& note = found.notes[static_cast<std::size_t>(r)]; !note.empty())
          group.failures.push_back(
              text(group.titled(group.labels[static_cast<std::size_t>(at + r)]), ": ", note));
      at += cohort.size();
      if (c + 1 < group.cohorts.size())
        told((static_cast<double>(look - 1) + static_cast<double>(c + 1) / parts) /
             static_cast<double>(looks));
    }
    group.measured.emplace_back(until, std::move(errors));
    if (look < looks) told(static_cast<double>(look) / static_cast<double>(looks));
  }
  group.cohorts.clear();  // what they hold is not needed any more
}

void add_notes(const std::vector<Group>& groups, const Input& input,
               std::vector<std::string>& notes) {
  const bool chosen = !input.params.reals("order").empty();
  for (const Group& group : groups) {
    if (group.measured.empty()) continue;
    const std::string prefix = group.name.empty() ? "" : group.label + ": ";
    notes.push_back(prefix + verdict(group.places, group.errors(),
                                     chosen ? "Your order" : "The conjecture's order"));
    if (chosen)
      notes.push_back(prefix + verdict(conjectured_places(group.loudness), group.errors(),
                                       "The conjecture's order"));
    for (const auto& failure : group.failures) notes.push_back(failure);
  }
  notes.emplace_back(
      "Conjecture: data where fresh networks are quiet are modelled better. Unproved beyond linear "
      "networks.");
  notes.push_back(text("errors: ", described(error_measure_of(input.params))));
  for (const auto& note : groups.front().rank_notes) notes.push_back(note);
  double error = 0;
  for (const Group& group : groups) error = std::max(error, group.loudness.relative_error);
  notes.push_back(text("loudness from ", grouped(input.params.integer("networks")),
                       " fresh networks, to ", number(std::round(1000 * error) / 10),
                       " %; what lies closer shares a place"));
}

std::vector<Result> run(const Input& input, const std::stop_token& stop,
                        std::vector<std::string>& notes) {
  ANISO_CHECK(input.laboratory != nullptr, "prediction: other runs cannot be trained here");
  std::vector<std::string> names = words_of(input.params.text("compare_words"));
  if (names.empty() || input.params.text("compare_path").empty()) names = {""};
  std::vector<Group> groups;
  for (const auto& name : names) groups.push_back(prepared(input, name, stop));
  if (input.params.choice("stage") == "train") {
    const auto parts = static_cast<double>(groups.size());
    for (std::size_t g = 0; g < groups.size(); ++g) {
      train(groups[g], input, stop, [&](double share) {
        if (input.publish)
          input.publish(results_of(groups, input.step), (static_cast<double>(g) + share) / parts);
      });
      if (input.publish && g + 1 < groups.size())
        input.publish(results_of(groups, input.step), static_cast<double>(g + 1) / parts);
    }
  }
  add_notes(groups, input, notes);
  return results_of(groups, input.step);
}

ParamSchema params() {
  ParamSchema own = joined(
      {choice_param("stage", "train",
                    {{"look", "Look", "The candidates and the conjecture's order; trains nothing."},
                     {"train", "Train", "Trains every candidate and measures."}})
           .about("How far to go.")},
      variant_params("dataset.v", {0, 9, 18, 27, 36, 45, 54, 63}, "average_geometry"));
  own = joined(
      own,
      {text_param("compare_path", "")
           .about("A second setting: the whole experiment is done under each of the words below."),
       text_param("compare_words", "").about("Its values, separated by commas."),
       reals_param("order", {})
           .range(0, kMostCandidates)
           .about("Candidates by number, the one that should be modelled best first; empty for "
                  "the conjecture's order."),
       training_steps_param(),
       integer_param("together", 8).range(1, 64).about("Networks that train side by side."),
       integer_param("looks", 6).range(1, 100).about("Measurements on the way, the last included."),
       integer_param("samples", 500).range(2, 100000).about("Points that each network generates."),
       integer_param("networks", 2000)
           .range(2, 1000000)
           .about("Fresh networks behind the loudness.")});
  return joined(joined(joined(own, diffusion::sampler_params()), error_measure_params()),
                score_probe_params());
}

}  // namespace

Analysis prediction() {
  Analysis analysis;
  analysis.id = "prediction";
  analysis.title = "Predict, then watch";
  analysis.doc =
      "Trains the same score network on several data, one after another in all but time, and holds "
      "the error of what each generates against an order that was named before: yours, or the "
      "conjecture's, by which data along directions where fresh networks are quiet are modelled "
      "better. The sentence says what happened, also where the conjecture fails.";
  analysis.formula = "ρ(place by tr(G M)/tr M, W₂(samples, data))";
  analysis.source =
      "Score anisotropy directions; places by loudness, ties and the rank test are ours";
  analysis.params = params();
  analysis.networks = Networks::score;
  analysis.is_long = true;
  analysis.is_step_free = [](const Params&) { return true; };
  analysis.run = run;
  return analysis;
}

}  // namespace aniso::analysis
