// The average geometry of convolutional networks, through the same path as the program's.
#include <gtest/gtest.h>

#include "core/engines/engines.h"
#include "core/geometry/spectra.h"
#include "core/session/looking.h"
#include "core/theory/average_geometry.h"

namespace aniso::session {
namespace {

struct Look16 {
  Matrix g, g_dft;
  analysis::Spectrum spectrum;
  double participation = 0;
  Vector fourier_theory;
};

template <typename Kind>
const Kind* find(const analysis::Results& results, const std::string& id) {
  for (const auto& result : results.results)
    if (analysis::quantity_of(result).id == id) return &std::get<Kind>(result);
  return nullptr;
}

// G of fresh networks on 16×16 images (8×8 where `side` says so), one output.
Look16 looked(Json architecture, Json how, Index side = 16) {
  const Json experiment = {
      {"dataset",
       {{"id", "anisotropic_gaussian"}, {"n", 64}, {"dimension", side * side}, {"v", "dct:1"}}},
      {"architecture", std::move(architecture)},
      {"objective", "logistic"},
      {"optimizer", "sgd"},
      {"training", {{"steps", 1}, {"batch_size", 16}}}};
  how["null_repeats"] = 0;
  const Engines engines = engines::engines();
  engines.set_thread_count(1);
  const auto resolved = resolve(experiment_from_json(experiment), engines);
  const auto results =
      look(engines, chosen_analysis("average_geometry", how),
           {.resolved = resolved, .parameters = &resolved->initial, .probes = {}, .run = 1}, {});
  Look16 out{find<analysis::MatrixMap>(*results, "g")->values,
             find<analysis::MatrixMap>(*results, "g_dft")->values,
             *find<analysis::Spectrum>(*results, "eigenvalues"),
             find<analysis::ScalarSeries>(*results, "participation_ratio")->y[0],
             {}};
  if (const auto* theory = find<analysis::ScalarSeries>(*results, "dft_energy_theory"))
    out.fourier_theory = theory->y;
  return out;
}

Json circular(const Json& more) {
  Json a = {{"id", "conv_pool_dense"},
            {"padding", "circular"},
            {"channels", {8}},
            {"hidden", Json::array()}};
  a.update(more);
  return a;
}

TEST(ConvolutionGeometry, ConvolutionAndFlattenPreferNoDirection) {
  const auto seen = looked(circular({{"activation", "identity"}, {"pool_size", 1}}),
                           {{"networks", 4000}, {"probes", 1}}, 8);
  // 4,000 networks, one gradient each: white noise within the Marchenko–Pastur edges, by about 10 %
  // since norms of gradients differ.
  EXPECT_LT(seen.spectrum.values[0], 1.12 * seen.spectrum.guide_high);
  EXPECT_GT(seen.spectrum.values[63], 0.88 * seen.spectrum.guide_low);
  EXPECT_GT(seen.participation, 60);
}

TEST(ConvolutionGeometry, LinearConvolutionAndGlobalAverageSeeTheConstantImageAlone) {
  const auto seen =
      looked(circular({{"activation", "identity"}, {"pool_size", 1}, {"head", "global_average"}}),
             {{"networks", 20}});
  EXPECT_LT(seen.spectrum.values[1], 1e-10 * seen.spectrum.values[0]);
  const Vector first = seen.spectrum.directions.row(0).transpose();
  EXPECT_LT((first - Vector::Constant(256, 1.0 / 16)).norm(), 1e-5);
}

TEST(ConvolutionGeometry, StrideOnePoolingIsDiagonalInTheFourierBasisWithTheKnownTransfer) {
  const auto seen =
      looked(circular({{"activation", "identity"}, {"pool_size", 3}, {"pool_stride", 1}}),
             {{"networks", 4000}, {"probes", 1}}, 8);
  ASSERT_EQ(seen.fourier_theory.size(), 64);
  EXPECT_NEAR(seen.g.trace(), seen.fourier_theory.sum(), 0.05 * seen.fourier_theory.sum());
  // Each energy is a mean over 4,000 networks of a quantity that is about χ²: 10 % is four
  // standard errors and more.
  for (Index k = 0; k < 64; ++k)
    EXPECT_NEAR(seen.g_dft(k, k), seen.fourier_theory[k],
                0.1 * seen.fourier_theory[k] + 1e-3 * seen.fourier_theory[0])
        << k;
  Matrix rest = seen.g_dft;
  rest.diagonal().setZero();
  EXPECT_LT(rest.norm(), 0.15 * seen.g_dft.norm());
}

TEST(ConvolutionGeometry, TheProbeScaleMattersThroughTheBiases) {
  const Json net = circular(
      {{"activation", "relu"}, {"pool_size", 1}, {"head", "global_average"}, {"channels", {16}}});
  const double near = looked(net, {{"networks", 600}, {"probe_scale", 1e-3}}).participation;
  const double far = looked(net, {{"networks", 600}, {"probe_scale", 1.0}}).participation;
  EXPECT_NEAR(near, 1.0, 0.05);
  EXPECT_NEAR(far, 5, 1.5);
}

}  // namespace
}  // namespace aniso::session
