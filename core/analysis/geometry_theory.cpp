#include "core/analysis/geometry_theory.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <vector>

#include "core/analysis/geometry_results.h"
#include "core/geometry/basis.h"
#include "core/nn/initialisation.h"
#include "core/nn/registry.h"
#include "core/theory/average_geometry.h"

namespace aniso::analysis {
namespace {

using nn::Layer;

// The law of the weights where the architecture declares one in the house's way.
std::optional<nn::Initialisation> initialisation_of(const Input& input) {
  if (find_param(nn::architecture(input.architecture).params, "initialisation") == nullptr)
    return {};
  return nn::initialisation_of(input.architecture_params);
}

// Every activation is ReLU and there is one after each layer but the last.
bool is_relu_mlp(const nn::NetworkPlan& plan) {
  if (!plan.is_dense_chain() || plan.layers.size() % 2 == 0) return false;
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    const Layer& layer = plan.layers[i];
    const bool fits = i % 2 == 0 ? layer.op == Layer::Op::dense && !layer.fixed
                                 : layer.activation == nn::Activation::relu;
    if (!fits) return false;
  }
  return true;
}

double relu_level(const nn::NetworkPlan& plan, const nn::Initialisation& how) {
  std::vector<Index> widths;
  std::vector<double> variances;
  for (const Layer& layer : plan.layers) {
    if (layer.op != Layer::Op::dense) continue;
    widths.push_back(layer.out);
    variances.push_back(nn::weight_variance(how, layer.in, layer.out));
  }
  widths.pop_back();  // the output layer
  return theory::relu_mlp_geometry(widths, variances);
}

// convolution, pool, dense with a single channel in, all of it linear and circular.
bool is_linear_pooling(const nn::NetworkPlan& plan) {
  if (plan.layers.size() != 3) return false;
  const Layer &conv = plan.layers[0], &pool = plan.layers[1], &dense = plan.layers[2];
  return conv.op == Layer::Op::convolution && conv.stride == 1 && conv.wrap == nn::Wrap::circular &&
         conv.input_shape().channels == 1 && pool.op == Layer::Op::pool &&
         pool.pooling == nn::Pooling::average && pool.stride == 1 &&
         pool.wrap == nn::Wrap::circular &&
         pool.output_shape().size() == pool.input_shape().size() && dense.op == Layer::Op::dense;
}

// G = C σ_a² σ_w² k² · transfer_rows · transfer_columns in the Fourier basis.
Vector pooled_energies(const nn::NetworkPlan& plan, const nn::Initialisation& how) {
  const Layer &conv = plan.layers[0], &pool = plan.layers[1], &dense = plan.layers[2];
  const auto shape = conv.input_shape();
  const Index taps = conv.window * conv.window;
  const Index channels = conv.output_shape().channels;
  const double level = static_cast<double>(channels * taps) *
                       nn::weight_variance(how, taps, channels * taps) *
                       nn::weight_variance(how, dense.in, dense.out);
  const Vector rows = theory::average_pooling_transfer(shape.height, pool.window);
  const Vector columns = theory::average_pooling_transfer(shape.width, pool.window);
  // A mode's frequencies are read off its own transform: the same order by construction.
  Vector energies(shape.size());
  const Matrix basis = fourier_basis(InputShape::image(1, shape.height, shape.width));
  for (Index k = 0; k < shape.size(); ++k) {
    const Eigen::Map<const Matrix> mode(basis.row(k).data(), shape.height, shape.width);
    const auto frequency_of = [](const Vector& line) {
      const Index n = line.size();
      Index best = 0;
      double most = -1;
      for (Index f = 0; f <= n / 2; ++f) {
        double re = 0, im = 0;
        for (Index t = 0; t < n; ++t) {
          const double turn = 2 * M_PI * static_cast<double>((f * t) % n) / static_cast<double>(n);
          re += line[t] * std::cos(turn);
          im += line[t] * std::sin(turn);
        }
        if (re * re + im * im > most * (1 + 1e-9)) {
          most = re * re + im * im;
          best = f;
        }
      }
      return best;
    };
    Index row = 0, column = 0;
    mode.cwiseAbs().maxCoeff(&row, &column);
    energies[k] = level * rows[frequency_of(mode.col(column))] *
                  columns[frequency_of(mode.row(row).transpose())];
  }
  return energies;
}

}  // namespace

GeometryTheory geometry_theory(const Input& input, const Vector& readout) {
  GeometryTheory out;
  if (input.architecture.empty()) return out;
  const auto how = initialisation_of(input);
  if (!how || how->scheme == nn::Scheme::orthogonal) return out;
  const Index inputs = input.plan->inputs;
  if (is_relu_mlp(*input.plan)) {
    out.eigenvalues =
        Vector::Constant(inputs, readout.squaredNorm() * relu_level(*input.plan, *how));
    out.fourier = out.eigenvalues;
    out.name = "closed form: isotropic";
  } else if (is_linear_pooling(*input.plan)) {
    out.fourier = readout.squaredNorm() * pooled_energies(*input.plan, *how);
    out.eigenvalues = out.fourier;
    std::sort(out.eigenvalues.begin(), out.eigenvalues.end(), std::greater<>());
    out.name = "closed form: average pooling";
  }
  return out;
}

}  // namespace aniso::analysis
