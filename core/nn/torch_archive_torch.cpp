#include "core/nn/torch_archive.h"

#include <torch/serialize/output-archive.h>

#include <map>

#include "core/nn/pytorch.h"
#include "core/nn/torch_network_torch.h"
#include "core/nn/weights.h"

namespace aniso::nn {

std::vector<std::byte> torch_archive(const NetworkPlan& plan, VectorRef parameters, Dtype dtype) {
  check_parameters(plan, parameters);
  const torch::Tensor flat =
      vector_tensor(parameters, torch::TensorOptions().dtype(scalar_type(dtype)));
  // One archive per layer: the dot of "conv_1.weight" is the step into a module.
  std::map<std::string, torch::serialize::OutputArchive> modules;
  for (const auto& array : pytorch_arrays(plan)) {
    const auto dot = array.name.find('.');
    // Each array by itself: views of one buffer would be stored with all of it.
    modules[array.name.substr(0, dot)].write(
        array.name.substr(dot + 1),
        flat.narrow(0, array.offset, array.size).reshape(array.shape).clone(),
        /*is_buffer=*/array.offset >= plan.trained_count());
  }
  torch::serialize::OutputArchive archive;
  for (auto& [name, module] : modules) archive.write(name, module);
  std::vector<std::byte> bytes;
  archive.save_to([&](const void* data, std::size_t size) {
    const auto* first = static_cast<const std::byte*>(data);
    bytes.insert(bytes.end(), first, first + size);
    return size;
  });
  return bytes;
}

}  // namespace aniso::nn
