#pragma once

#include <filesystem>
#include <string>

#include "core/data/registry.h"
#include "core/data/targets.h"

namespace aniso::data {

/// What to read; the meaning of each field is that of the dataset "file"'s parameter.
struct FileRequest {
  std::filesystem::path path;
  std::string inputs;
  std::string targets;
  std::string layout = "auto";
  Task task = Task::automatic;
};

/// Reads CSV, NPY or NPZ, told apart by content.
///
/// CSV: a numeric column "split" of zeros (training) and ones (test) is the declared split. NPZ: an
/// integer array "test" of row numbers, or x_test and y_test beside x_train and y_train, declare
/// the split; an integer "classes" may raise the number of classes.
/// @throws IoError for a broken file; InvalidInput for names, shapes or tasks that do not fit.
RawData read_data_file(const FileRequest& request);

}  // namespace aniso::data
