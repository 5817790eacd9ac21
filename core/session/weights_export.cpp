#include "core/session/weights_export.h"

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/io/files.h"
#include "core/io/safetensors.h"
#include "core/nn/pytorch.h"
#include "core/nn/weights.h"

namespace aniso::session {

std::vector<std::filesystem::path> export_weights(const std::filesystem::path& folder,
                                                  const Engines& engines,
                                                  const nn::NetworkPlan& plan, VectorRef parameters,
                                                  Dtype dtype, const std::string& title) {
  nn::check_parameters(plan, parameters);
  io::make_output_folder(folder);
  std::vector<io::NamedTensor> tensors;
  for (const auto& array : nn::pytorch_arrays(plan)) {
    const auto values = parameters.segment(array.offset, array.size);
    tensors.push_back({array.name, array.shape, {values.begin(), values.end()}});
  }
  std::vector<std::filesystem::path> written = {folder / "weights.safetensors"};
  io::write_safetensors(written.back(), tensors, dtype, {{"format", "pt"}, {"title", title}});
  if (engines.archive) {
    written.push_back(folder / "weights.pt");
    io::write_atomically(written.back(), engines.archive(plan, parameters, dtype));
  }
  written.push_back(folder / "network.py");
  io::write_atomically(written.back(), nn::pytorch_program(plan, dtype, title));
  return written;
}

std::string weights_title(const std::string& experiment, Index step) {
  return text(experiment.empty() ? "untitled" : experiment, ", after ", grouped(step), " steps");
}

}  // namespace aniso::session
