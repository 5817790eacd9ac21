#include "core/data/registry.h"

#include "core/base/check.h"
#include "core/base/names.h"

// One line per dataset, in menu order: <id>.cpp defines the maker <id>_type().
#define ANISO_DATASETS(DATASET) \
  DATASET(rotated_plane)        \
  DATASET(two_moons)            \
  DATASET(spirals)              \
  DATASET(checkerboard)         \
  DATASET(spheres)              \
  DATASET(gaussian_mixture)     \
  DATASET(drawn)                \
  DATASET(anisotropic_gaussian) \
  DATASET(correlated_gaussian)  \
  DATASET(sphere_in_span)       \
  DATASET(nad)                  \
  DATASET(competing_features)   \
  DATASET(products)             \
  DATASET(index_model)          \
  DATASET(linear_teacher)       \
  DATASET(sloppy)               \
  DATASET(images)               \
  DATASET(file)

namespace aniso::data {

#define ANISO_DECLARE(id) DatasetType id##_type();
ANISO_DATASETS(ANISO_DECLARE)

const std::vector<DatasetType>& dataset_types() {
#define ANISO_MAKE(id) id##_type(),
  static const std::vector<DatasetType> list = {ANISO_DATASETS(ANISO_MAKE)};
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
