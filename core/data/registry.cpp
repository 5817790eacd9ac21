#include "core/data/registry.h"

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/data/builtin.h"

namespace aniso::data {

const std::vector<DatasetType>& dataset_types() {
  static const std::vector<DatasetType> list = {rotated_plane_type(), two_moons_type(),
                                                gaussian_mixture_type(), linear_teacher_type(),
                                                file_type()};
  return list;
}

const DatasetType& dataset_type(std::string_view id) {
  std::vector<std::string> ids;
  for (const auto& type : dataset_types()) {
    if (type.id == id) return type;
    ids.push_back(type.id);
  }
  throw InvalidInput(text("dataset: '", id, "' is not known.", suggestion(id, ids)));
}

}  // namespace aniso::data
