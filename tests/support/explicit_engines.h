#pragma once

#include <memory>

#include "core/nn/blas.h"
#include "core/session/engines.h"
#include "core/training/explicit_trainer.h"
#include "tests/support/fake_trainer.h"

namespace aniso::test {

/// The explicit trainer and network on the CPU, without LibTorch.
inline session::Engines explicit_engines() {
  session::Engines engines = fake_engines(std::make_shared<FakeControls>());
  engines.trainer = training::make_explicit_trainer;
  engines.set_thread_count = nn::set_blas_threads;
  return engines;
}

}  // namespace aniso::test
