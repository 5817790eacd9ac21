#pragma once

#include "core/nn/registry.h"

/// The kinds of networks that come with the program, one file each. Listed in registry.cpp.
namespace aniso::nn {

Architecture linear();
Architecture deep_linear();
Architecture mlp();
Architecture conv_pool_dense();
Architecture residual_mlp();
Architecture lenet();
Architecture resnet();
Architecture vit();
Architecture random_features();
Architecture kernel_machine();

}  // namespace aniso::nn
