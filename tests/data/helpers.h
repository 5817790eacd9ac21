#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

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
