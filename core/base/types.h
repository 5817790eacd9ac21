#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>

namespace aniso {

using Index = Eigen::Index;

/// Row-major float64 matrix. By convention one sample per row: (n, d).
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;
using MatrixRef = Eigen::Ref<const Matrix>;
using VectorRef = Eigen::Ref<const Vector>;

/// Class indices 0 … C−1, one per sample.
using Labels = Eigen::Matrix<std::int32_t, Eigen::Dynamic, 1>;

/// JSON that keeps the order in which keys were declared.
using Json = nlohmann::ordered_json;

/// Element type of a network's parameters and arithmetic.
enum class Dtype { float32, float64 };

}  // namespace aniso
