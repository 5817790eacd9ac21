#include <Eigen/Core>
#include <array>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/terminal.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/engines/engines.h"
#include "core/session/headless.h"
#include "core/session/run_folder.h"

namespace aniso::cli {
namespace {

Json provenance(const engines::Environment& environment) {
  Json versions = {
      {"anisoscope", ANISO_VERSION},
      {"compiler", __VERSION__},
      {"eigen", text(EIGEN_WORLD_VERSION, ".", EIGEN_MAJOR_VERSION, ".", EIGEN_MINOR_VERSION)}};
  if (environment.has_torch) versions["libtorch"] = environment.torch_version;
  return {{"blas", environment.blas},
          {"blas_is_reference", environment.blas_is_reference},
          {"versions", std::move(versions)}};
}

std::string rate_text(double steps_per_s) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.1f", steps_per_s);
  return buffer.data();
}

std::string folder_name(const Opened& opened) {
  const auto& title = opened.experiment.title;
  return title.empty() ? opened.experiment.dataset.id : title;
}

void report(const session::HeadlessOutcome& outcome, const std::filesystem::path& folder,
            bool name_pictures) {
  if (outcome.ending == session::Ending::diverged) complain("diverged at " + outcome.cause);
  if (outcome.ending == session::Ending::failed) complain(outcome.cause);
  if (outcome.ending == session::Ending::interrupted)
    complain(outcome.cause + "; go on with: anisoscope run " + (folder / "session").string());
  for (const auto& message : outcome.not_saved) complain("not saved: " + message);
  for (const auto& check : outcome.checks) std::cout << session::check_line(check) << "\n";
  if (name_pictures)
    for (const auto& picture : outcome.pictures) std::cout << picture.string() << "\n";
  std::cout << "done: " << outcome.steps << " steps, " << rate_text(outcome.steps_per_s)
            << " steps/s, weights " << outcome.weights_sha256 << ", " << folder.string()
            << std::endl;
}

}  // namespace

int run_headless_command(const Arguments& arguments, const Opened& opened, bool name_pictures) {
  const auto environment = engines::environment();
  ProgressDisplay display(arguments.verbosity);
  if (environment.blas_is_reference && arguments.verbosity >= Verbosity::warning)
    display.say("warning: the BLAS is the slow reference one; install libopenblas0-openmp");
  session::HeadlessOptions options;
  options.folder = arguments.out ? std::filesystem::path(*arguments.out)
                                 : session::fresh_folder("out", folder_name(opened));
  options.figures = arguments.figures;
  options.figure_width = arguments.figure_width;
  options.figure_height = arguments.figure_height;
  options.check = arguments.check;
  options.weights = arguments.weights;
  options.memory_bytes = arguments.memory_bytes;
  options.autosave_s = arguments.autosave_s;
  options.provenance = provenance(environment);
  options.on_progress = [&](const session::Progress& progress) { display.show(progress); };
  if (arguments.verbosity >= Verbosity::warning)
    options.on_notice = [&](const std::string& message) { display.say(message); };
  const InterruptGuard guard;
  options.interrupted = guard.flag();
  const auto outcome = session::run_headless(engines::engines(), opened.experiment,
                                             opened.session ? &*opened.session : nullptr, options);
  display.end();
  report(outcome, options.folder, name_pictures);
  return outcome.exit_code();
}

}  // namespace aniso::cli
