#include "core/nn/weights.h"

#include <bit>
#include <span>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace aniso::nn {
namespace {

template <typename Scalar>
std::string sha256_as(VectorRef parameters) {
  static_assert(std::endian::native == std::endian::little,
                "the digest is defined on little-endian bytes");
  const Eigen::Matrix<Scalar, Eigen::Dynamic, 1> native = parameters.cast<Scalar>();
  Sha256 hash;
  hash.update(std::as_bytes(std::span(native.data(), static_cast<std::size_t>(native.size()))));
  return hash.hex();
}

}  // namespace

std::string weights_sha256(const NetworkPlan& plan, VectorRef parameters, Dtype dtype) {
  check_parameters(plan, parameters);
  return dtype == Dtype::float32 ? sha256_as<float>(parameters) : sha256_as<double>(parameters);
}

void check_parameters(const NetworkPlan& plan, VectorRef parameters) {
  ANISO_CHECK(parameters.size() == plan.parameter_count(), "the network has ",
              plan.parameter_count(), " parameters, but ", parameters.size(), " are given");
}

}  // namespace aniso::nn
