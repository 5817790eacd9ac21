#include "core/analysis/fresh_geometry.h"

#include <algorithm>

#include "core/analysis/registry.h"
#include "core/base/check.h"

namespace aniso::analysis {
namespace {

// Networks that are drawn and run together, on the same probes.
constexpr Index kTogether = 8;

}  // namespace

Matrix ProbeLaw::draw(Index inputs, const RandomStream& stream) const {
  ANISO_CHECK(count >= 1, "probes: at least one is needed");
  if (data == nullptr) return scale * stream.normals(count, inputs);
  ANISO_CHECK(data->rows() > 0, "probes: there are no data to draw from; use the Gaussian law");
  check_size("probes", data->cols(), inputs);
  Matrix x(count, inputs);
  for (Index i = 0; i < count; ++i)
    x.row(i) = data->row(static_cast<Index>(
        stream.below(static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(data->rows()))));
  return x;
}

Vector mean_readout(Index outputs) {
  return Vector::Constant(outputs, 1 / static_cast<double>(outputs));
}

void for_each_fresh(const nn::FunctionFamily& family, Index inputs, Index outputs,
                    const FreshGeometry& how, const RandomStream& stream,
                    const std::stop_token& stop,
                    const std::function<void(const Matrix& gradients)>& use) {
  check_size("readout", how.readout.size(), outputs);
  ANISO_CHECK(how.networks >= 1, "average geometry: at least one network is needed");
  for (Index done = 0; done < how.networks; done += kTogether) {
    if (stop.stop_requested()) throw Cancelled{};
    const auto block = static_cast<std::uint64_t>(done / kTogether);
    const Matrix parameters =
        family.draw(stream.child("networks", block), std::min(kTogether, how.networks - done));
    const Matrix x = how.probes.draw(inputs, stream.child("probes", block));
    const auto gradients = family.input_gradients(parameters, x, how.readout);
    for (std::size_t k = 0; k < gradients.size(); ++k) {
      if (!gradients[k].allFinite())
        throw NumericalError(text("the input gradients of fresh network ",
                                  done + static_cast<Index>(k),
                                  " are not finite; lower the scale of the initialisation"));
      use(gradients[k]);
    }
  }
}

geometry::GradientMoment fresh_moment(const nn::FunctionFamily& family, Index inputs, Index outputs,
                                      const FreshGeometry& how, const RandomStream& stream,
                                      const std::stop_token& stop) {
  geometry::GradientMoment moment(inputs);
  for_each_fresh(family, inputs, outputs, how, stream, stop,
                 [&](const Matrix& gradients) { moment.add(gradients); });
  return moment;
}

}  // namespace aniso::analysis
