#pragma once

#include <string>

#include "app/cli/arguments.h"
#include "app/cli/cli.h"

namespace aniso::cli {

/// Trains without a window: progress on standard error; checks and the "done:" line on standard
/// output. @param name_pictures  also lists the figures that were written.
int run_headless_command(const Arguments& arguments, const Opened& opened, bool name_pictures);
/// Datasets, architectures, objectives, optimisers, analyses, views, presets, devices, BLAS.
int list_command(const Arguments& arguments, const Hooks& hooks);
/// What an id is, and its parameters with ranges, defaults and units.
/// @throws InvalidInput naming the nearest id.
int describe_command(const Arguments& arguments);

}  // namespace aniso::cli
