#pragma once

#include <filesystem>

#include "core/data/dataset.h"

namespace aniso::data {

/// Saves the dataset as it is used, after label noise and normalisation, so that the dataset "file"
/// (with its defaults) reads the same arrays and split back.
///
/// Arrays: x (n, D), or (n, channels, height, width) for images; labels (n) and classes (1), or
/// y (n, C); train and test, the row numbers. Class names have no place in NPZ.
/// @throws IoError; nothing is left half-written.
void save_npz(const Dataset& data, const std::filesystem::path& path);

/// The same as CSV: x0 … , y0 … for regression, split (0 training, 1 test), and for classification
/// the column label with the class numbers. Numbers are the shortest text that reads back the same.
/// Images come back as vectors.
/// @throws IoError; nothing is left half-written.
void save_csv(const Dataset& data, const std::filesystem::path& path);

}  // namespace aniso::data
