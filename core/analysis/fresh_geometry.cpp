#include "core/analysis/fresh_geometry.h"

#include <algorithm>

#include "core/analysis/registry.h"
#include "core/base/check.h"

namespace aniso::analysis {
namespace {

// Networks that are drawn and run together, on the same probes.
constexpr Index kTogether = 8;

}  // namespace

Vector mean_readout(Index outputs) {
  return Vector::Constant(outputs, 1 / static_cast<double>(outputs));
}

geometry::GradientMoment fresh_moment(
    const nn::FunctionFamily& family, Index inputs, Index outputs, const FreshGeometry& how,
    const RandomStream& stream, const std::stop_token& stop,
    const std::function<void(const geometry::GradientMoment&)>& on_block) {
  check_size("readout", how.readout.size(), outputs);
  ANISO_CHECK(how.networks >= 1 && how.probes >= 1 && how.probe_scale >= 0,
              "average geometry: needs networks, probes and a probe scale that is not negative");
  geometry::GradientMoment moment(inputs);
  for (Index done = 0; done < how.networks; done += kTogether) {
    if (stop.stop_requested()) throw Cancelled{};
    const auto block = static_cast<std::uint64_t>(done / kTogether);
    const Matrix parameters =
        family.draw(stream.child("networks", block), std::min(kTogether, how.networks - done));
    const Matrix x = how.probe_scale * stream.child("probes", block).normals(how.probes, inputs);
    const auto gradients = family.input_gradients(parameters, x, how.readout);
    for (std::size_t k = 0; k < gradients.size(); ++k) {
      if (!gradients[k].allFinite())
        throw NumericalError(text("the input gradients of fresh network ",
                                  done + static_cast<Index>(k),
                                  " are not finite; lower the scale of the initialisation"));
      moment.add(gradients[k]);
    }
    if (on_block) on_block(moment);
  }
  return moment;
}

}  // namespace aniso::analysis
