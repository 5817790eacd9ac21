// Real loaders on small files that are written here, sound and hostile ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>

#include "core/base/errors.h"
#include "tests/data/helpers.h"

namespace aniso::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::size_t kRecord = 3073;

class Images : public testing::Test {
 protected:
  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  std::string read(const std::string& name) const {
    std::ifstream file(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void gzip(const std::string& name) const {
    const std::string bytes = read(name);
    gzFile file = gzopen(at(name + ".gz").c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
    std::filesystem::remove(folder_ / name);
  }
  // Five training images of 2 × 3 whose pixel k of image i is 10 i + k, and two test images.
  void write_mnist() const {
    write_idx(folder_ / "train-images-idx3-ubyte", {5, 2, 3},
              [](std::size_t i) { return 10 * (i / 6) + i % 6; });
    write_idx(folder_ / "train-labels-idx1-ubyte", {5}, [](std::size_t i) { return i % 3; });
    write_idx(folder_ / "t10k-images-idx3-ubyte", {2, 2, 3}, [](std::size_t i) { return 200 + i; });
    write_idx(folder_ / "t10k-labels-idx1-ubyte", {2}, [](std::size_t i) { return 2 - i; });
  }
  // Records whose label is their number and whose channels are 1, 2, 3 plus the label.
  std::string cifar(std::size_t records) const {
    std::string bytes;
    for (std::size_t r = 0; r < records; ++r) {
      bytes += static_cast<char>(r % 10);
      for (std::size_t c = 1; c <= 3; ++c)
        bytes += std::string(1024, static_cast<char>(c + r % 10));
    }
    return bytes;
  }
  Json folder(Json more = Json::object()) const {
    more["path"] = folder_.path().string();
    if (!more.contains("test_fraction")) more["test_fraction"] = 0;
    return more;
  }
  ScratchFolder folder_;
};

TEST_F(Images, IdxPairsAreReadInOrderWithTheirOwnTestSet) {
  write_mnist();
  const auto d = made("images", folder());
  EXPECT_EQ(d->shape, InputShape::image(1, 2, 3));
  EXPECT_EQ(d->size(), 7);
  EXPECT_EQ(d->classes, 3);
  EXPECT_THAT(d->class_names, ElementsAre("0", "1", "2"));
  EXPECT_THAT(d->test, ElementsAre(5, 6));
  EXPECT_EQ(d->labels, (Labels(7) << 0, 1, 2, 0, 1, 2, 1).finished());
  EXPECT_EQ(d->x(3, 4), 34 / 255.0);
  EXPECT_EQ(d->x(6, 0), 206 / 255.0);
}

TEST_F(Images, CompressedFilesGiveTheSame) {
  write_mnist();
  const auto plain = made("images", folder());
  for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                           "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"})
    gzip(name);
  const auto packed = made("images", folder());
  EXPECT_EQ(packed->x, plain->x);
  EXPECT_EQ(packed->labels, plain->labels);
  EXPECT_EQ(packed->test, plain->test);
}

TEST_F(Images, CountsAndKeptLabelsChooseRows) {
  write_mnist();
  const auto few = made("images", folder({{"n", 2}, {"test_n", 1}}));
  EXPECT_EQ(few->size(), 3);
  EXPECT_THAT(few->test, ElementsAre(2));
  const auto kept = made("images", folder({{"keep", {2, 0}}}));
  EXPECT_THAT(kept->class_names, ElementsAre("2", "0"));
  EXPECT_EQ(kept->labels, (Labels(4) << 1, 0, 1, 0).finished());
  EXPECT_THAT(complaint("images", folder({{"keep", {7}}})), HasSubstr("go up to 2"));
  EXPECT_THAT(complaint("images", folder({{"keep", {1, 1}}})), HasSubstr("twice"));
}

TEST_F(Images, CifarBatchesAreChannelsFirst) {
  write("data_batch_1.bin", cifar(12));
  write("data_batch_2.bin", cifar(3));
  write("test_batch.bin", cifar(2));
  const auto d = made("images", folder());
  EXPECT_EQ(d->shape, InputShape::image(3, 32, 32));
  EXPECT_EQ(d->size(), 17);
  EXPECT_EQ(d->classes, 10);
  EXPECT_EQ(d->class_names[9], "truck");
  EXPECT_EQ(d->x(2, 0), 3 / 255.0);
  EXPECT_EQ(d->x(2, 1024), 4 / 255.0);
  EXPECT_EQ(d->x(14, 3071), 5 / 255.0) << "third record of the second batch";
  EXPECT_THAT(d->test, ElementsAre(15, 16));
}

TEST_F(Images, FoldersAndFilesAreRecognisedByContent) {
  const auto id_of = [](const std::filesystem::path& path) {
    const DatasetType* type = dataset_type_for(path);
    return type == nullptr ? "" : type->id;
  };
  EXPECT_EQ(id_of(folder_.path()), "") << "an empty folder";
  std::filesystem::create_directories(folder_ / "MNIST/raw");
  write_mnist();
  for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte"})
    std::filesystem::rename(folder_ / name, folder_ / "MNIST/raw" / name);
  std::filesystem::remove(folder_ / "t10k-images-idx3-ubyte");
  EXPECT_EQ(id_of(folder_.path()), "images");
  EXPECT_EQ(id_of(folder_ / "MNIST/raw/train-images-idx3-ubyte"), "images");
  write("some.bin", cifar(1));
  EXPECT_EQ(id_of(folder_ / "some.bin"), "images");
  write("other.bin", cifar(1) + "x");
  EXPECT_EQ(id_of(folder_ / "other.bin"), "");
  write("table.csv", "a,b\n1,2\n");
  EXPECT_EQ(id_of(folder_ / "table.csv"), "file");
}

TEST_F(Images, BrokenIdxFilesAreRefused) {
  const auto broken = [&](const std::string& bytes, const char* file = "train-images-idx3-ubyte") {
    write_mnist();
    write(file, bytes);
    return complaint("images", folder());
  };
  write_mnist();
  const std::string whole = read("train-images-idx3-ubyte");
  EXPECT_THAT(broken(whole.substr(0, whole.size() - 1)), HasSubstr("cut off: 29 bytes"));
  EXPECT_THAT(broken(whole + "x"), HasSubstr("longer than it says"));
  EXPECT_THAT(broken(whole.substr(0, 9)), HasSubstr("within its header"));
  std::string other = whole;
  other[3] = 9;
  EXPECT_THAT(broken(other), HasSubstr("starts with 0 0 8 9"));
  other = whole;
  other.replace(4, 12, std::string(12, '\xff'));
  EXPECT_THAT(broken(other), HasSubstr("more numbers than fit"));
  other = whole;
  other.replace(8, 4, std::string(4, '\0'));
  EXPECT_THAT(broken(other), HasSubstr("extent 0"));
  // 2^31 × 2 × 3 bytes are announced, 30 are there: refused without asking for the memory.
  other = whole;
  other[4] = '\x7f';
  EXPECT_THAT(broken(other), HasSubstr("cut off"));
  EXPECT_THAT(broken(std::string("\0\0\x0d\1\0\0\0\1", 8), "train-labels-idx1-ubyte"),
              HasSubstr("starts with 0 0 13 1"));
  write_mnist();
  write_idx(folder_ / "train-labels-idx1-ubyte", {4}, [](std::size_t) { return 0; });
  EXPECT_THAT(complaint("images", folder()), HasSubstr("5 images, but 4 labels"));
  write_idx(folder_ / "train-labels-idx1-ubyte", {5, 1}, [](std::size_t) { return 0; });
  EXPECT_THAT(complaint("images", folder()), HasSubstr("2 axes are no labels"));
  std::filesystem::remove(folder_ / "train-labels-idx1-ubyte");
  EXPECT_THAT(complaint("images", folder()), HasSubstr("labels-idx1-ubyte, are not beside it"));
}

TEST_F(Images, DamagedCompressionIsRefused) {
  write_mnist();
  gzip("train-images-idx3-ubyte");
  const std::string packed = read("train-images-idx3-ubyte.gz");
  write("train-images-idx3-ubyte.gz", packed.substr(0, packed.size() - 6));
  EXPECT_THAT(complaint("images", folder()), HasSubstr("cut off"));
  std::string flipped = packed;
  flipped[packed.size() - 6] = static_cast<char>(flipped[packed.size() - 6] ^ 1);  // the checksum
  write("train-images-idx3-ubyte.gz", flipped);
  EXPECT_THAT(complaint("images", folder()), HasSubstr("damaged"));
}

TEST_F(Images, BrokenCifarFilesAreRefused) {
  const std::string batch = cifar(3);
  write("data_batch_1.bin", batch.substr(0, batch.size() - 100));
  EXPECT_THAT(complaint("images", folder()), HasSubstr("no whole number of CIFAR-10 records"));
  gzip("data_batch_1.bin");
  EXPECT_THAT(complaint("images", folder()), HasSubstr("no whole number of CIFAR-10 records"));
  std::filesystem::remove(folder_ / "data_batch_1.bin.gz");
  std::string labels = batch;
  labels[kRecord] = 10;
  write("data_batch_1.bin", labels);
  EXPECT_THAT(complaint("images", folder()), HasSubstr("record 1 has label 10"));
}

TEST_F(Images, SayWhatIsMissing) {
  EXPECT_THAT(complaint("images", Json::object()), HasSubstr("no folder is chosen"));
  EXPECT_THAT(complaint("images", {{"path", at("nowhere")}}), HasSubstr("no such file or folder"));
  EXPECT_THAT(complaint("images", folder()), HasSubstr("train-images-idx3-ubyte"));
  write_mnist();
  write_idx(folder_ / "t10k-images-idx3-ubyte", {2, 3, 3}, [](std::size_t i) { return i; });
  EXPECT_THAT(complaint("images", folder()), HasSubstr("test images 1 × 3 × 3"));
}

}  // namespace
}  // namespace aniso::data
