#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/data/dataset.h"
#include "core/theory/mixture_score.h"

namespace aniso::analysis {

/// Why there is no exact score.
inline constexpr const char* kNoExactScore =
    "the law of these data is not known in closed form; Gaussian datasets have an exact score";

/// The score of the data's law; nothing where that is not known. Cost O(K D³).
std::optional<theory::MixtureScore> exact_score(const data::Dataset& data);

/// Says "the data's covariance has rank 1 of 64" where the law is known and its covariance, over
/// all components, is singular. Nothing else depends on it: exact scores and distances hold for any
/// rank. Cost O(D³).
void note_rank(const data::Dataset& data, std::vector<std::string>& notes);

/// Rows of the dataset, of its test set where there is one, drawn without repetition and noised to
/// a level: (at most `most`, D).
Matrix noised_points(const data::Dataset& data, const theory::NoiseLevel& level, Index most,
                     const RandomStream& stream);

}  // namespace aniso::analysis
