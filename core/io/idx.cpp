#include "core/io/idx.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/io/gzip.h"

namespace aniso::io {
namespace {

constexpr std::size_t kMagic = 4;
constexpr unsigned kUnsignedByte = 8;
constexpr unsigned kMostAxes = 4;

unsigned byte_at(std::span<const std::byte> bytes, std::size_t at) {
  return std::to_integer<unsigned>(bytes[at]);
}

}  // namespace

bool is_idx(std::span<const std::byte> first) {
  return first.size() >= kMagic && byte_at(first, 0) == 0 && byte_at(first, 1) == 0 &&
         byte_at(first, 2) == kUnsignedByte && byte_at(first, 3) >= 1 &&
         byte_at(first, 3) <= kMostAxes;
}

IdxArray parse_idx(std::span<const std::byte> bytes, const std::string& where) {
  const auto fail = [&](const auto&... why) { throw IoError(text(where, ": ", why...)); };
  if (bytes.size() < kMagic) fail("no IDX file: ", bytes.size(), " bytes are too few");
  if (!is_idx(bytes))
    fail("no IDX file of unsigned bytes: it starts with ", byte_at(bytes, 0), " ",
         byte_at(bytes, 1), " ", byte_at(bytes, 2), " ", byte_at(bytes, 3),
         ", expected 0 0 8 and the number of axes");
  const std::size_t axes = byte_at(bytes, 3), header = kMagic + 4 * axes;
  if (bytes.size() < header) fail("cut off within its header of ", header, " bytes");
  IdxArray out;
  std::uint64_t count = 1;
  for (std::size_t axis = 0; axis < axes; ++axis) {
    std::uint64_t extent = 0;
    for (std::size_t k = 0; k < 4; ++k)
      extent = extent << 8 | byte_at(bytes, kMagic + 4 * axis + k);
    if (extent == 0) fail("axis ", axis, " has extent 0");
    // 32-bit extents: the product is checked before it can overflow 64 bits.
    if (count > (std::uint64_t{1} << 40) / extent) fail("its extents give more numbers than fit");
    count *= extent;
    out.shape.push_back(static_cast<Index>(extent));
  }
  const std::uint64_t body = bytes.size() - header;
  if (body != count)
    fail(
        body < count ? "cut off: " : "longer than it says: ", grouped(static_cast<long long>(body)),
        " bytes of data, but its header announces ", grouped(static_cast<long long>(count)));
  out.values.resize(count);
  std::transform(bytes.begin() + static_cast<std::ptrdiff_t>(header), bytes.end(),
                 out.values.begin(), [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
  return out;
}

IdxArray read_idx(const std::filesystem::path& path, std::uint64_t limit) {
  return parse_idx(read_plain_or_gzip(path, limit), path.filename().string());
}

}  // namespace aniso::io
