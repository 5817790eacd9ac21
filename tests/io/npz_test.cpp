#include "core/io/npz.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "core/base/errors.h"
#include "core/base/random.h"
#include "tests/support/scratch_folder.h"

namespace aniso::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing_support::message_of;
using testing_support::ScratchFolder;

NpzWriter sample() {
  NpzWriter writer;
  writer.add("loss/steps", {3}, std::vector<std::int64_t>{0, 10, 20});
  writer.add("loss/values", RandomStream(1, "npz").normals(Index{3}, Index{4}));
  writer.add("weights", {2, 1, 2}, std::vector<float>{1.5f, -2, 0.25f, 8});
  writer.add("scalar", NdArray{{}, std::vector<double>{7}});
  writer.add("empty", {0, 5}, std::span<const double>());
  return writer;
}

std::vector<std::byte> sample_bytes() {
  const ScratchFolder folder;
  sample().write(folder / "a.npz");
  return read_bytes(folder / "a.npz");
}

// Places where the byte string occurs.
std::vector<std::size_t> places(const std::vector<std::byte>& bytes, std::string_view wanted) {
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::vector<std::size_t> out;
  for (auto at = all.find(wanted); at != all.npos; at = all.find(wanted, at + 1)) out.push_back(at);
  return out;
}

void put_u32(std::vector<std::byte>& bytes, std::size_t at, std::uint32_t value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

TEST(Npz, WrittenArraysReadBack) {
  const ScratchFolder folder;
  sample().write(folder / "a.npz");
  EXPECT_EQ(folder.entries(), 1);
  const NpzReader reader(folder / "a.npz");
  EXPECT_THAT(reader.names(),
              ElementsAre("loss/steps", "loss/values", "weights", "scalar", "empty"));
  EXPECT_TRUE(reader.has("weights"));
  EXPECT_FALSE(reader.has("weight"));
  EXPECT_THAT(reader.read("loss/steps").integers(), ElementsAre(0, 10, 20));
  EXPECT_EQ(reader.read("loss/values").matrix(),
            RandomStream(1, "npz").normals(Index{3}, Index{4}));
  EXPECT_EQ(reader.read("weights").shape, (std::vector<Index>{2, 1, 2}));
  EXPECT_THAT(reader.read("weights").reals(), ElementsAre(1.5, -2, 0.25, 8));
  EXPECT_THAT(reader.read("scalar").reals(), ElementsAre(7));
  EXPECT_EQ(reader.read("empty").matrix().cols(), 5);
  EXPECT_THAT(message_of<InvalidInput>([&] { reader.read("weigths"); }),
              HasSubstr("has no array 'weigths'. Did you mean 'weights'?"));
}

TEST(Npz, EqualArraysGiveEqualBytes) {
  const auto first = sample_bytes();
  EXPECT_EQ(::setenv("TZ", "Asia/Tokyo", 1), 0);
  ::tzset();
  EXPECT_EQ(sample_bytes(), first);
  ::unsetenv("TZ");
  ::tzset();
}

TEST(Npz, UnsafeAndRepeatedNamesAreNotWritten) {
  NpzWriter writer;
  const Vector v = Vector::Ones(2);
  for (const char* name : {"", "/abs", "a/", "../up", "a/../b", "a//b", ".", "a\nb", "a\\b"})
    EXPECT_THROW(writer.add(name, v), InvalidInput) << name;
  writer.add("a", v);
  EXPECT_THROW(writer.add("a", v), InvalidInput);
  EXPECT_THROW(writer.add("b", {3}, std::vector<float>{1}), InvalidInput);
  EXPECT_THROW(writer.add("b", {-3}, std::vector<float>{1}), InvalidInput);
  EXPECT_THROW(NpzWriter().write("never.npz"), InvalidInput);
  const ScratchFolder folder;
  EXPECT_THROW(writer.write(folder / "no/a.npz"), IoError);
}

TEST(Npz, NumPyReadsWhatIsWritten) {
  const ScratchFolder folder;
  sample().write(folder / "a.npz");
  write_npy(folder / "m.npy", {{2, 3}, std::vector<double>{0, 1, 2, 3, 4, 5}});
  const std::string script = R"(
import numpy as np, zipfile
z = np.load('a.npz')
assert zipfile.ZipFile('a.npz').testzip() is None
assert z.files == ['loss/steps', 'loss/values', 'weights', 'scalar', 'empty'], z.files
assert z['loss/steps'].dtype == np.int64 and z['loss/steps'].tolist() == [0, 10, 20]
assert z['loss/values'].dtype == np.float64 and z['loss/values'].shape == (3, 4)
assert z['weights'].dtype == np.float32 and z['weights'].tolist() == [[[1.5, -2]], [[.25, 8]]]
assert z['scalar'].shape == () and z['scalar'] == 7
assert z['empty'].shape == (0, 5)
m = np.load('m.npy')
assert (m == np.arange(6.).reshape(2, 3)).all() and m.flags.c_contiguous
)";
  write_atomically(folder / "check.py", script);
  const std::string command = "cd '" + folder.path().string() + "' && /usr/bin/python3 check.py";
  EXPECT_EQ(std::system(command.c_str()), 0) << "needs the package python3-numpy";
}

TEST(Npz, ReadsWhatNumPyWrites) {
  const ScratchFolder folder;
  write_atomically(folder / "make.py", R"(
import numpy as np
a = np.arange(24.).reshape(2, 3, 4)
arrays = dict(c=a, f=np.asfortranarray(a), view=a[:, ::2], half=a.astype('f4'), big=a.astype('>f8'),
              small=np.array([-1, 2], 'i1'), flag=np.array([True, False]), one=np.float64(3),
              wide=np.array([2**63 - 1], 'u8'))
np.savez('stored.npz', **arrays)
np.savez_compressed('deflated.npz', **arrays)
np.save('fortran.npy', np.asfortranarray(a))
np.savez('objects.npz', ragged=np.array([[1], [2, 3]], dtype=object), fine=a)
np.savez('words.npz', words=np.array(['a', 'b']))
)");
  const std::string command = "cd '" + folder.path().string() + "' && /usr/bin/python3 make.py";
  ASSERT_EQ(std::system(command.c_str()), 0) << "needs the package python3-numpy";
  NdArray a{{2, 3, 4}, std::vector<double>(24)};
  for (int i = 0; i < 24; ++i) std::get<0>(a.data)[static_cast<std::size_t>(i)] = i;
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const NpzReader reader(folder / name);
    for (const char* array : {"c", "f", "half", "big"}) EXPECT_EQ(reader.read(array), a) << array;
    EXPECT_EQ(reader.read("view").shape, (std::vector<Index>{2, 2, 4}));
    EXPECT_EQ(reader.read("view").reals()[4], 8);
    EXPECT_THAT(reader.read("small").integers(), ElementsAre(-1, 2));
    EXPECT_THAT(reader.read("flag").integers(), ElementsAre(1, 0));
    EXPECT_EQ(reader.read("one").shape.size(), 0u);
    EXPECT_THAT(reader.read("wide").integers(), ElementsAre(INT64_MAX));
  }
  EXPECT_EQ(read_npy(folder / "fortran.npy"), a);
  const NpzReader objects(folder / "objects.npz");
  EXPECT_THAT(message_of<IoError>([&] { objects.read("ragged"); }),
              HasSubstr("Python objects (often rows of unequal length); save with dtype float64"));
  EXPECT_EQ(objects.read("fine"), a);
  EXPECT_THAT(message_of<IoError>([&] { NpzReader(folder / "words.npz").read("words"); }),
              HasSubstr("is not read"));
}

TEST(Npz, NoZipOrNoArray) {
  const ScratchFolder folder;
  write_atomically(folder / "text", "1,2,3\n");
  EXPECT_THAT(message_of<IoError>([&] { NpzReader(folder / "text"); }),
              HasSubstr("not an NPZ (zip) file"));
  EXPECT_THROW(NpzReader(folder / "none"), IoError);
  const std::string no_members("PK\x05\x06" + std::string(18, '\0'));
  EXPECT_THAT(message_of<IoError>([&] { NpzReader(std::as_bytes(std::span(no_members)), "x"); }),
              HasSubstr("holds no array"));
}

TEST(Npz, TruncatedAtAnyPlace) {
  const auto whole = sample_bytes();
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW(NpzReader(std::span(whole).first(size), "x"), IoError) << size;
  EXPECT_NO_THROW(NpzReader(whole, "x"));
}

TEST(Npz, DuplicateNames) {
  NpzWriter writer;
  writer.add("first_", Vector(Vector::Ones(2)));
  writer.add("second", Vector(Vector::Ones(2)));
  const ScratchFolder folder;
  writer.write(folder / "a.npz");
  auto bytes = read_bytes(folder / "a.npz");
  for (const std::size_t at : places(bytes, "second")) std::memcpy(bytes.data() + at, "first_", 6);
  EXPECT_THAT(message_of<IoError>([&] { NpzReader(bytes, "x"); }), HasSubstr("occurs twice"));
}

TEST(Npz, DeclaredSizesAreNotBelieved) {
  auto bytes = sample_bytes();
  const std::size_t entry = places(bytes, std::string_view("PK\x01\x02", 4)).at(1);
  auto lying = bytes;  // the uncompressed size in the directory
  put_u32(lying, entry + 24, 0xf0000000);
  EXPECT_THAT(message_of<IoError>([&] { NpzReader(lying, "x"); }),
              HasSubstr("declares 4026531840 bytes, which its"));
  lying = bytes;
  put_u32(lying, entry + 24, 300);  // a little more than there is
  EXPECT_THROW(NpzReader(lying, "x").read("loss/values"), IoError);
  lying = bytes;
  put_u32(lying, entry + 24, 100);  // less
  EXPECT_THROW(NpzReader(lying, "x").read("loss/values"), IoError);
}

TEST(Npz, DamageIsNoticedByTheChecksum) {
  auto bytes = sample_bytes();
  const std::size_t entry = places(bytes, std::string_view("PK\x01\x02", 4)).at(1);
  put_u32(bytes, entry + 16, 0x12345678);
  const NpzReader reader(bytes, "x");
  EXPECT_THAT(message_of<IoError>([&] { reader.read("loss/values"); }), HasSubstr("damaged"));
  EXPECT_EQ(reader.read("scalar").reals()[0], 7);  // the others are whole
}

TEST(Npz, BombsStopAtTheLimit) {
  NpzWriter writer;
  for (const char* name : {"a", "b", "c"}) writer.add(name, Vector(Vector::Zero(100000)));
  const ScratchFolder folder;
  writer.write(folder / "bomb.npz");
  const auto bytes = read_bytes(folder / "bomb.npz");
  EXPECT_LT(bytes.size(), 30000u);
  EXPECT_THAT(message_of<IoError>([&] { NpzReader(bytes, "x", 2000000); }),
              HasSubstr("declare more than 2000000 bytes"));
  EXPECT_EQ(NpzReader(bytes, "x", 3000000).read("c").size(), 100000);
}

TEST(Npz, MutatedFilesOnlyGiveErrors) {
  const auto seed = sample_bytes();
  const RandomStream stream(13, "mutations");
  int opened = 0, read = 0, refused = 0;
  for (std::uint64_t round = 0; round < 4000; ++round) {
    const RandomStream draw = stream.at_step(round);
    auto bytes = seed;
    for (std::uint64_t k = 0; k < 1 + round % 4; ++k)
      bytes[draw.below(2 * k, bytes.size())] = static_cast<std::byte>(draw.below(2 * k + 1, 256));
    try {
      const NpzReader reader(bytes, "x", 1 << 20);
      ++opened;
      for (const auto& name : reader.names()) {
        const NdArray array = reader.read(name);
        ASSERT_EQ(entry_count(array.shape), array.size());
        ++read;
      }
    } catch (const Error&) {
      ++refused;  // the only exception that may leave the reader
    }
  }
  EXPECT_GT(opened, 500);
  EXPECT_GT(read, 500);
  EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace aniso::io
