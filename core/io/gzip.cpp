#include "core/io/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <memory>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::io {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 20;

struct Closer {
  void operator()(gzFile_s* file) const { gzclose(file); }
};
using GzFile = std::unique_ptr<gzFile_s, Closer>;

// At most `most` bytes; asks for one more than `most` would show, so that the caller can tell.
std::vector<std::byte> inflate(const std::filesystem::path& path, std::uint64_t most) {
  const GzFile file(gzopen(path.c_str(), "rb"));
  if (file == nullptr) throw IoError(path.string() + ": cannot be opened");
  std::vector<std::byte> bytes;
  while (bytes.size() < most) {
    const std::size_t had = bytes.size();
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(kChunk, most - had));
    bytes.resize(had + want);
    const int got = gzread(file.get(), bytes.data() + had, static_cast<unsigned>(want));
    int code = Z_OK;
    const char* why = gzerror(file.get(), &code);
    // A file that is cut off gives what there is and then reports a missing end.
    if (got < 0 || code == Z_BUF_ERROR || code == Z_DATA_ERROR)
      throw IoError(
          text(path.string(), ": damaged or cut off: ", why, ". Copy or download the file again"));
    bytes.resize(had + static_cast<std::size_t>(got));
    if (got == 0) break;
  }
  return bytes;
}

}  // namespace

bool is_gzip(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return false;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw IoError(path.string() + ": cannot be read");
  const int first = file.get(), second = file.get();
  return first == 0x1f && second == 0x8b;
}

std::vector<std::byte> read_plain_or_gzip(const std::filesystem::path& path, std::uint64_t limit) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error) || !is_gzip(path))
    return read_bytes(path, limit);
  std::vector<std::byte> bytes = inflate(path, limit + 1);
  if (bytes.size() > limit)
    throw IoError(text(path.string(), ": more than ", grouped(static_cast<long long>(limit)),
                       " bytes after decompression"));
  return bytes;
}

std::vector<std::byte> peek_plain_or_gzip(const std::filesystem::path& path, std::size_t count) {
  return inflate(path, count);
}

}  // namespace aniso::io
