#pragma once

#include "app/views/view.h"

namespace aniso::app {

/// Shows any analysis by the kinds of its results.
ViewType result_view(const std::string& analysis_id);

}  // namespace aniso::app
