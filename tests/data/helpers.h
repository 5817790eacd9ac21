#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/errors.h"
#include "core/data/export.h"
#include "core/data/registry.h"

namespace aniso::data {

/// A folder of its own that goes with the object.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "aniso-data-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline Params params_of(const std::string& id, const Json& given) {
  return validated(schema_of(dataset_type(id)), given, "dataset");
}

inline DatasetPtr made(const std::string& id, const Json& given = Json::object(),
                       std::uint64_t seed = 1) {
  return make_dataset(dataset_type(id), params_of(id, given), seed);
}

/// Writes an IDX file of unsigned bytes; value(i) gives entry i.
template <typename Value>
void write_idx(const std::filesystem::path& path, const std::vector<std::uint32_t>& shape,
               Value value) {
  std::ofstream file(path, std::ios::binary);
  file << '\0' << '\0' << '\b' << static_cast<char>(shape.size());
  std::size_t count = 1;
  for (const std::uint32_t extent : shape) {
    for (int shift = 24; shift >= 0; shift -= 8) file << static_cast<char>(extent >> shift & 0xff);
    count *= extent;
  }
  for (std::size_t i = 0; i < count; ++i) file << static_cast<char>(value(i));
}

/// The message of the InvalidInput or IoError that the dataset causes; "" if there is none.
inline std::string complaint(const std::string& id, const Json& given) {
  try {
    made(id, given);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace aniso::data
