#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aniso {

/// The candidate with the smallest edit distance to `word`, or "" when none is near (more than
/// about a third of the letters differ). Case, '-' and '_' do not count.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// " Did you mean 'x'?" or, when nothing is near, " Known: a, b, c."; for the end of a message.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

/// "a, b, c".
std::string joined_names(const std::vector<std::string>& names);

/// 1248 → "1,248". For people; files use plain digits.
std::string grouped(long long value);

/// Shortest text that reads back as the same float64; "nan", "inf", "-inf" for the others.
std::string number(double value);

}  // namespace aniso
