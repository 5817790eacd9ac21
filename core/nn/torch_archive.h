#pragma once

#include <cstddef>
#include <vector>

#include "core/base/types.h"
#include "core/nn/plan.h"

namespace aniso::nn {

/// A LibTorch archive of a network's arrays under the names of `pytorch_arrays`, buffers as
/// buffers: C++ reads it by torch::serialize::InputArchive, Python by torch.jit.load.
///
/// @param parameters  (P) in layout order.
/// @return the file's bytes. @throws InvalidInput if the count is wrong.
std::vector<std::byte> torch_archive(const NetworkPlan& plan, VectorRef parameters, Dtype dtype);

}  // namespace aniso::nn
