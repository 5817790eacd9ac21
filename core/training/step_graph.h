#pragma once

#include <functional>
#include <memory>
#include <string>

namespace aniso::training {

/// The work of one training step, recorded once so that it can be started as a whole.
class StepGraph {
 public:
  virtual ~StepGraph() = default;
  /// Does the recorded work again, on the same memory.
  virtual void replay() = 0;
};

/// Records what `work` does on a device; `work` may be run several times, on the same memory.
/// Throws where something in it cannot be recorded.
using StepRecorder = std::function<std::unique_ptr<StepGraph>(const std::function<void()>& work)>;

/// Records CUDA graphs where the device is a graphics card and this build was compiled against
/// LibTorch's CUDA headers; empty otherwise, and then steps run eagerly.
/// @param device  "cpu" or "cuda:N".
StepRecorder step_recorder(const std::string& device);

}  // namespace aniso::training
