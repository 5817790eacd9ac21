#pragma once

#include "core/nn/registry.h"

/// The kinds of networks that come with the program, one file each. Listed in registry.cpp.
namespace aniso::nn {

Architecture linear();
Architecture deep_linear();
Architecture mlp();

}  // namespace aniso::nn
