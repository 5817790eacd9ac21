#include <gtest/gtest.h>

#include <cmath>

#include "core/base/errors.h"
#include "core/data/registry.h"
#include "core/nn/registry.h"
#include "core/training/autograd_trainer.h"
#include "core/training/ensemble_trainer.h"
#include "core/training/objectives.h"
#include "core/training/optimizers.h"

// Several networks side by side against one after the other.
namespace aniso::training {
namespace {

constexpr Index kMembers = 3;

struct Problem {
  TrainingSpec spec;
  std::vector<Member> members;
};

data::DatasetPtr images(Index side, int direction, Index n) {
  const auto& type = data::dataset_type("anisotropic_gaussian");
  const Json given = {{"n", n},
                      {"dimension", side * side},
                      {"layout", "image"},
                      {"v", "dct:" + std::to_string(direction)},
                      {"noise", 0.25},
                      {"test_fraction", 0.2}};
  return data::make_dataset(type, validated(data::schema_of(type), given, "dataset"), 1);
}

Problem problem(const char* architecture, const Json& given, Index side) {
  Problem p;
  const auto& kind = nn::architecture(architecture);
  const Params params = validated(kind.params, given, "architecture");
  p.spec.objective = "score_matching";
  p.spec.objective_params =
      validated(objective("score_matching").params, {{"steps", 40}}, "objective");
  p.spec.optimizer = "adam";
  p.spec.optimizer_params = validated(optimizer("adam").params,
                                      {{"learning_rate", 1e-3}, {"clip_norm", 0.5}}, "optimizer");
  p.spec.batch_size = 24;  // 80 training rows: the fourth batch is smaller
  p.spec.total_steps = 20;
  p.spec.dtype = Dtype::float64;
  for (Index r = 0; r < kMembers; ++r) {
    Member m;
    m.seed = 4;
    m.run = static_cast<std::uint64_t>(r);
    m.data = images(side, static_cast<int>(r), 100);
    p.spec.plan = kind.plan(params, m.data->shape, m.data->shape.dim);
    m.initial = kind.initialise(p.spec.plan, params, RandomStream(2, "init", m.run));
    p.members.push_back(std::move(m));
  }
  return p;
}

std::unique_ptr<EnsembleTrainer> looped(const Problem& p) {
  const TrainerFactory make = [](const TrainingSpec& spec, data::DatasetPtr data,
                                 const Vector& initial) {
    return make_autograd_trainer(spec, std::move(data), initial);
  };
  return make_looped_ensemble(make, p.spec, p.members);
}

struct Case {
  const char* name;
  const char* architecture;
  Json params;
  Index side;
};

std::vector<Case> cases() {
  return {{"mlp", "score_mlp", {{"hidden", {12}}}, 2},
          {"cnn_group", "score_cnn", {{"channels", 4}, {"groups", 2}}, 4},
          {"cnn_none",
           "score_cnn",
           {{"channels", 4}, {"normalisation", "none"}, {"padding", "circular"}},
           4},
          {"cnn_instance", "score_cnn", {{"channels", 4}, {"normalisation", "instance"}}, 4},
          {"unet", "unet", {{"widths", {4, 8}}, {"groups", 2}}, 4},
          {"dit", "dit", {{"patch", 2}, {"width", 8}, {"depth", 1}, {"heads", 2}}, 4}};
}

class Stacked : public testing::TestWithParam<Case> {};

TEST_P(Stacked, EqualsOneNetworkAfterTheOther) {
  const Case& c = GetParam();
  const Problem p = problem(c.architecture, c.params, c.side);
  ASSERT_TRUE(can_stack(p.spec, p.members));
  const auto one = looped(p), all = make_stacked_ensemble(p.spec, p.members);
  EXPECT_EQ(all->members(), kMembers);
  EXPECT_EQ(all->parameters(), one->parameters());
  for (int step = 0; step < 9; ++step) {
    one->step();
    all->step();
    EXPECT_EQ(all->steps_done(), step + 1);
    EXPECT_LT((all->losses() - one->losses()).cwiseAbs().maxCoeff(), 1e-10) << "step " << step;
  }
  const Matrix a = all->parameters(), b = one->parameters();
  EXPECT_LT((a - b).cwiseAbs().maxCoeff(), 1e-9 * b.cwiseAbs().maxCoeff());
  // They are not all the same network.
  EXPECT_GT((a.row(0) - a.row(1)).cwiseAbs().maxCoeff(), 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Architectures, Stacked, testing::ValuesIn(cases()),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(Ensemble, AMemberThatDivergesLeavesTheOthersAlone) {
  Problem p = problem("score_cnn", {{"channels", 4}, {"groups", 2}}, 4);
  const auto healthy = make_stacked_ensemble(p.spec, p.members);
  auto broken = std::make_shared<data::Dataset>(*p.members[1].data);
  broken->x *= 1e200;
  p.members[1].data = broken;
  for (const bool stacked : {true, false}) {
    const auto ensemble = stacked ? make_stacked_ensemble(p.spec, p.members) : looped(p);
    const Matrix before = ensemble->parameters();
    for (int step = 0; step < 3; ++step) ensemble->step();
    EXPECT_EQ(ensemble->diverged_at(0), 0);
    EXPECT_EQ(ensemble->diverged_at(1), 1);
    EXPECT_FALSE(std::isfinite(ensemble->losses()[1]));
    EXPECT_TRUE(ensemble->parameters().allFinite());
    EXPECT_EQ(ensemble->parameters().row(1), before.row(1));
    EXPECT_NE(ensemble->parameters().row(2), before.row(2));
  }
  for (int step = 0; step < 3; ++step) healthy->step();
  const auto again = make_stacked_ensemble(p.spec, p.members);
  for (int step = 0; step < 3; ++step) again->step();
  EXPECT_LT((again->parameters().row(2) - healthy->parameters().row(2)).cwiseAbs().maxCoeff(),
            1e-12);
}

TEST(Ensemble, SaysWhatCannotRunSideBySide) {
  Problem p = problem("score_mlp", {{"hidden", {12}}}, 2);
  EXPECT_FALSE(can_stack(p.spec, {}));
  p.members[2].data = images(2, 2, 60);
  EXPECT_FALSE(can_stack(p.spec, p.members));
  EXPECT_THROW(make_stacked_ensemble(p.spec, p.members), InvalidInput);
  EXPECT_NO_THROW(looped(p)->step());
  p.members[2].data = nullptr;
  EXPECT_FALSE(can_stack(p.spec, p.members));
  EXPECT_THROW(looped(p), InvalidInput);
  p.members.clear();
  EXPECT_THROW(looped(p), InvalidInput);
}

}  // namespace
}  // namespace aniso::training
