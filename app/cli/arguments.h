#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/cli.h"

namespace aniso::cli {

enum class Verbosity { error, warning, info };

/// What stood on the command line, before it is given a meaning.
struct Arguments {
  enum class Command { open, run, list, describe };
  Command command = Command::open;

  // Which experiment.
  std::vector<std::string> files;  ///< positional
  std::optional<std::string> preset;
  std::optional<std::string> config;
  std::vector<std::string> overrides;  ///< -D path=value
  std::optional<std::int64_t> seed, steps, threads, every;
  std::optional<std::string> device;
  std::optional<std::string> analyses;  ///< "a,b" or "none"

  // What a run without a window does with it.
  std::optional<std::string> out;
  std::vector<std::string> figures = {"png"};
  double figure_width = 0, figure_height = 0;  ///< points; 0 where --size is not given
  std::size_t memory_bytes = std::size_t{512} << 20;
  double autosave_s = 30;
  bool check = false;
  bool weights = false;
  Verbosity verbosity = Verbosity::info;

  WindowFlags window;

  std::string describe_id;
  bool as_json = false;
};

/// Either arguments, or text to print and the code to end with (--help, --version).
struct Parsed {
  Arguments arguments;
  std::optional<std::string> print;
};

/// @throws InvalidInput for anything that does not parse, with the nearest flag or command.
Parsed parse_arguments(int argc, const char* const* argv);

}  // namespace aniso::cli
