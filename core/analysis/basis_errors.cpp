#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/analysis/generation_error.h"
#include "core/analysis/geometry_results.h"
#include "core/analysis/predicted_order.h"
#include "core/analysis/registry.h"
#include "core/analysis/score_probes.h"
#include "core/analysis/variants.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/geometry/basis.h"

namespace aniso::analysis {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr Index kMostElements = 4096;

/// The elements of a basis, each at its place in a grid.
struct Elements {
  std::string basis;
  Index rows = 0, cols = 0;
  std::vector<std::pair<Index, Index>> place;  // by element

  Index size() const { return static_cast<Index>(place.size()); }
  Matrix laid_out(const Vector& values) const {
    Matrix map = Matrix::Constant(rows, cols, kNan);
    for (Index k = 0; k < size(); ++k) {
      const auto [row, col] = place[static_cast<std::size_t>(k)];
      map(row, col) = values[k];
    }
    return map;
  }
};

geometry::Grid grid_of(const InputShape& shape) {
  if (shape.is_image()) return {shape.channels, shape.height, shape.width};
  return {1, 1, shape.dim};
}

// Channels lie side by side; eigenvectors, which have no frequencies, row by row from the loudest.
Elements elements_of(const std::string& basis, const InputShape& shape) {
  const geometry::Grid grid = grid_of(shape);
  ANISO_CHECK(grid.dim() <= kMostElements, "basis_errors: ", grouped(grid.dim()),
              " elements are too many to train for each; at most ", grouped(kMostElements));
  Elements out{basis, grid.height, grid.channels * grid.width, {}};
  for (Index k = 0; k < grid.dim(); ++k) {
    const auto place = geometry::basis_place(
        basis == "average_geometry" ? geometry::Basis::pixel : geometry::basis_from_id(basis), k,
        grid);
    out.place.emplace_back(place.row, place.channel * grid.width + place.col);
  }
  return out;
}

// Elements in the order they are trained in: every batch is spread over the whole basis.
std::vector<Index> training_order(Index count, Index together) {
  const Index batches = (count + together - 1) / together;
  std::vector<Index> order;
  for (Index b = 0; b < batches; ++b)
    for (Index k = b; k < count; k += batches) order.push_back(k);
  return order;
}

struct Progress {
  Vector error, loudness;  // by element; NaN where not known yet
  double relative_error = 0, null_level = 0;
  Index trained = 0;
  std::vector<std::string> failures;
};

MatrixMap map_of(const char* id, std::string title, Matrix values, const std::string& basis) {
  MatrixMap map;
  map.quantity.id = id;
  map.quantity.title = std::move(title);
  const bool pixels = basis == "pixel", eigen = basis == "average_geometry";
  map.quantity.x_label = pixels  ? "column"
                         : eigen ? "eigenvector, loudest first"
                                 : "mode along rows";
  map.quantity.y_label = pixels ? "row" : eigen ? "row by row" : "mode along columns";
  map.values = std::move(values);
  map.is_signed = false;
  return map;
}

// What is known of the elements that have been trained.
struct Known {
  Vector places, errors;
};

Known known_of(const Progress& progress) {
  std::vector<Index> trained;
  for (Index k = 0; k < progress.loudness.size(); ++k)
    if (std::isfinite(progress.loudness[k])) trained.push_back(k);
  return {conjectured_places({progress.loudness(trained), 0, progress.null_level}),
          progress.error(trained)};
}

std::vector<Result> results_of(const Elements& elements, const Progress& progress, Index step) {
  std::vector<Result> results;
  MatrixMap error = map_of("error", "Error of the data along each element",
                           elements.laid_out(progress.error), elements.basis);
  error.quantity.unit = "size of the data";
  if (progress.trained == 0)
    error.quantity.status = Status::undefined("nothing is trained yet");
  else if (progress.trained < elements.size())
    error.quantity.status = Status::partial(progress.trained, elements.size());
  results.emplace_back(std::move(error));
  results.emplace_back(map_of("loudness", "Loudness vᵀ G v of each element",
                              elements.laid_out(progress.loudness), elements.basis));
  ScalarSeries scatter;
  scatter.quantity.id = "error_by_loudness";
  scatter.quantity.title = "Error against loudness";
  scatter.quantity.x_label = "place by loudness, quietest first";
  scatter.quantity.y_label = "error / size of the data";
  const Known known = known_of(progress);
  std::vector<Index> order;
  for (Index k = 0; k < known.places.size(); ++k)
    if (std::isfinite(known.errors[k])) order.push_back(k);
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return known.places[a] < known.places[b]; });
  scatter.x = known.places(order);
  scatter.y = known.errors(order);
  if (order.empty()) scatter.quantity.status = Status::undefined("nothing is trained yet");
  results.emplace_back(std::move(scatter));
  geometry::RankTest test;
  test.rho.status = Status::undefined("too few elements are trained yet");
  if (order.size() >= 3) test = order_test(known.places, known.errors);
  ScalarSeries rho =
      number_at(step, test.rho, "spearman", "rank correlation ρ of loudness and error");
  rho.low = Vector::Constant(1, -test.band);
  rho.high = Vector::Constant(1, test.band);
  results.emplace_back(std::move(rho));
  results.emplace_back(
      number_at(step, {test.p_value, test.rho.status}, "p_value", "p-value, unrelated orders"));
  return results;
}

Variant along(const Input& input, const std::string& basis, Index element) {
  Variant variant{{{input.params.text("path"), Json(text(basis, ":", element))}}};
  add_training_steps(input.params, variant);
  return variant;
}

std::vector<Result> run(const Input& input, const std::stop_token& stop,
                        std::vector<std::string>& notes) {
  ANISO_CHECK(input.laboratory != nullptr, "basis_errors: other runs cannot be trained here");
  ANISO_CHECK(input.data != nullptr && input.diffusion != nullptr,
              "this looks at score networks; choose the objective 'score_matching'");
  const auto basis = input.params.choice("basis");
  const Elements elements = elements_of(basis, input.data->shape);
  const Index together = input.params.integer("together");
  const auto order = training_order(elements.size(), together);
  GenerationOptions options;
  options.samples = input.params.integer("samples");
  options.sampler = diffusion::sampler_options_of(input.params);
  options.measure = error_measure_of(input.params);
  options.seed = static_cast<std::uint64_t>(input.params.integer("seed"));
  std::optional<geometry::GradientMoment> g;
  Progress progress;
  progress.error = progress.loudness = Vector::Constant(elements.size(), kNan);
  double floor = 0;
  for (std::size_t first = 0; first < order.size(); first += static_cast<std::size_t>(together)) {
    const auto last = std::min(order.size(), first + static_cast<std::size_t>(together));
    std::vector<Variant> variants;
    for (std::size_t i = first; i < last; ++i) variants.push_back(along(input, basis, order[i]));
    if (stop.stop_requested()) throw Cancelled{};
    const auto cohort = input.laboratory->cohort(variants);
    std::vector<Matrix> moments;
    for (Index r = 0; r < cohort->size(); ++r) moments.push_back(second_moment(cohort->data(r)));
    if (first == 0) {
      const Reference reference = reference_of(cohort->data(0), options.samples);
      floor = options.measure.between(reference.fresh, reference.compared);
    }
    if (!g)
      g = fresh_score_moment(input, cohort->family(), *input.diffusion, input.data->shape.dim,
                             stop);
    const Loudness loud = loudness_of(*g, moments);
    cohort->advance(cohort->total_steps(), stop);
    const GenerationErrors found = generation_errors(*cohort, options, stop);
    for (Index r = 0; r < cohort->size(); ++r) {
      const Index k = order[first + static_cast<std::size_t>(r)];
      progress.error[k] = found.error[r];
      progress.loudness[k] = loud.value[r];
      if (const auto& note = found.notes[static_cast<std::size_t>(r)]; !note.empty())
        progress.failures.push_back(text("element ", k, ": ", note));
    }
    progress.null_level = loud.null_level;
    progress.trained += cohort->size();
    if (input.publish && last < order.size())
      input.publish(results_of(elements, progress, input.step),
                    static_cast<double>(last) / static_cast<double>(order.size()));
  }
  const Known known = known_of(progress);
  notes.push_back(verdict(known.places, known.errors, "The conjecture's order"));
  for (const auto& failure : progress.failures) notes.push_back(failure);
  notes.emplace_back(
      "Conjecture: data where fresh networks are quiet are modelled better. Unproved beyond linear "
      "networks.");
  notes.push_back(text("errors: ", described(options.measure), "; fresh rows of the data have ",
                       number(std::round(1000 * floor) / 1000)));
  return results_of(elements, progress, input.step);
}

ParamSchema params() {
  const ParamSchema own = {
      choice_param("basis", "dct",
                   {{"dct", "DCT", "Cosine modes, by frequency along rows and columns."},
                    {"hadamard", "Hadamard", "Walsh functions, by sign changes."},
                    {"dft", "Fourier", "Real Fourier modes."},
                    {"pixel", "Pixels", "One pixel each."},
                    {"average_geometry", "Eigenvectors", "Of the average output geometry."}})
          .about("Whose elements the data follow, one after the other."),
      text_param("path", "dataset.v").about("The direction of the data, as -D names it."),
      training_steps_param(),
      integer_param("together", 8).range(1, 64).about("Networks that train side by side."),
      integer_param("samples", 300).range(2, 100000).about("Points that each network generates."),
      integer_param("networks", 2000)
          .range(2, 1000000)
          .about("Fresh networks behind the loudness.")};
  return joined(joined(joined(own, diffusion::sampler_params()), error_measure_params()),
                score_probe_params());
}

}  // namespace

Analysis basis_errors() {
  Analysis analysis;
  analysis.id = "basis_errors";
  analysis.title = "Basis heat map";
  analysis.doc =
      "Trains the score network anew on data along each element of a basis, a few at a time, and "
      "shows how well each is modelled, beside how loud fresh networks are along it. The "
      "conjecture "
      "says that quiet elements are modelled better; the rank correlation says whether it held.";
  analysis.formula = "v ↦ W₂(samples, N(0, D v vᵀ))  beside  vᵀ G v";
  analysis.source = "Score anisotropy directions; order of training and rank test are ours";
  analysis.params = params();
  analysis.networks = Networks::score;
  analysis.is_long = true;
  analysis.is_step_free = [](const Params&) { return true; };
  analysis.run = run;
  return analysis;
}

}  // namespace aniso::analysis
