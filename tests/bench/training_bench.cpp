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
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
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

using Forward = std::function<torch::Tensor(torch::Tensor)>;

// What a LibTorch user writes.
struct PlainNetwork {
  std::vector<torch::Tensor> parameters;
  Forward forward;
};

struct Setting {
  const char* architecture;
  Json params;
  InputShape shape;
  Index classes;  // 2 for one logit
  Index batch;
  std::string optimizer;  // "adam", or "sgd" without momentum
  Index samples;
  std::function<PlainNetwork()> plain;
};

PlainNetwork sequential(torch::nn::Sequential net) {
  return {net->parameters(), [net](torch::Tensor x) mutable { return net->forward(x); }};
}

template <typename Activation>
PlainNetwork plain_mlp(Index width, const std::vector<Index>& hidden) {
  torch::nn::Sequential net;
  for (const Index next : hidden) {
    net->push_back(torch::nn::Linear(width, next));
    net->push_back(Activation());
    width = next;
  }
  net->push_back(torch::nn::Linear(width, 1));
  return sequential(net);
}

// conv 3→16, pool, conv 16→32, pool, dense 64, dense 10.
PlainNetwork plain_conv() {
  using namespace torch::nn;
  return sequential(Sequential(Conv2d(Conv2dOptions(3, 16, 3).padding(1)), ReLU(), AvgPool2d(2),
                               Conv2d(Conv2dOptions(16, 32, 3).padding(1)), ReLU(), AvgPool2d(2),
                               Flatten(), Linear(32 * 8 * 8, 64), ReLU(), Linear(64, 10)));
}

struct PlainBlock : torch::nn::Module {
  PlainBlock(Index in, Index out, Index stride)
      : first(register_module("first", conv(in, out, 3, stride))),
        second(register_module("second", conv(out, out, 3, 1))),
        norm1(register_module("norm1", torch::nn::BatchNorm2d(out))),
        norm2(register_module("norm2", torch::nn::BatchNorm2d(out))) {
    if (stride == 1 && in == out) return;
    shortcut = register_module("shortcut", conv(in, out, 1, stride));
    norm3 = register_module("norm3", torch::nn::BatchNorm2d(out));
  }
  static torch::nn::Conv2d conv(Index in, Index out, Index window, Index stride) {
    return torch::nn::Conv2d(
        torch::nn::Conv2dOptions(in, out, window).padding(window / 2).stride(stride).bias(false));
  }
  torch::Tensor forward(torch::Tensor x) {
    const auto y = norm2(second(torch::relu(norm1(first(x)))));
    return torch::relu(y + (shortcut.is_empty() ? x : norm3(shortcut(x))));
  }
  torch::nn::Conv2d first, second, shortcut = nullptr;
  torch::nn::BatchNorm2d norm1, norm2, norm3 = nullptr;
};

// ResNet-8 of width 16 with batch normalisation.
PlainNetwork plain_resnet() {
  using namespace torch::nn;
  return sequential(Sequential(
      PlainBlock::conv(3, 16, 3, 1), BatchNorm2d(16), ReLU(),
      std::make_shared<PlainBlock>(16, 16, 1), std::make_shared<PlainBlock>(16, 32, 2),
      std::make_shared<PlainBlock>(32, 64, 2), AdaptiveAvgPool2d(1), Flatten(), Linear(64, 10)));
}

data::DatasetPtr make_data(const Setting& s) {
  auto data = std::make_shared<data::Dataset>();
  const RandomStream stream(1, "bench");
  const Index dim = s.shape.dim;
  data->id = "bench";
  data->shape = s.shape;
  data->x = stream.normals(s.samples, dim);
  if (s.classes == 2) {
    data->labels = (data->x.col(0).array() * data->x.col(dim - 1).array() > 0).cast<std::int32_t>();
  } else {
    data->labels.resize(s.samples);
    for (Index i = 0; i < s.samples; ++i)
      data->labels[i] = static_cast<std::int32_t>(i % s.classes);
  }
  data->classes = s.classes;
  for (Index i = 0; i < s.samples; ++i) data->train.push_back(i);
  return data;
}

struct Problem {
  TrainingSpec spec;
  data::DatasetPtr data;
  Vector initial;
};

Problem make_problem(const Setting& s) {
  const auto& kind = nn::architecture(s.architecture);
  const Params params = validated(kind.params, s.params, "architecture");
  Problem p;
  p.data = make_data(s);
  p.spec.plan = kind.plan(params, s.shape, s.classes == 2 ? 1 : s.classes);
  p.spec.objective = s.classes == 2 ? "logistic" : "cross_entropy";
  p.spec.optimizer = s.optimizer;
  Json given = {{"learning_rate", 1e-3}};
  if (s.optimizer == "sgd") given["momentum"] = 0.0;
  p.spec.optimizer_params = validated(optimizer(s.optimizer).params, given, "optimizer");
  p.spec.batch_size = s.batch;
  p.initial = kind.initialise(p.spec.plan, params, RandomStream(1, "init"));
  return p;
}

class PlainTorch {
 public:
  PlainTorch(const Setting& s, const Problem& p)
      : net_(s.plain()), order_(p.spec.seed, p.spec.run, s.samples, s.batch) {
    Index count = 0;
    for (const auto& parameter : net_.parameters) count += parameter.numel();
    if (count != p.spec.plan.trained_count()) throw std::logic_error("the networks differ");
    if (s.optimizer == "adam")
      optimizer_ = std::make_unique<torch::optim::Adam>(net_.parameters, 1e-3);
    else
      optimizer_ = std::make_unique<torch::optim::SGD>(net_.parameters, 1e-3);
    x_ = torch::from_blob(const_cast<double*>(p.data->x.data()), {s.samples, s.shape.dim},
                          torch::kFloat64)
             .to(torch::kFloat32);
    if (s.shape.is_image())
      x_ = x_.view({s.samples, s.shape.channels, s.shape.height, s.shape.width});
    y_ = torch::from_blob(const_cast<std::int32_t*>(p.data->labels.data()), {s.samples},
                          torch::kInt32)
             .to(s.classes == 2 ? torch::kFloat32 : torch::kInt64);
    if (s.classes == 2) y_ = y_.unsqueeze(1);
  }

  void step() {
    const auto positions = order_.batch(step_++);
    const auto index =
        torch::from_blob(const_cast<Index*>(positions.data()),
                         {static_cast<std::int64_t>(positions.size())}, torch::kInt64);
    const auto x = x_.index_select(0, index);
    const auto y = y_.index_select(0, index);
    optimizer_->zero_grad();
    const auto f = net_.forward(x);
    const auto loss = y.dim() == 2 ? torch::binary_cross_entropy_with_logits(f, y)
                                   : torch::cross_entropy_loss(f, y);
    loss.backward();
    optimizer_->step();
    benchmark::DoNotOptimize(loss.item<float>());
  }

 private:
  PlainNetwork net_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  torch::Tensor x_, y_;
  BatchOrder order_;
  Index step_ = 0;
};

void BM_training(benchmark::State& state, const Setting& setting) {
  const Problem problem = make_problem(setting);
  const bool is_dense = problem.spec.plan.is_dense_chain();
  const int slices = is_dense ? 40 : 9;  // a step of an image network is longer than a slice
  const auto graph = make_autograd_trainer(problem.spec, problem.data, problem.initial);
  PlainTorch plain(setting, problem);
  Side plain_side([&] { plain.step(); });
  Side autograd_side([&] { graph->step(); });
  std::unique_ptr<Trainer> by_hand;
  std::optional<Side> explicit_side;
  if (is_dense) {
    by_hand = make_explicit_trainer(problem.spec, problem.data, problem.initial);
    explicit_side.emplace([&] { by_hand->step(); });
  }

  std::vector<double> autograd_ratio, explicit_ratio;
  for (auto _ : state) {
    for (int i = 0; i < slices; ++i) {
      plain_side.run_slice();
      autograd_side.run_slice();
      if (explicit_side) explicit_side->run_slice();
    }
    const double base = plain_side.finish_repeat();
    autograd_ratio.push_back(autograd_side.finish_repeat() / base);
    if (explicit_side) explicit_ratio.push_back(explicit_side->finish_repeat() / base);
  }
  const auto report = [&](const std::string& name, const Side& side,
                          const std::vector<double>& ratio) {
    state.counters[name + "/s"] = median(side.repeats());
    state.counters[name + "_ratio"] = median(ratio);
    state.counters[name + "_min"] = *std::min_element(ratio.begin(), ratio.end());
    state.counters[name + "_max"] = *std::max_element(ratio.begin(), ratio.end());
  };
  state.counters["libtorch/s"] = median(plain_side.repeats());
  report("autograd", autograd_side, autograd_ratio);
  if (explicit_side) report("explicit", *explicit_side, explicit_ratio);
}

const InputShape kImage = InputShape::image(3, 32, 32);

BENCHMARK_CAPTURE(BM_training, mlp_2_64_64_1_tanh_b256,
                  {"mlp",
                   {{"hidden", {64, 64}}},
                   2,
                   2,
                   256,
                   "adam",
                   4096,
                   [] {
                     return plain_mlp<torch::nn::Tanh>(2, {64, 64});
                   }})
    ->Iterations(9)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_training, mlp_64_256_256_256_1_relu_b256,
                  {"mlp",
                   {{"hidden", {256, 256, 256}}, {"activation", "relu"}},
                   64,
                   2,
                   256,
                   "adam",
                   4096,
                   [] {
                     return plain_mlp<torch::nn::ReLU>(64, {256, 256, 256});
                   }})
    ->Iterations(9)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_training, mlp_2_8_8_1_tanh_b10_sgd,
                  {"mlp",
                   {{"hidden", {8, 8}}},
                   2,
                   2,
                   10,
                   "sgd",
                   500,
                   [] {
                     return plain_mlp<torch::nn::Tanh>(2, {8, 8});
                   }})
    ->Iterations(9)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(
    BM_training, conv_3x32x32_b64,
    {"conv_pool_dense", {{"channels", {16, 32}}}, kImage, 10, 64, "adam", 512, plain_conv})
    ->Iterations(9)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(
    BM_training, resnet8_w16_3x32x32_b64,
    {"resnet", {{"pre_activation", false}}, kImage, 10, 64, "adam", 512, plain_resnet})
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
