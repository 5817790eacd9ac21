// Average geometry of fresh networks: ours (families, moment in float64) against what a LibTorch
// user writes: modules built anew for each network, one batched backward of the summed output, the
// moment in float64. float32 networks, one thread; sides alternate by blocks of networks, ratios
// are taken within a repeat. The 1,000 ResNets are timed alone, on the wall clock.

#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/analysis/fresh_geometry.h"
#include "core/engines/engines.h"
#include "core/nn/blas.h"
#include "tests/bench/sides.h"

namespace aniso {
namespace {

using bench::process_seconds;

constexpr int kRepeats = 9;
constexpr Index kBlock = 8;  // networks between two turns

std::unique_ptr<nn::FunctionFamily> family_of(const char* id, const Json& params,
                                              const InputShape& shape) {
  const auto& kind = nn::architecture(id);
  return engines::make_family(kind, validated(kind.params, params, id), shape, 1,
                              {.dtype = Dtype::float32});
}

torch::nn::Sequential lenet() {
  using namespace torch::nn;
  return Sequential(Conv2d(1, 6, 5), ReLU(), AvgPool2d(2), Conv2d(6, 16, 5), ReLU(), AvgPool2d(2),
                    Flatten(), Linear(400, 120), ReLU(), Linear(120, 84), ReLU(), Linear(84, 1));
}

torch::nn::Sequential mlp() {
  using namespace torch::nn;
  return Sequential(Linear(256, 100), ReLU(), Linear(100, 100), ReLU(), Linear(100, 1));
}

struct Setting {
  const char* id;
  Json params;
  InputShape shape;
  torch::nn::Sequential (*plain)();
  Index networks, probes;
};

class Ours {
 public:
  explicit Ours(const Setting& s)
      : family_(family_of(s.id, s.params, s.shape)), setting_(s), moment_(s.shape.dim) {
    how_.networks = kBlock;
    how_.probes.count = s.probes;
    how_.probes.scale = 1;
    how_.readout = analysis::mean_readout(1);
  }
  void restart() { moment_ = geometry::GradientMoment(setting_.shape.dim); }
  void run_block(std::uint64_t number) {
    analysis::for_each_fresh(*family_, setting_.shape.dim, 1, how_, RandomStream(number, "bench"),
                             {}, [&](const Matrix& g) { moment_.add(g); });
  }
  double trace() const { return moment_.mean().trace(); }

 private:
  std::unique_ptr<nn::FunctionFamily> family_;
  Setting setting_;
  analysis::FreshGeometry how_;
  geometry::GradientMoment moment_;
};

class Plain {
 public:
  explicit Plain(const Setting& s) : setting_(s) { restart(); }
  void restart() {
    sum_ = torch::zeros({setting_.shape.dim, setting_.shape.dim}, torch::kFloat64);
    count_ = 0;
  }
  void run_block() {
    const auto& shape = setting_.shape;
    for (Index k = 0; k < kBlock; ++k) {
      auto net = setting_.plain();
      auto x = shape.is_image()
                   ? torch::randn({setting_.probes, shape.channels, shape.height, shape.width})
                   : torch::randn({setting_.probes, shape.dim});
      x.requires_grad_();
      net->forward(x).sum().backward();
      const auto g = x.grad().reshape({setting_.probes, shape.dim}).to(torch::kFloat64);
      sum_ += torch::matmul(g.t(), g);
      count_ += setting_.probes;
    }
  }
  double trace() const { return sum_.trace().item<double>() / static_cast<double>(count_); }

 private:
  Setting setting_;
  torch::Tensor sum_;
  Index count_ = 0;
};

void BM_geometry(benchmark::State& state, const Setting& setting) {
  Ours ours(setting);
  Plain plain(setting);
  ours.run_block(999);
  plain.run_block();
  std::vector<double> ratio, our_s, plain_s;
  for (auto _ : state) {
    ours.restart();
    plain.restart();
    double our_time = 0, plain_time = 0;
    for (Index done = 0; done < setting.networks; done += kBlock) {
      const double start = process_seconds();
      plain.run_block();
      const double middle = process_seconds();
      ours.run_block(static_cast<std::uint64_t>(done));
      plain_time += middle - start;
      our_time += process_seconds() - middle;
    }
    // What is added up last is part of the work.
    const double start = process_seconds();
    const double trace = ours.trace();
    our_time += process_seconds() - start;
    if (!(std::abs(trace - plain.trace()) < 0.5 * plain.trace()))
      state.SkipWithError("the two sides estimate different matrices");
    ratio.push_back(plain_time / our_time);
    our_s.push_back(our_time);
    plain_s.push_back(plain_time);
  }
  if (ratio.empty()) return;
  state.counters["libtorch_s"] = bench::median(plain_s);
  state.counters["ours_s"] = bench::median(our_s);
  state.counters["ratio"] = bench::median(ratio);
  state.counters["ratio_min"] = *std::min_element(ratio.begin(), ratio.end());
  state.counters["ratio_max"] = *std::max_element(ratio.begin(), ratio.end());
}

BENCHMARK_CAPTURE(BM_geometry, lenet_1x32x32_100_networks_128_probes,
                  {"lenet", Json::object(), InputShape::image(1, 32, 32), lenet, 100, 128})
    ->Iterations(kRepeats)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(
    BM_geometry, mlp_256_100_100_600_networks_16_probes,
    {"mlp", {{"hidden", {100, 100}}, {"activation", "relu"}}, InputShape(256), mlp, 600, 16})
    ->Iterations(kRepeats)
    ->Unit(benchmark::kMillisecond);

void BM_resnets(benchmark::State& state) {
  const InputShape shape = InputShape::image(1, 16, 16);
  const auto family = family_of(
      "resnet",
      {{"widths", {16, 16, 32}}, {"normalisation", "none"}, {"downsampling", "convolution"}},
      shape);
  analysis::FreshGeometry how;
  how.networks = 1000;
  how.probes.count = 32;
  how.readout = analysis::mean_readout(1);
  engines::set_thread_count(2);
  for (auto _ : state)
    benchmark::DoNotOptimize(
        analysis::fresh_moment(*family, shape.dim, 1, how, RandomStream(1, "bench"), {}).mean());
  engines::set_thread_count(1);
}
BENCHMARK(BM_resnets)
    ->Name("1000_resnets_16x16_32_probes_two_threads")
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kSecond);

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
