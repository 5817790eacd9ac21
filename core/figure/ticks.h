#pragma once

#include <string>
#include <vector>

namespace aniso::figure {

struct Tick {
  double value = 0;
  std::string label;   ///< markup (text_run.h); empty on minor ticks
  bool minor = false;  ///< a short unlabelled mark between decades
};

/// The ticks of one axis.
struct Ticks {
  std::vector<Tick> ticks;  ///< in the direction of the axis: descending on reversed ones
  /// What every label is to be multiplied by or added to: "×10^{−6}", "+ 12,345.6"; or empty.
  std::string factor;
};

/// Where `step` puts its ticks: at start + i · step.
struct Progression {
  double start = 0;
  double step = 1;
  int count = 0;
  double score = 0;
};

/// Values |x| above this count as infinite: sums and products of ranges stay finite below it.
inline constexpr double kLargest = 1e300;

/// The best-scoring progression inside [low, high] for about `target` ticks.
///
/// Steps are 1, 5, 2, 2.5, 4, 3 times a power of ten, in this order of preference; the score is
/// 0.25 simplicity + 0.2 coverage + 0.5 density + 0.05 legibility (labels of one format are all
/// legible here, overlap is the caller's: it asks again for fewer).
/// @param low, high  finite, low < high.
/// @param target     wished number of ticks, at least 2; the result has at most 2·target.
/// @throws InvalidInput outside these.
/// Cost: a few microseconds.
/// Source: Talbot, Lin, Hanrahan 2010, "An Extension of Wilkinson's Algorithm for Positioning
/// Tick Labels on Axes"; differs: ticks stay inside the range.
Progression wilkinson(double low, double high, double target, bool integer = false);

/// Ticks of a linear axis with labels of equal decimals, grouped thousands and true minus signs.
///
/// Numbers from 100,000 on or below 0.001 share a power of ten in `factor`; a range that is tiny
/// against its offset shows differences and the offset in `factor`. low > high is a reversed axis;
/// low == high gives the one tick.
/// @throws InvalidInput if an end is not finite or above kLargest, or target < 2.
Ticks linear_ticks(double low, double high, double target);

/// Ticks at whole numbers only: "1,248"; from a million on "2.5M", "3G".
Ticks integer_ticks(double low, double high, double target);

/// Decades, thinned to whole multiples when there are many, with minor ticks at 2 … 9 between
/// neighbouring ones; below two decades 1, 2, 5 are labelled, below about a third of a decade the
/// ticks are the linear ones.
///
/// Labels are plain from 0.001 to 10,000 and powers of ten when a tick lies outside.
/// @throws InvalidInput if an end is not positive and finite.
Ticks log_ticks(double low, double high, double target);

/// "−1,234.50": fixed decimals, grouped thousands from 10,000 on in front of the point, a true
/// minus sign, no "−0".
std::string fixed_number(double value, int decimals);

/// A number for a person in at most `digits` significant digits: "0.0897", "1,248", "1.2×10^{−7}",
/// "undefined" for NaN, "∞".
std::string short_number(double value, int digits = 4);

}  // namespace aniso::figure
