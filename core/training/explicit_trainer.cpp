#include "core/training/explicit_trainer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/check.h"
#include "core/training/dense_chain.h"
#include "core/training/engine_trainer.h"
#include "core/training/host_parameters.h"
#include "core/training/samples.h"

namespace aniso::training {
namespace {

// Rows per forward pass outside training: activations of one chunk stay in the second-level cache.
constexpr Index kChunk = 512;

template <typename T>
class ExplicitEngine final : public GradientEngine {
 public:
  ExplicitEngine(const TrainingSpec& spec, const Vector& initial)
      : chain_(spec.plan), host_(initial, spec.plan.trained_count()) {}

  void set_plan(const nn::NetworkPlan& plan) override { chain_ = DenseChain<T>(plan); }

  void set_data(const data::Dataset& data, const LossSpec& loss) override {
    loss_ = loss.loss;
    train_ = select_samples<T>(data, data.train, loss_);
    test_ = select_samples<T>(data, data.test, loss_);
  }

  double loss_and_gradient(const BatchAt& at) override {
    const auto n = static_cast<Index>(at.positions.size());
    const bool whole = at.whole;
    if (!whole) batch_.gather(train_, at.positions);
    const T* f = chain_.forward(host_.theta(), whole ? train_.x.data() : batch_.x(), n);
    const double loss = training::loss_and_gradient<T>(loss_, n, chain_.outputs(), f,
                                                       whole ? train_.targets() : batch_.targets(),
                                                       chain_.output_gradient());
    chain_.backward(host_.gradient());
    return loss;
  }

  double gradient_norm() override { return host_.gradient_norm(); }
  void update(const UpdateRule& rule, double learning_rate, double gradient_scale,
              std::int64_t count) override {
    host_.update(rule, learning_rate, gradient_scale, count);
  }

  void reset_slots(int count) override { host_.reset_slots(count); }
  Vector parameters() const override { return host_.parameters(); }
  void set_parameters(const Vector& values) override { host_.set_parameters(values); }
  std::vector<Vector> slots() const override { return host_.slots(); }
  void set_slots(const std::vector<Vector>& values) override { host_.set_slots(values); }

  Evaluation evaluate(Split split) override {
    const Samples<T>& samples = split == Split::train ? train_ : test_;
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    Evaluation result{.loss = kNan, .accuracy = kNan, .count = samples.size()};
    if (result.count == 0) return result;
    double loss = 0;
    Index correct = 0;
    for (Index at = 0; at < result.count; at += kChunk) {
      const Index n = std::min(kChunk, result.count - at);
      const T* f = chain_.forward(host_.theta(), samples.x.data() + at * samples.x.cols(), n);
      loss += loss_sum<T>(loss_, n, chain_.outputs(), f, samples.targets(at));
      if (samples.labels.size() > 0)
        correct += correct_count<T>(n, chain_.outputs(), f, samples.labels.data() + at);
    }
    const auto count = static_cast<double>(result.count);
    result.loss = loss / count;
    if (samples.labels.size() > 0) result.accuracy = static_cast<double>(correct) / count;
    return result;
  }

  Matrix outputs(MatrixRef x) override {
    Matrix out(x.rows(), chain_.outputs());
    for (Index at = 0; at < x.rows(); at += kChunk) {
      const Index n = std::min(kChunk, x.rows() - at);
      const typename Samples<T>::Rows rows = x.middleRows(at, n).template cast<T>();
      const T* f = chain_.forward(host_.theta(), rows.data(), n);
      out.middleRows(at, n) = Eigen::Map<const typename Samples<T>::Rows>(f, n, chain_.outputs())
                                  .template cast<double>();
    }
    return out;
  }

  std::string name() const override { return "explicit"; }
  std::string device() const override { return "cpu"; }
  bool is_bitwise_reproducible() const override { return true; }

 private:
  DenseChain<T> chain_;
  HostParameters<T> host_;
  Loss loss_ = Loss::squared;
  Samples<T> train_;
  Samples<T> test_;
  Batch<T> batch_;
};

}  // namespace

std::unique_ptr<Trainer> make_explicit_trainer(const TrainingSpec& spec, data::DatasetPtr data,
                                               const Vector& initial) {
  ANISO_CHECK(spec.device == "cpu", "the explicit engine runs on the CPU, not on '", spec.device,
              "'; choose the autograd engine for other devices");
  return std::make_unique<EngineTrainer>(
      spec, std::move(data), initial,
      [](const TrainingSpec& s, const Vector& values) -> std::unique_ptr<GradientEngine> {
        if (s.dtype == Dtype::float32) return std::make_unique<ExplicitEngine<float>>(s, values);
        return std::make_unique<ExplicitEngine<double>>(s, values);
      });
}

}  // namespace aniso::training
