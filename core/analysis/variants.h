#pragma once

#include <string>
#include <vector>

#include "core/analysis/laboratory.h"
#include "core/base/params.h"

namespace aniso::analysis {

/// The experiment with one of its settings taking one value after the other.
class VariantList {
 public:
  /// Reads what `variant_params` declares. @throws InvalidInput without a path.
  explicit VariantList(const Params& params);

  Index size() const { return static_cast<Index>(values_.size()); }
  /// Number of each value: itself, or its place among words.
  const std::vector<double>& values() const { return values_; }
  Variant variant(Index i) const;
  /// "average_geometry:8", or a word.
  std::string label(Index i) const;
  /// What a picture's axis is called: "dataset.v = average_geometry: k".
  std::string axis() const;
  /// The setting, or the first of several.
  const std::string& path() const { return paths_.front(); }

 private:
  std::vector<std::string> paths_, words_;
  std::vector<double> values_;
  std::string prefix_;
};

/// The declarations of `path`, `values`, `words` and `prefix`.
ParamSchema variant_params(const std::string& path, const std::vector<double>& values,
                           const std::string& prefix);

/// The declaration of `training_steps`: how long each variant trains, 0 for as long as the
/// experiment; and the change of a variant that it stands for, so that schedules fit.
ParamSpec training_steps_param();
void add_training_steps(const Params& params, Variant& variant);

/// The words of a comma-separated list, without spaces around them.
std::vector<std::string> words_of(const std::string& list);
/// What a picture calls a setting's value: the word, or "seed 0" where it is a number.
std::string said_word(const std::string& path, const std::string& word);
/// A word as the value of a setting: a number where it is one.
Json value_of_word(const std::string& word);

}  // namespace aniso::analysis
