#include "core/analysis/plane_jets.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::analysis {
namespace {

constexpr Index kTile = 512;  // samples between two looks at the stop token
constexpr double kSamplesPerScale = 4;
constexpr double kReach = 7;         // of the Gaussian, in scales
constexpr double kMostScales = 290;  // across the picture: 1,216 samples a side

// Calls body(first, count) for tile after tile.
template <typename Body>
void for_each_tile(Index total, const std::stop_token& stop, Body body) {
  for (Index first = 0; first < total; first += kTile) {
    if (stop.stop_requested()) throw Cancelled{};
    const Index count = std::min(kTile, total - first);
    body(first, count);
  }
}

// Samples at whole multiples of the distance, so that moving the picture does not change them.
struct Axis {
  double distance = 1;
  Index first = 0, count = 0;
  double at(Index k) const { return distance * static_cast<double>(first + k); }
};

Axis axis_around(double low, double high, double scale) {
  ANISO_CHECK(high - low <= kMostScales * scale, "smoothing: the scale ", number(scale),
              " is too small for a picture ", number(high - low), " wide; use ",
              number((high - low) / kMostScales), " or more, or zoom in");
  Axis axis;
  axis.distance = scale / kSamplesPerScale;
  axis.first = static_cast<Index>(std::floor((low - kReach * scale) / axis.distance));
  const auto last = static_cast<Index>(std::ceil((high + kReach * scale) / axis.distance));
  axis.count = last - axis.first + 1;
  return axis;
}

// (side, samples): the Gaussian and its first two derivatives, from each sample to each grid line.
std::array<Matrix, 3> kernels(const Axis& axis, double low, double step, Index side, double scale) {
  std::array<Matrix, 3> out;
  out.fill(Matrix::Zero(side, axis.count));
  const double unit = axis.distance / (scale * std::sqrt(2 * std::numbers::pi));
  for (Index i = 0; i < side; ++i)
    for (Index k = 0; k < axis.count; ++k) {
      const double z = (low + step * static_cast<double>(i) - axis.at(k)) / scale;
      if (std::abs(z) > kReach) continue;
      const double weight = unit * std::exp(-0.5 * z * z);
      out[0](i, k) = weight;
      out[1](i, k) = -z / scale * weight;
      out[2](i, k) = (z * z - 1) / (scale * scale) * weight;
    }
  return out;
}

Matrix sampled(const nn::Function& network, const Readout& readout, const Axis& s, const Axis& t,
               const std::stop_token& stop) {
  Matrix values(t.count, s.count);
  for_each_tile(values.size(), stop, [&](Index first, Index count) {
    Matrix at(count, 2);
    for (Index k = 0; k < count; ++k)
      at.row(k) << s.at((first + k) % s.count), t.at((first + k) / s.count);
    values.reshaped<Eigen::RowMajor>().segment(first, count) = readout.values(network.values(at));
  });
  return values;
}

}  // namespace

void PlaneJets::add(const PlaneJets& other, double weight) {
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i] += weight * other.parts[i];
}

PlaneJets plane_jets(const nn::Function& network, const Readout& readout, const PlaneGrid& grid,
                     bool with_second, const std::stop_token& stop) {
  PlaneJets out(grid.side);
  out.has_second = with_second;
  const Matrix directions = Matrix::Identity(2, 2);
  for_each_tile(grid.size(), stop, [&](Index first, Index count) {
    const Matrix at = grid.points(first, count);
    const auto part = [&](std::size_t i) {
      return out.parts[i].reshaped<Eigen::RowMajor>().segment(first, count);
    };
    if (!with_second) {
      const Matrix outputs = network.values(at);
      part(0) = readout.values(outputs);
      const Matrix gradient = network.vector_jacobian(at, readout.cotangents(outputs));
      part(1) = gradient.col(0);
      part(2) = gradient.col(1);
      return;
    }
    const nn::Jets jets = network.jets(at, directions);
    part(0) = readout.values(jets.value);
    if (jets.value.cols() == 1) {
      for (std::size_t i = 0; i < 2; ++i) part(1 + i) = jets.first[i].col(0);
      for (std::size_t i = 0; i < 3; ++i) part(3 + i) = jets.second[i].col(0);
      return;
    }
    const Matrix weights = readout.cotangents(jets.value);
    const auto read = [&](const Matrix& m) { return m.cwiseProduct(weights).rowwise().sum(); };
    for (std::size_t i = 0; i < 2; ++i) part(1 + i) = read(jets.first[i]);
    for (std::size_t i = 0; i < 3; ++i) part(3 + i) = read(jets.second[i]);
  });
  return out;
}

PlaneJets smoothed_plane_jets(const nn::Function& network, const Readout& readout,
                              const PlaneGrid& grid, double scale, const std::stop_token& stop) {
  const Axis s = axis_around(grid.x_low, grid.x_high, scale);
  const Axis t = axis_around(grid.y_low, grid.y_high, scale);
  const Matrix values = sampled(network, readout, s, t, stop);
  const auto along_s = kernels(s, grid.x_low, grid.dx(), grid.side, scale);
  const auto along_t = kernels(t, grid.y_low, grid.dy(), grid.side, scale);
  PlaneJets out(grid.side);
  // g, g_s, g_t, g_ss, g_st, g_tt: orders of differentiation along s and t.
  constexpr std::array<std::pair<std::size_t, std::size_t>, 6> kOrders = {
      {{0, 0}, {1, 0}, {0, 1}, {2, 0}, {1, 1}, {0, 2}}};
  for (std::size_t order = 0; order < 3; ++order) {
    const Matrix half = values * along_s[order].transpose();
    for (std::size_t i = 0; i < kOrders.size(); ++i) {
      if (kOrders[i].first != order) continue;
      if (stop.stop_requested()) throw Cancelled{};
      out.parts[i].noalias() = along_t[kOrders[i].second] * half;
    }
  }
  return out;
}

}  // namespace aniso::analysis
