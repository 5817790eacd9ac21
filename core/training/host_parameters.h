#pragma once

#include <Eigen/Core>
#include <vector>

#include "core/training/optimizer_update.h"

namespace aniso::training {

/// Parameters, gradient and optimiser slots of a network as flat aligned arrays in host memory. The
/// first `trained` parameters have a gradient and are updated.
template <typename T>
class HostParameters {
 public:
  HostParameters(const Vector& initial, Index trained)
      : theta_(initial.cast<T>()), gradient_(Buffer::Zero(trained)) {}

  T* theta() { return theta_.data(); }
  T* gradient() { return gradient_.data(); }
  Index trained() const { return gradient_.size(); }

  double gradient_norm() const { return euclidean_norm(gradient_.size(), gradient_.data()); }

  void update(const UpdateRule& rule, double learning_rate, double gradient_scale,
              std::int64_t count) {
    apply_update<T>(rule, learning_rate, gradient_scale, count, trained(), theta_.data(),
                    gradient_.data(), slot(0), slot(1));
  }

  void reset_slots(int count) {
    slots_.assign(static_cast<std::size_t>(count), Buffer::Zero(trained()));
  }
  Vector parameters() const { return theta_.template cast<double>(); }
  void set_parameters(const Vector& values) { theta_ = values.cast<T>(); }
  std::vector<Vector> slots() const {
    std::vector<Vector> out;
    for (const auto& values : slots_) out.push_back(values.template cast<double>());
    return out;
  }
  void set_slots(const std::vector<Vector>& values) {
    for (std::size_t i = 0; i < slots_.size(); ++i) slots_[i] = values[i].cast<T>();
  }

 private:
  using Buffer = Eigen::Matrix<T, Eigen::Dynamic, 1>;
  T* slot(std::size_t i) { return i < slots_.size() ? slots_[i].data() : nullptr; }

  Buffer theta_;
  Buffer gradient_;
  std::vector<Buffer> slots_;
};

}  // namespace aniso::training
