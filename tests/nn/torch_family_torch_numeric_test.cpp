#include <gtest/gtest.h>

#include "core/nn/family.h"
#include "core/nn/torch_function.h"
#include "tests/nn/family_checks.h"

namespace aniso::nn {
namespace {

class TorchFamilyTest : public testing::TestWithParam<Case> {};

TEST_P(TorchFamilyTest, EqualsOneNetworkAfterTheOther) {
  const auto& c = GetParam();
  const auto single = [](const NetworkPlan& plan, VectorRef parameters) {
    return make_torch_function(plan, parameters);
  };
  check_family(*make_torch_family(c.kind(), c.validated_params(), c.inputs, c.outputs), c, single,
               1e-12);
}

INSTANTIATE_TEST_SUITE_P(Registry, TorchFamilyTest, testing::ValuesIn(cases()),
                         [](const auto& instance) { return case_name(instance.param); });

}  // namespace
}  // namespace aniso::nn
