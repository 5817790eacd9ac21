#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aniso::io {

inline constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
/// What a reader accepts unless told otherwise: bytes of the file and bytes in memory.
inline constexpr std::uint64_t kDefaultLimit = 4096 * kMiB;

/// The whole file. @throws IoError if it is missing, a folder, unreadable or larger than `limit`.
std::vector<std::byte> read_bytes(const std::filesystem::path& path,
                                  std::uint64_t limit = kDefaultLimit);
/// The same as text, without a leading UTF-8 byte order mark. @throws IoError also if it contains
/// NUL bytes (binary, or UTF-16).
std::string read_text(const std::filesystem::path& path, std::uint64_t limit = 64 * kMiB);

/// Writes the file so that readers see the old content or the new one, never a part: a temporary
/// file in the same folder, fsync, rename. On failure the old file is untouched and the temporary
/// one removed. Symbolic links are followed; a device or pipe is written to directly.
/// @throws IoError (no space, no permission, read-only, missing folder) with what to do.
void write_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_atomically(const std::filesystem::path& path, std::string_view text);

/// The temporary file behind `write_atomically`, for libraries that insist on writing a file
/// themselves: let them write `temporary()`, then `commit()`. Removed if never committed.
class AtomicFile {
 public:
  /// @throws IoError if the folder is missing or not writable, or the target is a folder.
  explicit AtomicFile(const std::filesystem::path& target);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Exists, empty, in the target's folder.
  const std::filesystem::path& temporary() const { return temporary_; }
  /// fsync, rename over the target. @throws IoError.
  void commit();

 private:
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  bool committed_ = false;
};

/// Writes a text line by line while something runs (metrics, log). Every failure is an IoError;
/// what was flushed before it stays in the file.
class TextWriter {
 public:
  /// Creates or empties the file. @throws IoError.
  explicit TextWriter(const std::filesystem::path& path);
  ~TextWriter();
  TextWriter(const TextWriter&) = delete;
  TextWriter& operator=(const TextWriter&) = delete;

  /// Appends to a buffer of 64 KiB, written when full. @throws IoError.
  void write(std::string_view text);
  /// Hands the buffer to the system. @throws IoError.
  void flush();
  /// Flushes and closes; the destructor does the same but cannot report. @throws IoError.
  void close();

 private:
  std::filesystem::path path_;
  std::string buffer_;
  int file_ = -1;
};

/// Creates the folder with its parents. An existing empty one is accepted.
/// @throws InvalidInput if it exists and is not empty or is no folder; IoError if it cannot be
/// created or not be written to.
void make_output_folder(const std::filesystem::path& path);

/// Bytes that may still be written where `path` is or will be (its nearest existing parent).
/// @throws IoError.
std::uint64_t free_space(const std::filesystem::path& path);

/// What a file is, told by its first bytes, whatever it is called.
enum class FileKind { png, npy, zip, json, text, unknown };
/// @throws IoError if the file cannot be read.
FileKind recognised(const std::filesystem::path& path);
FileKind recognised(std::span<const std::byte> first_bytes);

}  // namespace aniso::io
