#include "app/cli/cli.h"

#include <exception>
#include <iostream>
#include <new>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/open.h"
#include "app/cli/terminal.h"
#include "core/base/errors.h"

namespace aniso::cli {
namespace {

// The window; where there can be none, the same experiment without it.
int open_command(const Arguments& arguments, const Hooks& hooks) {
  const Opened opened = open_experiment(arguments);
  std::string why_not = "this build has no window";
  if (hooks.window)
    if (const auto code = hooks.window(opened, arguments.window, why_not)) return *code;
  complain(why_not + "; running " + opened.origin + " without it");
  return run_headless_command(arguments, opened, true);
}

int dispatch(int argc, char** argv, const Hooks& hooks) {
  const Parsed parsed = parse_arguments(argc, argv);
  if (parsed.print) {
    std::cout << *parsed.print;
    return kDone;
  }
  switch (parsed.arguments.command) {
    case Arguments::Command::open:
      return open_command(parsed.arguments, hooks);
    case Arguments::Command::run:
      return run_headless_command(parsed.arguments, open_experiment(parsed.arguments), false);
    case Arguments::Command::list:
      return list_command(parsed.arguments, hooks);
    case Arguments::Command::describe:
      return describe_command(parsed.arguments);
  }
  return kFailed;
}

}  // namespace

int run_program(int argc, char** argv, const Hooks& hooks) {
  try {
    ignore_file_size_signal();
    return dispatch(argc, argv, hooks);
  } catch (const InvalidInput& error) {
    complain(error.what());
    return kBadInput;
  } catch (const std::bad_alloc&) {
    complain("out of memory; choose a smaller dataset, batch or network");
    return kFailed;
  } catch (const std::exception& error) {
    complain(error.what());
    return kFailed;
  }
}

}  // namespace aniso::cli
