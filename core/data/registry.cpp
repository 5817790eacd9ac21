#include "core/data/registry.h"

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/data/builtin.h"

namespace aniso::data {

const std::vector<DatasetType>& dataset_types() {
  static const std::vector<DatasetType> list = {rotated_plane_type(),  two_moons_type(),
                                                spirals_type(),        checkerboard_type(),
                                                spheres_type(),        gaussian_mixture_type(),
                                                drawn_type(),          anisotropic_gaussian_type(),
                                                sphere_in_span_type(), nad_type(),
                                                products_type(),       index_model_type(),
                                                linear_teacher_type(), sloppy_type(),
                                                images_type(),         file_type()};
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

const DatasetType* dataset_type_for(const std::filesystem::path& path) {
  for (const auto& type : dataset_types())
    if (type.opens && type.opens(path)) return &type;
  return nullptr;
}

}  // namespace aniso::data
