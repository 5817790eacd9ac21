#pragma once

#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/nn/plan.h"

namespace aniso::nn {

/// One array of a network under the name and with the shape that PyTorch's modules give it.
struct PytorchArray {
  std::string name;          ///< key of the state dictionary: "conv_1.weight"
  std::vector<Index> shape;  ///< a convolution's weight: (out, in, k, k)
  Index offset = 0;          ///< first entry within the flat parameter vector
  Index size = 0;
};

/// Every array of the plan, in layout order.
std::vector<PytorchArray> pytorch_arrays(const NetworkPlan& plan);

/// A Python program that rebuilds the network in PyTorch, layer by layer, and loads its weights
/// from "weights.safetensors" (read without further packages) or "weights.pt" beside it:
/// `from network import load; network = load()`. Run as a program it prints the network and the
/// largest difference between the two files. The network is left in evaluation mode and gives what
/// the plan gives: (n, D) → (n, C), images flattened.
///
/// @param title  one line for the program's first comment.
std::string pytorch_program(const NetworkPlan& plan, Dtype dtype, const std::string& title);

}  // namespace aniso::nn
