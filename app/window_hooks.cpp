#include "app/window_hooks.h"

#include <iostream>
#include <memory>

#include "app/cli/open.h"
#include "app/window_app.h"
#include "core/base/errors.h"

namespace aniso::app {
namespace {

WindowRequest request_of(const cli::Opened& opened, const cli::WindowFlags& flags) {
  WindowRequest request;
  request.experiment = session::to_json(opened.experiment);
  if (!opened.session_folder.empty()) request.session = opened.session_folder;
  request.assets = cli::assets_folder();
  request.config = config_folder();
  if (flags.measure_s <= 0 && flags.autosave_s > 0) request.state = state_folder();
  request.autosave_s = flags.autosave_s;
  request.memory_bytes = flags.memory_bytes;
  request.autostart = !flags.paused;
  request.width = flags.width;
  request.height = flags.height;
  request.content_scale = static_cast<float>(flags.scale);
  request.measure_s = flags.measure_s;
  return request;
}

void print(const WindowReport& report) {
  std::cout << "seconds " << report.seconds << "\nsteps " << report.steps << "\nsteps_per_s "
            << report.steps_per_s << "\nof_headless " << report.headless_ratio << "\nframes "
            << report.frames << "\nframe_ms_median " << report.frame_ms_median << "\nframe_ms_p99 "
            << report.frame_ms_p99 << "\nframe_ms_max " << report.frame_ms_max
            << "\nfirst_picture_s " << report.first_picture_s << "\ncpu_share " << report.cpu_share
            << "\nscrubs " << report.scrubs << "\nscrub_ms_median " << report.scrub_ms_median
            << "\nscrub_ms_max " << report.scrub_ms_max << "\nweights " << report.weights_sha256
            << "\nrenderer " << report.renderer << std::endl;
}

}  // namespace

cli::Hooks window_hooks() {
  cli::Hooks hooks;
  hooks.views = [] {
    std::vector<cli::IdTitle> views;
    for (const ViewType& type : view_types()) views.push_back({type.id, type.title});
    return views;
  };
  hooks.window = [](const cli::Opened& opened, const cli::WindowFlags& flags,
                    std::string& why_not) -> std::optional<int> {
    std::unique_ptr<WindowApp> window;
    try {
      window = std::make_unique<WindowApp>(request_of(opened, flags));
    } catch (const IoError& error) {
      why_not = error.what();
      return std::nullopt;
    }
    const WindowReport report = window->run();
    if (flags.measure_s > 0) print(report);
    return cli::kDone;
  };
  return hooks;
}

}  // namespace aniso::app
