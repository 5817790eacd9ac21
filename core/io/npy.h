#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/io/files.h"
#include "core/io/ndarray.h"

namespace aniso::io {

/// Reads NumPy's NPY format, versions 1 to 3: bool, signed and unsigned integers, float32, float64,
/// both byte orders, C and Fortran order, up to 8 axes.
///
/// @param where  the file's name, for messages.
/// @param limit  most bytes that the array may take in memory (8 per entry).
/// @throws IoError for anything else, before memory of the declared size is taken: a shape that
/// the file does not hold, a dtype such as object, complex or half, a broken header, bytes too
/// many. Source: numpy.lib.format, "NPY format".
NdArray parse_npy(std::span<const std::byte> bytes, const std::string& where,
                  std::uint64_t limit = kDefaultLimit);
NdArray read_npy(const std::filesystem::path& path, std::uint64_t limit = kDefaultLimit);

/// Element type of a stored array.
enum class NpyType { float32, float64, int64 };

/// Version 1.0 header with magic, padded so that the data starts at a multiple of 64.
/// @throws InvalidInput if an extent is negative or the header does not fit into 65,535 bytes.
std::string npy_header(NpyType type, const std::vector<Index>& shape);

/// Header and data. @throws InvalidInput if shape and data disagree.
std::vector<std::byte> encode_npy(const NdArray& array);
/// Atomic. @throws InvalidInput, IoError.
void write_npy(const std::filesystem::path& path, const NdArray& array);

}  // namespace aniso::io
