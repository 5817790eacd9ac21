#include "core/nn/registry.h"

#include "core/base/check.h"
#include "core/base/names.h"

// One line per architecture, in menu order: <id>.cpp defines the maker <id>().
#define ANISO_ARCHITECTURES(ARCHITECTURE) \
  ARCHITECTURE(mlp)                       \
  ARCHITECTURE(residual_mlp)              \
  ARCHITECTURE(deep_linear)               \
  ARCHITECTURE(linear)                    \
  ARCHITECTURE(random_features)           \
  ARCHITECTURE(kernel_machine)            \
  ARCHITECTURE(conv_pool_dense)           \
  ARCHITECTURE(lenet)                     \
  ARCHITECTURE(resnet)                    \
  ARCHITECTURE(vit)                       \
  ARCHITECTURE(linear_score)              \
  ARCHITECTURE(score_mlp)                 \
  ARCHITECTURE(score_cnn)                 \
  ARCHITECTURE(unet)                      \
  ARCHITECTURE(dit)

namespace aniso::nn {

#define ANISO_DECLARE(id) Architecture id();
ANISO_ARCHITECTURES(ANISO_DECLARE)

const std::vector<Architecture>& architectures() {
#define ANISO_MAKE(id) id(),
  static const std::vector<Architecture> list = {ANISO_ARCHITECTURES(ANISO_MAKE)};
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
