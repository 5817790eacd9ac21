#include "app/cli/cli.h"

int main(int argc, char** argv) { return aniso::cli::run_program(argc, argv, {}); }
