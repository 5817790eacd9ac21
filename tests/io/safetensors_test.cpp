#include "core/io/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "core/base/errors.h"
#include "core/io/files.h"
#include "tests/support/scratch_folder.h"

namespace aniso::io {
namespace {

using testing_support::ScratchFolder;

struct Parsed {
  nlohmann::json header;
  std::vector<std::byte> numbers;
};

Parsed parsed(const std::filesystem::path& path) {
  const auto bytes = read_bytes(path);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  const auto* text = reinterpret_cast<const char*>(bytes.data()) + 8;
  return {nlohmann::json::parse(text, text + length),
          {bytes.begin() + 8 + static_cast<std::ptrdiff_t>(length), bytes.end()}};
}

TEST(Safetensors, HeaderSaysWhereTheNumbersAre) {
  const ScratchFolder folder;
  const auto path = folder.path() / "a.safetensors";
  write_safetensors(path, {{"w", {2, 3}, {1, 2, 3, 4, 5, 6}}, {"b", {2}, {-0.5, 0.25}}},
                    Dtype::float32, {{"title", "two arrays"}});
  const Parsed file = parsed(path);
  EXPECT_EQ(file.header["__metadata__"]["title"], "two arrays");
  EXPECT_EQ(file.header["w"],
            nlohmann::json({{"dtype", "F32"}, {"shape", {2, 3}}, {"data_offsets", {0, 24}}}));
  EXPECT_EQ(file.header["b"],
            nlohmann::json({{"dtype", "F32"}, {"shape", {2}}, {"data_offsets", {24, 32}}}));
  ASSERT_EQ(file.numbers.size(), 32U);
  float last[2];
  std::memcpy(last, file.numbers.data() + 24, sizeof(last));
  EXPECT_EQ(last[0], -0.5F);
  EXPECT_EQ(last[1], 0.25F);
}

TEST(Safetensors, Float64KeepsEveryBitAndNumbersAreAligned) {
  const ScratchFolder folder;
  const auto path = folder.path() / "a.safetensors";
  write_safetensors(path, {{"x", {1}, {0.1}}}, Dtype::float64);
  const auto bytes = read_bytes(path);
  EXPECT_EQ((bytes.size() - 8) % 8, 0U);
  double value = 0;
  std::memcpy(&value, parsed(path).numbers.data(), 8);
  EXPECT_EQ(value, 0.1);
}

TEST(Safetensors, WrongArraysAreRefusedAndNothingIsWritten) {
  const ScratchFolder folder;
  const auto path = folder.path() / "a.safetensors";
  const auto write = [&](std::vector<NamedTensor> tensors) {
    write_safetensors(path, tensors, Dtype::float32);
  };
  EXPECT_THROW(write({{"", {1}, {1}}}), InvalidInput);
  EXPECT_THROW(write({{"__metadata__", {1}, {1}}}), InvalidInput);
  EXPECT_THROW(write({{"a", {1}, {1}}, {"a", {1}, {2}}}), InvalidInput);
  EXPECT_THROW(write({{"a", {2, 2}, {1, 2, 3}}}), InvalidInput);
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_THROW(
      write_safetensors(folder.path() / "missing" / "a", {{"a", {1}, {1}}}, Dtype::float32),
      IoError);
}

}  // namespace
}  // namespace aniso::io
