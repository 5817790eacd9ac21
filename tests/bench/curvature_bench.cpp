// Second derivatives of a network on a plane of its input space, 128 × 128 points: our second-order
// jets against double backward in LibTorch, float32, one thread, the same weights; in the chunks
// that suit LibTorch best (ratio), and all points in one batch (whole_ratio). Sides
// alternate as in training_bench.cpp; ratios are taken within a repeat.

#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include <Eigen/QR>
#include <cstdio>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "core/nn/blas.h"
#include "core/nn/dense_chain.h"
#include "core/nn/registry.h"
#include "tests/bench/sides.h"

namespace aniso::nn {
namespace {

using bench::Side;

constexpr Index kSide = 128;

struct Setting {
  Index inputs;
  std::vector<std::int64_t> hidden;
};

/// A tanh network on a plane through the origin of its input space.
struct Problem {
  NetworkPlan plan;
  Vector parameters;
  Matrix basis;   // (D, 2), orthonormal
  Matrix points;  // (n, 2) in the plane
};

Problem make_problem(const Setting& s) {
  const auto& kind = architecture("mlp");
  const Params params =
      validated(kind.params, {{"hidden", s.hidden}, {"activation", "tanh"}}, "architecture");
  Problem p;
  p.plan = kind.plan(params, s.inputs, 1);
  p.parameters = kind.initialise(p.plan, params, RandomStream(1, "init"));
  const Matrix two = RandomStream(1, "plane").normals(s.inputs, Index{2});
  p.basis = two.householderQr().householderQ() * Matrix::Identity(s.inputs, 2);
  if (s.inputs == 2) p.basis.setIdentity();
  p.points.resize(kSide * kSide, 2);
  for (Index i = 0; i < kSide; ++i)
    for (Index j = 0; j < kSide; ++j)
      p.points.row(i * kSide + j) << -2 + 4.0 * static_cast<double>(j) / (kSide - 1),
          -2 + 4.0 * static_cast<double>(i) / (kSide - 1);
  return p;
}

torch::Tensor tensor_of(const Matrix& m) {
  return torch::from_blob(const_cast<double*>(m.data()), {m.rows(), m.cols()}, torch::kFloat64)
      .to(torch::kFloat32)
      .clone();
}

// What a LibTorch user writes: the plane's coordinates are the leaf, two backward passes through
// the gradient give the Hessians of a whole chunk of points.
class DoubleBackward {
 public:
  explicit DoubleBackward(const Problem& p)
      : basis_(tensor_of(p.basis).t().contiguous()), points_(tensor_of(p.points)) {
    const torch::NoGradGuard guard;
    const auto take = [&](torch::Tensor& into, Index offset) {
      const Vector part = p.parameters.segment(offset, into.numel());
      into.copy_(torch::from_blob(const_cast<double*>(part.data()), into.sizes(), torch::kFloat64));
      into.set_requires_grad(false);
    };
    const auto layout = p.plan.layout();  // weight, bias, weight, bias, …
    for (std::size_t k = 0; k + 1 < layout.size(); k += 2) {
      torch::nn::Linear linear(layout[k].cols, layout[k].rows);
      take(linear->weight, layout[k].offset);
      take(linear->bias, layout[k + 1].offset);
      if (k > 0) net_->push_back(torch::nn::Tanh());
      net_->push_back(linear);
    }
    const torch::AutoGradMode on(true);
    // In the chunk that suits this machine's cache best.
    double best = std::numeric_limits<double>::infinity();
    for (const std::int64_t chunk : {256, 512, 1024, 4096, 16384}) {
      run(chunk);
      const double start = bench::process_seconds();
      run(chunk);
      const double elapsed = bench::process_seconds() - start;
      if (elapsed < best) chunk_ = chunk;
      best = std::min(best, elapsed);
    }
  }
  torch::Tensor run() { return run(chunk_); }
  torch::Tensor run_whole() { return run(points_.size(0)); }
  std::int64_t chunk() const { return chunk_; }

 private:
  // (n, 4): value, then the second derivatives along (0, 0), (0, 1), (1, 1).
  torch::Tensor run(std::int64_t chunk) {
    std::vector<torch::Tensor> out;
    for (const auto& part : points_.split(chunk)) {
      const auto a = part.detach().requires_grad_(true);
      const auto f = net_->forward(torch::matmul(a, basis_));
      const auto slope = torch::autograd::grad({f.sum()}, {a}, {}, true, true)[0];
      const auto rows = slope.sum(0);
      const auto first = torch::autograd::grad({rows[0]}, {a}, {}, true)[0];
      const auto second = torch::autograd::grad({rows[1]}, {a})[0];
      out.push_back(torch::cat({f.detach(), first, second.slice(1, 1, 2)}, 1));
    }
    return torch::cat(out);
  }

  torch::Tensor basis_, points_;
  torch::nn::Sequential net_;
  std::int64_t chunk_ = 512;
};

double largest_difference(const Jets& jets, const torch::Tensor& other) {
  double worst = 0;
  for (Index i = 0; i < jets.value.rows(); ++i)
    for (std::size_t pair = 0; pair < 3; ++pair)
      worst =
          std::max(worst, std::abs(jets.second[pair](i, 0) -
                                   other[i][static_cast<std::int64_t>(pair) + 1].item<double>()));
  return worst;
}

void BM_curvature(benchmark::State& state, const Setting& setting) {
  constexpr int kSlices = 5;
  const Problem problem = make_problem(setting);
  const auto chain = make_dense_chain(problem.plan, problem.parameters, Dtype::float32);
  const Vector origin = Vector::Zero(setting.inputs);
  const Matrix along = Matrix::Identity(2, 2);
  const auto on_plane = chain->restricted(origin, problem.basis);
  DoubleBackward plain(problem);
  const double off = largest_difference(on_plane->jets(problem.points, along), plain.run());
  if (!(off < 1e-4)) state.SkipWithError("the two sides compute different numbers");

  Side jets([&] { benchmark::DoNotOptimize(on_plane->jets(problem.points, along)); });
  Side graph([&] { benchmark::DoNotOptimize(plain.run()); });
  Side whole([&] { benchmark::DoNotOptimize(plain.run_whole()); });
  std::vector<double> ratio, whole_ratio;
  for (auto _ : state) {
    for (int i = 0; i < kSlices; ++i)
      for (Side* side : {&graph, &jets, &whole}) side->run_slice();
    const double base = graph.finish_repeat();
    const double ours = jets.finish_repeat();
    ratio.push_back(ours / base);
    whole_ratio.push_back(ours / whole.finish_repeat());
  }
  if (ratio.empty()) return;
  state.counters["libtorch_ms"] = 1000 / bench::median(graph.repeats());
  state.counters["jets_ms"] = 1000 / bench::median(jets.repeats());
  state.counters["chunk"] = static_cast<double>(plain.chunk());
  state.counters["difference"] = off;
  state.counters["ratio"] = bench::median(ratio);
  state.counters["ratio_min"] = *std::min_element(ratio.begin(), ratio.end());
  state.counters["ratio_max"] = *std::max_element(ratio.begin(), ratio.end());
  state.counters["whole_ratio"] = bench::median(whole_ratio);
}

BENCHMARK_CAPTURE(BM_curvature, mlp_2_64_64_1_tanh, {2, {64, 64}})
    ->Iterations(9)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_curvature, mlp_64_256_256_256_1_tanh_plane, {64, {256, 256, 256}})
    ->Iterations(9)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace aniso::nn

int main(int argc, char** argv) {
  at::set_num_threads(1);
  aniso::nn::set_blas_threads(1);
  std::printf("BLAS: %s\n", aniso::nn::blas_name().c_str());
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
