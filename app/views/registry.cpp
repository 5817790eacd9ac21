#include <algorithm>

#include "app/views/builtin.h"
#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {

const std::vector<ViewType>& view_types() {
  static const std::vector<ViewType> types = [] {
    std::vector<ViewType> all = {field_view(),           curves_view(),    trajectory_view(),
                                 architecture_view(),    curvature_view(), spectrum_view(),
                                 average_geometry_view()};
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
