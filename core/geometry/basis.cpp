#include "core/geometry/basis.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::geometry {
namespace {

struct Named {
  const char* id;
  Basis basis;
};
constexpr std::array<Named, 5> kNames = {{{"pixel", Basis::pixel},
                                          {"dft", Basis::dft},
                                          {"hadamard", Basis::hadamard},
                                          {"dct", Basis::dct},
                                          {"random", Basis::random}}};

// Mode 0 is constant, 2m−1 the cosine and 2m the sine of m cycles; an even n ends with the
// alternating mode, which has no sine.
Vector fourier_mode(Index mode, Index n) {
  const auto cycles = (mode + 1) / 2;
  const bool flat = mode == 0 || 2 * cycles == n;
  const double scale = std::sqrt((flat ? 1.0 : 2.0) / static_cast<double>(n));
  Vector v(n);
  for (Index t = 0; t < n; ++t) {
    // Reduced modulo n, so that the argument keeps full precision.
    const double turn = static_cast<double>((cycles * t) % n) / static_cast<double>(n);
    const double angle = 2 * std::numbers::pi * turn;
    v[t] = scale * (mode == 0 || mode % 2 == 1 ? std::cos(angle) : std::sin(angle));
  }
  return v;
}

Vector cosine_mode(Index mode, Index n) {
  const double scale = std::sqrt((mode == 0 ? 1.0 : 2.0) / static_cast<double>(n));
  Vector v(n);
  for (Index t = 0; t < n; ++t) {
    const double turn = static_cast<double>((mode * (2 * t + 1)) % (4 * n));
    v[t] = scale * std::cos(std::numbers::pi * turn / static_cast<double>(2 * n));
  }
  return v;
}

// The Walsh function with `mode` sign changes is the Hadamard row whose number is the bit-reversed
// Gray code of `mode`.
Vector walsh_mode(Index mode, Index n) {
  const auto size = static_cast<std::uint64_t>(n);
  const auto bits = static_cast<int>(std::bit_width(size)) - 1;
  const auto gray = static_cast<std::uint64_t>(mode) ^ (static_cast<std::uint64_t>(mode) >> 1);
  std::uint64_t row = 0;
  for (int b = 0; b < bits; ++b) row |= ((gray >> b) & 1) << (bits - 1 - b);
  const double scale = 1 / std::sqrt(static_cast<double>(n));
  Vector v(n);
  for (std::uint64_t t = 0; t < size; ++t)
    v[static_cast<Index>(t)] = std::popcount(row & t) % 2 == 0 ? scale : -scale;
  return v;
}

Vector axis_mode(Basis basis, Index mode, Index n) {
  if (basis == Basis::dft) return fourier_mode(mode, n);
  if (basis == Basis::dct) return cosine_mode(mode, n);
  return walsh_mode(mode, n);
}

Index frequency(Basis basis, Index mode) { return basis == Basis::dft ? (mode + 1) / 2 : mode; }

// The (row mode, column mode) with rank `rank` by spatial frequency, by selection in O(h·w).
std::pair<Index, Index> mode_of_rank(Basis basis, Index rank, Index h, Index w) {
  if (h == 1) return {0, rank};
  if (w == 1) return {rank, 0};
  using Key = std::tuple<Index, Index, Index, Index>;
  std::vector<Key> keys;
  keys.reserve(static_cast<std::size_t>(h * w));
  for (Index p = 0; p < h; ++p)
    for (Index q = 0; q < w; ++q) {
      const Index row = frequency(basis, p), col = frequency(basis, q);
      keys.emplace_back(row * row * w * w + col * col * h * h, row, p, q);
    }
  std::nth_element(keys.begin(), keys.begin() + rank, keys.end());
  const Key& key = keys[static_cast<std::size_t>(rank)];
  return {std::get<2>(key), std::get<3>(key)};
}

std::string described(const Grid& grid) {
  if (grid.channels == 1 && grid.height == 1) return text("a vector of ", grid.width);
  return text(grid.channels, "×", grid.height, "×", grid.width, " images");
}

void check_walsh(const Grid& grid) {
  for (const Index n : {grid.height, grid.width})
    ANISO_CHECK(std::has_single_bit(static_cast<std::uint64_t>(n)),
                "the Hadamard basis needs extents that are powers of two, and ", n,
                " is not one (the input is ", described(grid), "). Use ",
                std::bit_floor(static_cast<std::uint64_t>(n)), " or ",
                std::bit_ceil(static_cast<std::uint64_t>(n)), ", or the basis 'dct' or 'dft'");
}

void check_element(Basis basis, Index index, const Grid& grid) {
  ANISO_CHECK(grid.channels > 0 && grid.height > 0 && grid.width > 0,
              "a basis needs a layout with positive extents, got ", described(grid));
  const Index dim = grid.dim();
  ANISO_CHECK(index >= 0 && (basis == Basis::random || index < dim), "direction ", index,
              " does not exist: the input is ", described(grid), ", so directions are 0 to ",
              dim - 1);
  if (basis == Basis::hadamard) check_walsh(grid);
}

}  // namespace

Basis basis_from_id(std::string_view id) {
  std::vector<std::string> known;
  for (const auto& [name, basis] : kNames) {
    if (id == name) return basis;
    known.emplace_back(name);
  }
  throw InvalidInput(text("'", id, "' is not a basis.", suggestion(id, known)));
}

Vector basis_element(Basis basis, Index index, const Grid& grid, const RandomStream& stream) {
  check_element(basis, index, grid);
  const Index dim = grid.dim();
  if (basis == Basis::random)
    return stream.at_step(static_cast<std::uint64_t>(index)).normals(dim).normalized();
  if (basis == Basis::pixel) return Vector::Unit(dim, index);
  const Index area = grid.height * grid.width;
  const auto [p, q] = mode_of_rank(basis, index % area, grid.height, grid.width);
  const Vector rows = axis_mode(basis, p, grid.height);
  const Vector cols = axis_mode(basis, q, grid.width);
  Vector v = Vector::Zero(dim);
  const Index start = (index / area) * area;
  for (Index i = 0; i < grid.height; ++i)
    v.segment(start + i * grid.width, grid.width) = rows[i] * cols;
  return v;
}

BasisPlace basis_place(Basis basis, Index index, const Grid& grid) {
  check_element(basis, index, grid);
  ANISO_CHECK(basis != Basis::random, "random directions have no place among one another");
  const Index area = grid.height * grid.width, within = index % area;
  if (basis == Basis::pixel) return {index / area, within / grid.width, within % grid.width};
  const auto [row, col] = mode_of_rank(basis, within, grid.height, grid.width);
  return {index / area, row, col};
}

}  // namespace aniso::geometry
