#include "core/session/eigen_directions.h"

#include <utility>

#include "core/analysis/fresh_geometry.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/geometry/spectra.h"

namespace aniso::session {
namespace {

constexpr const char* kBasis = "average_geometry";

bool is_eigenvector(const ParamSpec& spec, const Params& params) {
  return spec.kind == ParamKind::direction && params.direction(spec.name).at("basis") == kBasis;
}

}  // namespace

EigenDirectionsPtr eigen_directions(const nn::FunctionFamily& family, const Chosen& architecture,
                                    const InputShape& shape, Index outputs,
                                    const std::stop_token& stop) {
  ANISO_CHECK(shape.dim <= kMostEigenDirections, "average_geometry: ", grouped(shape.dim),
              " inputs are too many for all eigenvectors (at most ", grouped(kMostEigenDirections),
              "); give the direction as numbers");
  analysis::FreshGeometry how;
  how.readout = analysis::mean_readout(outputs);
  const auto moment = analysis::fresh_moment(family, shape.dim, outputs, how,
                                             RandomStream(0, "eigen directions"), stop);
  auto eigen = geometry::symmetric_eigen(moment.mean());
  return std::make_shared<const EigenDirections>(EigenDirections{
      architecture, shape, outputs, std::move(eigen.values), eigen.vectors.transpose()});
}

bool names_eigenvectors(const ParamSchema& schema, const Params& params) {
  for (const auto& spec : schema)
    if (is_eigenvector(spec, params)) return true;
  return false;
}

Params with_numbers(const ParamSchema& schema, const Params& params,
                    const EigenDirections* directions, const std::string& path) {
  Json values = params.json();
  for (const auto& spec : schema) {
    if (!is_eigenvector(spec, params)) continue;
    const auto index = params.direction(spec.name).at("index").get<Index>();
    if (directions == nullptr) {
      values[spec.name] = {{"basis", "random"}, {"index", index}};
      continue;
    }
    const Index count = directions->vectors.rows();
    ANISO_CHECK(index < count, path, ".", spec.name, ": there is no eigenvector ", index,
                " of the average geometry; the input has ", count, ", numbered from 0");
    const Vector v = directions->vectors.row(index).transpose();
    values[spec.name] = {{"basis", "numbers"},
                         {"values", std::vector<double>(v.data(), v.data() + v.size())}};
  }
  return validated(schema, values, path);
}

}  // namespace aniso::session
