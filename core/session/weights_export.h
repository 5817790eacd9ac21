#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/nn/plan.h"
#include "core/session/engines.h"

namespace aniso::session {

/// Writes a network for use elsewhere into an empty or new folder: "weights.safetensors",
/// "weights.pt" (where this build has LibTorch) and "network.py", which rebuilds the network in
/// PyTorch and loads either.
///
/// @param parameters  (P) in layout order. @param title  what it is: one line.
/// @return the files written.
/// @throws InvalidInput if the folder holds something; IoError.
std::vector<std::filesystem::path> export_weights(const std::filesystem::path& folder,
                                                  const Engines& engines,
                                                  const nn::NetworkPlan& plan, VectorRef parameters,
                                                  Dtype dtype, const std::string& title);

/// "rotated plane, after 500 steps": the title of an export.
std::string weights_title(const std::string& experiment, Index step);

}  // namespace aniso::session
