#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/analysis/result.h"
#include "core/base/input_shape.h"
#include "core/figure/figure.h"

namespace aniso::app {

/// What is known of a basis, element by element, each at its place in a grid.
struct BasisErrors {
  Matrix error;     ///< NaN where nothing is trained yet
  Matrix loudness;  ///< the same shape
  std::string error_title, loudness_title, unit, x_label, y_label;
  double rho = 0, rho_band = 0, p_value = 0;  ///< NaN where there are too few
  std::string verdict;                        ///< what came of the conjecture; empty before
  std::vector<std::string> remarks;

  Index elements() const { return loudness.size(); }
  Index trained() const;
};

/// Takes apart the results of the analysis "basis_errors".
BasisErrors basis_errors_of(const analysis::Results& results);

/// The element at a place of the grid, as the analysis laid them out. @param basis  id.
std::optional<Index> element_at(const std::string& basis, const InputShape& shape, Index row,
                                Index col);
/// It as a direction; empty where it is not known without the analysis (eigenvectors).
Vector element_direction(const std::string& basis, const InputShape& shape, Index element);

/// One of the maps as cells in colour, row 0 on top. Errors are NaN where nothing is trained yet.
enum class BasisMap { error, loudness };
figure::Panel basis_panel(const BasisErrors& errors, BasisMap which, bool logarithmic);

/// Every trained element's error against its loudness.
figure::Panel basis_scatter(const BasisErrors& errors);

}  // namespace aniso::app
