#include <algorithm>

#include "app/views/builtin.h"
#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"

// One line per view, in menu order: <id>_view.cpp defines the maker <id>_view().
#define ANISO_VIEWS(VIEW)   \
  VIEW(field)               \
  VIEW(curves)              \
  VIEW(trajectory)          \
  VIEW(architecture)        \
  VIEW(curvature)           \
  VIEW(spectrum)            \
  VIEW(average_geometry)    \
  VIEW(evolution)           \
  VIEW(ensemble_boundaries) \
  VIEW(score_field)         \
  VIEW(samples)             \
  VIEW(output_geometry)     \
  VIEW(prediction)          \
  VIEW(basis_errors)

namespace aniso::app {

#define ANISO_DECLARE(id) ViewType id##_view();
ANISO_VIEWS(ANISO_DECLARE)

const std::vector<ViewType>& view_types() {
  static const std::vector<ViewType> types = [] {
#define ANISO_MAKE(id) id##_view(),
    std::vector<ViewType> all = {ANISO_VIEWS(ANISO_MAKE)};
    for (const analysis::Analysis& analysis : analysis::analyses())
      if (std::none_of(all.begin(), all.end(),
                       [&](const ViewType& type) { return type.id == analysis.id; }))
        all.push_back(result_view(analysis.id));
    return all;
  }();
  return types;
}

const ViewType& view_type(std::string_view id) {
  std::vector<std::string> known;
  for (const ViewType& type : view_types()) {
    if (type.id == id) return type;
    known.push_back(type.id);
  }
  throw InvalidInput(text("view '", id, "' is not known.", suggestion(id, known)));
}

}  // namespace aniso::app
