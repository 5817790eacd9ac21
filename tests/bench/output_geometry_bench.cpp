// E[F Fᵀ] of fresh score networks: ours (drawn and run many at a time, the moment in float64)
// against what a LibTorch user writes, in C++ and in Python: a module built anew for each network,
// run once, its output's outer product added. D = 256, three 3×3 convolutions, 32 channels, group
// norm, x = 0, t uniform; float32, as many threads for both, wall clock; sides alternate by blocks
// of networks, ratios are taken within a repeat. Python runs a process of its own each repeat; only
// its loop is timed.

#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "core/analysis/score_probes.h"
#include "core/base/check.h"
#include "core/engines/engines.h"
#include "core/geometry/gradient_moment.h"
#include "core/nn/registry.h"
#include "core/training/objectives.h"
#include "tests/bench/sides.h"

namespace aniso {
namespace {

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

constexpr Index kBlock = 64;
constexpr Index kSide = 16, kDim = kSide * kSide, kChannels = 32, kGroups = 8, kFeatures = 32;

struct PlainNetwork : torch::nn::Module {
  PlainNetwork() {
    using namespace torch::nn;
    time = register_module("time", Linear(kFeatures, kFeatures));
    for (int i = 0; i < 2; ++i) {
      convs.push_back(
          register_module("conv" + std::to_string(i),
                          Conv2d(Conv2dOptions(i == 0 ? 1 : kChannels, kChannels, 3).padding(1))));
      norms.push_back(register_module("norm" + std::to_string(i), GroupNorm(kGroups, kChannels)));
      shifts.push_back(register_module("shift" + std::to_string(i), Linear(kFeatures, kChannels)));
    }
    last = register_module("last", Conv2d(Conv2dOptions(kChannels, 1, 3).padding(1)));
  }

  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& tau) {
    const int half = kFeatures / 2;
    const auto rates = (torch::arange(half, torch::kFloat32) * (-std::log(1e4) / half)).exp();
    const auto angles = tau * rates * 1000;
    const auto c = torch::silu(time(torch::cat({angles.cos(), angles.sin()}, 1)));
    auto h = x;
    for (std::size_t i = 0; i < convs.size(); ++i) {
      h = norms[i](convs[i](h)) + shifts[i](c).unsqueeze(2).unsqueeze(3);
      h = torch::silu(h);
    }
    return last(h);
  }

  torch::nn::Linear time{nullptr};
  std::vector<torch::nn::Conv2d> convs;
  std::vector<torch::nn::GroupNorm> norms;
  std::vector<torch::nn::Linear> shifts;
  torch::nn::Conv2d last{nullptr};
};

class Plain {
 public:
  explicit Plain(const diffusion::Diffusion& diffusion) : diffusion_(diffusion) {}
  void block() {
    const torch::NoGradGuard no_grad;
    for (Index i = 0; i < kBlock; ++i) {
      PlainNetwork network;
      const Index t = torch::randint(diffusion_.steps(), {1}).item<std::int64_t>();
      const auto x = torch::zeros({1, 1, kSide, kSide});
      const auto tau = torch::full({1, 1}, diffusion_.time(t));
      const auto f = network.forward(x, tau).view({-1}) / diffusion_.schedule.level(t).sigma;
      moment_.addr_(f, f);
    }
    networks_ += kBlock;
  }
  double trace() const { return moment_.trace().item<double>() / static_cast<double>(networks_); }

 private:
  const diffusion::Diffusion& diffusion_;
  torch::Tensor moment_ = torch::zeros({kDim, kDim});
  Index networks_ = 0;
};

class Ours {
 public:
  Ours(const diffusion::Diffusion& diffusion, const nn::FunctionFamily& family)
      : family_(family), moment_(kDim) {
    law_.diffusion = &diffusion;
  }
  void block() {
    analysis::for_each_fresh_score(
        family_, kDim, kBlock, law_,
        RandomStream(1, "bench", static_cast<std::uint64_t>(moment_.networks())), {},
        [&](const Matrix& scores) { moment_.add(scores); });
  }
  double trace() const { return moment_.mean().trace(); }

 private:
  const nn::FunctionFamily& family_;
  analysis::ScoreProbeLaw law_;
  geometry::GradientMoment moment_;
};

void break_down(const nn::FunctionFamily& family, const diffusion::Diffusion& diffusion);

/// Seconds that PyTorch takes, and those of building the modules alone; NaN without PyTorch.
struct PythonSeconds {
  double all = std::numeric_limits<double>::quiet_NaN();
  double built = std::numeric_limits<double>::quiet_NaN();
};
PythonSeconds python(Index networks, int threads) {
  const std::string command =
      text("/usr/bin/python3 " ANISO_BENCH_FOLDER "/output_geometry_pytorch.py ", networks, " ",
           threads);
  PythonSeconds seconds;
  if (FILE* out = popen(command.c_str(), "r")) {
    if (std::fscanf(out, "%lf %lf", &seconds.all, &seconds.built) != 2) seconds = {};
    pclose(out);
  }
  return seconds;
}

void print_ratio(const char* name, std::vector<double> seconds, std::vector<double> ratios) {
  const auto [low, high] = std::minmax_element(ratios.begin(), ratios.end());
  std::printf("  %s %.3f s, ratio %.2f (%.2f-%.2f)\n", name, bench::median(seconds),
              bench::median(ratios), *low, *high);
}

void run(Index networks, int repeats, int threads) {
  networks = (networks + kBlock - 1) / kBlock * kBlock;
  const auto& kind = nn::architecture("score_cnn");
  const Params params = validated(kind.params,
                                  {{"channels", kChannels},
                                   {"layers", 3},
                                   {"normalisation", "group"},
                                   {"groups", kGroups},
                                   {"time_features", kFeatures}},
                                  "score_cnn");
  const auto family = engines::make_family(kind, params, InputShape::image(1, kSide, kSide), kDim,
                                           {.dtype = Dtype::float32});
  const auto diffusion = diffusion::diffusion_of(
      validated(training::objective("score_matching").params, {{"steps", 1000}}, "objective"));
  Plain plain(diffusion);
  Ours ours(diffusion, *family);
  plain.block();
  ours.block();
  std::vector<double> plain_s, ours_s, python_s, ratios, python_ratios;
  double built = 0;
  for (int r = 0; r < repeats; ++r) {
    double a = 0, b = 0;
    for (Index done = 0; done < networks; done += kBlock) {
      double start = wall_seconds();
      plain.block();
      a += wall_seconds() - start;
      start = wall_seconds();
      ours.block();
      b += wall_seconds() - start;
    }
    plain_s.push_back(a);
    ours_s.push_back(b);
    ratios.push_back(a / b);
    const PythonSeconds theirs = python(networks, threads);
    if (!std::isfinite(theirs.all)) continue;
    python_s.push_back(theirs.all);
    python_ratios.push_back(theirs.all / b);
    built = theirs.built;
  }
  std::printf("E[F F^T], %ld networks, %ld parameters each, %d threads: ours %.3f s\n",
              static_cast<long>(networks), static_cast<long>(family->parameter_count()), threads,
              bench::median(ours_s));
  print_ratio("LibTorch, C++", plain_s, ratios);
  if (python_s.empty())
    std::printf("  PyTorch: needs the package python3-torch\n");
  else
    print_ratio("PyTorch", python_s, python_ratios);
  std::printf("  (PyTorch builds the modules alone in %.3f s); traces %.1f and %.1f\n", built,
              plain.trace(), ours.trace());
  break_down(*family, diffusion);
}

// Where our time goes, for one block.
void break_down(const nn::FunctionFamily& family, const diffusion::Diffusion& diffusion) {
  analysis::ScoreProbeLaw law;
  law.diffusion = &diffusion;
  std::vector<double> draw, run, add;
  geometry::GradientMoment moment(kDim);
  for (int i = 0; i < 20; ++i) {
    const RandomStream stream(2, "break down", static_cast<std::uint64_t>(i));
    double start = wall_seconds();
    const Matrix parameters = family.draw(stream, kBlock);
    draw.push_back(wall_seconds() - start);
    const auto probe = law.draw(kDim, 0, kBlock, stream);
    start = wall_seconds();
    const Matrix outputs = family.own_values(parameters, probe.inputs);
    run.push_back(wall_seconds() - start);
    start = wall_seconds();
    for (Index r = 0; r < kBlock; ++r) moment.add(outputs.row(r));
    add.push_back(wall_seconds() - start);
  }
  const auto each = [](std::vector<double> s) {
    return 1e6 * bench::median(std::move(s)) / kBlock;
  };
  std::printf("a network of ours: drawn in %.0f us, run in %.0f us, added in %.0f us\n", each(draw),
              each(run), each(add));
}

}  // namespace
}  // namespace aniso

// [NETWORKS [REPEATS [THREADS]]]
int main(int argc, char** argv) {
  aniso::engines::tune_allocator();
  const int threads = argc > 3 ? std::atoi(argv[3]) : 1;
  aniso::engines::set_thread_count(threads);
  aniso::run(argc > 1 ? std::atol(argv[1]) : 10000, argc > 2 ? std::atoi(argv[2]) : 3, threads);
}
