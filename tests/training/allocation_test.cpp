#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>

#include "core/training/explicit_trainer.h"
#include "tests/training/cases.h"

// Sanitizers bring their own allocator, which must not be replaced.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define ANISO_COUNTS_ALLOCATIONS 0
#else
#define ANISO_COUNTS_ALLOCATIONS 1
#endif

// Absent where the BLAS is not built on OpenMP.
extern "C" void omp_set_num_threads(int) __attribute__((weak));

namespace {
// Counts of this thread while `counting` is set.
thread_local bool counting = false;
thread_local long allocations = 0;
inline void count() {
  if (counting) ++allocations;
}
}  // namespace

#if ANISO_COUNTS_ALLOCATIONS
// The program's malloc wins over the C library's for every caller in the process, operator new,
// Eigen and BLAS included.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) {
  count();
  return __libc_malloc(size);
}
void* calloc(std::size_t n, std::size_t size) {
  count();
  return __libc_calloc(n, size);
}
void* realloc(void* old, std::size_t size) {
  count();
  return __libc_realloc(old, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  count();
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  count();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** out, std::size_t alignment, std::size_t size) {
  count();
  *out = __libc_memalign(alignment, size);
  return *out == nullptr ? 12 : 0;
}
}
#endif

namespace aniso::training {
namespace {

long allocations_during(Trainer& trainer, int steps) {
  allocations = 0;
  counting = true;
  for (int i = 0; i < steps; ++i) trainer.step();
  counting = false;
  return allocations;
}

TEST(Allocation, TheCounterSeesAllocations) {
  if (!ANISO_COUNTS_ALLOCATIONS) GTEST_SKIP() << "a sanitizer owns the allocator";
  allocations = 0;
  counting = true;
  const Vector vector = Vector::Ones(100);
  int* volatile one = new int(3);
  counting = false;
  EXPECT_EQ(allocations, 2);
  delete one;
  EXPECT_EQ(vector.sum(), 100);
}

TEST(Allocation, AWarmStepAllocatesNothing) {
  if (!ANISO_COUNTS_ALLOCATIONS) GTEST_SKIP() << "a sanitizer owns the allocator";
  // With several threads OpenBLAS itself allocates a queue for each product.
  if (omp_set_num_threads != nullptr) omp_set_num_threads(1);
  for (const Dtype dtype : {Dtype::float32, Dtype::float64})
    for (const std::string objective : {"cross_entropy", "logistic", "squared"})
      for (const std::string id : {"gd", "sgd", "adam", "adamw"})
        for (const std::string activation : {"tanh", "relu", "gelu"}) {
          auto problem = cases::problem("mlp", {{"hidden", {64, 64}}, {"activation", activation}},
                                        objective, cases::classes(700, 2, 2));
          problem.spec.dtype = dtype;
          problem.spec.batch_size = 256;
          cases::use(problem.spec, id);
          const auto trainer = make_explicit_trainer(problem.spec, problem.data, problem.initial);
          for (int i = 0; i < 3; ++i) trainer->step();
          // Ten steps cross three epochs and the smaller last batch of each.
          EXPECT_EQ(allocations_during(*trainer, 10), 0)
              << objective << " " << id << " " << activation;
        }
}

}  // namespace
}  // namespace aniso::training
