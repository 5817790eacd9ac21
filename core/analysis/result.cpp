#include "core/analysis/result.h"

namespace aniso::analysis {

const Quantity& quantity_of(const Result& result) {
  return std::visit([](const auto& kind) -> const Quantity& { return kind.quantity; }, result);
}

}  // namespace aniso::analysis
