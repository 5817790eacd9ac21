#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/analysis/registry.h"
#include "core/figure/figure.h"
#include "core/session/experiment.h"
#include "core/session/run_loop.h"
#include "core/session/summary.h"

namespace aniso::session {

/// A picture of a run's folder, its file's name without the extension.
struct NamedFigure {
  std::string name;
  figure::Figure figure;
};

/// What a run shows at its end: its curves, and each analysis as it is now and over time.
std::vector<NamedFigure> run_figures(const RunLoop& loop, const std::vector<Chosen>& analyses,
                                     const Histories& histories);

/// Writes one of them in one format ("pdf", "svg", "png"); the picture carries the experiment.
/// @param width, height  points; 0: by the number of panels.
/// @return the file. @throws IoError, InvalidInput.
std::filesystem::path write_figure(const NamedFigure& named, const std::filesystem::path& folder,
                                   const std::string& format, double width, double height,
                                   const std::string& state);

}  // namespace aniso::session
