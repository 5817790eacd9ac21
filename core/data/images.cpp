#include <algorithm>
#include <array>
#include <utility>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/data/common.h"
#include "core/data/image_files.h"
#include "core/data/registry.h"

namespace aniso::data {
namespace {

constexpr std::array<const char*, 10> kCifarNames = {
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};

// Number of each label among the classes that are kept; −1 for those left out.
std::vector<int> numbering(const std::vector<std::int64_t>& keep, int highest) {
  std::vector<int> number(static_cast<std::size_t>(highest) + 1, -1);
  if (keep.empty()) {
    for (int label = 0; label <= highest; ++label) number[static_cast<std::size_t>(label)] = label;
    return number;
  }
  for (std::size_t k = 0; k < keep.size(); ++k) {
    ANISO_CHECK(keep[k] <= highest, "dataset.keep[", k, "]: there is no label ", keep[k],
                "; they go up to ", highest);
    auto& slot = number[static_cast<std::size_t>(keep[k])];
    ANISO_CHECK(slot < 0, "dataset.keep: label ", keep[k], " is listed twice");
    slot = static_cast<int>(k);
  }
  return number;
}

// Appends the rows whose label is kept; grey values 0 … 255 become 0 … 1.
void append(RawData& raw, Index& row, const LabelledImages& images,
            const std::vector<int>& number) {
  for (Index i = 0; i < images.size(); ++i) {
    const int label = number[images.labels[static_cast<std::size_t>(i)]];
    if (label < 0) continue;
    raw.labels[row] = label;
    for (Index k = 0; k < raw.shape.dim; ++k)
      raw.x(row, k) = images.pixels[static_cast<std::size_t>(i * raw.shape.dim + k)] / 255.0;
    ++row;
  }
}

Index kept(const LabelledImages& images, const std::vector<int>& number) {
  return std::count_if(images.labels.begin(), images.labels.end(),
                       [&](std::uint8_t label) { return number[label] >= 0; });
}

int highest_label(const LabelledImages& a, const LabelledImages& b) {
  int highest = 0;
  for (const auto* images : {&a, &b})
    for (const std::uint8_t label : images->labels) highest = std::max(highest, int{label});
  return highest;
}

ImageFiles files_of(const std::string& path) {
  ANISO_CHECK(!path.empty(),
              "dataset.path: no folder is chosen. Give the folder of MNIST's IDX files or of "
              "CIFAR-10's binary files");
  std::error_code unreadable;
  if (!std::filesystem::exists(path, unreadable)) throw IoError(path + ": no such file or folder");
  auto files = find_image_files(path);
  ANISO_CHECK(files.has_value(), "dataset.path: ", path,
              " holds no images that can be read: expected MNIST-like pairs such as "
              "train-images-idx3-ubyte and train-labels-idx1-ubyte, or CIFAR-10's data_batch_1.bin "
              "and so on, each plain or .gz");
  return std::move(*files);
}

RawData generate(const Params& params, const RandomStream& stream) {
  const ImageFiles files = files_of(params.text("path"));
  const LabelledImages train = read_images(files.train, params.integer("n"));
  const LabelledImages test = read_images(files.test, params.integer("test_n"));
  ANISO_CHECK(test.size() == 0 || test.shape == train.shape, "dataset.path: training images are ",
              train.shape.text(), ", test images ", test.shape.text());
  const auto keep = params.integers("keep");
  const auto number = numbering(keep, highest_label(train, test));
  RawData raw;
  raw.shape = train.shape;
  raw.classes = keep.empty() ? static_cast<Index>(number.size()) : static_cast<Index>(keep.size());
  const Index train_rows = kept(train, number), rows = train_rows + kept(test, number);
  ANISO_CHECK(train_rows > 0, "dataset.keep: no training image has one of these labels");
  check_entries(rows, raw.shape.dim);
  raw.x.resize(rows, raw.shape.dim);
  raw.labels.resize(rows);
  Index row = 0;
  append(raw, row, train, number);
  append(raw, row, test, number);
  if (test.size() > 0) {
    raw.test.emplace();
    for (Index i = train_rows; i < rows; ++i) raw.test->push_back(i);
  }
  for (std::size_t label = 0; label < number.size(); ++label)
    raw.class_names.emplace_back(is_cifar(files) ? kCifarNames[label] : std::to_string(label));
  if (!keep.empty()) {
    std::vector<std::string> names;
    for (const auto label : keep) names.push_back(raw.class_names[static_cast<std::size_t>(label)]);
    raw.class_names = std::move(names);
  }
  if (const double noise = params.real("noise"); noise > 0)
    raw.x += noise * stream.child("noise").normals(rows, raw.shape.dim);
  raw.notes.push_back(text("Images of ", raw.shape.text(), ": the first ", grouped(train.size()),
                           " for training and ", grouped(test.size()),
                           " for testing, values 0 … 1"));
  return raw;
}

}  // namespace

DatasetType images_type() {
  return {
      "images",
      "Images from a folder",
      "MNIST and its relatives (IDX files) or CIFAR-10 (binary files), read from a folder where "
      "you have them; plain or .gz. Nothing is used unless every file that is read is sound.",
      {text_param("path", "")
           .about("Folder of the files, recognised by name and content; or one of the files."),
       integer_param("n", 10000)
           .titled("Training images")
           .range(1, 1e6)
           .log_scale()
           .about("At most so many training images, the first of the files."),
       integer_param("test_n", 2000)
           .titled("Test images")
           .range(0, 1e6)
           .about("At most so many test images; without a test file test_fraction applies."),
       integers_param("keep", {})
           .lengths(0, 256)
           .range(0, 255)
           .titled("Labels kept")
           .about("Only these labels, renumbered in this order; empty for all."),
       real_param("noise", 0)
           .range(0, 100)
           .in("std")
           .about("Gaussian noise on every value, which lies in 0 … 1.")},
      generate,
      [](const std::filesystem::path& path) { return find_image_files(path).has_value(); }};
}

}  // namespace aniso::data
