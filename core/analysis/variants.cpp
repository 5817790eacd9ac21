#include "core/analysis/variants.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <sstream>
#include <utility>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::analysis {
namespace {

Json number_of(double value) {
  const bool whole = value == std::trunc(value) && std::abs(value) < 1e15;
  return whole ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

}  // namespace

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> words;
  std::istringstream stream(list);
  for (std::string word; std::getline(stream, word, ',');) {
    const auto first = word.find_first_not_of(' '), last = word.find_last_not_of(' ');
    if (first != std::string::npos) words.push_back(word.substr(first, last - first + 1));
  }
  return words;
}

Json value_of_word(const std::string& word) {
  double value = 0;
  const auto end = std::from_chars(word.data(), word.data() + word.size(), value);
  const bool is_number = end.ec == std::errc() && end.ptr == word.data() + word.size();
  return is_number ? number_of(value) : Json(word);
}

VariantList::VariantList(const Params& params)
    : paths_(words_of(params.text("path"))),
      words_(words_of(params.text("words"))),
      values_(params.reals("values")),
      prefix_(params.text("prefix")) {
  ANISO_CHECK(!paths_.empty(), "path: name the setting to vary, such as dataset.angle");
  if (words_.empty()) return;
  values_.resize(words_.size());
  std::iota(values_.begin(), values_.end(), 0.0);
}

Variant VariantList::variant(Index i) const {
  Variant out;
  for (std::size_t p = 0; p < paths_.size(); ++p) {
    if (!words_.empty()) {
      out.changes.emplace_back(paths_[p], value_of_word(words_.at(static_cast<std::size_t>(i))));
      continue;
    }
    const Json number = number_of(values_.at(static_cast<std::size_t>(i)) + static_cast<double>(p));
    out.changes.emplace_back(paths_[p],
                             prefix_.empty() ? number : Json(prefix_ + ":" + number.dump()));
  }
  return out;
}

std::string VariantList::label(Index i) const {
  const Json value = variant(i).changes.front().second;
  const std::string first = value.is_string() ? value.get<std::string>() : value.dump();
  return paths_.size() == 1 || !words_.empty() ? first
                                               : text(first, " and next ", paths_.size() - 1);
}

std::string VariantList::axis() const {
  std::string label = prefix_.empty() ? path() : path() + " = " + prefix_ + ": k";
  for (std::size_t i = 0; i < words_.size(); ++i)
    label += text(i == 0 ? ": " : ", ", i, " ", words_[i]);
  return label;
}

ParamSchema variant_params(const std::string& path, const std::vector<double>& values,
                           const std::string& prefix) {
  return {
      text_param("path", path)
          .about("The setting, as -D names it. Several with commas between take consecutive "
                 "numbers."),
      reals_param("values", values).lengths(1, 1000).about("Its values, in order."),
      text_param("words", "")
          .about(
              "Words to take instead of numbers, such as those of a choice, separated by commas."),
      text_param("prefix", prefix)
          .about("Put before each value with a colon, for directions: average_geometry gives "
                 "average_geometry:3.")};
}

ParamSpec training_steps_param() {
  return integer_param("training_steps", 0)
      .range(0, 10000000)
      .about("Optimiser steps of each; 0 for those of the experiment.");
}

std::string said_word(const std::string& path, const std::string& word) {
  if (value_of_word(word).is_string()) return word;
  std::string setting = path.substr(path.rfind('.') + 1);
  std::replace(setting.begin(), setting.end(), '_', ' ');
  return setting + " " + word;
}

void add_training_steps(const Params& params, Variant& variant) {
  if (const auto steps = params.integer("training_steps"); steps > 0)
    variant.changes.emplace_back("training.steps", Json(steps));
}

}  // namespace aniso::analysis
