#include "core/nn/registry.h"

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/nn/builtin.h"

namespace aniso::nn {

const std::vector<Architecture>& architectures() {
  static const std::vector<Architecture> list = {mlp(),
                                                 residual_mlp(),
                                                 deep_linear(),
                                                 linear(),
                                                 random_features(),
                                                 kernel_machine(),
                                                 conv_pool_dense(),
                                                 lenet(),
                                                 resnet(),
                                                 vit()};
  return list;
}

const Architecture& architecture(std::string_view id) {
  std::vector<std::string> ids;
  for (const auto& entry : architectures()) {
    if (entry.id == id) return entry;
    ids.push_back(entry.id);
  }
  throw InvalidInput(text("architecture '", id, "' is not known.", suggestion(id, ids)));
}

}  // namespace aniso::nn
