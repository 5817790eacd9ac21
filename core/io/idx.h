#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/io/files.h"

namespace aniso::io {

/// An array of bytes as an IDX file holds it (MNIST and its relatives).
struct IdxArray {
  std::vector<Index> shape;          ///< 1 to 4 extents, all positive
  std::vector<std::uint8_t> values;  ///< row-major
};

/// Whether a file that begins so is IDX with unsigned bytes: 0, 0, 8, number of axes (1 to 4).
bool is_idx(std::span<const std::byte> first_bytes);

/// Reads an IDX file of unsigned bytes, compressed by gzip or not.
/// @throws IoError: another magic number or element type, extents that are 0, overflow or do not
///         give the file's size (cut off, or more than there should be).
/// Source: the format's description in LeCun, Cortes, Burges, "The MNIST database".
IdxArray read_idx(const std::filesystem::path& path, std::uint64_t limit = 1024 * kMiB);
/// The same from memory. @param where  the file's name, for messages.
IdxArray parse_idx(std::span<const std::byte> bytes, const std::string& where);

}  // namespace aniso::io
