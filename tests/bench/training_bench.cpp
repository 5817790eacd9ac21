// Training steps per second: our engines against LibTorch's plain way (torch::nn modules, autograd,
// torch::optim), float32, one thread, same data, same batches.
//
// The machine may be shared, so the sides alternate in slices of a few milliseconds within one
// process (see sides.h), a repeat is the median of its slices, and the ratio is taken within a
// repeat.

#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/nn/blas.h"
#include "core/nn/registry.h"
#include "core/training/autograd_trainer.h"
#include "core/training/batch_order.h"
#include "core/training/explicit_trainer.h"
#include "core/training/optimizers.h"
#include "tests/bench/sides.h"

namespace aniso::training {
namespace {

using bench::median;
using bench::Side;

struct Setting {
  Index inputs;
  std::vector<std::int64_t> hidden;
  std::string activation;
  Index batch;
  std::string optimizer;  // "adam", or "sgd" without momentum
  Index samples = 4096;
};

data::DatasetPtr make_data(const Setting& s) {
  auto data = std::make_shared<data::Dataset>();
  const RandomStream stream(1, "bench");
  data->id = "bench";
  data->shape = data::InputShape::vector(s.inputs);
  data->x = stream.normals(s.samples, s.inputs);
  data->labels =
      (data->x.col(0).array() * data->x.col(s.inputs - 1).array() > 0).cast<std::int32_t>();
  data->classes = 2;
  for (Index i = 0; i < s.samples; ++i) data->train.push_back(i);
  return data;
}

struct Problem {
  TrainingSpec spec;
  data::DatasetPtr data;
  Vector initial;
};

Problem make_problem(const Setting& s) {
  const auto& kind = nn::architecture("mlp");
  const Params params =
      validated(kind.params, {{"hidden", s.hidden}, {"activation", s.activation}}, "architecture");
  Problem p;
  p.data = make_data(s);
  p.spec.plan = kind.plan(params, s.inputs, 1);
  p.spec.objective = "logistic";
  p.spec.optimizer = s.optimizer;
  Json given = {{"learning_rate", 1e-3}};
  if (s.optimizer == "sgd") given["momentum"] = 0.0;
  p.spec.optimizer_params = validated(optimizer(s.optimizer).params, given, "optimizer");
  p.spec.batch_size = s.batch;
  p.initial = kind.initialise(p.spec.plan, params, RandomStream(1, "init"));
  return p;
}

// What a LibTorch user writes.
class PlainTorch {
 public:
  PlainTorch(const Setting& s, const Problem& p)
      : order_(p.spec.seed, p.spec.run, s.samples, s.batch) {
    Index width = s.inputs;
    for (const auto hidden : s.hidden) {
      net_->push_back(torch::nn::Linear(width, hidden));
      if (s.activation == "tanh")
        net_->push_back(torch::nn::Tanh());
      else
        net_->push_back(torch::nn::ReLU());
      width = hidden;
    }
    net_->push_back(torch::nn::Linear(width, 1));
    if (s.optimizer == "adam")
      optimizer_ = std::make_unique<torch::optim::Adam>(net_->parameters(), 1e-3);
    else
      optimizer_ = std::make_unique<torch::optim::SGD>(net_->parameters(), 1e-3);
    x_ = torch::from_blob(const_cast<double*>(p.data->x.data()), {s.samples, s.inputs},
                          torch::kFloat64)
             .to(torch::kFloat32);
    y_ = torch::from_blob(const_cast<std::int32_t*>(p.data->labels.data()), {s.samples, 1},
                          torch::kInt32)
             .to(torch::kFloat32);
  }

  void step() {
    const auto positions = order_.batch(step_++);
    const auto index =
        torch::from_blob(const_cast<Index*>(positions.data()),
                         {static_cast<std::int64_t>(positions.size())}, torch::kInt64);
    const auto x = x_.index_select(0, index);
    const auto y = y_.index_select(0, index);
    optimizer_->zero_grad();
    const auto loss = torch::binary_cross_entropy_with_logits(net_->forward(x), y);
    loss.backward();
    optimizer_->step();
    benchmark::DoNotOptimize(loss.item<float>());
  }

 private:
  torch::nn::Sequential net_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  torch::Tensor x_, y_;
  BatchOrder order_;
  Index step_ = 0;
};

void BM_training(benchmark::State& state, const Setting& setting) {
  constexpr int kSlices = 40;
  const Problem problem = make_problem(setting);
  const auto by_hand = make_explicit_trainer(problem.spec, problem.data, problem.initial);
  const auto graph = make_autograd_trainer(problem.spec, problem.data, problem.initial);
  PlainTorch plain(setting, problem);
  Side explicit_side([&] { by_hand->step(); });
  Side autograd_side([&] { graph->step(); });
  Side plain_side([&] { plain.step(); });

  std::vector<double> ratio, autograd_ratio;
  for (auto _ : state) {
    for (int i = 0; i < kSlices; ++i)
      for (Side* side : {&plain_side, &explicit_side, &autograd_side}) side->run_slice();
    const double base = plain_side.finish_repeat();
    ratio.push_back(explicit_side.finish_repeat() / base);
    autograd_ratio.push_back(autograd_side.finish_repeat() / base);
  }
  state.counters["libtorch/s"] = median(plain_side.repeats());
  state.counters["explicit/s"] = median(explicit_side.repeats());
  state.counters["autograd/s"] = median(autograd_side.repeats());
  state.counters["ratio"] = median(ratio);
  state.counters["ratio_min"] = *std::min_element(ratio.begin(), ratio.end());
  state.counters["ratio_max"] = *std::max_element(ratio.begin(), ratio.end());
  state.counters["autograd_ratio"] = median(autograd_ratio);
}

BENCHMARK_CAPTURE(BM_training, mlp_2_64_64_1_tanh_b256, {2, {64, 64}, "tanh", 256, "adam"})
    ->Iterations(9)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_training, mlp_64_256_256_256_1_relu_b256,
                  {64, {256, 256, 256}, "relu", 256, "adam"})
    ->Iterations(9)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_training, mlp_2_8_8_1_tanh_b10_sgd, {2, {8, 8}, "tanh", 10, "sgd", 500})
    ->Iterations(9)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace aniso::training

int main(int argc, char** argv) {
  at::set_num_threads(1);
  aniso::nn::set_blas_threads(1);
  std::printf("BLAS: %s\n", aniso::nn::blas_name().c_str());
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
