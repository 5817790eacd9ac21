#pragma once

#include <string>
#include <vector>

/// What the program asks of LibTorch itself. No LibTorch header is needed to include this; the
/// definitions exist where ANISO_TORCH is ON.
namespace aniso::nn {

/// "1.13.1".
std::string torch_version();
/// "cpu", then "cuda:0" … as far as there are.
std::vector<std::string> torch_devices();
/// Sets the calling thread's number of LibTorch threads.
void set_torch_threads(int threads);

}  // namespace aniso::nn
