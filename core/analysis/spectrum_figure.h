#pragma once

#include <limits>
#include <string>

#include "core/analysis/result.h"
#include "core/figure/figure.h"

namespace aniso::analysis {

/// How a spectrum is drawn.
struct SpectrumLook {
  enum class Axis {
    automatic,  ///< logarithmic where no value is negative and one is positive
    linear,
    logarithmic,
  };
  Axis axis = Axis::automatic;
  Index first_index = 1;    ///< number of the largest value
  bool null_band = true;    ///< what chance alone would give
  bool guide = true;        ///< Marchenko–Pastur edges
  bool theory = true;       ///< closed form
  bool groups = true;       ///< values that cannot be told apart
  bool split_null = false;  ///< values within the null band in quiet colour
  /// Values that are exactly 0 are one shaded block, named as a null space, instead of a count.
  bool null_space = false;
  /// Indices shown, as numbered; NaN for all. The other axis fits what is shown.
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

/// Values below this share of the largest are rounding: they count as zero on a logarithmic axis.
inline constexpr double kSpectrumRounding = 1e-12;

/// Values as points, with their null band, theory, Marchenko–Pastur edges and groups. What has no
/// place on a logarithmic axis is counted in the subtitle.
figure::Panel spectrum_panel(const Spectrum& spectrum, const SpectrumLook& look = {});

/// The same spectrum counted from the other end: values rise, and everything goes with them but the
/// directions, which may be large: (0, D) remains, and value k has row n − 1 − k of the falling
/// one.
Spectrum rising(const Spectrum& falling);

/// How many values are exactly 0: the dimension of the null space.
Index nullity(const Spectrum& spectrum);

/// Whether there is something to show below it.
bool has_stability(const Spectrum& spectrum);

/// Split-half stability of each group against the index, 0 … 1, with what random subspaces of the
/// same dimensions have (k/D) dashed: a low strip that belongs under `spectrum_panel`.
figure::Panel stability_panel(const Spectrum& spectrum, const SpectrumLook& look = {});

}  // namespace aniso::analysis
