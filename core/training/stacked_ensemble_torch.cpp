#include <torch/torch.h>

#include <cmath>
#include <limits>
#include <utility>

#include "core/base/check.h"
#include "core/nn/torch_network_torch.h"
#include "core/training/device_update_torch.h"
#include "core/training/ensemble_trainer.h"
#include "core/training/spec_parts.h"

namespace aniso::training {
namespace {

using torch::Tensor;

template <typename T>
class StackedEnsemble final : public EnsembleTrainer {
 public:
  StackedEnsemble(const TrainingSpec& spec, const std::vector<Member>& members)
      : spec_(spec),
        rule_(update_rule_of(spec)),
        schedule_(schedule_of(spec.optimizer_params)),
        options_(torch::TensorOptions()
                     .dtype(nn::scalar_type(spec.dtype))
                     .device(nn::torch_device(spec.device))),
        network_(spec.plan, static_cast<Index>(members.size())) {
    Matrix initial(members.size(), spec.plan.parameter_count());
    for (const Member& member : members) {
      spec_.seed = member.seed;
      spec_.run = member.run;
      check_initial(spec_, member.initial);
      initial.row(static_cast<Index>(own_.size())) = member.initial.transpose();
      own_.push_back({batch_order_of(spec_, member.data), loss_spec_of(spec_).corruption,
                      member.data->x(member.data->train, Eigen::all).template cast<T>()});
    }
    losses_ = Vector::Constant(this->members(), std::numeric_limits<double>::quiet_NaN());
    const Tensor all = nn::to_tensor(initial, options_);
    const Index trained = spec.plan.trained_count();
    theta_ = all.narrow(1, 0, trained).contiguous().requires_grad_();
    fixed_ = all.narrow(1, trained, all.size(1) - trained).contiguous();
    for (int i = 0; i < rule_.slot_count(); ++i)
      slots_.push_back(torch::zeros_like(theta_.detach()));
  }

  Index members() const override { return static_cast<Index>(own_.size()); }
  Index steps_done() const override { return steps_; }

  void step() override {
    draw();
    const Tensor theta = fixed_.size(1) > 0 ? torch::cat({theta_, fixed_}, 1) : theta_;
    const Tensor f = network_.forward(nn::stacked_parameters(spec_.plan, theta), x_, true);
    const Tensor each = (f - y_).square().view({members(), -1}).mean(1);
    const Tensor gradient = torch::autograd::grad({each.sum()}, {theta_})[0].contiguous();
    const torch::NoGradGuard no_graph;
    const Vector losses = nn::to_matrix(each).row(0);
    const Vector norms = nn::to_matrix(gradient.to(torch::kFloat64).norm(2, {1})).row(0);
    const double learning_rate = schedule_.at(steps_, spec_.total_steps);
    ++steps_;
    for (Index r = 0; r < members(); ++r) {
      Own& own = own_[static_cast<std::size_t>(r)];
      if (own.diverged_at > 0) continue;
      losses_[r] = losses[r];
      if (std::isfinite(losses[r]) && std::isfinite(norms[r]))
        update(r, learning_rate, rule_.clip_factor(norms[r]), gradient);
      else
        own.diverged_at = steps_;
    }
  }

  Vector losses() const override { return losses_; }
  Index diverged_at(Index member) const override {
    return own_.at(static_cast<std::size_t>(member)).diverged_at;
  }
  Matrix parameters() const override {
    return nn::to_matrix(torch::cat({theta_.detach(), fixed_}, 1));
  }

 private:
  using Rows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  struct Own {
    BatchOrder order;
    std::shared_ptr<const diffusion::Corruption> corruption;
    Rows samples;  // of the training set
    Index diverged_at = 0;
  };

  // Noised samples of every member's next batch.
  void draw() {
    for (Index r = 0; r < members(); ++r) {
      Own& own = own_[static_cast<std::size_t>(r)];
      const auto positions = own.order.batch(steps_);
      const auto n = static_cast<Index>(positions.size());
      const Index dim = own.samples.cols();
      picked_.resize(n, dim);
      for (Index i = 0; i < n; ++i)
        picked_.row(i) = own.samples.row(positions[static_cast<std::size_t>(i)]);
      if (r == 0) {
        inputs_.resize(members() * n, dim + 1);
        targets_.resize(members() * n, dim);
      }
      own.corruption->apply(static_cast<std::uint64_t>(steps_), n, dim, picked_.data(),
                            inputs_.data() + r * n * (dim + 1), targets_.data() + r * n * dim);
    }
    const auto on_host = torch::TensorOptions().dtype(options_.dtype());
    const auto copied = [&](Rows& rows) {
      return torch::from_blob(rows.data(), {rows.rows(), rows.cols()}, on_host)
          .to(options_.device(), /*non_blocking=*/false, /*copy=*/true);
    };
    x_ = copied(inputs_);
    y_ = copied(targets_);
  }

  void update(Index r, double learning_rate, double scale, const Tensor& gradient) {
    const std::int64_t count = steps_;
    if (!options_.device().is_cpu()) {
      std::vector<Tensor> slots;
      for (const Tensor& slot : slots_) slots.push_back(slot[r]);
      return update_on_device(rule_, learning_rate, scale, count, theta_.detach()[r], gradient[r],
                              slots);
    }
    const Index size = theta_.size(1);
    const auto row = [&](std::size_t i) -> T* {
      return i < slots_.size() ? slots_[i].template data_ptr<T>() + r * size : nullptr;
    };
    apply_update<T>(rule_, learning_rate, scale, count, size,
                    theta_.template data_ptr<T>() + r * size,
                    gradient.template data_ptr<T>() + r * size, row(0), row(1));
  }

  TrainingSpec spec_;
  UpdateRule rule_;
  LearningRateSchedule schedule_;
  torch::TensorOptions options_;
  nn::TorchNetwork network_;
  std::vector<Own> own_;
  Vector losses_;
  Tensor theta_;               // (R, trained)
  Tensor fixed_;               // (R, P − trained)
  std::vector<Tensor> slots_;  // as theta_, each
  Rows picked_, inputs_, targets_;
  Tensor x_, y_;  // (R·n, D + 1) and (R·n, D)
  Index steps_ = 0;
};

}  // namespace

std::unique_ptr<EnsembleTrainer> make_stacked_ensemble(const TrainingSpec& spec,
                                                       const std::vector<Member>& members) {
  ANISO_CHECK(can_stack(spec, members),
              "ensemble: these networks cannot be trained side by side; it takes score networks "
              "without running statistics and as many training rows for each");
  if (spec.dtype == Dtype::float32) return std::make_unique<StackedEnsemble<float>>(spec, members);
  return std::make_unique<StackedEnsemble<double>>(spec, members);
}

}  // namespace aniso::training
