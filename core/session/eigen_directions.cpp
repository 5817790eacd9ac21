#include "core/session/eigen_directions.h"

#include <utility>
#include <vector>

#include "core/analysis/fresh_geometry.h"
#include "core/analysis/score_probes.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/diffusion/diffusion.h"
#include "core/geometry/spectra.h"
#include "core/nn/registry.h"

namespace aniso::session {
namespace {

constexpr const char* kBasis = "average_geometry";
constexpr const char* kFlipped = "average_geometry_flipped";

bool is_eigenvector(const ParamSpec& spec, const Params& params) {
  return spec.kind == ParamKind::direction && params.direction(spec.name).at("basis") == kBasis;
}

constexpr Index kScoreNetworks = 2000;

// A covariance by name, with the numbers that take its place in the parameter of this name.
bool is_covariance(const ParamSpec& spec, const Params& params) {
  if (spec.kind != ParamKind::choice || spec.name != "covariance") return false;
  const auto word = params.choice(spec.name);
  return word == kBasis || word == kFlipped;
}

// A turn by name, whose directions are not given yet.
bool is_turn(const ParamSpec& spec, const Params& params) {
  return spec.kind == ParamKind::choice && spec.name == "turn" &&
         params.choice(spec.name) != "none" && params.reals("turn_axes").empty();
}

// Σ ∝ V diag(λ) Vᵀ with trace D.
std::vector<double> covariance_of(const EigenDirections& directions, bool flipped) {
  const Index dim = directions.values.size();
  Vector lambda = directions.values.cwiseMax(0);
  if (flipped) lambda = lambda.reverse().eval();
  const double trace = lambda.sum();
  ANISO_CHECK(trace > 0, "dataset.covariance: the average geometry is zero");
  lambda *= static_cast<double>(dim) / trace;
  const Matrix sigma = directions.vectors.transpose() * lambda.asDiagonal() * directions.vectors;
  const Matrix symmetric = (sigma + sigma.transpose()) / 2;
  return {symmetric.data(), symmetric.data() + symmetric.size()};
}

}  // namespace

EigenDirectionsPtr eigen_directions(const nn::FunctionFamily& family, const Chosen& architecture,
                                    const Chosen& objective, const InputShape& shape, Index outputs,
                                    const std::stop_token& stop) {
  ANISO_CHECK(shape.dim <= kMostEigenDirections, "average_geometry: ", grouped(shape.dim),
              " inputs are too many for all eigenvectors (at most ", grouped(kMostEigenDirections),
              "); give the direction as numbers");
  const bool has_time = nn::architecture(architecture.id).has_time;
  geometry::GradientMoment moment(shape.dim);
  if (has_time) {
    const auto diffusion = diffusion::diffusion_of(objective.params);
    analysis::ScoreProbeLaw law;
    law.diffusion = &diffusion;
    analysis::for_each_fresh_score(family, shape.dim, kScoreNetworks, law,
                                   RandomStream(0, "output geometry"), stop,
                                   [&](const Matrix& scores) { moment.add(scores); });
  } else {
    analysis::FreshGeometry how;
    how.readout = analysis::mean_readout(outputs);
    moment = analysis::fresh_moment(family, shape.dim, outputs, how,
                                    RandomStream(0, "average geometry"), stop);
  }
  auto eigen = geometry::symmetric_eigen(moment.mean());
  return std::make_shared<const EigenDirections>(
      EigenDirections{architecture, has_time ? objective : Chosen{}, shape, outputs,
                      std::move(eigen.values), eigen.vectors.transpose()});
}

bool names_eigenvectors(const ParamSchema& schema, const Params& params) {
  for (const auto& spec : schema)
    if (is_eigenvector(spec, params) || is_covariance(spec, params) || is_turn(spec, params))
      return true;
  return false;
}

Params with_numbers(const ParamSchema& schema, const Params& params,
                    const EigenDirections* directions, const std::string& path) {
  Json values = params.json();
  for (const auto& spec : schema) {
    if (is_covariance(spec, params)) {
      if (directions == nullptr) {
        values[spec.name] = "white";
      } else {
        values[spec.name] = "numbers";
        values[spec.name + "_values"] =
            covariance_of(*directions, params.choice(spec.name) == kFlipped);
      }
    }
    if (is_turn(spec, params)) {
      if (directions == nullptr) {
        values[spec.name] = "none";
      } else {
        const Matrix& rows = directions->vectors;
        values[spec.name + "_axes"] = std::vector<double>(rows.data(), rows.data() + rows.size());
      }
    }
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
