#include "core/nn/activation.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <limits>

namespace aniso::nn {
namespace {

using Formula = std::function<double(double)>;

struct Exact {
  Activation activation;
  Formula value, first, second;
};

double cdf(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }
double pdf(double z) { return std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi); }
double logistic(double z) { return 1 / (1 + std::exp(-z)); }

// Formulas written differently from the code's, through the standard library's functions.
const std::array<Exact, 7> kExact = {{
    {Activation::identity, [](double z) { return z; }, [](double) { return 1; },
     [](double) { return 0; }},
    {Activation::relu, [](double z) { return std::fmax(z, 0); },
     [](double z) { return z > 0 ? 1 : 0; }, [](double) { return 0; }},
    {Activation::quadratic, [](double z) { return z * z; }, [](double z) { return 2 * z; },
     [](double) { return 2; }},
    {Activation::tanh, [](double z) { return std::tanh(z); },
     [](double z) { return std::pow(std::cosh(z), -2); },
     [](double z) { return -2 * std::tanh(z) * std::pow(std::cosh(z), -2); }},
    {Activation::silu, [](double z) { return z * logistic(z); },
     [](double z) { return logistic(z) + z * logistic(z) * logistic(-z); },
     [](double z) {
       const double s = logistic(z), ds = s * logistic(-z);
       return 2 * ds + z * ds * (logistic(-z) - s);
     }},
    {Activation::softplus,
     [](double z) { return z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z)); },
     [](double z) { return logistic(z); }, [](double z) { return logistic(z) * logistic(-z); }},
    {Activation::gelu, [](double z) { return z * cdf(z); },
     [](double z) { return cdf(z) + z * pdf(z); }, [](double z) { return (2 - z * z) * pdf(z); }},
}};

template <typename Scalar>
void compare(double tolerance) {
  const Index n = 1001;  // not a multiple of the block
  Eigen::Array<Scalar, Eigen::Dynamic, 1> z =
      Eigen::Array<Scalar, Eigen::Dynamic, 1>::LinSpaced(n, -12, 12);
  z[500] = 0;
  for (const auto& exact : kExact) {
    Eigen::Array<Scalar, Eigen::Dynamic, 1> y(n), d1(n), d2(n), y1(n), d11(n), y0(n);
    activation_second(exact.activation, z.data(), y.data(), d1.data(), d2.data(), n);
    activation_first(exact.activation, z.data(), y1.data(), d11.data(), n);
    activation_values(exact.activation, z.data(), y0.data(), n);
    for (Index i = 0; i < n; ++i) {
      const double at = static_cast<double>(z[i]), scale = 1 + std::abs(at);
      ASSERT_NEAR(y[i], exact.value(at), tolerance * scale * scale)
          << activation_name(exact.activation) << " at " << at;
      ASSERT_NEAR(d1[i], exact.first(at), tolerance * scale)
          << activation_name(exact.activation) << "' at " << at;
      ASSERT_NEAR(d2[i], exact.second(at), tolerance * scale)
          << activation_name(exact.activation) << "'' at " << at;
    }
    // The three depths of evaluation are one function.
    EXPECT_TRUE((y == y1).all() && (y == y0).all() && (d1 == d11).all());
  }
}

TEST(Activation, Float64MatchesTheDefinitions) { compare<double>(4e-15); }
TEST(Activation, Float32MatchesTheDefinitions) { compare<float>(1e-6); }

TEST(Activation, GeluIsTheErrorFunctionFormAndNotTanhs) {
  double z = 1, y = 0;
  activation_values(Activation::gelu, &z, &y, 1);
  EXPECT_NEAR(y, 0.8413447460685429, 1e-15);  // the tanh form gives 0.84119
}

TEST(Activation, KeepsSmallArgumentsOfTanhToTheirOwnPrecision) {
  const double z = 1e-9;
  double y = 0;
  activation_values(Activation::tanh, &z, &y, 1);
  EXPECT_NEAR(y / z, 1, 1e-15);
}

TEST(Activation, StaysFiniteFarFromZero) {
  for (const auto& exact : kExact) {
    std::array<double, 4> z = {-1e100, -800, 800, 1e100}, y{}, d1{}, d2{};
    activation_second(exact.activation, z.data(), y.data(), d1.data(), d2.data(), 4);
    const std::string name = activation_name(exact.activation);
    for (std::size_t i = 0; i < 4; ++i)
      EXPECT_TRUE(std::isfinite(y[i]) && std::isfinite(d1[i]) && std::isfinite(d2[i]))
          << name << " at " << z[i];
    std::array<float, 4> narrow = {-1e10F, -200, 200, 1e10F}, out{}, e1{}, e2{};
    activation_second(exact.activation, narrow.data(), out.data(), e1.data(), e2.data(), 4);
    for (std::size_t i = 0; i < 4; ++i)
      EXPECT_TRUE(std::isfinite(out[i]) && std::isfinite(e1[i]) && std::isfinite(e2[i]))
          << name << " in float32 at " << narrow[i];
  }
}

TEST(Activation, PassesNotANumberOn) {
  const double z = std::numeric_limits<double>::quiet_NaN();
  for (const auto& exact : kExact) {
    double y = 0;
    activation_values(exact.activation, &z, &y, 1);
    EXPECT_TRUE(std::isnan(y)) << activation_name(exact.activation);
  }
}

TEST(Activation, WorksInPlace) {
  for (const auto& exact : kExact) {
    std::array<double, 3> z = {-0.7, 0.2, 1.9}, first = z;
    std::array<double, 3> y{}, d1{}, from{};
    activation_first(exact.activation, z.data(), y.data(), d1.data(), 3);
    activation_first(exact.activation, first.data(), first.data(), from.data(), 3);
    EXPECT_EQ(first, y);
    EXPECT_EQ(from, d1);
  }
}

}  // namespace
}  // namespace aniso::nn
