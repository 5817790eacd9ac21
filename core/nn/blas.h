#pragma once

#include <string>

namespace aniso::nn {

/// Name and configuration of the BLAS that this process loaded; "reference BLAS" for the slow one.
std::string blas_name();

/// Sets the calling thread's BLAS and OpenMP thread count.
void set_blas_threads(int threads);

}  // namespace aniso::nn
