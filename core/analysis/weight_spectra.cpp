#include <algorithm>
#include <limits>

#include "core/analysis/registry.h"
#include "core/geometry/spectra.h"

namespace aniso::analysis {
namespace {

// "dense 1" → "dense_1": array names hold no spaces.
std::string array_name(std::string name) {
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

Spectrum spectrum_of(const std::string& layer, const Matrix& weight) {
  Spectrum spectrum;
  spectrum.quantity.id = array_name(layer);
  spectrum.quantity.title = "Singular values, " + layer;
  spectrum.quantity.x_label = "index";
  spectrum.quantity.y_label = "singular value";
  if (!weight.allFinite()) {
    spectrum.quantity.status = Status::undefined("the weight holds NaN or infinite entries");
    spectrum.values = Vector::Constant(std::min(weight.rows(), weight.cols()),
                                       std::numeric_limits<double>::quiet_NaN());
    return spectrum;
  }
  spectrum.values = geometry::singular_values(weight);
  return spectrum;
}

std::vector<Result> run(const Input& input, const std::stop_token& stop,
                        std::vector<std::string>&) {
  std::vector<Result> results;
  for (std::size_t layer = 0; layer < input.function->layer_count(); ++layer) {
    if (stop.stop_requested()) throw Cancelled{};
    results.emplace_back(
        spectrum_of(input.function->layer_name(layer), input.function->weight(layer)));
  }
  return results;
}

}  // namespace

Analysis weight_spectra() {
  Analysis analysis;
  analysis.id = "weight_spectra";
  analysis.title = "Weight spectra";
  analysis.doc =
      "The singular values of each layer's weight matrix, largest first; a convolution's weight is "
      "unfolded to (channels out, channels in · window). A few values that leave "
      "the rest behind say that the layer has learned a low-rank map; a spectrum that keeps its "
      "initial shape says that it has hardly moved.";
  analysis.formula = "W = U diag(σ_1 ≥ σ_2 ≥ …) Vᵀ";
  analysis.source = "singular value decomposition";
  analysis.by_default = true;
  analysis.gives_spectra = true;
  analysis.networks = Networks::all;
  analysis.run = run;
  return analysis;
}

}  // namespace aniso::analysis
