#include "app/cli/cli.h"
#include "core/engines/engines.h"
#ifdef ANISO_WINDOW
#include "app/window_hooks.h"
#endif

int main(int argc, char** argv) {
  aniso::engines::tune_allocator();
#ifdef ANISO_WINDOW
  return aniso::cli::run_program(argc, argv, aniso::app::window_hooks());
#else
  return aniso::cli::run_program(argc, argv, {});
#endif
}
