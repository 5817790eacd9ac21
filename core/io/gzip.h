#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "core/io/files.h"

namespace aniso::io {

/// Whether the file starts like one that gzip wrote. @throws IoError if it cannot be read.
bool is_gzip(const std::filesystem::path& path);

/// The whole file, decompressed where it is gzip's, as it is otherwise.
/// @param limit  most bytes after decompression: a small file that swells is refused.
/// @throws IoError for a missing, unreadable, damaged, cut off or too large file.
std::vector<std::byte> read_plain_or_gzip(const std::filesystem::path& path,
                                          std::uint64_t limit = kDefaultLimit);
/// The first bytes of the same, at most `count`. @throws IoError.
std::vector<std::byte> peek_plain_or_gzip(const std::filesystem::path& path, std::size_t count);

}  // namespace aniso::io
