#include <dlfcn.h>

#include <string>

#include "core/nn/blas.h"

extern "C" void omp_set_num_threads(int) __attribute__((weak));

namespace aniso::nn {
namespace {

// The BLAS behind libblas.so.3 is chosen when the program is loaded, so its identity can only be
// asked for at run time.
template <typename Signature>
Signature* symbol(const char* name) {
  return reinterpret_cast<Signature*>(dlsym(RTLD_DEFAULT, name));
}

}  // namespace

std::string blas_name() {
  if (auto* config = symbol<char*()>("openblas_get_config")) {
    std::string name = config();
    if (auto* parallel = symbol<int()>("openblas_get_parallel")) {
      const int kind = parallel();
      name += kind == 2 ? ", openmp" : kind == 1 ? ", pthread" : ", serial";
    }
    return name;
  }
  if (symbol<void()>("MKL_Get_Version")) return "Intel MKL";
  if (symbol<void()>("ATL_buildinfo")) return "ATLAS";
  return "reference BLAS";
}

void set_blas_threads(int threads) {
  if (omp_set_num_threads != nullptr) omp_set_num_threads(threads);
  auto* parallel = symbol<int()>("openblas_get_parallel");
  auto* set = symbol<void(int)>("openblas_set_num_threads");
  // The pthread flavour ignores OpenMP's count and can collapse with two threads.
  if (parallel != nullptr && set != nullptr && parallel() == 1) set(1);
}

}  // namespace aniso::nn
