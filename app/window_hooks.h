#pragma once

#include "app/cli/cli.h"

namespace aniso::app {

/// What the command line needs of the window.
cli::Hooks window_hooks();

}  // namespace aniso::app
