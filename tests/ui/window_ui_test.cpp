// The real window, started like a person would, used by real key presses and mouse movements.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/ui/live_window.h"

namespace aniso::test {
namespace {

using testing_support::run_program;

// The stage's left tile at 1200×800, away from its header and footer.
constexpr Index kFieldX = 320, kFieldY = 60, kFieldWidth = 340, kFieldHeight = 360;
constexpr int kFieldCentreX = 480, kFieldCentreY = 350;

TEST(Window, StartsToTrainAtOnceAndShowsAPicture) {
  LiveWindow window({});
  const Shot first = window.shot();
  const Json later = window.state_when([&](const Json& state) { return state["step"] > 0; });
  EXPECT_GT(later["step"].get<Index>(), 0) << "the default preset trains without a question";
  EXPECT_EQ(first.state["experiment"]["dataset"]["id"], "rotated_plane");
  EXPECT_EQ(first.image.width, 1200);
  EXPECT_EQ(first.image.height, 800);
  EXPECT_EQ(window.close(), 0);
}

TEST(Window, KeysPauseStepAndReset) {
  LiveWindow window({"--preset", "moons-mlp", "--paused"});
  EXPECT_EQ(window.shot().step(), 0);
  window.key("Right");
  EXPECT_EQ(window.state_when([](const Json& s) { return s["step"] == 1; })["step"], 1);
  window.key("shift+Right");
  EXPECT_EQ(window.state_when([](const Json& s) { return s["step"] == 11; })["step"], 11);
  window.key("space");
  EXPECT_GT(window.state_when([](const Json& s) { return s["step"] > 30; })["step"], 30);
  window.key("space");
  LiveWindow::pause(0.5);
  const Shot paused = window.shot();
  LiveWindow::pause(0.5);
  const Shot still = window.shot();
  EXPECT_EQ(paused.step(), still.step()) << "paused means paused";
  EXPECT_LT(difference(paused.image, still.image, kFieldX, kFieldY, kFieldWidth, kFieldHeight),
            0.01);
  window.key("r");
  EXPECT_EQ(window.state_when([](const Json& s) { return s["step"] == 0; })["step"], 0);
}

TEST(Window, TheTransportBarWorksByMouse) {
  LiveWindow window({"--preset", "moons-mlp", "--paused"});
  window.click(32, 774);  // play
  EXPECT_GT(window.state_when([](const Json& s) { return s["step"] > 0; })["step"], 0);
  window.click(32, 774);  // pause
  LiveWindow::pause(0.4);
  const Index paused = window.shot().step();
  window.click(68, 774);  // step
  EXPECT_EQ(window.state_when([&](const Json& s) { return s["step"] == paused + 1; })["step"],
            paused + 1);
}

TEST(Window, WheelZoomsDragPansDoubleClickFits) {
  LiveWindow window({"--preset", "moons-mlp", "--paused"});
  const auto field = [&] {
    LiveWindow::pause(0.6);
    window.move(250, 30);  // off the picture, so that no reading or tooltip differs
    return window.shot().image;
  };
  const auto changed = [](const io::Image& a, const io::Image& b) {
    return difference(a, b, kFieldX, kFieldY, kFieldWidth, kFieldHeight);
  };
  const io::Image home = field();
  window.wheel(kFieldCentreX, kFieldCentreY, 4);
  const io::Image zoomed = field();
  EXPECT_GT(changed(home, zoomed), 0.05);
  window.drag(kFieldCentreX, kFieldCentreY, 80, 40);
  const io::Image panned = field();
  EXPECT_GT(changed(zoomed, panned), 0.05);
  window.move(kFieldCentreX, kFieldCentreY);
  std::system("xdotool click --repeat 2 --delay 90 1");
  EXPECT_LT(changed(home, field()), 0.02) << "double click shows everything again";
}

TEST(Window, ADraggedNumberChangesTheRunAndUndoTakesItBack) {
  LiveWindow window({"--preset", "moons-mlp", "--paused"});
  const auto samples = [](const Json& state) {
    return state["experiment"]["dataset"]["n"].get<Index>();
  };
  const Index before = samples(window.shot().state);
  window.drag(220, 130, 60, 0);  // "Samples", the first number of the panel
  const Index after = samples(window.shot().state);
  EXPECT_NE(after, before);
  window.key("ctrl+z");
  LiveWindow::pause(0.3);
  EXPECT_EQ(samples(window.shot().state), before) << "one drag is one step of undo";
  window.key("ctrl+y");
  LiveWindow::pause(0.3);
  EXPECT_EQ(samples(window.shot().state), after);
}

TEST(Window, ThePaletteFindsAPreset) {
  LiveWindow window({"--paused"});
  window.key("ctrl+p");
  LiveWindow::pause(0.4);
  window.type("moons");
  LiveWindow::pause(0.4);
  window.key("Return");
  const Json state = window.state_when(
      [](const Json& s) { return s["experiment"]["dataset"]["id"] == "two_moons"; });
  EXPECT_EQ(state["experiment"]["dataset"]["id"], "two_moons");
}

TEST(Window, CopyAndPasteBringAStateBack) {
  LiveWindow window({"--preset", "moons-mlp", "--paused"});
  const Json original = window.shot().state["experiment"];
  window.key("ctrl+c");
  window.drag(220, 130, 60, 0);
  EXPECT_NE(window.shot().state["experiment"], original);
  window.key("ctrl+v");
  LiveWindow::pause(0.4);
  EXPECT_EQ(window.shot().state["experiment"], original);
}

TEST(Window, ExportWritesAFigureWhoseTextIsText) {
  LiveWindow window({"--preset", "moons-mlp", "--paused"});
  window.key("ctrl+e");
  LiveWindow::pause(0.6);
  window.click(415, 426);  // "Export"
  std::filesystem::path pdf;
  for (int tries = 0; tries < 30 && pdf.empty(); ++tries) {
    LiveWindow::pause(0.2);
    for (const auto& entry : std::filesystem::directory_iterator(window.folder()))
      if (entry.path().extension() == ".pdf") pdf = entry.path();
  }
  ASSERT_FALSE(pdf.empty()) << "no PDF was written";
  const auto text = window.folder() / "text";
  ASSERT_EQ(std::system(("pdftotext '" + pdf.string() + "' '" + text.string() + "'").c_str()), 0);
  std::ifstream file(text);
  const std::string words((std::istreambuf_iterator<char>(file)), {});
  EXPECT_NE(words.find("logit"), std::string::npos) << words;
}

TEST(Window, TabHidesTheControlsAndSheetsOpen) {
  LiveWindow window({"--preset", "moons-mlp", "--paused"});
  const io::Image full = window.shot().image;
  window.key("Tab");
  LiveWindow::pause(0.5);
  EXPECT_GT(difference(full, window.shot().image, 0, 60, 280, 600), 0.3);
  window.key("Tab");
  window.key("h");
  LiveWindow::pause(0.5);
  const io::Image sheet = window.shot().image;
  EXPECT_GT(difference(full, sheet, 300, 150, 600, 400), 0.3);
  window.key("Escape");
  LiveWindow::pause(6);  // notices of screenshots leave
  EXPECT_LT(difference(full, window.shot().image, 0, 60, 280, 600), 0.02);
}

TEST(Window, F6BringsTheKeyboardIntoThePanels) {
  LiveWindow window({"--preset", "moons-mlp", "--paused"});
  const io::Image before = window.shot().image;
  window.key("F6");
  LiveWindow::pause(0.5);
  EXPECT_GT(difference(before, window.shot().image, 140, 90, 150, 40), 0.02) << "no ring";
  window.key("Down");  // from the family to "Samples"
  LiveWindow::pause(0.3);
  window.key("Return");
  LiveWindow::pause(0.3);
  window.type("400");
  window.key("Return");
  const auto samples = [](const Json& s) { return s["experiment"]["dataset"]["n"]; };
  EXPECT_EQ(samples(window.state_when([&](const Json& s) { return samples(s) == 400; })), 400);
  window.key("Right");  // moves; it is no shortcut here
  LiveWindow::pause(0.3);
  EXPECT_EQ(window.shot().step(), 0);
  window.key("Escape");
  LiveWindow::pause(0.3);
  window.key("Right");
  EXPECT_EQ(window.state_when([](const Json& s) { return s["step"] == 1; })["step"], 1);
}

TEST(Window, EveryViewDrawsByItsKey) {
  LiveWindow window({"--preset", "moons-mlp", "--steps", "60"});
  window.move(kFieldCentreX, kFieldCentreY);
  std::vector<std::string> seen;
  io::Image before = window.shot().image;
  for (const char* key : {"2", "3", "4", "5", "1"}) {
    window.key(key);
    LiveWindow::pause(0.8);
    const Shot shot = window.shot();
    seen.push_back(shot.state["view_state"]["tiles"][0]["view"].get<std::string>());
    EXPECT_GT(difference(before, shot.image, kFieldX, kFieldY, kFieldWidth, kFieldHeight), 0.02)
        << "nothing changed on the way to " << seen.back();
    before = shot.image;
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"curves", "trajectory", "architecture",
                                            "weight_spectra", "field"}));
}

TEST(Window, WeightsEqualThoseWithoutAWindow) {
  const std::vector<std::string> what = {
      "--preset", "rotated-plane-mlp", "--steps", "1000", "--seed", "3"};
  std::vector<std::string> headless = {"run", "--analyses", "none", "--figures", "none", "--out"};
  const ScratchFolder folder;
  headless.push_back((folder.path() / "out").string());
  headless.insert(headless.end(), what.begin(), what.end());
  const auto run = run_program(headless);
  ASSERT_EQ(run.code, 0) << run.err;

  const Xvfb display;
  std::vector<std::string> window = what;
  window.insert(window.end(), {"-D", "views.steps_per_s=0", "--measure", "6"});
  const auto shown = run_program(
      window, {.folder = folder.path(),
               .file_size = RLIM_INFINITY,
               .environment = {"XDG_CONFIG_HOME=" + (folder.path() / "config").string()}});
  ASSERT_EQ(shown.code, 0) << shown.err;
  EXPECT_NE(shown.out.find("steps 1000\n"), std::string::npos) << shown.out;
  EXPECT_NE(shown.out.find("weights " + run.sha256()), std::string::npos)
      << shown.out << run.last_line();
}

TEST(Window, WithoutADisplayItSaysSoAndRunsHeadless) {
  const ScratchFolder folder;
  const auto run = run_program(
      {"--preset", "moons-mlp", "--steps", "20"},
      {.folder = folder.path(), .file_size = RLIM_INFINITY, .environment = {"DISPLAY="}});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.err.find("display"), std::string::npos) << run.err;
  EXPECT_NE(run.out.find(".png"), std::string::npos) << "the pictures it wrote are named";
  EXPECT_EQ(run.last_line().rfind("done: 20 steps", 0), 0u) << run.last_line();
}

}  // namespace
}  // namespace aniso::test
