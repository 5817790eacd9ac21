#pragma once

#include <filesystem>

#include "app/cli/arguments.h"
#include "app/cli/cli.h"

namespace aniso::cli {

/// The assets folder: $ANISO_ASSETS, beside the executable, where it is installed, or the source
/// tree it was built from. @throws IoError.
std::filesystem::path assets_folder();

/// The experiment that the arguments ask for: a file (experiment, session, run folder, picture with
/// state or data, recognised by content), --config, --preset or the default preset, then the other
/// flags, then -D, which wins.
/// @throws InvalidInput, also where a file does not read.
Opened open_experiment(const Arguments& arguments);

}  // namespace aniso::cli
