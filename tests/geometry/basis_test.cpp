#include "core/geometry/basis.h"

#include <fftw3.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <complex>
#include <ostream>
#include <vector>

#include "core/base/errors.h"

namespace aniso::geometry {
namespace {

const RandomStream kStream(7, "basis test");

Matrix full_set(Basis basis, const Grid& grid) {
  Matrix rows(grid.dim(), grid.dim());
  for (Index k = 0; k < grid.dim(); ++k)
    rows.row(k) = basis_element(basis, k, grid, kStream).transpose();
  return rows;
}

struct Case {
  Basis basis;
  Grid grid;
};

// Without it a test is named by the bytes of its case, padding included.
void PrintTo(const Case& c, std::ostream* out) {
  constexpr std::array kNames = {"pixel", "dft", "hadamard", "dct", "random"};
  *out << kNames.at(static_cast<std::size_t>(c.basis)) << " " << c.grid.channels << "x"
       << c.grid.height << "x" << c.grid.width;
}

class OrthonormalBasis : public testing::TestWithParam<Case> {};

TEST_P(OrthonormalBasis, FullSetIsOrthonormal) {
  const auto& [basis, grid] = GetParam();
  const Matrix rows = full_set(basis, grid);
  const Matrix error = rows * rows.transpose() - Matrix::Identity(grid.dim(), grid.dim());
  EXPECT_LT(error.cwiseAbs().maxCoeff(), 1e-12);
}

INSTANTIATE_TEST_SUITE_P(Shapes, OrthonormalBasis,
                         testing::Values(Case{Basis::pixel, {2, 3, 4}}, Case{Basis::dft, {1, 1, 1}},
                                         Case{Basis::dft, {1, 1, 2}}, Case{Basis::dft, {1, 1, 17}},
                                         Case{Basis::dft, {1, 1, 64}}, Case{Basis::dft, {1, 8, 8}},
                                         Case{Basis::dft, {1, 5, 6}}, Case{Basis::dft, {3, 4, 7}},
                                         Case{Basis::dft, {1, 9, 1}}, Case{Basis::dct, {1, 1, 1}},
                                         Case{Basis::dct, {1, 1, 37}},
                                         Case{Basis::dct, {1, 16, 16}}, Case{Basis::dct, {2, 5, 8}},
                                         Case{Basis::hadamard, {1, 1, 1}},
                                         Case{Basis::hadamard, {1, 1, 128}},
                                         Case{Basis::hadamard, {1, 16, 16}},
                                         Case{Basis::hadamard, {3, 4, 8}}));

// FFTW's DCT-II of element k of the 1-D basis has its only non-zero coefficient at k.
TEST(Basis, FftwDctDiagonalisesTheCosineBasis) {
  const int n = 24;
  for (Index k = 0; k < n; ++k) {
    Vector v = basis_element(Basis::dct, k, {1, 1, n}, kStream), spectrum(n);
    const auto plan = fftw_plan_r2r_1d(n, v.data(), spectrum.data(), FFTW_REDFT10, FFTW_ESTIMATE);
    fftw_execute(plan);
    fftw_destroy_plan(plan);
    const double expected = k == 0 ? 2 * std::sqrt(n) : std::sqrt(2.0 * n);
    EXPECT_NEAR(spectrum[k], expected, 1e-12 * n);
    spectrum[k] = 0;
    EXPECT_LT(spectrum.cwiseAbs().maxCoeff(), 1e-12 * n) << "mode " << k;
  }
}

TEST(Basis, FftwDctOfAnImageHasOneCoefficientAndFrequenciesRise) {
  const int h = 6, w = 9;
  double previous = -1;
  for (Index k = 0; k < h * w; ++k) {
    Vector v = basis_element(Basis::dct, k, {1, h, w}, kStream), spectrum(h * w);
    const auto plan = fftw_plan_r2r_2d(h, w, v.data(), spectrum.data(), FFTW_REDFT10, FFTW_REDFT10,
                                       FFTW_ESTIMATE);
    fftw_execute(plan);
    fftw_destroy_plan(plan);
    Index at = 0;
    const double energy = spectrum.squaredNorm();
    EXPECT_NEAR(spectrum.cwiseAbs2().maxCoeff(&at), energy, 1e-12 * energy);
    const double row = static_cast<double>(at / w) / h, col = static_cast<double>(at % w) / w;
    const double frequency = row * row + col * col;
    EXPECT_GE(frequency, previous - 1e-14) << "mode " << k;
    previous = frequency;
  }
}

// All the energy of a real Fourier mode lies at (±f_row, ±f_col), and |f| rises with the index.
TEST(Basis, FftwFindsEachFourierModeAtItsFrequency) {
  const int h = 8, w = 5;
  double previous = -1;
  for (Index k = 0; k < h * w; ++k) {
    const Vector v = basis_element(Basis::dft, k, {1, h, w}, kStream);
    std::vector<std::complex<double>> in(h * w), out(h * w);
    for (int i = 0; i < h * w; ++i) in[i] = v[i];
    const auto plan =
        fftw_plan_dft_2d(h, w, reinterpret_cast<fftw_complex*>(in.data()),
                         reinterpret_cast<fftw_complex*>(out.data()), FFTW_FORWARD, FFTW_ESTIMATE);
    fftw_execute(plan);
    fftw_destroy_plan(plan);
    double frequency = -1;
    for (int i = 0; i < h * w; ++i) {
      if (std::norm(out[i]) < 1e-20 * h * w) continue;
      const int row = std::min(i / w, h - i / w), col = std::min(i % w, w - i % w);
      const double here = std::pow(row / static_cast<double>(h), 2) +  //
                          std::pow(col / static_cast<double>(w), 2);
      if (frequency < 0) frequency = here;
      EXPECT_NEAR(here, frequency, 1e-14) << "mode " << k << " mixes frequencies";
    }
    EXPECT_GE(frequency, previous - 1e-14) << "mode " << k;
    previous = frequency;
  }
}

TEST(Basis, VectorFourierModesAreConstantCosineSine) {
  const Index n = 10;
  const Vector cosine = basis_element(Basis::dft, 3, {1, 1, n}, kStream);
  const Vector sine = basis_element(Basis::dft, 4, {1, 1, n}, kStream);
  for (Index t = 0; t < n; ++t) {
    const double angle = 0.4 * M_PI * static_cast<double>(t);
    EXPECT_NEAR(cosine[t], std::sqrt(0.2) * std::cos(angle), 1e-14);
    EXPECT_NEAR(sine[t], std::sqrt(0.2) * std::sin(angle), 1e-14);
  }
}

TEST(Basis, WalshFunctionHasAsManySignChangesAsItsIndex) {
  for (Index k = 0; k < 64; ++k) {
    const Vector v = basis_element(Basis::hadamard, k, {1, 1, 64}, kStream);
    Index changes = 0;
    for (Index t = 1; t < 64; ++t) changes += v[t] * v[t - 1] < 0;
    EXPECT_EQ(changes, k);
    EXPECT_DOUBLE_EQ(v.cwiseAbs().minCoeff(), 0.125);
  }
}

TEST(Basis, ChannelsAreNumberedLikeTheEntries) {
  const Vector v = basis_element(Basis::dct, 16 + 5, {2, 4, 4}, kStream);
  EXPECT_EQ(v.head(16), Vector::Zero(16));
  EXPECT_EQ(v.tail(16), basis_element(Basis::dct, 5, {1, 4, 4}, kStream));
}

TEST(Basis, RandomElementsAreUnitDistinctAndReproducible) {
  const Vector a = basis_element(Basis::random, 0, {1, 1, 50}, kStream);
  const Vector b = basis_element(Basis::random, 1, {1, 1, 50}, kStream);
  EXPECT_NEAR(a.norm(), 1, 1e-14);
  EXPECT_LT(std::abs(a.dot(b)), 0.9);
  EXPECT_EQ(a, basis_element(Basis::random, 0, {1, 1, 50}, kStream));
  EXPECT_NE(a, basis_element(Basis::random, 0, {1, 1, 50}, RandomStream(8, "basis test")));
}

// Uniform on the sphere: E[v vᵀ] = I/D; each diagonal entry within five standard errors.
TEST(Basis, RandomElementsAreIsotropic) {
  const Index d = 5, n = 4000;
  Matrix moment = Matrix::Zero(d, d);
  for (Index k = 0; k < n; ++k) {
    const Vector v = basis_element(Basis::random, k, {1, 1, d}, kStream);
    moment += v * v.transpose() / n;
  }
  const double error = 5 * std::sqrt(2.0 * (d - 1) / (d * d * (d + 2.0)) / n);
  EXPECT_LT((moment - Matrix::Identity(d, d) / d).cwiseAbs().maxCoeff(), error);
}

TEST(Basis, RefusesWhatDoesNotFitAndSaysWhatWould) {
  EXPECT_THROW(basis_element(Basis::dct, 16, {1, 4, 4}, kStream), InvalidInput);
  EXPECT_THROW(basis_element(Basis::dct, -1, {1, 4, 4}, kStream), InvalidInput);
  EXPECT_THROW(basis_element(Basis::pixel, 0, {1, 0, 4}, kStream), InvalidInput);
  try {
    basis_element(Basis::hadamard, 1, {1, 1, 100}, kStream);
    FAIL() << "100 is not a power of two";
  } catch (const InvalidInput& error) {
    EXPECT_NE(std::string(error.what()).find("64 or 128"), std::string::npos) << error.what();
  }
  EXPECT_EQ(basis_from_id("dct"), Basis::dct);
  EXPECT_THROW(basis_from_id("dc2"), InvalidInput);
}

// Elements fill the layout, and a place says how often an element changes sign along each axis.
TEST(BasisPlace, IsWhereTheFrequenciesSay) {
  const Grid grid{2, 4, 8};
  for (const Basis basis : {Basis::pixel, Basis::dft, Basis::hadamard, Basis::dct}) {
    Matrix seen = Matrix::Zero(grid.channels * grid.height, grid.width);
    for (Index k = 0; k < grid.dim(); ++k) {
      const BasisPlace at = basis_place(basis, k, grid);
      seen(at.channel * grid.height + at.row, at.col) += 1;
      const Vector v = basis_element(basis, k, grid, RandomStream(0, "unused"));
      const Index start = at.channel * grid.height * grid.width;
      if (basis == Basis::pixel) {
        EXPECT_EQ(v[start + at.row * grid.width + at.col], 1);
      } else if (basis != Basis::dft) {
        const auto changes = [&](Index stride, Index n) {
          Index count = 0;
          for (Index i = 1; i < n; ++i)
            count += v[start + i * stride] * v[start + (i - 1) * stride] < 0 ? 1 : 0;
          return count;
        };
        EXPECT_EQ(changes(1, grid.width), at.col) << k;
        EXPECT_EQ(changes(grid.width, grid.height), at.row) << k;
      }
    }
    EXPECT_TRUE((seen.array() == 1).all());
  }
  EXPECT_THROW(basis_place(Basis::dct, 64, grid), InvalidInput);
  EXPECT_THROW(basis_place(Basis::random, 0, grid), InvalidInput);
}

}  // namespace
}  // namespace aniso::geometry
