#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/base/types.h"

namespace aniso::io {

/// RGBA picture, 8 bits each, not premultiplied, top row first: 4·width·height bytes.
struct Image {
  Index width = 0;
  Index height = 0;
  std::vector<std::uint8_t> rgba;

  bool operator==(const Image&) const = default;
};

/// Text that travels inside a picture: keyword → UTF-8. Pictures made by the program carry its
/// state as JSON under kStateKey.
using PngText = std::map<std::string, std::string>;
inline constexpr const char* kStateKey = "anisoscope";

struct Png {
  Image image;
  PngText text;
};

/// Largest picture that is read: 64 million pixels (256 MiB).
inline constexpr std::int64_t kMaxPixels = 64'000'000;

/// Encodes with iTXt chunks before the pixels. Same picture, same bytes.
/// @throws InvalidInput if the size does not fit the pixels, or a keyword is not 1 to 79 printable
/// ASCII characters, or a text contains NUL; IoError if libpng fails.
std::vector<std::byte> encode_png(const Image& image, const PngText& text = {});
/// Atomic. @throws InvalidInput, IoError.
void write_png(const std::filesystem::path& path, const Image& image, const PngText& text = {});

/// Decodes any PNG to RGBA8 with its tEXt, zTXt and iTXt chunks (before or after the pixels; the
/// last one of a keyword wins).
/// @param where  the file's name, for messages.
/// @throws IoError if it is no PNG, truncated, damaged, or over `max_pixels`.
Png decode_png(std::span<const std::byte> bytes, const std::string& where,
               std::int64_t max_pixels = kMaxPixels);
Png read_png(const std::filesystem::path& path);

}  // namespace aniso::io
