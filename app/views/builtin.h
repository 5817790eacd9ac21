#pragma once

#include "app/views/view.h"

/// One function per view file; registry.cpp lists them.
namespace aniso::app {

ViewType field_view();
ViewType curves_view();
ViewType trajectory_view();
ViewType architecture_view();
ViewType curvature_view();
ViewType spectrum_view();
ViewType average_geometry_view();
/// Shows any analysis by the kinds of its results.
ViewType result_view(const std::string& analysis_id);

}  // namespace aniso::app
