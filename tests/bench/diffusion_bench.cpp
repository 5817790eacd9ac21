// Score networks, float32, one thread. Training the small U-Net on 16 × 16 images: our trainer
// against what a LibTorch user writes (torch::nn modules, autograd, clip_grad_norm_,
// torch::optim::Adam), in LibTorch's usual order of memory and in channels-last. The sides start
// from the same weights, draw steps and noise themselves, and take turns (see sides.h); `ratio` is
// our time over theirs. Sampling with DDPM from a score MLP on the wall clock, with the shares of
// its parts, each of which is timed alone.

#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/diffusion/sampler.h"
#include "core/diffusion/score_model.h"
#include "core/engines/engines.h"
#include "core/nn/blas.h"
#include "core/nn/torch_function.h"
#include "core/training/autograd_trainer.h"
#include "core/training/objectives.h"
#include "core/training/optimizers.h"
#include "tests/bench/sides.h"

namespace aniso {
namespace {

using bench::median;
using torch::Tensor;

constexpr Index kSide = 16, kDim = kSide * kSide, kBatch = 256, kSamples = 4096;
constexpr Index kSteps = 1000;  // T
constexpr int kRepeats = 9;

torch::nn::Conv2d conv(Index in, Index out, Index window = 3, Index stride = 1) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(in, out, window).padding(window / 2).stride(stride));
}

torch::nn::GroupNorm norm(Index channels) {
  return torch::nn::GroupNorm(torch::nn::GroupNormOptions(8, channels));
}

struct PlainBlock : torch::nn::Module {
  PlainBlock(Index in, Index out, Index time)
      : norm1(register_module("norm1", norm(in))),
        conv1(register_module("conv1", conv(in, out))),
        norm2(register_module("norm2", norm(out))),
        shift(register_module("shift", torch::nn::Linear(time, out))),
        conv2(register_module("conv2", conv(out, out))) {
    if (in != out) skip = register_module("skip", conv(in, out, 1));
  }
  Tensor forward(const Tensor& x, const Tensor& time) {
    auto h = conv1(torch::silu(norm1(x)));
    h = conv2(torch::silu(norm2(h) + shift(time).unsqueeze(2).unsqueeze(3)));
    return h + (skip.is_empty() ? x : skip(x));
  }
  torch::nn::GroupNorm norm1;
  torch::nn::Conv2d conv1;
  torch::nn::GroupNorm norm2;
  torch::nn::Linear shift;
  torch::nn::Conv2d conv2, skip = nullptr;
};

/// The architecture `unet` with its default parameters, registered in the order of its plan.
struct PlainUnet : torch::nn::Module {
  PlainUnet()
      : time1(register_module("time1", torch::nn::Linear(32, 64))),
        time2(register_module("time2", torch::nn::Linear(64, 64))),
        in(register_module("in", conv(1, 16))),
        fine(register_module("fine", std::make_shared<PlainBlock>(16, 16, 64))),
        down(register_module("down", conv(16, 16, 3, 2))),
        coarse(register_module("coarse", std::make_shared<PlainBlock>(16, 32, 64))),
        up(register_module("up", std::make_shared<PlainBlock>(48, 16, 64))),
        last(register_module("last", norm(16))),
        out(register_module("out", conv(16, 1))) {
    const auto order = torch::arange(16, torch::kFloat64);
    speeds = (order * (-std::log(1e4) / 16)).exp() * 1000;
  }
  // image (n, 1, h, w), time (n, 1)
  Tensor forward(const Tensor& image, const Tensor& time) {
    const auto angles = time.to(torch::kFloat64) * speeds;
    auto c = torch::cat({angles.cos(), angles.sin()}, 1).to(torch::kFloat32);
    c = torch::silu(time2(torch::silu(time1(c))));
    const auto kept = fine->forward(in(image), c);
    auto h = coarse->forward(down(kept), c);
    h = torch::cat({torch::upsample_nearest2d(h, {kSide, kSide}), kept}, 1);
    return out(torch::silu(last(up->forward(h, c))));
  }
  torch::nn::Linear time1, time2;
  torch::nn::Conv2d in;
  std::shared_ptr<PlainBlock> fine;
  torch::nn::Conv2d down;
  std::shared_ptr<PlainBlock> coarse, up;
  torch::nn::GroupNorm last;
  torch::nn::Conv2d out;
  Tensor speeds;
};

struct Problem {
  training::TrainingSpec spec;
  data::DatasetPtr data;
  Vector initial;
};

Problem make_problem() {
  Problem p;
  auto data = std::make_shared<data::Dataset>();
  data->id = "bench";
  data->shape = InputShape::image(1, kSide, kSide);
  data->x = RandomStream(1, "bench").normals(kSamples, kDim);
  data->y = Matrix::Zero(kSamples, 1);
  for (Index i = 0; i < kSamples; ++i) data->train.push_back(i);
  p.data = data;
  const auto& kind = nn::architecture("unet");
  const Params params = validated(kind.params, Json::object(), "architecture");
  p.spec.plan = kind.plan(params, data->shape, kDim);
  p.spec.objective = "score_matching";
  p.spec.objective_params =
      validated(training::objective("score_matching").params, {{"steps", kSteps}}, "objective");
  p.spec.optimizer = "adam";
  p.spec.optimizer_params = validated(training::optimizer("adam").params,
                                      {{"learning_rate", 1e-3}, {"clip_norm", 1}}, "optimizer");
  p.spec.batch_size = kBatch;
  p.initial = kind.initialise(p.spec.plan, params, RandomStream(1, "init"));
  return p;
}

Tensor tensor_of(const Matrix& m) {
  return torch::from_blob(const_cast<double*>(m.data()), {m.rows(), m.cols()}, torch::kFloat64)
      .to(torch::kFloat32)
      .clone();
}

class PlainTraining {
 public:
  PlainTraining(const Problem& p, bool channels_last)
      : format_(channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous),
        x_(tensor_of(p.data->x).view({kSamples, 1, kSide, kSide})) {
    const torch::NoGradGuard no_graph;
    Index at = 0;
    for (auto& parameter : net_.parameters()) {
      const Vector values = p.initial.segment(at, parameter.numel());
      parameter.copy_(
          torch::from_blob(const_cast<double*>(values.data()), parameter.sizes(), torch::kFloat64));
      if (parameter.dim() == 4) parameter.set_data(parameter.contiguous(format_));
      at += parameter.numel();
    }
    if (at != p.initial.size()) throw std::logic_error("the networks differ");
    optimizer_ = std::make_unique<torch::optim::Adam>(net_.parameters(), 1e-3);
    const auto alpha_bar =
        torch::cumprod(1 - torch::linspace(0.1 / kSteps, 20.0 / kSteps, kSteps), 0);
    signal_ = alpha_bar.sqrt();
    sigma_ = (1 - alpha_bar).sqrt();
  }

  Tensor forward(const Tensor& image, const Tensor& time) {
    return net_.forward(image.contiguous(format_), time);
  }

  void step() {
    if (at_ == 0) order_ = torch::randperm(kSamples);
    const auto x0 = x_.index_select(0, order_.narrow(0, at_, kBatch));
    at_ = (at_ + kBatch) % kSamples;
    const auto t = torch::randint(kSteps, {kBatch}, torch::kInt64);
    const auto noise = torch::randn_like(x0);
    const auto noised = signal_.index_select(0, t).view({-1, 1, 1, 1}) * x0 +
                        sigma_.index_select(0, t).view({-1, 1, 1, 1}) * noise;
    const auto time = t.to(torch::kFloat32).unsqueeze(1) / static_cast<double>(kSteps);
    optimizer_->zero_grad();
    const auto loss = torch::mse_loss(forward(noised, time), noise);
    loss.backward();
    torch::nn::utils::clip_grad_norm_(net_.parameters(), 1.0);
    optimizer_->step();
    benchmark::DoNotOptimize(loss.item<float>());
  }

 private:
  PlainUnet net_;
  at::MemoryFormat format_;
  std::unique_ptr<torch::optim::Adam> optimizer_;
  Tensor x_, signal_, sigma_, order_;
  Index at_ = 0;
};

// Largest difference of the networks' outputs before training, in units of the outputs' size.
double difference(training::Trainer& ours, PlainTraining& plain) {
  Matrix inputs = RandomStream(2, "bench").normals(Index{32}, kDim + 1);
  inputs.col(kDim) = Vector::LinSpaced(32, 0, 0.999);
  const Matrix f = ours.outputs(inputs);
  const torch::NoGradGuard no_graph;
  const Tensor x = tensor_of(inputs);
  const Tensor g =
      plain.forward(x.narrow(1, 0, kDim).reshape({32, 1, kSide, kSide}), x.narrow(1, kDim, 1));
  const Tensor off = g.reshape({32, kDim}) - tensor_of(f);
  return off.abs().max().item<double>() / f.cwiseAbs().maxCoeff();
}

void BM_unet(benchmark::State& state) {
  const Problem problem = make_problem();
  const auto trainer = training::make_autograd_trainer(problem.spec, problem.data, problem.initial);
  PlainTraining plain(problem, false), ordered(problem, true);
  const double off = std::max(difference(*trainer, plain), difference(*trainer, ordered));
  if (!(off < 1e-5)) state.SkipWithError("the sides compute different numbers");
  bench::Side ours([&] { trainer->step(); });
  bench::Side usual([&] { plain.step(); });
  bench::Side last([&] { ordered.step(); });
  std::vector<double> ratio, ordered_ratio;
  for (auto _ : state) {
    for (int i = 0; i < 9; ++i)
      for (bench::Side* side : {&ours, &usual, &last}) side->run_slice();
    const double rate = ours.finish_repeat();
    ratio.push_back(usual.finish_repeat() / rate);
    ordered_ratio.push_back(last.finish_repeat() / rate);
  }
  if (ratio.empty()) return;
  const auto milliseconds = [](const bench::Side& side) { return 1000 / median(side.repeats()); };
  state.counters["ours_ms"] = milliseconds(ours);
  state.counters["libtorch_ms"] = milliseconds(usual);
  state.counters["channels_last_ms"] = milliseconds(last);
  state.counters["difference"] = off;
  state.counters["ratio"] = median(ratio);
  state.counters["ratio_min"] = *std::min_element(ratio.begin(), ratio.end());
  state.counters["ratio_max"] = *std::max_element(ratio.begin(), ratio.end());
  state.counters["channels_last_ratio"] = median(ordered_ratio);
}
BENCHMARK(BM_unet)
    ->Name("train_unet_1x16x16_b256_adam")
    ->Iterations(kRepeats)
    ->Unit(benchmark::kMillisecond);

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// 1,000 points in 64 dimensions, 100 steps.
void BM_sampling(benchmark::State& state) {
  constexpr Index kCount = 1000, kPointDim = 64;
  const auto& kind = nn::architecture("score_mlp");
  const Params params = validated(kind.params, {{"hidden", {256, 256}}}, "architecture");
  const auto plan = kind.plan(params, InputShape(kPointDim), kPointDim);
  const auto network = nn::make_torch_function(
      plan, kind.initialise(plan, params, RandomStream(1, "init")), Dtype::float32);
  const diffusion::Diffusion how{theory::NoiseSchedule(theory::BetaSchedule::linear, 100),
                                 theory::Prediction::epsilon};
  const diffusion::ScoreModel model(*network, how);
  const RandomStream stream(1, "samples");
  const Matrix inputs = stream.normals(kCount, kPointDim + 1);
  std::vector<double> all, values, normals;
  for (auto _ : state) {
    all.push_back(seconds_of(
        [&] { benchmark::DoNotOptimize(diffusion::sample(model, how, {}, kCount, stream)); }));
    values.push_back(seconds_of([&] {
      for (Index t = 0; t < how.steps(); ++t) benchmark::DoNotOptimize(network->values(inputs));
    }));
    normals.push_back(seconds_of([&] {
      for (Index t = 0; t < how.steps(); ++t)
        benchmark::DoNotOptimize(
            stream.at_step(static_cast<std::uint64_t>(t)).normals(kCount, kPointDim));
    }));
  }
  state.counters["all_s"] = median(all);
  state.counters["network_s"] = median(values);
  state.counters["normals_s"] = median(normals);
}
BENCHMARK(BM_sampling)
    ->Name("sample_1000_points_100_steps_mlp_64_256_256_64")
    ->Iterations(kRepeats)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace aniso

int main(int argc, char** argv) {
  aniso::engines::tune_allocator();
  aniso::engines::set_thread_count(1);
  std::printf("BLAS: %s\n", aniso::nn::blas_name().c_str());
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
