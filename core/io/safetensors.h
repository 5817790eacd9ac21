#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/types.h"

namespace aniso::io {

/// One array of a safetensors file.
struct NamedTensor {
  std::string name;
  std::vector<Index> shape;    ///< C order
  std::vector<double> values;  ///< written in the file's dtype
};

/// Writes named arrays as one safetensors file: the length of a JSON header (8 bytes, little
/// endian), the header with every array's dtype, shape and place, then the numbers without gaps.
/// Equal arrays give equal bytes. Atomic: the file is there completely or as before.
///
/// @param metadata  free text for readers; kept under "__metadata__".
/// @throws InvalidInput for an empty or repeated name, "__metadata__", or if shape and values
/// disagree; IoError if it cannot be written.
void write_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                       Dtype dtype, const std::map<std::string, std::string>& metadata = {});

}  // namespace aniso::io
