#include <algorithm>

#include "core/nn/activation.h"
#include "core/nn/dense_passes.h"

namespace aniso::nn {
namespace {

template <typename Scalar>
using Buffer = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;

/// The jet of m samples with `width` features, component after component: value, k first, then
/// k(k+1)/2 second derivatives, each (m, width). A dense layer is then one product.
template <typename Scalar>
class JetTile {
 public:
  JetTile(Scalar* data, Index m, Index width, Index k) : data_(data), size_(m * width), k_(k) {}
  Scalar* value() const { return data_; }
  Scalar* first(Index i) const { return data_ + (1 + i) * size_; }
  Scalar* second(Index pair) const { return data_ + (1 + k_ + pair) * size_; }
  Index size() const { return size_; }
  Index k() const { return k_; }

 private:
  Scalar* data_;
  Index size_;
  Index k_;
};

Index component_count(Index k) { return 1 + k + k * (k + 1) / 2; }

/// y = a(z), y_i = a' z_i, y_ij = a' z_ij + a'' z_i z_j, in place and block by block, so that each
/// entry of the tile is read and written once.
template <typename Scalar>
void activate(Activation activation, const JetTile<Scalar>& tile) {
  detail::Block<Scalar> z, y, d1, d2;
  for (Index at = 0; at < tile.size(); at += detail::kActivationBlock) {
    const Index n = std::min(detail::kActivationBlock, tile.size() - at);
    const auto block = [&](Scalar* from) { return detail::ArrayMap<Scalar>(from + at, n); };
    z = block(tile.value());
    detail::activation_block<2, Scalar>(activation, z, y, d1, d2);
    block(tile.value()) = y;
    Index pair = 0;
    for (Index i = 0; i < tile.k(); ++i)
      for (Index j = i; j < tile.k(); ++j, ++pair) {
        auto second = block(tile.second(pair));
        second = d1 * second + d2 * block(tile.first(i)) * block(tile.first(j));
      }
    for (Index i = 0; i < tile.k(); ++i) block(tile.first(i)) *= d1;
  }
}

template <typename Scalar>
void load(const JetTile<Scalar>& tile, MatrixRef x, MatrixRef directions, Index at, Index m) {
  const Index d = x.cols(), k = directions.cols();
  Eigen::Map<Rows<Scalar>>(tile.value(), m, d) = x.middleRows(at, m).template cast<Scalar>();
  for (Index i = 0; i < k; ++i)
    Eigen::Map<Rows<Scalar>>(tile.first(i), m, d).rowwise() =
        directions.col(i).transpose().template cast<Scalar>();
  std::fill(tile.second(0), tile.second(0) + k * (k + 1) / 2 * tile.size(), Scalar(0));
}

/// The first dense layer: its jet has constant first derivatives W u_i and no second ones, so that
/// the inputs' directions need no product per sample.
template <typename Scalar>
void enter(const DenseWeights<Scalar>& weights, const typename DenseWeights<Scalar>::Op& op,
           MatrixRef x, MatrixRef directions, Index at, Index m, Buffer<Scalar>& inputs,
           const JetTile<Scalar>& tile) {
  if (inputs.size() < m * op.in) inputs.resize(m * op.in);
  Eigen::Map<Rows<Scalar>>(inputs.data(), m, op.in) = x.middleRows(at, m).template cast<Scalar>();
  dense_forward(weights, op, inputs.data(), tile.value(), m, m);
  for (Index i = 0; i < tile.k(); ++i) {
    const Buffer<Scalar> along = weights.weight(op) * directions.col(i).template cast<Scalar>();
    Eigen::Map<Rows<Scalar>>(tile.first(i), m, op.out).rowwise() = along.transpose();
  }
  std::fill(tile.second(0), tile.second(0) + tile.k() * (tile.k() + 1) / 2 * tile.size(),
            Scalar(0));
}

template <typename Scalar>
void store(const JetTile<Scalar>& tile, Index at, Index m, Jets& jets) {
  const Index c = jets.value.cols();
  const auto copy = [&](Scalar* from, Matrix& to) {
    to.middleRows(at, m) = Eigen::Map<const Rows<Scalar>>(from, m, c).template cast<double>();
  };
  copy(tile.value(), jets.value);
  for (std::size_t i = 0; i < jets.first.size(); ++i)
    copy(tile.first(static_cast<Index>(i)), jets.first[i]);
  for (std::size_t p = 0; p < jets.second.size(); ++p)
    copy(tile.second(static_cast<Index>(p)), jets.second[p]);
}

}  // namespace

template <typename Scalar>
Index jet_rows(const DenseWeights<Scalar>& weights, Index k) {
  constexpr Index kBytes = 256 * 1024;
  Index widest = 1;
  for (const auto& op : weights.ops()) widest = std::max(widest, op.out);
  const Index bytes = component_count(k) * widest * static_cast<Index>(sizeof(Scalar));
  return std::clamp<Index>(kBytes / bytes, 16, 256);
}

template <typename Scalar>
void propagate_jets(const DenseWeights<Scalar>& weights, MatrixRef x, MatrixRef directions,
                    Index at, Index m, std::vector<Buffer<Scalar>>& scratch, Jets& jets) {
  const Index k = directions.cols(), components = component_count(k);
  scratch.resize(3);
  const auto tile_of = [&](std::size_t which, Index width) {
    if (scratch[which].size() < components * m * width)
      scratch[which].resize(components * m * width);
    return JetTile<Scalar>(scratch[which].data(), m, width, k);
  };
  const auto& ops = weights.ops();
  std::size_t now = 0, done = 0;
  JetTile<Scalar> tile = tile_of(now, ops.front().out);
  if (ops.front().is_dense) {
    enter(weights, ops.front(), x, directions, at, m, scratch[2], tile);
    done = 1;
  } else {
    load(tile, x, directions, at, m);
  }
  for (; done < ops.size(); ++done) {
    const auto& op = ops[done];
    if (!op.is_dense) {
      activate(op.activation, tile);
      continue;
    }
    now = 1 - now;
    const JetTile<Scalar> next = tile_of(now, op.out);
    dense_forward(weights, op, tile.value(), next.value(), components * m, m);
    tile = next;
  }
  store(tile, at, m, jets);
}

#define ANISO_INSTANTIATE(Scalar)                                                               \
  template Index jet_rows(const DenseWeights<Scalar>&, Index);                                  \
  template void propagate_jets(const DenseWeights<Scalar>&, MatrixRef, MatrixRef, Index, Index, \
                               std::vector<Buffer<Scalar>>&, Jets&)
ANISO_INSTANTIATE(float);
ANISO_INSTANTIATE(double);
#undef ANISO_INSTANTIATE

}  // namespace aniso::nn
