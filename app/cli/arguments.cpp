#include "app/cli/arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <sstream>
#include <tuple>
#include <utility>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/figure/cairo_painter.h"

namespace aniso::cli {
namespace {

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> out;
  std::istringstream stream(list);
  for (std::string part; std::getline(stream, part, ',');)
    if (!part.empty()) out.push_back(part);
  return out;
}

// Raw texts, as CLI11 collects them; given types by `understood`.
struct Raw {
  std::string figures = "png", size, log_level = "info", window_size;
  std::optional<std::int64_t> memory_limit;
};

// Said here, since CLI11's own words are only "Could not convert".
void take_whole_number(CLI::Option* option) {
  option->check(CLI::Validator(
      [](std::string& word) {
        std::int64_t value = 0;
        const auto end = std::from_chars(word.data(), word.data() + word.size(), value);
        const bool is_whole = end.ec == std::errc() && end.ptr == word.data() + word.size();
        return is_whole ? std::string()
                        : "'" + word + "' is no whole number; write one such as 100";
      },
      ""));
}

void add_experiment_options(CLI::App& app, Arguments& to) {
  app.add_option("--preset", to.preset, "Start from a shipped experiment; see 'list'.");
  app.add_option("--config", to.config, "Start from an experiment file (JSON).");
  app.add_option(
         "-D", to.overrides,
         "Set one value, such as -D optimizer.learning_rate=0.1; wins over the file. May be "
         "repeated.")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  take_whole_number(app.add_option("--seed", to.seed, "Seed of every random draw."));
  take_whole_number(app.add_option("--steps", to.steps, "Optimiser steps."));
  app.add_option("--device", to.device, "auto, cpu or cuda:N.");
  take_whole_number(app.add_option("--threads", to.threads, "Threads of the trainer."));
  app.add_option("--analyses", to.analyses,
                 "Analyses of the run, such as field,trajectory; or "
                 "none.");
  take_whole_number(app.add_option("--every", to.every,
                                   "Steps between two looks of the analyses; 0 for the end."));
}

void add_output_options(CLI::App& app, Arguments& to, Raw& raw) {
  app.add_option("--out", to.out, "Folder to write; must not exist or be empty.");
  app.add_option("--figures", raw.figures, "Formats of the figures: pdf,svg,png; or none.");
  app.add_option("--size", raw.size, "Size of the figures in points, such as 900x600.")
      ->type_name("WxH");
  take_whole_number(app.add_option(
      "--memory-limit", raw.memory_limit,
      "MiB for stored steps in the window, for results of analyses without one (512)."));
  app.add_option("--log-level", raw.log_level, "error, warning or info.");
  app.add_option("--autosave", to.autosave_s,
                 "Seconds between two saves of the session on the way (30); 0 for none.")
      ->check(CLI::Range(0.0, 86400.0));
  app.add_flag("--weights", to.weights,
               "Also write weights/: safetensors, a LibTorch archive and a PyTorch program.");
  app.add_flag("--check", to.check, "Hold the run against the experiment's 'expect' list.");
}

void add_window_options(CLI::App& app, Arguments& to, Raw& raw) {
  app.add_option("--window-size", raw.window_size, "Size of the window, such as 1600x900.")
      ->type_name("WxH");
  app.add_option("--scale", to.window.scale, "Scale of the interface; 2 on high-DPI displays.")
      ->check(CLI::Range(0.5, 4.0));
  app.add_flag("--paused", to.window.paused, "Open the window without starting to train.");
  app.add_option("--measure", to.window.measure_s,
                 "Close after so many seconds and print steps/s and frame times.")
      ->check(CLI::Range(0.1, 3600.0));
}

int extent_of(const char* flag, const std::string& digits, const std::string& size) {
  int value = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  ANISO_CHECK(end.ec == std::errc() && end.ptr == digits.data() + digits.size() && value >= 50 &&
                  value <= 10000,
              flag, ": '", size, "' is not understood; write WIDTHxHEIGHT, each from 50 to 10000, ",
              "such as 900x600");
  return value;
}

std::pair<int, int> extents_of(const char* flag, const std::string& size) {
  const auto cross = size.find_first_of("xX");
  return {extent_of(flag, size.substr(0, cross), size),
          extent_of(flag, cross == std::string::npos ? "" : size.substr(cross + 1), size)};
}

void understood(const Raw& raw, Arguments& to) {
  to.figures.clear();
  if (raw.figures != "none")
    for (const auto& format : split(raw.figures))
      to.figures.push_back(figure::extension_of(figure::format_of(format)));
  if (!raw.size.empty()) {
    const auto [width, height] = extents_of("--size", raw.size);
    to.figure_width = width;
    to.figure_height = height;
  }
  if (!raw.window_size.empty())
    std::tie(to.window.width, to.window.height) = extents_of("--window-size", raw.window_size);
  if (raw.memory_limit) {
    ANISO_CHECK(*raw.memory_limit >= 1 && *raw.memory_limit <= 1 << 20,
                "--memory-limit: ", *raw.memory_limit,
                " is out of range; it must be between 1 and 1048576 MiB");
    to.window.memory_bytes = to.memory_bytes = static_cast<std::size_t>(*raw.memory_limit) << 20;
  }
  to.window.autosave_s = to.autosave_s;
  static const std::vector<std::string> levels = {"error", "warning", "info"};
  const auto level = std::find(levels.begin(), levels.end(), raw.log_level);
  ANISO_CHECK(level != levels.end(), "--log-level: '", raw.log_level, "' is not known.",
              suggestion(raw.log_level, levels));
  to.verbosity = static_cast<Verbosity>(level - levels.begin());
}

std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> out;
  for (const auto* option : app.get_options())
    for (const auto& name : option->get_lnames()) out.push_back("--" + name);
  return out;
}

// CLI11 would say "The following arguments were not expected"; a nearest name helps more.
void refuse_leftovers(const CLI::App& app) {
  for (const auto& word : app.remaining()) {
    if (word == "--") continue;
    ANISO_CHECK(!word.starts_with("-"), "unknown flag '", word, "'.",
                suggestion(word.substr(0, word.find('=')), flags_of(app)));
    throw InvalidInput("unexpected argument '" + word + "'; see --help");
  }
}

struct Commands {
  CLI::App *run, *list, *describe;
};

Commands declare(CLI::App& app, Arguments& to, Raw& raw) {
  app.set_version_flag("--version", std::string("anisoscope ") + ANISO_VERSION);
  app.require_subcommand(0, 1);
  app.allow_extras();
  app.add_option("FILE", to.files, "Experiments, sessions, data, pictures with state.");
  add_experiment_options(app, to);
  add_output_options(app, to, raw);
  add_window_options(app, to, raw);
  Commands commands{};
  commands.run = app.add_subcommand("run", "Train without a window and write a folder.");
  commands.run->add_option("FILE", to.files, "An experiment, a session or a picture with state.");
  add_experiment_options(*commands.run, to);
  add_output_options(*commands.run, to, raw);
  commands.list = app.add_subcommand("list", "Name everything there is to choose from.");
  commands.list->add_flag("--json", to.as_json, "As one JSON object.");
  commands.describe = app.add_subcommand("describe", "Explain one of them and its parameters.");
  commands.describe->add_option("ID", to.describe_id, "As 'list' names it.")->required();
  for (auto* command : {commands.run, commands.list, commands.describe}) command->allow_extras();
  return commands;
}

}  // namespace

Parsed parse_arguments(int argc, const char* const* argv) {
  Parsed parsed;
  Raw raw;
  CLI::App app("Anisoscope: watch the geometry of learning.", "anisoscope");
  const Commands commands = declare(app, parsed.arguments, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    parsed.print = app.help();
    return parsed;
  } catch (const CLI::CallForVersion& version) {
    parsed.print = std::string(version.what()) + "\n";
    return parsed;
  } catch (const CLI::ParseError& error) {
    throw InvalidInput(error.what());
  }
  auto& arguments = parsed.arguments;
  const CLI::App* used = &app;
  if (commands.run->parsed()) {
    arguments.command = Arguments::Command::run;
    used = commands.run;
  } else if (commands.list->parsed()) {
    arguments.command = Arguments::Command::list;
    used = commands.list;
  } else if (commands.describe->parsed()) {
    arguments.command = Arguments::Command::describe;
    used = commands.describe;
  }
  refuse_leftovers(*used);
  if (used != &app) refuse_leftovers(app);
  understood(raw, arguments);
  return parsed;
}

}  // namespace aniso::cli
