#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stop_token>
#include <vector>

#include "core/geometry/basis.h"
#include "core/nn/registry.h"
#include "tests/analysis/cohort_fakes.h"
#include "tests/analysis/fakes.h"
#include "tests/analysis/score_scene.h"

namespace aniso::analysis {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr Index kDim = 5, kRows = 30;

/// Linear score models that descend on the expected loss, written out step by step.
class DescendingCohort final : public Cohort {
 public:
  DescendingCohort(std::shared_ptr<const diffusion::Diffusion> diffusion, nn::NetworkPlan plan,
                   const Vector& start, const std::vector<Index>& axes, double rate,
                   geometry::Basis basis)
      : diffusion_(std::move(diffusion)), plan_(std::move(plan)), rate_(rate) {
    for (const Index k : axes) {
      auto data = std::make_shared<data::Dataset>();
      data->shape = data::InputShape::vector(kDim);
      const Vector along =
          RandomStream(3, "rows", static_cast<std::uint64_t>(k)).normals(Index{kRows});
      const Vector axis =
          geometry::basis_element(basis, k, {1, 1, kDim}, RandomStream(0, "no draws"));
      data->x = std::sqrt(static_cast<double>(kDim)) * along * axis.transpose();
      for (Index i = 0; i < kRows; ++i) data->train.push_back(i);
      data_.push_back(std::move(data));
      parameters_.push_back(start);
    }
  }

  Index size() const override { return static_cast<Index>(data_.size()); }
  std::string settings() const override { return ""; }
  const data::Dataset& data(Index variant) const override {
    return *data_.at(static_cast<std::size_t>(variant));
  }
  const diffusion::Diffusion* diffusion() const override { return diffusion_.get(); }
  const nn::FunctionFamily& family() const override { throw InvalidInput("not asked for here"); }
  std::optional<double> plain_rate() const override {
    return plain ? rate_ : std::optional<double>();
  }
  Index total_steps() const override { return 160; }
  Index steps_done() const override { return steps_; }
  void advance(Index steps, const std::stop_token& stop) override {
    if (stop.stop_requested()) throw Cancelled{};
    for (Index s = 0; s < steps; ++s)
      for (std::size_t r = 0; r < data_.size(); ++r) step(data_[r]->x, parameters_[r]);
    steps_ += steps;
  }
  Index diverged_at(Index variant) const override { return variant == diverged ? 7 : 0; }
  Matrix parameters() const override {
    Matrix out(size(), parameters_.front().size());
    for (Index r = 0; r < size(); ++r)
      out.row(r) = parameters_[static_cast<std::size_t>(r)].transpose();
    return out;
  }

  bool plain = true;
  Index diverged = -1;
  double shove = 0;  // added to every weight at every step

 private:
  // θ ← θ − η d/dθ (1/D) E ‖ΦΘ x_t − ε‖², the mean over steps and rows taken one by one and that
  // over the noise known.
  void step(const Matrix& x, Vector& parameters) const {
    const auto blocks = plan_.layout();
    Eigen::Map<Matrix> theta(parameters.data() + blocks[0].offset, kDim, kDim);
    const Eigen::Map<Matrix> phi(parameters.data() + blocks[1].offset, kDim, kDim);
    const Matrix w = phi * theta;
    Matrix slope = Matrix::Zero(kDim, kDim);
    const Index steps = diffusion_->steps();
    for (Index t = 0; t < steps; ++t) {
      const auto at = diffusion_->schedule.level(t);
      for (Index i = 0; i < kRows; ++i) {
        const Vector clean = at.signal * x.row(i).transpose();
        slope += (w * clean) * clean.transpose() + at.sigma * at.sigma * w;
        slope.diagonal().array() -= at.sigma;
      }
    }
    theta -= rate_ * 2 / static_cast<double>(kDim * steps * kRows) * phi.transpose() * slope;
    theta.array() += shove;
  }

  std::shared_ptr<const diffusion::Diffusion> diffusion_;
  nn::NetworkPlan plan_;
  double rate_;
  std::vector<std::shared_ptr<data::Dataset>> data_;
  std::vector<Vector> parameters_;
  Index steps_ = 0;
};

class LinearTheorem : public testing::Test {
 protected:
  LinearTheorem()
      : scene_(gaussian_law(Vector::Zero(kDim), Matrix::Identity(kDim, kDim)), 30),
        diffusion_(std::make_shared<diffusion::Diffusion>(diffusion::linear_diffusion(30))),
        laboratory_("mlp", {{"hidden", {2}}}, kDim + 1, kDim) {
    architecture("linear_score", {{"scale", 0.0}});
    laboratory_.on_cohort = [this](const std::vector<Variant>& variants) {
      std::vector<Index> axes;
      for (const Variant& v : variants)
        for (const auto& [path, value] : v.changes)
          if (path == "dataset.v") axes.push_back(std::stol(value.get<std::string>().substr(6)));
      auto cohort =
          std::make_unique<DescendingCohort>(diffusion_, plan_, start_, axes, rate_, basis_);
      cohort->plain = plain_;
      cohort->diverged = diverged_;
      cohort->shove = shove_;
      return cohort;
    };
  }

  void architecture(const std::string& id, const Json& params) {
    const nn::Architecture& chosen = nn::architecture(id);
    const Params checked = validated(chosen.params, params, id);
    plan_ = chosen.plan(checked, InputShape(kDim), kDim);
    start_ = chosen.initialise(plan_, checked, RandomStream(1, "start"));
  }

  ResultsPtr run(const Json& params = Json::object(), const std::stop_token& stop = {},
                 const PartialSink& sink = {}) {
    Input in = scene_.input("linear_theorem", params);
    in.plan = &plan_;
    in.diffusion = diffusion_.get();
    in.laboratory = &laboratory_;
    return aniso::analysis::evaluate(aniso::analysis::analysis("linear_theorem"), in, stop, sink);
  }

  ScoreScene scene_;
  std::shared_ptr<diffusion::Diffusion> diffusion_;
  FakeLaboratory laboratory_;
  nn::NetworkPlan plan_;
  Vector start_;
  double rate_ = 0.1, shove_ = 0;
  bool plain_ = true;
  geometry::Basis basis_ = geometry::Basis::pixel;
  Index diverged_ = -1;
};

TEST_F(LinearTheorem, HoldsToRoundingForDescentOnTheExpectedLoss) {
  for (const double scale : {0.0, 1.0}) {
    architecture("linear_score", {{"scale", scale}});
    const auto results = run();
    EXPECT_LT(result<ScalarSeries>(*results, "furthest").y[0], 1e-12);
    EXPECT_LT(result<ScalarSeries>(*results, "rate_error").y[0], 1e-10);
    EXPECT_EQ(result<ScalarSeries>(*results, "left/0").name, "λ = 8");
    for (Index i = 0; i < kDim; ++i) {
      const auto left = result<ScalarSeries>(*results, text("left/", i));
      EXPECT_EQ(left.x.size(), 21);
      EXPECT_EQ(left.x[20], 160);
      EXPECT_EQ(left.y[0], 1);
      EXPECT_LT(left.y[20], 0.2);
      EXPECT_LT((left.y - result<ScalarSeries>(*results, text("closed/", i)).y).norm(), 1e-12);
    }
  }
}

TEST_F(LinearTheorem, TheQuietestDirectionIsFastestFromZero) {
  const auto results = run({{"looks", 80}});
  const auto rates = result<ScalarSeries>(*results, "rate");
  const auto limits = result<ScalarSeries>(*results, "rate_limit");
  EXPECT_LT((rates.x - (Vector(5) << 1, 2, 3, 5, 8).finished()).norm(), 1e-12) << "quietest first";
  // min{(σ² + s) λ_i, σ² min_{j≠i} λ_j} of the mean σ² and of the data's own s.
  const double sigma2 = diffusion_->schedule.sigma().array().square().mean();
  EXPECT_NEAR(limits.y[0], 2 * sigma2, 1e-9);
  for (Index i = 1; i < kDim; ++i) EXPECT_NEAR(limits.y[i], sigma2, 1e-9);
  for (Index i = 0; i < kDim; ++i) EXPECT_NEAR(rates.y[i] / limits.y[i], 1, 0.1) << i;
  EXPECT_NEAR(result<ScalarSeries>(*results, "lead").y[0], 2, 0.15);
  EXPECT_THAT(results->notes,
              Contains(HasSubstr("fastest: pixel:4 (λ = 1), as in the closed form")));
}

TEST_F(LinearTheorem, SaysHowFarNetworksAreFromIt) {
  shove_ = 1e-3;
  const auto results = run();
  EXPECT_GT(result<ScalarSeries>(*results, "furthest").y[0], 1e-3);
}

TEST_F(LinearTheorem, RatesNeedLooksWhereTheyAreTaken) {
  const auto results = run({{"looks", 1}});
  for (const char* id : {"rate", "rate_closed", "lead", "rate_error"})
    EXPECT_EQ(result<ScalarSeries>(*results, id).quantity.status.kind, Status::Kind::undefined)
        << id;
  EXPECT_TRUE(result<ScalarSeries>(*results, "rate_limit").quantity.status.is_valid());
}

// Parameters that were rounded to float32 have eigenvectors that are off by as much.
TEST_F(LinearTheorem, SlowestRatesDoNotCountRounding) {
  architecture("linear_score", {{"scale", 0.0}, {"basis", "dct"}});
  start_ = start_.cast<float>().cast<double>().eval();
  basis_ = geometry::Basis::dct;
  const auto limits = result<ScalarSeries>(*run(), "rate_limit");
  EXPECT_NEAR(limits.y[0] / limits.y[1], 2, 1e-3);
}

TEST_F(LinearTheorem, WithoutAWinnerThereIsNoSentence) {
  for (const Json& values : {Json{0, 1, 2, 3}, Json{4}}) {
    const auto results = run({{"looks", 80}, {"values", values}});
    EXPECT_THAT(results->notes, testing::Not(Contains(HasSubstr("fastest")))) << values.dump();
  }
}

TEST_F(LinearTheorem, ADivergenceAndAnUnstableRateAreNamed) {
  diverged_ = 2;
  rate_ = 5;
  const auto results = run({{"looks", 4}});
  EXPECT_THAT(results->notes, Contains("pixel:2 diverged at step 7"));
  EXPECT_THAT(results->notes, Contains(HasSubstr("times the largest that is stable")));
  EXPECT_TRUE(std::isnan(result<ScalarSeries>(*results, "left/2").y[4]));
  EXPECT_THAT(result<ScalarSeries>(*results, "furthest").quantity.status.reason,
              HasSubstr("diverged"))
      << "or a check of it could not fail";
}

TEST_F(LinearTheorem, ShowsItselfOnTheWayAndCanBeStopped) {
  std::vector<ResultsPtr> seen;
  run({{"looks", 4}}, {}, [&](ResultsPtr partial) { seen.push_back(std::move(partial)); });
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0]->share, 0.25);
  EXPECT_EQ(result<ScalarSeries>(*seen[0], "left/0").x.size(), 2);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(run(Json::object(), stop.get_token()), Cancelled);
}

TEST_F(LinearTheorem, RefusesWhatTheTheoremIsNotAbout) {
  plain_ = false;
  EXPECT_THAT([&] { run(); }, testing::ThrowsMessage<InvalidInput>(HasSubstr("momentum 0")));
  plain_ = true;
  architecture("score_mlp", Json::object());
  EXPECT_THAT([&] { run(); }, testing::ThrowsMessage<InvalidInput>(HasSubstr("'linear_score'")));
}

}  // namespace
}  // namespace aniso::analysis
