#include "core/io/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "core/base/errors.h"
#include "core/base/random.h"
#include "tests/support/scratch_folder.h"

namespace aniso::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing_support::message_of;
using testing_support::ScratchFolder;

// A file with this header text (padded as NumPy does) and data.
std::vector<std::byte> npy_file(std::string dict, const std::string& data, int version = 1) {
  dict += '\n';
  std::string file("\x93NUMPY", 6);
  file += static_cast<char>(version);
  file += '\0';
  const std::size_t bytes = version == 1 ? 2 : 4;
  for (std::size_t i = 0; i < bytes; ++i) file += static_cast<char>(dict.size() >> (8 * i) & 255);
  file += dict + data;
  const auto view = std::as_bytes(std::span(file.data(), file.size()));
  return {view.begin(), view.end()};
}

std::string dict(const std::string& descr, const std::string& shape, bool fortran = false) {
  return "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") +
         ", 'shape': " + shape + ", }";
}

template <typename T>
std::string raw(std::initializer_list<T> values, bool swapped = false) {
  std::string out;
  for (const T value : values) {
    std::string bytes(sizeof(T), '\0');
    std::memcpy(bytes.data(), &value, sizeof(T));
    out += swapped ? std::string(bytes.rbegin(), bytes.rend()) : bytes;
  }
  return out;
}

NdArray parsed(const std::string& header, const std::string& data, int version = 1) {
  return parse_npy(npy_file(header, data, version), "x.npy");
}

std::string refusal(const std::string& header, const std::string& data = {}) {
  return message_of<IoError>([&] { parsed(header, data); });
}

TEST(Npy, FloatsInBothByteOrders) {
  const std::vector<double> expected = {1.5, -2, 0.25};
  EXPECT_EQ(parsed(dict("<f8", "(3,)"), raw({1.5, -2.0, 0.25})).reals(), expected);
  EXPECT_EQ(parsed(dict(">f8", "(3,)"), raw({1.5, -2.0, 0.25}, true)).reals(), expected);
  EXPECT_EQ(parsed(dict("<f4", "(3,)"), raw({1.5f, -2.0f, 0.25f})).reals(), expected);
  EXPECT_EQ(parsed(dict(">f4", "(3,)"), raw({1.5f, -2.0f, 0.25f}, true)).reals(), expected);
  EXPECT_EQ(parsed(dict("=f8", "(3,)"), raw({1.5, -2.0, 0.25})).reals(), expected);
}

TEST(Npy, IntegersOfEveryWidth) {
  const auto integers = [](const std::string& descr, const std::string& data) {
    return parsed(dict(descr, "(2,)"), data).integers();
  };
  EXPECT_THAT(integers("|i1", raw<std::int8_t>({-128, 127})), ElementsAre(-128, 127));
  EXPECT_THAT(integers("|u1", raw<std::uint8_t>({0, 255})), ElementsAre(0, 255));
  EXPECT_THAT(integers("<i2", raw<std::int16_t>({-32768, 5})), ElementsAre(-32768, 5));
  EXPECT_THAT(integers(">u2", raw<std::uint16_t>({65535, 5}, true)), ElementsAre(65535, 5));
  EXPECT_THAT(integers(">i4", raw<std::int32_t>({-7, 1 << 30}, true)), ElementsAre(-7, 1 << 30));
  EXPECT_THAT(integers("<u4", raw<std::uint32_t>({0xffffffff, 1})), ElementsAre(4294967295, 1));
  EXPECT_THAT(integers("<i8", raw<std::int64_t>({INT64_MIN, 2})), ElementsAre(INT64_MIN, 2));
  EXPECT_THAT(integers("<u8", raw<std::uint64_t>({INT64_MAX, 2})), ElementsAre(INT64_MAX, 2));
  EXPECT_THAT(integers("|b1", raw<std::uint8_t>({1, 0})), ElementsAre(1, 0));
  EXPECT_THAT(refusal(dict("<u8", "(1,)"), raw<std::uint64_t>({1ULL << 63})),
              HasSubstr("entry 9223372036854775808 exceeds int64"));
}

TEST(Npy, VersionsAndHeaderVariants) {
  const std::string data = raw({7.0});
  for (const int version : {1, 2, 3})
    EXPECT_EQ(parsed(dict("<f8", "(1,)"), data, version).reals(), (std::vector<double>{7}));
  EXPECT_EQ(parsed(R"({"shape":(1,),"fortran_order":False,"descr":"<f8"})", data).reals()[0], 7);
  EXPECT_EQ(parsed(dict("<f8", "(1L,)"), data).reals()[0], 7);  // Python 2
  EXPECT_EQ(parsed(dict("<f8", "()"), data).shape, std::vector<Index>{});
  EXPECT_EQ(parsed(dict("<f8", "(0, 3)"), "").matrix().cols(), 3);
}

TEST(Npy, FortranOrderIsTurned) {
  // Entry (i, j, k) is 100 i + 10 j + k; the first axis runs fastest in the file.
  std::string data;
  for (int k = 0; k < 4; ++k)
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 2; ++i) data += raw({100.0 * i + 10.0 * j + k});
  const NdArray array = parsed(dict("<f8", "(2, 3, 4)", true), data);
  std::size_t at = 0;
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 4; ++k) EXPECT_EQ(array.reals()[at++], 100 * i + 10 * j + k);
  EXPECT_EQ(parsed(dict("<f8", "(2,)", true), raw({1.0, 2.0})).reals()[1], 2);
}

TEST(Npy, ShapesThatTheFileDoesNotHold) {
  const std::string eight(8, '\0');
  EXPECT_EQ(refusal(dict("<f8", "(2,)"), eight),
            "'x.npy': truncated: the header declares 16 bytes of data, the file holds 8.");
  EXPECT_THAT(refusal(dict("<f8", "(1,)"), eight + "x"), HasSubstr("1 bytes follow the 8"));
  // Refused before anything of that size is allocated.
  EXPECT_THAT(refusal(dict("<f8", "(1000000000000,)"), eight), HasSubstr("truncated"));
  EXPECT_THAT(refusal(dict("<f8", "(4611686018427387904, 4)"), eight), HasSubstr("overflows"));
  EXPECT_THAT(refusal(dict("<f8", "(4611686018427387904, 1)"), eight), HasSubstr("overflows"));
  EXPECT_THAT(refusal(dict("<f8", "(0, 4611686018427387904, 4)")), HasSubstr("overflows"));
  EXPECT_THAT(refusal(dict("<f8", "(99999999999999999999,)"), eight), HasSubstr("too large"));
  EXPECT_THAT(refusal(dict("<f8", "(-1,)"), eight), HasSubstr("negative extent"));
  EXPECT_THAT(refusal(dict("<f8", "(1,1,1,1,1,1,1,1,1)"), eight), HasSubstr("more than 8 axes"));
}

TEST(Npy, LimitCountsMemory) {
  const auto file = npy_file(dict("|i1", "(100,)"), std::string(100, '\1'));
  EXPECT_THAT(message_of<IoError>([&] { parse_npy(file, "x", 799); }),
              HasSubstr("more than 799 bytes in memory"));
  EXPECT_EQ(parse_npy(file, "x", 800).size(), 100);
}

TEST(Npy, DtypesThatAreNotReadComeWithAdvice) {
  EXPECT_THAT(refusal(dict("|O", "(1,)")), HasSubstr("Python objects (often rows of unequal"));
  EXPECT_THAT(refusal(dict("|O", "(1,)")), HasSubstr("save with dtype float64"));
  for (const char* descr : {"<f2", "<f16", "<U5", "|S3", "<M8[ns]", "<c16", "", "<", "|f8", "<i3"})
    EXPECT_THAT(refusal(dict(descr, "(1,)")), HasSubstr("is not read")) << descr;
  EXPECT_THAT(refusal(dict("<c8", "(1,)")), HasSubstr("real and imaginary parts"));
  EXPECT_THAT(refusal("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}"),
              HasSubstr("structured arrays"));
}

TEST(Npy, BrokenHeaders) {
  for (const char* header :
       {"", "{", "{}", "{'descr': '<f8'}", "{'descr': '<f8', 'fortran_order': False}",
        "{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': [1]}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1 2)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (x,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} trailing",
        "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f8', 'colour': 1, 'fortran_order': False, 'shape': (1,)}",
        "{'descr: '<f8', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f8' 'fortran_order': False, 'shape': (1,)}", "__import__('os')"})
    EXPECT_THAT(refusal(header, std::string(8, '\0')), HasSubstr("broken NPY header")) << header;
  EXPECT_THAT(refusal(std::string("{\x01\x02\xff") + std::string(5000, 'x')),
              HasSubstr("'{???xxx"));  // printable and short
}

TEST(Npy, BrokenPrefixes) {
  const auto whole = npy_file(dict("<f8", "(1,)"), raw({7.0}));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW(parse_npy(std::span(whole).first(size), "x"), IoError) << size;
  auto bytes = whole;
  bytes[6] = std::byte{4};
  EXPECT_THAT(message_of<IoError>([&] { parse_npy(bytes, "x"); }), HasSubstr("version 4.0"));
  const std::string huge("\x93NUMPY\x02\x00\xff\xff\xff\xff{}", 14);
  EXPECT_THAT(message_of<IoError>([&] { parse_npy(std::as_bytes(std::span(huge)), "x"); }),
              HasSubstr("truncated in the NPY header"));
}

TEST(Npy, WrittenArraysReadBack) {
  const ScratchFolder folder;
  const Matrix m = RandomStream(1, "npy").normals(Index{7}, Index{3});
  write_npy(folder / "m.npy", array_of(m));
  EXPECT_EQ(read_npy(folder / "m.npy").matrix(), m);
  const NdArray cube{{2, 1, 2}, std::vector<std::int64_t>{1, -2, INT64_MIN, INT64_MAX}};
  write_npy(folder / "c.npy", cube);
  EXPECT_EQ(read_npy(folder / "c.npy"), cube);
  const NdArray scalar{{}, std::vector<double>{std::numeric_limits<double>::infinity()}};
  EXPECT_EQ(parse_npy(encode_npy(scalar), "x"), scalar);
  EXPECT_EQ(npy_header(NpyType::float32, {5}).size() % 64, 0u);
  EXPECT_THROW(encode_npy({{3}, std::vector<double>{1}}), InvalidInput);
  EXPECT_THROW(encode_npy({{-1}, std::vector<double>{1}}), InvalidInput);
  EXPECT_THROW(encode_npy({{INT64_MAX, 3}, std::vector<double>{1}}), InvalidInput);
}

TEST(NdArray, ConversionToTables) {
  const NdArray cube{{2, 2, 3}, std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}};
  const Matrix m = cube.matrix();
  ASSERT_EQ(m.rows(), 2);
  ASSERT_EQ(m.cols(), 6);
  EXPECT_EQ(m(1, 0), 6);
  EXPECT_EQ(cube.vector()[11], 11);
  EXPECT_EQ(array_of(Vector(Vector::Ones(3))).matrix().cols(), 1);
  EXPECT_EQ(cube.shape_text(), "(2, 2, 3)");
  EXPECT_EQ((NdArray{{4}, std::vector<double>(4)}.shape_text()), "(4,)");
  EXPECT_THROW((NdArray{{}, std::vector<double>{1}}.matrix()), InvalidInput);
  EXPECT_THROW((NdArray{{3}, std::vector<double>{1}}.matrix()), InvalidInput);
  EXPECT_EQ((NdArray{{1}, std::vector<std::int64_t>{-5}}.vector()[0]), -5);
  EXPECT_THROW((NdArray{{1}, std::vector<std::int64_t>{(1LL << 53) + 1}}.vector()), InvalidInput);
}

TEST(NdArray, Labels) {
  const NdArray good{{3, 1}, std::vector<double>{2, 0, 1}};
  EXPECT_EQ(good.labels()[0], 2);
  EXPECT_EQ(array_of(good.labels()).integers(), (std::vector<std::int64_t>{2, 0, 1}));
  EXPECT_THAT(message_of<InvalidInput>([] {
                NdArray{{2}, std::vector<double>{0, 1.5}}.labels();
              }),
              HasSubstr("label 1 is 1.5; class indices"));
  EXPECT_THROW((NdArray{{1}, std::vector<std::int64_t>{-1}}.labels()), InvalidInput);
  EXPECT_THROW((NdArray{{1}, std::vector<std::int64_t>{1LL << 31}}.labels()), InvalidInput);
  EXPECT_THROW((NdArray{{1}, std::vector<double>{std::nan("")}}.labels()), InvalidInput);
  EXPECT_THROW((NdArray{{1, 2}, std::vector<double>{0, 1}}.labels()), InvalidInput);
}

TEST(Npy, MutatedFilesOnlyGiveErrors) {
  const auto seed = npy_file(dict("<f8", "(2, 2)"), raw({1.0, 2.0, 3.0, 4.0}));
  const RandomStream stream(12, "mutations");
  int accepted = 0;
  for (std::uint64_t round = 0; round < 5000; ++round) {
    const RandomStream draw = stream.at_step(round);
    auto bytes = seed;
    for (std::uint64_t k = 0; k < 1 + round % 3; ++k) {
      // Mostly the header, and mostly its own letters.
      const auto at = draw.below(3 * k, 90);
      const std::string_view letters = "0123456789()<>|fiubO,'{}: -";
      bytes[at] = round % 2 == 0 ? static_cast<std::byte>(draw.below(3 * k + 1, 256))
                                 : static_cast<std::byte>(letters[draw.below(3 * k + 1, 27)]);
    }
    if (round % 7 == 0) bytes.resize(draw.below(100, bytes.size()));
    try {
      const NdArray array = parse_npy(bytes, "x");
      ++accepted;
      ASSERT_EQ(entry_count(array.shape), array.size());
    } catch (const Error&) {
      // the only exception that may leave the reader
    }
  }
  EXPECT_GT(accepted, 50);
  EXPECT_LT(accepted, 4500);
}

}  // namespace
}  // namespace aniso::io
