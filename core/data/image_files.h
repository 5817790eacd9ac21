#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/input_shape.h"
#include "core/base/types.h"

namespace aniso::data {

/// Labelled images as their files hold them.
struct LabelledImages {
  InputShape shape;                  ///< channels first
  std::vector<std::uint8_t> pixels;  ///< (n, D) row-major
  std::vector<std::uint8_t> labels;  ///< (n)

  Index size() const { return static_cast<Index>(labels.size()); }
};

/// Files of one data set, told apart by name (which belongs to which) and content (what they are).
struct ImageFiles {
  struct Part {
    std::filesystem::path images;
    std::filesystem::path labels;  ///< empty where the images' file holds them: CIFAR-10
  };
  std::vector<Part> train, test;  ///< by name; `test` may be empty
};

/// Finds MNIST-like IDX pairs (…images…, …labels…) or CIFAR-10 batches (*.bin) in a folder, or in
/// "raw", "MNIST/raw" or "cifar-10-batches-bin" below it; each file plain or with ".gz". A path to
/// one such file gives that part alone. Test parts are those whose name holds "t10k" or "test".
/// @return  nothing where there are none. @throws IoError if a folder or file cannot be read.
std::optional<ImageFiles> find_image_files(const std::filesystem::path& path);

/// Reads parts one after the other until `most` images are there.
/// @throws IoError for broken files: wrong magic, cut off, labels and images that do not match in
///         number, CIFAR labels above 9, sizes that differ between parts, too much for memory.
LabelledImages read_images(const std::vector<ImageFiles::Part>& parts, Index most);

/// Whether the images are CIFAR-10's, whose classes have names.
bool is_cifar(const ImageFiles& files);

}  // namespace aniso::data
