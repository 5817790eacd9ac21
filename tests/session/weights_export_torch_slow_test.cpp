// What is exported is loaded by PyTorch and gives the same outputs.
#include "core/session/weights_export.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "core/base/random.h"
#include "core/engines/engines.h"
#include "core/io/files.h"
#include "core/io/safetensors.h"
#include "core/nn/pytorch.h"
#include "tests/nn/cases.h"
#include "tests/support/scratch_folder.h"

namespace aniso::session {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCompare = R"py(
import importlib.util, pathlib, sys, torch
failures = 0
for folder in sorted(p for p in pathlib.Path(sys.argv[1]).iterdir() if p.is_dir()):
    spec = importlib.util.spec_from_file_location(folder.name, folder / "network.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    probe = module.read_safetensors(folder / "probe" / "probe.safetensors")
    tolerance = 1e-11 if probe["x"].dtype == torch.float64 else 2e-5
    for name in ("weights.safetensors", "weights.pt"):
        with torch.no_grad():
            y = module.load(folder / name)(probe["x"])
        error = float(((y - probe["y"]).abs() / (1 + probe["y"].abs())).max())
        if not error <= tolerance or y.shape != probe["y"].shape:
            print(f"{folder.name} {name}: shape {tuple(y.shape)}, error {error:g}")
            failures += 1
sys.exit(1 if failures else 0)
)py";

io::NamedTensor tensor(const std::string& name, const Matrix& m) {
  return {name, {m.rows(), m.cols()}, {m.data(), m.data() + m.size()}};
}

void export_case(const fs::path& folder, const nn::Case& c, Dtype dtype) {
  const Engines engines = engines::engines();
  const nn::NetworkPlan plan = c.plan();
  Vector parameters = c.parameters();
  // Running statistics, shifts and positions begin at 0 or 1: moved, so that a swap is seen.
  parameters.array() +=
      0.05 * RandomStream(3, "moved").normals(Index{plan.parameter_count()}).array().abs();
  const Matrix x = c.points(6);
  FunctionOptions options;
  options.dtype = dtype;
  const Matrix y = engines.function(plan, parameters, options)->values(x);
  export_weights(folder, engines, plan, parameters, dtype, c.name);
  fs::create_directory(folder / "probe");
  io::write_safetensors(folder / "probe" / "probe.safetensors", {tensor("x", x), tensor("y", y)},
                        dtype);
}

TEST(WeightsExport, PyTorchRebuildsEveryArchitecture) {
  const testing_support::ScratchFolder scratch;
  for (const auto& c : nn::cases()) {
    SCOPED_TRACE(c.name);
    export_case(scratch.path() / c.name, c, Dtype::float64);
    if (c.name.ends_with("_default"))
      export_case(scratch.path() / (c.name + "_float32"), c, Dtype::float32);
  }
  io::write_atomically(scratch.path() / "compare.py", std::string_view(kCompare));
  const std::string command = "/usr/bin/python3 '" + (scratch.path() / "compare.py").string() +
                              "' '" + scratch.path().string() + "'";
  EXPECT_EQ(std::system(command.c_str()), 0) << "needs the package python3-torch";
}

TEST(WeightsExport, TheProgramShowsTheNetwork) {
  const testing_support::ScratchFolder scratch;
  export_case(scratch.path() / "net", nn::cases().front(), Dtype::float64);
  const std::string command = "/usr/bin/python3 '" + (scratch.path() / "net/network.py").string() +
                              "' > '" + (scratch.path() / "out.txt").string() + "'";
  ASSERT_EQ(std::system(command.c_str()), 0) << "needs the package python3-torch";
  EXPECT_NE(io::read_text(scratch.path() / "out.txt").find("between the two files: 0\n"),
            std::string::npos);
}

TEST(WeightsExport, AFolderThatHoldsSomethingIsLeftAlone) {
  const testing_support::ScratchFolder scratch;
  io::write_atomically(scratch.path() / "mine.txt", std::string_view("mine"));
  const nn::Case c = nn::cases().front();
  EXPECT_THROW(export_weights(scratch.path(), engines::engines(), c.plan(), c.parameters(),
                              Dtype::float64, c.name),
               InvalidInput);
  EXPECT_EQ(io::read_text(scratch.path() / "mine.txt"), "mine");
}

}  // namespace
}  // namespace aniso::session
