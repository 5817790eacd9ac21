#include "core/engines/engines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/errors.h"
#include "core/nn/blas.h"
#include "core/training/objectives.h"
#include "core/training/optimizers.h"

namespace aniso::engines {
namespace {

using session::Backend;
using testing::HasSubstr;
using testing::ThrowsMessage;

const nn::NetworkPlan kPlan = nn::dense_chain_plan(2, {4}, 1, nn::Activation::tanh, true);

Vector parameters() { return RandomStream(1, "init").normals(kPlan.parameter_count()); }

/// The engine cannot run this; nothing but LibTorch can.
nn::NetworkPlan without_weights() {
  nn::NetworkPlan plan{2, 2, {}};
  plan.layers = {{nn::Layer::Op::activation, "tanh 1", 2, 2, false, nn::Activation::tanh}};
  return plan;
}

training::TrainingSpec spec() {
  training::TrainingSpec spec;
  spec.plan = kPlan;
  spec.objective = "squared";
  spec.objective_params =
      validated(training::objective("squared").params, Json::object(), "objective");
  spec.optimizer = "sgd";
  spec.optimizer_params = validated(training::optimizer("sgd").params, Json::object(), "optimizer");
  spec.batch_size = 4;
  spec.dtype = Dtype::float64;
  return spec;
}

data::DatasetPtr dataset() {
  auto data = std::make_shared<data::Dataset>();
  data->id = "test";
  data->shape = data::InputShape::vector(2);
  data->x = RandomStream(1, "x").normals(8, Index{2});
  data->y = RandomStream(1, "y").normals(8, Index{1});
  data->train = {0, 1, 2, 3, 4, 5, 6, 7};
  return data;
}

TEST(Engines, PickTheExplicitEngineForDenseChainsOnTheCpu) {
  EXPECT_EQ(make_trainer(spec(), dataset(), parameters())->engine_name(), "explicit");
  auto explicit_only = spec();
  explicit_only.engine = training::Engine::explicit_;
  EXPECT_EQ(make_trainer(explicit_only, dataset(), parameters())->engine_name(), "explicit");
  const auto f = make_function(kPlan, parameters(), {.backend = Backend::explicit_});
  EXPECT_EQ(f->values(Matrix::Zero(3, 2)),
            make_function(kPlan, parameters())->values(Matrix::Zero(3, 2)));
}

TEST(Engines, SayWhatTheExplicitEngineCannotDo) {
  EXPECT_THAT(
      [] {
        make_function(kPlan, parameters(), {.backend = Backend::explicit_, .device = "cuda:0"});
      },
      ThrowsMessage<InvalidInput>(HasSubstr("on the CPU only, not on 'cuda:0'")));
  EXPECT_THAT([] { make_function(without_weights(), {}, {.backend = Backend::explicit_}); },
              ThrowsMessage<InvalidInput>(HasSubstr("Use the LibTorch engine")));
  auto elsewhere = spec();
  elsewhere.engine = training::Engine::explicit_;
  elsewhere.device = "cuda:0";
  EXPECT_THROW(make_trainer(elsewhere, dataset(), parameters()), InvalidInput);
}

TEST(Engines, BothBackEndsAgreeOrTheMissingOneIsNamed) {
  const Matrix x = RandomStream(2, "x").normals(5, Index{2});
  auto autograd = spec();
  autograd.engine = training::Engine::autograd;
  const session::FunctionOptions torch{.backend = Backend::torch};
  const auto& kind = nn::architecture("mlp");
  const Params params = validated(kind.params, Json{{"hidden", {3}}}, "architecture");
  const auto family = make_family(kind, params, 2, 1);
  const Matrix draws = family->draw(RandomStream(3, "draws"), 3);
  if (environment().has_torch) {
    EXPECT_EQ(make_trainer(autograd, dataset(), parameters())->engine_name(), "autograd");
    EXPECT_TRUE(make_function(kPlan, parameters(), torch)
                    ->values(x)
                    .isApprox(make_function(kPlan, parameters())->values(x), 1e-13));
    EXPECT_TRUE(
        make_function(without_weights(), {})->values(x).isApprox(x.array().tanh().matrix(), 1e-13));
    const auto batched = make_family(kind, params, 2, 1, torch);
    EXPECT_EQ(batched->draw(RandomStream(3, "draws"), 3), draws);
    EXPECT_TRUE(batched->values(draws, x)[2].isApprox(family->values(draws, x)[2], 1e-13));
    return;
  }
  const auto names_it = ThrowsMessage<InvalidInput>(HasSubstr("ANISO_TORCH=ON"));
  EXPECT_THAT([&] { make_trainer(autograd, dataset(), parameters()); }, names_it);
  EXPECT_THAT([&] { make_function(kPlan, parameters(), torch); }, names_it);
  EXPECT_THAT([&] { make_function(without_weights(), {}); }, names_it);
  EXPECT_THAT([&] { make_family(kind, params, 2, 1, torch); }, names_it);
}

TEST(Engines, ResolveDevices) {
  EXPECT_EQ(resolve_device("cpu"), "cpu");
  const auto devices = environment().devices;
  EXPECT_EQ(devices.front(), "cpu");
  EXPECT_EQ(resolve_device("auto"), devices.size() > 1 ? devices[1] : "cpu");
  EXPECT_THAT([] { resolve_device("cuda:99"); },
              ThrowsMessage<InvalidInput>(
                  testing::AllOf(HasSubstr("'cuda:99' does not exist here; there is: cpu"),
                                 HasSubstr("Use --device cpu"))));
  EXPECT_THROW(resolve_device(""), InvalidInput);
  EXPECT_THROW(resolve_device("gpu"), InvalidInput);
}

TEST(Engines, NameTheirLibraries) {
  const Environment e = environment();
  EXPECT_FALSE(e.blas.empty());
  EXPECT_EQ(e.blas, nn::blas_name());
  EXPECT_EQ(e.blas_is_reference, e.blas == "reference BLAS");
  EXPECT_EQ(e.has_torch, !e.torch_version.empty());
}

TEST(Engines, RefuseThreadCountsBelowOne) {
  EXPECT_NO_THROW(set_thread_count(1));
  EXPECT_THAT([] { set_thread_count(0); },
              ThrowsMessage<InvalidInput>(HasSubstr("at least 1, not 0")));
}

TEST(Engines, AreHandedOutAsValues) {
  const session::Engines all = engines();
  EXPECT_EQ(all.resolve_device("cpu"), "cpu");
  EXPECT_EQ(all.function(kPlan, parameters(), {})->outputs(), 1);
  EXPECT_EQ(all.trainer(spec(), dataset(), parameters())->steps_done(), 0);
  EXPECT_NO_THROW(all.set_thread_count(1));
}

}  // namespace
}  // namespace aniso::engines
