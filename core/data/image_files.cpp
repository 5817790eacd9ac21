#include "core/data/image_files.h"

#include <algorithm>
#include <cctype>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/io/gzip.h"
#include "core/io/idx.h"

namespace aniso::data {
namespace {

namespace fs = std::filesystem;

constexpr Index kCifarSide = 32, kCifarChannels = 3, kCifarClasses = 10;
constexpr Index kCifarPixels = kCifarChannels * kCifarSide * kCifarSide;
constexpr std::size_t kCifarRecord = static_cast<std::size_t>(kCifarPixels) + 1;
constexpr std::uint64_t kMostBytes = 1024 * io::kMiB;
constexpr Index kMostPixels = 65536;

// The name in lower case without ".gz".
std::string plain_name(const fs::path& path) {
  std::string name = path.filename().string();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  return name;
}

bool holds(const std::string& name, const char* word) {
  return name.find(word) != std::string::npos;
}

// A name that claims to be one counts, so that a broken file is refused rather than passed over.
bool is_idx_images(const fs::path& path) {
  const std::string name = plain_name(path);
  return holds(name, "images") &&
         (holds(name, "idx") || io::is_idx(io::peek_plain_or_gzip(path, 4)));
}

// CIFAR-10 has no magic number: the name, the size of a record and the first label must do.
bool is_cifar_file(const fs::path& path) {
  const std::string name = plain_name(path);
  if (!name.ends_with(".bin")) return false;
  if (holds(name, "_batch")) return true;
  std::error_code error;
  if (!io::is_gzip(path) && (fs::file_size(path, error) % kCifarRecord != 0 || error)) return false;
  const auto first = io::peek_plain_or_gzip(path, 1);
  return !first.empty() && std::to_integer<Index>(first[0]) < kCifarClasses;
}

// train-images-idx3-ubyte → train-labels-idx1-ubyte, with or without ".gz".
std::string labels_name(std::string images) {
  images.replace(images.find("images"), 6, "labels");
  if (const auto at = images.find("idx3"); at != std::string::npos) images[at + 3] = '1';
  return images;
}

// Regular files of a folder by name; of a file and its ".gz" the plain one.
std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.is_regular_file(error)) files.push_back(entry.path());
  if (error) throw IoError(text(folder.string(), ": cannot be listed: ", error.message()));
  std::sort(files.begin(), files.end());
  const auto same = [](const fs::path& a, const fs::path& b) {
    return plain_name(a) == plain_name(b);
  };
  files.erase(std::unique(files.begin(), files.end(), same), files.end());
  return files;
}

ImageFiles::Part idx_part(const fs::path& images, const std::vector<fs::path>& beside) {
  const std::string wanted = labels_name(plain_name(images));
  for (const auto& file : beside)
    if (plain_name(file) == wanted) return {images, file};
  throw IoError(text(images.string(), ": its labels, ", wanted, ", are not beside it"));
}

std::optional<ImageFiles> in_folder(const fs::path& folder) {
  ImageFiles found;
  const auto files = files_in(folder);
  for (const auto& file : files) {
    const std::string name = plain_name(file);
    auto& list = holds(name, "t10k") || holds(name, "test") ? found.test : found.train;
    if (is_idx_images(file))
      list.push_back(idx_part(file, files));
    else if (is_cifar_file(file))
      list.push_back({file, {}});
  }
  if (found.train.empty()) std::swap(found.train, found.test);
  return found.train.empty() ? std::nullopt : std::optional(found);
}

void append(LabelledImages& to, const InputShape& shape, const std::uint8_t* pixels,
            const std::string& where) {
  if (to.size() == 0) to.shape = shape;
  if (!(to.shape == shape))
    throw IoError(
        text(where, ": images of ", shape.text(), ", but those before are ", to.shape.text()));
  to.pixels.insert(to.pixels.end(), pixels, pixels + shape.dim);
}

void read_cifar(LabelledImages& to, const fs::path& path, Index most) {
  const std::string where = path.filename().string();
  const auto bytes = io::read_plain_or_gzip(path, kMostBytes);
  if (bytes.empty() || bytes.size() % kCifarRecord != 0)
    throw IoError(text(where, ": ", grouped(static_cast<long long>(bytes.size())),
                       " bytes are no whole number of CIFAR-10 records of ", kCifarRecord,
                       "; the file is cut off or something else"));
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const InputShape shape = InputShape::image(kCifarChannels, kCifarSide, kCifarSide);
  for (std::size_t at = 0; at < bytes.size() && to.size() < most; at += kCifarRecord) {
    if (data[at] >= kCifarClasses)
      throw IoError(text(where, ": record ", at / kCifarRecord, " has label ", int{data[at]},
                         "; CIFAR-10 has 0 to 9"));
    append(to, shape, data + at + 1, where);
    to.labels.push_back(data[at]);
  }
}

void read_idx_pair(LabelledImages& to, const ImageFiles::Part& part, Index most) {
  const std::string where = part.images.filename().string();
  const io::IdxArray images = io::read_idx(part.images, kMostBytes);
  const io::IdxArray labels = io::read_idx(part.labels, kMostBytes);
  const auto& s = images.shape;
  if (s.size() < 3)
    throw IoError(text(where, ": ", s.size(), " axes are no images; expected 3 or 4"));
  if (labels.shape.size() != 1)
    throw IoError(text(part.labels.filename().string(), ": ", labels.shape.size(),
                       " axes are no labels; expected 1"));
  if (labels.shape[0] != s[0])
    throw IoError(text(where, ": ", grouped(s[0]), " images, but ", grouped(labels.shape[0]),
                       " labels in ", part.labels.filename().string()));
  const Index pixels = static_cast<Index>(images.values.size()) / s[0];
  if (pixels > kMostPixels)
    throw IoError(text(where, ": ", grouped(pixels), " numbers an image are too many; at most ",
                       grouped(kMostPixels)));
  const InputShape shape =
      s.size() == 3 ? InputShape::image(1, s[1], s[2]) : InputShape::image(s[1], s[2], s[3]);
  for (Index i = 0; i < s[0] && to.size() < most; ++i) {
    append(to, shape, images.values.data() + i * pixels, where);
    to.labels.push_back(labels.values[static_cast<std::size_t>(i)]);
  }
}

}  // namespace

std::optional<ImageFiles> find_image_files(const fs::path& path) {
  std::error_code none;  // what cannot be looked at is no folder
  if (fs::is_directory(path, none)) {
    for (const char* below : {"", "raw", "MNIST/raw", "cifar-10-batches-bin"}) {
      const fs::path folder = *below ? path / below : path;
      if (!fs::is_directory(folder, none)) continue;
      if (auto found = in_folder(folder)) return found;
    }
    return std::nullopt;
  }
  if (is_idx_images(path))
    return ImageFiles{{idx_part(path, files_in(path.has_parent_path() ? path.parent_path() : "."))},
                      {}};
  if (is_cifar_file(path)) return ImageFiles{{{path, {}}}, {}};
  return std::nullopt;
}

LabelledImages read_images(const std::vector<ImageFiles::Part>& parts, Index most) {
  LabelledImages images;
  for (const auto& part : parts) {
    if (images.size() >= most) break;
    if (part.labels.empty())
      read_cifar(images, part.images, most);
    else
      read_idx_pair(images, part, most);
  }
  return images;
}

bool is_cifar(const ImageFiles& files) { return files.train.front().labels.empty(); }

}  // namespace aniso::data
