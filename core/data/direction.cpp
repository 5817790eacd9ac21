#include "core/data/direction.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "core/base/check.h"
#include "core/base/random.h"
#include "core/geometry/basis.h"

namespace aniso::data {
namespace {

Vector from_numbers(const Json& values, Index dim, const std::string& path) {
  const auto list = values.get<std::vector<double>>();
  ANISO_CHECK(static_cast<Index>(list.size()) == dim, path, ".values: ", list.size(),
              " numbers, but the input has ", dim, " entries");
  const Vector v = Eigen::Map<const Vector>(list.data(), dim);
  const double norm = v.stableNorm();
  ANISO_CHECK(norm > 0, path, ".values: all numbers are 0; a direction needs one that is not");
  return v / norm;
}

}  // namespace

bool has_direction(const Json& direction) { return direction.at("basis") != "none"; }

Vector resolve_direction(const Json& direction, const InputShape& shape, const std::string& path) {
  const auto basis = direction.at("basis").get<std::string>();
  ANISO_CHECK(basis != "none", path, ": a direction is needed here, got 'none'");
  if (basis == "numbers") return from_numbers(direction.at("values"), shape.dim, path);
  ANISO_CHECK(basis != "average_geometry", path,
              ": an eigenvector of the average geometry belongs to an architecture; it must be "
              "resolved to numbers before data are made");
  const geometry::Grid grid = shape.is_image()
                                  ? geometry::Grid{shape.channels, shape.height, shape.width}
                                  : geometry::Grid{1, 1, shape.dim};
  try {
    return geometry::basis_element(geometry::basis_from_id(basis),
                                   direction.at("index").get<Index>(), grid,
                                   RandomStream(0, "direction"));
  } catch (const InvalidInput& error) {
    throw InvalidInput(path + ": " + error.what());
  }
}

}  // namespace aniso::data
