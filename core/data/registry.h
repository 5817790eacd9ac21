#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/params.h"
#include "core/base/random.h"
#include "core/data/dataset.h"

namespace aniso::data {

/// A dataset before the common steps (label noise, normalisation, split) are applied to it.
struct RawData {
  InputShape shape;
  Matrix x;           ///< (n, D)
  Labels labels;      ///< classification only
  Index classes = 0;  ///< classification only
  Matrix y;           ///< (n, C), regression only
  Plane plane;        ///< leave empty for the first two axes, or the first two principal axes
  std::shared_ptr<MixtureLaw> law = {};  ///< of x; see Dataset
  std::vector<std::string> class_names;
  std::vector<std::string> notes;
  /// Test rows (ascending) of a split that the source itself declares, which may be empty.
  std::optional<std::vector<Index>> test;
  bool test_is_fraction = false;  ///< they are `test_fraction` of the rows, stratified
  bool by_hand = false;           ///< see Dataset
};

/// A kind of dataset. One file defines one of these, one line in registry.cpp lists it.
struct DatasetType {
  std::string id;
  std::string title;
  std::string doc;     ///< one or two sentences: what it is and what it is good for
  ParamSchema params;  ///< its own parameters; the common ones are added by `schema_of`
  std::function<RawData(const Params&, const RandomStream&)> generate;
  /// Whether this file or folder, judged by its content, is what the parameter "path" wants; empty
  /// for datasets that read nothing. @throws IoError if it cannot be read.
  std::function<bool(const std::filesystem::path&)> opens = {};
};

/// Every kind of dataset, in menu order.
const std::vector<DatasetType>& dataset_types();
/// @throws InvalidInput naming the nearest id.
const DatasetType& dataset_type(std::string_view id);
/// The first type that opens this file or folder; nullptr if none does. @throws IoError.
const DatasetType* dataset_type_for(const std::filesystem::path& path);

/// The type's own parameters followed by those of the common ones that it does not declare itself:
/// label_noise, test_fraction, normalisation and seed (n and noise are declared by each type, since
/// their meaning differs).
ParamSchema schema_of(const DatasetType& type);

/// The stream from which a dataset is drawn; `generate` and the closed-form helpers of the dataset
/// files (`mixture_model`, `linear_teacher`) take it.
RandomStream dataset_stream(const DatasetType& type, const Params& params,
                            std::uint64_t experiment_seed);

/// Generates the dataset and applies, in this order: label noise (training and test rows alike),
/// split (stratified by class, to within one row), normalisation (statistics of the training rows
/// only; the plane is transformed with the points, regression targets are left alone, and a note
/// says so). A plane that the source leaves empty becomes the first two axes (D ≤ 2) or the first
/// two principal axes of up to 1,000 training rows; for D = 1 its second direction is 0. Only data
/// drawn by hand may be without rows.
///
/// @param params  validated against `schema_of(type)`.
/// @param experiment_seed  used where the dataset's own `seed` is −1.
/// @throws InvalidInput, IoError. Deterministic: same parameters and seed, same bytes.
DatasetPtr make_dataset(const DatasetType& type, const Params& params,
                        std::uint64_t experiment_seed);

}  // namespace aniso::data
