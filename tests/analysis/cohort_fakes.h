#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/analysis/laboratory.h"
#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/errors.h"
#include "core/base/random.h"
#include "tests/diffusion/sources.h"

namespace aniso::analysis {

/// Score networks of three kinds, told apart by their parameters (kind, s, a …), 2 + D of them:
/// kind 0 has the exact score of N(0, s² D a aᵀ), so that what it generates is the data N(0, D a
/// aᵀ) times s and its sliced W2 is |1 − s|; kind 1 is fresh and gives σ_t (a ∘ z) with a fixed
/// normal z per network, so that G = E F Fᵀ is diag(a²); kind 2 gives NaN.
class FakeScoreFamily final : public nn::FunctionFamily {
 public:
  FakeScoreFamily(diffusion::Diffusion diffusion, Vector loud)
      : diffusion_(std::move(diffusion)), loud_(std::move(loud)) {}

  Index parameter_count() const override { return 2 + loud_.size(); }
  Matrix draw(const RandomStream& stream, Index count) const override {
    Matrix parameters = Matrix::Zero(count, parameter_count());
    for (Index r = 0; r < count; ++r) {
      const Vector z = stream.child("net", static_cast<std::uint64_t>(r)).normals(loud_.size());
      parameters(r, 0) = 1;
      parameters.row(r).tail(loud_.size()) = z.cwiseProduct(loud_.cwiseSqrt()).transpose();
    }
    return parameters;
  }
  Matrix own_values(const Matrix& parameters, MatrixRef x) const override {
    const Index dim = loud_.size(), n = x.rows() / parameters.rows();
    Matrix out(x.rows(), dim);
    for (Index i = 0; i < x.rows(); ++i) {
      const auto p = parameters.row(i / n);
      const Vector a = p.tail(dim);
      const auto level = diffusion_.schedule.level(
          std::lround(x(i, dim) * static_cast<double>(diffusion_.steps())));
      if (p[0] == 1) {
        out.row(i) = level.sigma * a.transpose();
      } else if (p[0] == 2) {
        out.row(i).setConstant(std::nan(""));
      } else {
        const double variance =
            level.signal * level.signal * p[1] * p[1] * static_cast<double>(dim);
        const Vector at = x.row(i).head(dim);
        const double along = a.dot(at);
        const double sigma2 = level.sigma * level.sigma;
        out.row(i) =
            level.sigma * ((at - along * a) / sigma2 + along * a / (variance + sigma2)).transpose();
      }
    }
    return out;
  }
  std::vector<Matrix> values(const Matrix&, MatrixRef) const override { throw InvalidInput("own"); }
  std::vector<Matrix> input_gradients(const Matrix&, MatrixRef, VectorRef) const override {
    throw InvalidInput("own");
  }

 private:
  diffusion::Diffusion diffusion_;
  Vector loud_;
};

/// Data N(0, D e_k e_kᵀ) with k taken from the variant's direction, and networks that generate them
/// times s_k once they are trained to the end; times 3 s_k before.
class FakeCohort final : public Cohort {
 public:
  FakeCohort(std::shared_ptr<const diffusion::Diffusion> diffusion,
             std::shared_ptr<const nn::FunctionFamily> family, std::vector<Index> axes, Index dim,
             std::function<double(Index axis)> scale)
      : diffusion_(std::move(diffusion)),
        family_(std::move(family)),
        axes_(std::move(axes)),
        dim_(dim),
        scale_(std::move(scale)) {
    for (const Index k : axes_) {
      auto data = std::make_shared<data::Dataset>();
      data->shape = data::InputShape::vector(dim);
      data->x = std::sqrt(static_cast<double>(dim)) *
                RandomStream(5, "fake data", static_cast<std::uint64_t>(k)).normals(Index{4000}) *
                Vector::Unit(dim, k).transpose();
      for (Index i = 0; i < 4000; ++i) (i < 2000 ? data->train : data->test).push_back(i);
      data->law = std::make_shared<data::MixtureLaw>(data::MixtureLaw{
          Vector::Ones(1),
          Matrix::Zero(1, dim),
          {static_cast<double>(dim) * Vector::Unit(dim, k) * Vector::Unit(dim, k).transpose()}});
      data_.push_back(std::move(data));
    }
  }

  Index size() const override { return static_cast<Index>(axes_.size()); }
  std::string settings() const override { return unlike ? text(axes_.front()) : ""; }
  const data::Dataset& data(Index variant) const override {
    return *data_.at(static_cast<std::size_t>(variant));
  }
  const diffusion::Diffusion* diffusion() const override { return diffusion_.get(); }
  const nn::FunctionFamily& family() const override { return *family_; }
  std::optional<double> plain_rate() const override { return {}; }
  Index total_steps() const override { return 12; }
  Index steps_done() const override { return steps_; }
  void advance(Index steps, const std::stop_token& stop) override {
    if (stop.stop_requested()) throw Cancelled{};
    steps_ += steps;
    if (on_advance) on_advance(steps);
  }
  Index diverged_at(Index variant) const override {
    return diverged && diverged(axes_[static_cast<std::size_t>(variant)]) ? 5 : 0;
  }
  Matrix parameters() const override {
    Matrix out = Matrix::Zero(size(), 2 + dim_);
    for (Index r = 0; r < size(); ++r) {
      const Index k = axes_[static_cast<std::size_t>(r)];
      out(r, 0) = broken && broken(k) ? 2 : 0;
      out(r, 1) = scale_(k) * (steps_ < total_steps() ? 3 : 1);
      out(r, 2 + k) = 1;
    }
    return out;
  }

  std::function<void(Index steps)> on_advance;
  std::function<bool(Index axis)> diverged, broken;
  bool unlike = false;  // cohorts have settings of their own

 private:
  std::shared_ptr<const diffusion::Diffusion> diffusion_;
  std::shared_ptr<const nn::FunctionFamily> family_;
  std::vector<Index> axes_;
  Index dim_;
  std::function<double(Index)> scale_;
  std::vector<std::shared_ptr<data::Dataset>> data_;
  Index steps_ = 0;
};

}  // namespace aniso::analysis
