#include "core/base/hash.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/errors.h"

namespace aniso {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string sha256(const std::string& text) {
  Sha256 hash;
  hash.update(bytes_of(text));
  return hash.hex();
}

TEST(Sha256, PublishedVectors) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, PiecesEqualTheWhole) {
  Sha256 hash;
  for (const char* piece : {"a", "", "bc"}) hash.update(bytes_of(piece));
  EXPECT_EQ(hash.hex(), sha256("abc"));
}

TEST(Sha256, FinishedOnce) {
  Sha256 hash;
  hash.hex();
  EXPECT_THROW(hash.update(bytes_of("more")), InvalidInput);
  EXPECT_THROW(hash.hex(), InvalidInput);
}

}  // namespace
}  // namespace aniso
