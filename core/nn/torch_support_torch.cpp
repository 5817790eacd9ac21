#include "core/nn/torch_support.h"

#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/version.h>

namespace aniso::nn {

std::string torch_version() { return TORCH_VERSION; }

std::vector<std::string> torch_devices() {
  std::vector<std::string> devices = {"cpu"};
  const auto count = torch::cuda::is_available() ? torch::cuda::device_count() : 0;
  for (decltype(torch::cuda::device_count()) i = 0; i < count; ++i)
    devices.push_back("cuda:" + std::to_string(i));
  return devices;
}

void set_torch_threads(int threads) { at::set_num_threads(threads); }

}  // namespace aniso::nn
