#include "core/io/safetensors.h"

#include <bit>
#include <cstddef>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/check.h"
#include "core/io/files.h"
#include "core/io/ndarray.h"

namespace aniso::io {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors files are little endian");

constexpr const char* kMetadata = "__metadata__";

void check_tensors(const std::vector<NamedTensor>& tensors) {
  std::set<std::string_view> names;
  for (const auto& tensor : tensors) {
    ANISO_CHECK(!tensor.name.empty() && tensor.name != kMetadata, "an array cannot be called '",
                tensor.name, "'");
    ANISO_CHECK(names.insert(tensor.name).second, "two arrays are called '", tensor.name, "'");
    ANISO_CHECK(entry_count(tensor.shape) == static_cast<Index>(tensor.values.size()), "array '",
                tensor.name, "' has ", tensor.values.size(), " values for a shape of ",
                entry_count(tensor.shape));
  }
}

template <typename Scalar>
void append(std::vector<std::byte>& bytes, const std::vector<double>& values) {
  for (const double value : values) {
    const auto scalar = static_cast<Scalar>(value);
    const std::size_t end = bytes.size();
    bytes.resize(end + sizeof(Scalar));
    std::memcpy(bytes.data() + end, &scalar, sizeof(Scalar));
  }
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                       Dtype dtype, const std::map<std::string, std::string>& metadata) {
  check_tensors(tensors);
  const bool is_float32 = dtype == Dtype::float32;
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header[kMetadata] = metadata;
  std::uint64_t offset = 0;
  for (const auto& tensor : tensors) {
    const std::uint64_t end = offset + tensor.values.size() * (is_float32 ? 4 : 8);
    header[tensor.name] = {{"dtype", is_float32 ? "F32" : "F64"},
                           {"shape", tensor.shape},
                           {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');  // so that the numbers are aligned

  std::vector<std::byte> bytes(8 + text.size());
  bytes.reserve(bytes.size() + offset);
  const std::uint64_t length = text.size();
  std::memcpy(bytes.data(), &length, 8);
  std::memcpy(bytes.data() + 8, text.data(), text.size());
  for (const auto& tensor : tensors)
    is_float32 ? append<float>(bytes, tensor.values) : append<double>(bytes, tensor.values);
  write_atomically(path, bytes);
}

}  // namespace aniso::io
