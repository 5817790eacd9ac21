#include "core/io/png.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>

#include "core/base/errors.h"
#include "core/base/random.h"
#include "core/io/files.h"
#include "tests/support/scratch_folder.h"

namespace aniso::io {
namespace {

using ::testing::HasSubstr;
using testing_support::message_of;
using testing_support::ScratchFolder;

Image noise(Index width, Index height) {
  Image image{width, height,
              std::vector<std::uint8_t>(static_cast<std::size_t>(4 * width * height))};
  const RandomStream stream(1, "png");
  for (std::size_t i = 0; i < image.rgba.size(); ++i)
    image.rgba[i] = static_cast<std::uint8_t>(stream.below(i, 256));
  return image;
}

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto view = std::as_bytes(std::span(text.data(), text.size()));
  return {view.begin(), view.end()};
}

std::string big_endian(std::uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 255);
  return out;
}

std::string chunk(const std::string& type, const std::string& data) {
  const std::string body = type + data;
  const auto crc =
      ::crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return big_endian(static_cast<std::uint32_t>(data.size())) + body +
         big_endian(static_cast<std::uint32_t>(crc));
}

std::string deflated(const std::string& data) {
  std::string out(::compressBound(data.size()), '\0');
  uLongf size = out.size();
  ::compress(reinterpret_cast<Bytef*>(out.data()), &size,
             reinterpret_cast<const Bytef*>(data.data()), data.size());
  out.resize(size);
  return out;
}

// A PNG made by hand: depth, colour type, rows with their filter bytes, and chunks in between.
std::vector<std::byte> by_hand(std::uint32_t width, std::uint32_t height, int depth, int colour,
                               const std::string& rows, const std::string& before = {},
                               const std::string& after = {}) {
  std::string header = big_endian(width) + big_endian(height);
  header += static_cast<char>(depth);
  header += static_cast<char>(colour);
  header += std::string(3, '\0');
  return bytes_of("\x89PNG\r\n\x1a\n" + chunk("IHDR", header) + before +
                  chunk("IDAT", deflated(rows)) + after + chunk("IEND", ""));
}

TEST(Png, PixelsAndTextReadBack) {
  const ScratchFolder folder;
  const Image image = noise(37, 23);
  std::string state = R"({"seed": 1, "name": "Grüße ∇"})";
  for (int i = 0; i < 200; ++i) state += " padding";
  const PngText text = {{kStateKey, state}, {"Title", "Field ∇f"}, {"Empty", ""}};
  write_png(folder / "a.png", image, text);
  const Png back = read_png(folder / "a.png");
  EXPECT_EQ(back.image, image);
  EXPECT_EQ(back.text, text);
  EXPECT_EQ(encode_png(image, text), read_bytes(folder / "a.png"));
  EXPECT_EQ(decode_png(encode_png(noise(1, 1)), "x").image, noise(1, 1));
}

TEST(Png, OtherFormatsBecomeRgba) {
  const std::string row2("\0\x00\x80", 3);
  const Png grey = decode_png(by_hand(2, 1, 8, 0, row2), "x");
  EXPECT_EQ(grey.image.rgba, (std::vector<std::uint8_t>{0, 0, 0, 255, 128, 128, 128, 255}));
  const std::string rgb16("\0\xff\x00\x80\x00\x00\x00", 7);
  EXPECT_EQ(decode_png(by_hand(1, 1, 16, 2, rgb16), "x").image.rgba,
            (std::vector<std::uint8_t>{254, 128, 0, 255}));
  const std::string palette = chunk("PLTE", std::string("\x0a\x14\x1e\x28\x32\x3c", 6)) +
                              chunk("tRNS", std::string("\x00\x7f", 2));
  EXPECT_EQ(decode_png(by_hand(2, 1, 1, 3, std::string("\0\x40", 2), palette), "x").image.rgba,
            (std::vector<std::uint8_t>{10, 20, 30, 0, 40, 50, 60, 127}));
}

TEST(Png, TextOfEveryChunkKindBeforeAndAfterThePixels) {
  const std::string before = chunk("tEXt", std::string("Author\0caf\xe9", 11));
  const std::string after = chunk("zTXt", std::string("Note\0\0", 6) + deflated("compressed")) +
                            chunk("iTXt", std::string("Key\0\0\0\0\0∇", 11));
  const Png png = decode_png(by_hand(1, 1, 8, 0, std::string(2, '\0'), before, after), "x");
  EXPECT_EQ(png.text, (PngText{{"Author", "café"}, {"Note", "compressed"}, {"Key", "∇"}}));
}

TEST(Png, BadArgumentsAreRefused) {
  EXPECT_THROW(encode_png({0, 1, {}}), InvalidInput);
  EXPECT_THROW(encode_png({-1, -1, std::vector<std::uint8_t>(4)}), InvalidInput);
  EXPECT_THROW(encode_png({2, 2, std::vector<std::uint8_t>(15)}), InvalidInput);
  const Image image = noise(1, 1);
  for (const std::string& key :
       {std::string(), std::string(80, 'k'), std::string(" x"), std::string("x "),
        std::string("a  b"), std::string("ä"), std::string("a\0b", 3)})
    EXPECT_THROW(encode_png(image, {{key, "x"}}), InvalidInput) << key;
  EXPECT_THROW(encode_png(image, {{"key", std::string("a\0b", 3)}}), InvalidInput);
  const ScratchFolder folder;
  EXPECT_THROW(write_png(folder / "no/a.png", image), IoError);
}

TEST(Png, NoPng) {
  EXPECT_THAT(message_of<IoError>([] { decode_png(bytes_of("GIF89a"), "x"); }),
              HasSubstr("'x' is not a PNG picture"));
  EXPECT_THROW(decode_png({}, "x"), IoError);
}

TEST(Png, TruncatedAtAnyPlace) {
  const auto whole = encode_png(noise(5, 4), {{"Title", "t"}});
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW(decode_png(std::span(whole).first(size), "x"), IoError) << size;
  auto damaged = whole;
  damaged[damaged.size() - 30] ^= std::byte{1};
  EXPECT_THAT(message_of<IoError>([&] { decode_png(damaged, "x"); }),
              HasSubstr("damaged or truncated PNG"));
}

TEST(Png, SizesThatTheFileDoesNotHold) {
  EXPECT_THAT(message_of<IoError>(
                  [] { decode_png(by_hand(900000, 900000, 8, 6, std::string(100, '\0')), "x"); }),
              HasSubstr("900000 × 900000 pixels are more than the 64000000"));
  EXPECT_THAT(message_of<IoError>(
                  [] { decode_png(by_hand(8000, 8000, 8, 6, std::string(100, '\0')), "x"); }),
              HasSubstr("bytes cannot hold 8000 × 8000 pixels"));
  for (const auto& [width, height] :
       {std::pair{0u, 1u}, std::pair{1u, 0u}, std::pair{0xffffffffu, 1u}, std::pair{2000000u, 1u}})
    EXPECT_THROW(decode_png(by_hand(width, height, 8, 6, std::string(5, '\0')), "x"), IoError);
  EXPECT_THROW(decode_png(by_hand(3, 3, 8, 6, std::string(5, '\0')), "x"), IoError);
  EXPECT_THROW(decode_png(encode_png(noise(10, 10)), "x", 99), IoError);
}

TEST(Png, MutatedFilesOnlyGiveErrors) {
  const auto seed = encode_png(noise(6, 5), {{"Title", "text"}, {"Long", std::string(2000, 'x')}});
  const RandomStream stream(14, "mutations");
  int refused = 0, accepted = 0;
  for (std::uint64_t round = 0; round < 4000; ++round) {
    const RandomStream draw = stream.at_step(round);
    auto bytes = seed;
    for (std::uint64_t k = 0; k < 1 + round % 3; ++k)
      bytes[draw.below(2 * k, bytes.size())] = static_cast<std::byte>(draw.below(2 * k + 1, 256));
    // Half of them with checksums that fit, so that the damage reaches the chunks' content.
    std::size_t at = 8;
    while (round % 2 == 0 && at + 12 <= bytes.size()) {
      std::size_t length = 0;
      for (std::size_t i = 0; i < 4; ++i)
        length = length << 8 | static_cast<std::size_t>(bytes[at + i]);
      if (length > bytes.size() - at - 12) break;
      const auto crc = ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data() + at + 4),
                               static_cast<uInt>(length + 4));
      const std::string stored = big_endian(static_cast<std::uint32_t>(crc));
      std::memcpy(bytes.data() + at + 8 + length, stored.data(), 4);
      at += 12 + length;
    }
    try {
      const Png png = decode_png(bytes, "x", 100000);
      ++accepted;
      ASSERT_EQ(static_cast<Index>(png.image.rgba.size()), 4 * png.image.width * png.image.height);
    } catch (const Error&) {
      ++refused;  // the only exception that may leave the reader
    }
  }
  EXPECT_GT(accepted, 100);
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace aniso::io
