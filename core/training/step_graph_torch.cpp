#include "core/training/step_graph.h"

#if ANISO_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <torch/torch.h>
#endif

namespace aniso::training {

#if ANISO_CUDA
namespace {

// Before recording, so that libraries choose their algorithms and the allocator has its blocks.
constexpr int kWarmUps = 3;

class CudaStepGraph : public StepGraph {
 public:
  CudaStepGraph(const torch::Device& device, const std::function<void()>& work)
      : stream_(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device.index())) {
    torch::cuda::synchronize(device.index());
    {
      const c10::cuda::CUDAStreamGuard guard(stream_);
      for (int i = 0; i < kWarmUps; ++i) work();
      torch::cuda::synchronize(device.index());
      graph_.capture_begin();
      try {
        work();
      } catch (...) {
        // The capture must end before anything else can run; the first error is the one to report.
        try {
          graph_.capture_end();
        } catch (const std::exception&) {
        }
        throw;
      }
      graph_.capture_end();
    }
    torch::cuda::synchronize(device.index());
  }
  void replay() override { graph_.replay(); }

 private:
  c10::cuda::CUDAStream stream_;
  at::cuda::CUDAGraph graph_;
};

}  // namespace

StepRecorder step_recorder(const std::string& device) {
  if (device.rfind("cuda", 0) != 0) return {};
  return [device = torch::Device(device)](const std::function<void()>& work) {
    return std::make_unique<CudaStepGraph>(device, work);
  };
}

#else

StepRecorder step_recorder(const std::string& /*device*/) { return {}; }

#endif

}  // namespace aniso::training
