#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/files.h"
#include "core/io/ndarray.h"
#include "core/io/npy.h"

namespace aniso::io {

/// An NPZ file (zip of NPY members, stored or deflated) opened for reading. Move-only.
class NpzReader {
 public:
  /// Opens and checks the directory; no array is read yet.
  ///
  /// @param limit  most bytes that all arrays together may declare, and that one may take in
  /// memory.
  /// @throws IoError if it is no zip file, truncated, encrypted, holds no array or one name twice,
  /// or declares more than `limit`.
  explicit NpzReader(const std::filesystem::path& path, std::uint64_t limit = kDefaultLimit);
  /// The same from memory, which is copied. @param where  the file's name, for messages.
  NpzReader(std::span<const std::byte> bytes, std::string where,
            std::uint64_t limit = kDefaultLimit);
  ~NpzReader();
  NpzReader(NpzReader&&) noexcept;
  NpzReader& operator=(NpzReader&&) noexcept;

  /// In the file's order, without ".npy".
  const std::vector<std::string>& names() const;
  bool has(std::string_view name) const;
  /// @throws InvalidInput for an unknown name (names the nearest); IoError if the member is broken
  /// (checksum, length, header).
  NdArray read(std::string_view name) const;

 private:
  struct Archive;
  std::unique_ptr<Archive> archive_;
};

/// Collects named arrays and writes them as one NPZ file that NumPy reads: deflated, with a fixed
/// time stamp, so that equal arrays give equal bytes.
class NpzWriter {
 public:
  /// Names may contain '/'. @throws InvalidInput for an empty, repeated or unsafe name ("..", a
  /// leading '/', control characters), or if shape and data disagree.
  void add(const std::string& name, const NdArray& array);
  void add(const std::string& name, const Matrix& m);       ///< (rows, cols) float64
  void add(const std::string& name, const Vector& v);       ///< (n) float64
  void add(const std::string& name, const Labels& labels);  ///< (n) int64
  void add(const std::string& name, const std::vector<Index>& shape, std::span<const double> data);
  void add(const std::string& name, const std::vector<Index>& shape, std::span<const float> data);
  void add(const std::string& name, const std::vector<Index>& shape,
           std::span<const std::int64_t> data);

  bool empty() const { return members_.empty(); }
  /// Atomic: the file is there completely or as before. May be called again after further `add`s.
  /// @throws IoError; InvalidInput if nothing was added.
  void write(const std::filesystem::path& path) const;

 private:
  struct Member {
    std::string name;
    std::vector<std::byte> bytes;
  };
  void add_bytes(const std::string& name, NpyType type, const std::vector<Index>& shape,
                 std::span<const std::byte> data, std::size_t count);
  std::vector<Member> members_;
};

}  // namespace aniso::io
