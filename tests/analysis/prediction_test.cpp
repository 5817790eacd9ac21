#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stop_token>
#include <vector>

#include "tests/analysis/cohort_fakes.h"
#include "tests/analysis/fakes.h"
#include "tests/analysis/score_scene.h"

// "Predict, then watch" and the basis heat map on networks whose errors are known.
namespace aniso::analysis {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

constexpr Index kDim = 8;

class Prediction : public testing::Test {
 protected:
  Prediction()
      : scene_(gaussian_law(Vector::Zero(kDim), Matrix::Identity(kDim, kDim)), 40),
        diffusion_(std::make_shared<diffusion::Diffusion>(diffusion::linear_diffusion(60))),
        laboratory_("mlp", {{"hidden", {2}}}, kDim + 1, kDim) {
    // Axis k: loudness (k + 1)², error k/10.
    loud_ = Vector::LinSpaced(kDim, 1, kDim).array().square();
    scale_ = [](Index k) { return 1 - 0.1 * static_cast<double>(k); };
    laboratory_.on_cohort = [this](const std::vector<Variant>& variants) {
      variants_.insert(variants_.end(), variants.begin(), variants.end());
      std::vector<Index> axes;
      Vector loud = loud_;
      for (const Variant& v : variants)
        for (const auto& [path, value] : v.changes) {
          if (path == "dataset.v") axes.push_back(std::stol(value.get<std::string>().substr(6)));
          if (path == "architecture.normalisation" && value == "none") loud = loud_.reverse();
        }
      auto cohort = std::make_unique<FakeCohort>(
          diffusion_, std::make_shared<FakeScoreFamily>(*diffusion_, loud), axes, kDim, scale_);
      cohort->on_advance = [this](Index steps) { advanced_ += steps; };
      cohort->diverged = diverged_;
      cohort->broken = broken_;
      cohort->unlike = unlike_;
      return cohort;
    };
  }

  ResultsPtr run(const std::string& id, Json params, const std::stop_token& stop = {},
                 const PartialSink& sink = {}) {
    params["networks"] = 3000;
    params["samples"] = 400;
    if (id == "prediction") {
      params["prefix"] = "pixel";
      if (!params.contains("values")) params["values"] = {0, 1, 2, 3, 4, 5, 6, 7};
    }
    Input in = scene_.input(id, params);
    in.diffusion = diffusion_.get();
    in.laboratory = &laboratory_;
    return aniso::analysis::evaluate(aniso::analysis::analysis(id), in, stop, sink);
  }

  ScoreScene scene_;
  std::shared_ptr<diffusion::Diffusion> diffusion_;
  FakeLaboratory laboratory_;
  Vector loud_;
  std::function<double(Index)> scale_;
  std::function<bool(Index)> diverged_, broken_;
  std::vector<Variant> variants_;
  Index advanced_ = 0;
  bool unlike_ = false;
};

TEST_F(Prediction, MeasuresWhatEachCandidateGenerates) {
  const auto results = run("prediction", {{"together", 3}, {"sampler", "ode"}, {"looks", 2}});
  const auto errors = result<ScalarSeries>(*results, "error_of");
  for (Index k = 0; k < kDim; ++k)
    EXPECT_NEAR(errors.y[k], 0.1 * static_cast<double>(k), 0.09) << k;
  EXPECT_EQ(result<ScalarSeries>(*results, "predicted_place").y, Vector::LinSpaced(kDim, 1, kDim));
  const auto loud = result<ScalarSeries>(*results, "loudness").y;
  for (Index k = 0; k < kDim; ++k) EXPECT_NEAR(loud[k] / loud_[k], 1, 0.15);
  const auto rho = result<ScalarSeries>(*results, "spearman");
  EXPECT_GT(rho.y[0], 0.9);
  EXPECT_LT(rho.high[0], 0.9);
  EXPECT_EQ(rho.low[0], -rho.high[0]);
  EXPECT_LT(result<ScalarSeries>(*results, "p_value").y[0], 0.01);
  EXPECT_THAT(results->notes.front(), StartsWith("The conjecture's order held"));
  // The first look came half way, where everything was three times too large.
  const auto curve = result<ScalarSeries>(*results, "while_training/0");
  EXPECT_EQ(curve.x, (Vector(2) << 6, 12).finished());
  EXPECT_NEAR(curve.y[0], 2, 0.3);
  const auto axes = result<MatrixMap>(*results, "directions").values;
  EXPECT_LT((axes.cwiseAbs() - Matrix::Identity(kDim, kDim)).norm(), 1e-12);
  const auto floor = result<ScalarSeries>(*results, "floor").y;
  EXPECT_GT(floor.minCoeff(), 0);
  EXPECT_LT(floor.maxCoeff(), 0.2);
  EXPECT_EQ(advanced_, 3 * 12) << "three batches, each to its end";
  const auto scale = result<ScalarSeries>(*results, "on_axis_scale").y;
  for (Index k = 0; k < kDim; ++k)
    EXPECT_NEAR(scale[k], 1 - 0.1 * static_cast<double>(k), 0.1) << k;
  EXPECT_LT(result<ScalarSeries>(*results, "off_axis_leakage").y.maxCoeff(), 0.15);
  EXPECT_THAT(results->notes, Contains(HasSubstr("rank 1 of 8")));
}

TEST_F(Prediction, GaussianDistanceIsExactInTheScale) {
  const auto results =
      run("prediction", {{"measure", "gaussian"}, {"sampler", "ode"}, {"looks", 1}});
  const auto errors = result<ScalarSeries>(*results, "error_of");
  for (Index k = 0; k < kDim; ++k)
    EXPECT_NEAR(errors.y[k], 0.1 * static_cast<double>(k), 0.09) << k;
}

TEST_F(Prediction, SaysWhenTheConjectureFails) {
  loud_.reverseInPlace();
  const auto results = run("prediction", {{"sampler", "ode"}, {"looks", 1}});
  EXPECT_LT(result<ScalarSeries>(*results, "spearman").y[0], -0.9);
  EXPECT_THAT(results->notes.front(), StartsWith("The conjecture's order was reversed"));
  // Someone who knew better.
  const auto chosen =
      run("prediction", {{"sampler", "ode"}, {"looks", 1}, {"order", {0, 1, 2, 3, 4, 5, 6, 7}}});
  EXPECT_THAT(chosen->notes.front(), StartsWith("Your order held"));
  EXPECT_THAT(chosen->notes[1], StartsWith("The conjecture's order was reversed"));
}

TEST_F(Prediction, LooksWithoutTraining) {
  const auto results = run("prediction", {{"stage", "look"}});
  EXPECT_EQ(advanced_, 0);
  EXPECT_EQ(result<ScalarSeries>(*results, "error").quantity.status.kind, Status::Kind::undefined);
  EXPECT_EQ(result<ScalarSeries>(*results, "predicted_place").y[7], 8);
  EXPECT_EQ(result<MatrixMap>(*results, "directions").values.rows(), kDim);
}

TEST_F(Prediction, ComparesTheSameUnderSeveralSettings) {
  const auto results = run("prediction", {{"sampler", "ode"},
                                          {"looks", 1},
                                          {"training_steps", 9},
                                          {"compare_path", "architecture.normalisation"},
                                          {"compare_words", "group, none"}});
  EXPECT_GT(result<ScalarSeries>(*results, "spearman/group").y[0], 0.9);
  EXPECT_LT(result<ScalarSeries>(*results, "spearman/none").y[0], -0.9);
  EXPECT_THAT(results->notes, Contains(StartsWith("none: The conjecture's order was reversed")));
  ASSERT_EQ(variants_.size(), 2U * kDim);
  EXPECT_EQ(variants_.front().changes.front().first, "architecture.normalisation");
  EXPECT_EQ(variants_.front().changes.back().first, "training.steps");
}

TEST_F(Prediction, BatchesThatDifferInMoreThanDataAreRefused) {
  unlike_ = true;
  EXPECT_THAT(
      [&] {
        run("prediction", {{"together", 3}, {"stage", "look"}});
      },
      testing::ThrowsMessage<InvalidInput>(HasSubstr("their data and seed only")));
}

TEST_F(Prediction, WhatDivergesIsNamedAndTheOthersGoOn) {
  diverged_ = [](Index k) { return k == 2; };
  broken_ = [](Index k) { return k == 5; };
  const auto results = run("prediction", {{"sampler", "ode"}, {"looks", 1}});
  const auto errors = result<ScalarSeries>(*results, "error_of").y;
  EXPECT_TRUE(std::isnan(errors[2]));
  EXPECT_TRUE(std::isnan(errors[5]));
  EXPECT_NEAR(errors[6], 0.6, 0.09);
  EXPECT_THAT(results->notes, Contains(HasSubstr("pixel:2: training diverged at step 5")));
  EXPECT_THAT(results->notes, Contains(testing::AllOf(HasSubstr("pixel:5: At diffusion step 59"),
                                                      HasSubstr("not finite"))));
  EXPECT_GT(result<ScalarSeries>(*results, "spearman").y[0], 0.9) << "of the six that are left";
  EXPECT_THAT(results->notes.front(), HasSubstr("2 of 8 have no error and are left out"));
}

TEST_F(Prediction, ShowsWhatIsKnownOnTheWayAndStops) {
  std::vector<double> shares;
  std::stop_source source;
  EXPECT_THROW(run("prediction", {{"looks", 4}, {"together", 4}}, source.get_token(),
                   [&](const ResultsPtr& partial) {
                     shares.push_back(partial->share);
                     if (shares.size() == 5) source.request_stop();
                   }),
               Cancelled);
  ASSERT_EQ(shares.size(), 5U);
  for (std::size_t i = 1; i < shares.size(); ++i) EXPECT_GT(shares[i], shares[i - 1]);
  EXPECT_LT(shares.back(), 1);
}

TEST_F(Prediction, RefusesWhatMakesNoSense) {
  EXPECT_THROW(run("prediction", {{"values", {1}}}), InvalidInput);
  EXPECT_THROW(run("prediction", {{"order", {0, 1}}}), InvalidInput);
  Input in = scene_.input("prediction");
  EXPECT_THROW(aniso::analysis::evaluate(analysis("prediction"), in, {}), InvalidInput)
      << "no laboratory";
}

TEST_F(Prediction, HeatMapPutsEveryElementInItsPlace) {
  std::vector<Index> known;
  scene_.data.shape = InputShape::image(1, 2, 4);
  const auto results =
      run("basis_errors", {{"basis", "pixel"}, {"together", 3}, {"sampler", "ode"}}, {},
          [&](const ResultsPtr& partial) {
            const auto map = result<MatrixMap>(*partial, "error");
            EXPECT_EQ(map.quantity.status.kind, Status::Kind::partial);
            Index count = 0;
            for (Index i = 0; i < map.values.size(); ++i)
              count += std::isfinite(map.values.data()[i]) ? 1 : 0;
            known.push_back(count);
          });
  EXPECT_EQ(known, (std::vector<Index>{3, 6}));
  const auto error = result<MatrixMap>(*results, "error").values;
  const auto loud = result<MatrixMap>(*results, "loudness").values;
  ASSERT_EQ(error.rows(), 2);
  ASSERT_EQ(error.cols(), 4);
  for (Index k = 0; k < kDim; ++k) {
    EXPECT_NEAR(error(k / 4, k % 4), 0.1 * static_cast<double>(k), 0.09) << k;
    EXPECT_NEAR(loud(k / 4, k % 4) / loud_[k], 1, 0.2) << k;
  }
  EXPECT_GT(result<ScalarSeries>(*results, "spearman").y[0], 0.9);
  EXPECT_THAT(results->notes.front(), StartsWith("The conjecture's order held"));
  EXPECT_EQ(advanced_, 3 * 12);
  // The first batch is spread over the basis.
  EXPECT_EQ(variants_[1].changes.front().second, Json("pixel:3"));
}

TEST_F(Prediction, HeatMapNamesWhatFails) {
  broken_ = [](Index k) { return k == 4; };
  const auto results = run("basis_errors", {{"basis", "pixel"}, {"sampler", "ode"}});
  EXPECT_THAT(results->notes, Contains(HasSubstr("element 4: At diffusion step 59")));
}

}  // namespace
}  // namespace aniso::analysis
