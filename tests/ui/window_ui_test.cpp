// The real window, started like a person would, used by real key presses and mouse movements.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/ui/live_window.h"

namespace aniso::test {
namespace {

using testing_support::run_program;

// The stage's left tile at 1200×800, away from its header and footer.
constexpr Index kFieldX = 320, kFieldY = 60, kFieldWidth = 340, kFieldHeight = 360;
// The time line: where step 0 stands, and its length.
constexpr int kBarLeft = 375, kBarWidth = 362, kBarY = 774;
constexpr int kReopenX = 624, kReopenY = 709;
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
  window.click(104, 774);  // step
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

TEST(Window, CurvatureIsZoomedAndPannedLikeTheField) {
  LiveWindow window({"--preset", "moons-mlp", "--paused"});
  const auto picture = [&] {
    LiveWindow::pause(1);
    window.move(250, 30);
    return window.shot().image;
  };
  const auto changed = [](const io::Image& a, const io::Image& b) {
    return difference(a, b, kFieldX, kFieldY, kFieldWidth, kFieldHeight);
  };
  window.move(kFieldCentreX, kFieldCentreY);
  window.key("5");
  const io::Image home = picture();
  window.wheel(kFieldCentreX, kFieldCentreY, 4);
  const io::Image zoomed = picture();
  EXPECT_GT(changed(home, zoomed), 0.05);
  window.drag(kFieldCentreX, kFieldCentreY, 80, 40);
  EXPECT_GT(changed(zoomed, picture()), 0.05);
  window.move(kFieldCentreX, kFieldCentreY);
  std::system("xdotool click --repeat 2 --delay 90 1");
  EXPECT_LT(changed(home, picture()), 0.02) << "double click shows everything again";
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
  EXPECT_EQ(seen, (std::vector<std::string>{"curves", "trajectory", "architecture", "curvature",
                                            "field"}));
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

TEST(Window, TheTimeLineIsScrubbedByKeysAndMouseAndEveryViewFollows) {
  LiveWindow window({"--preset", "moons-mlp", "--paused", "-D", "training.steps=100", "-D",
                     "training.log_every=5"});
  const auto at = [&](Index step) {
    return window.state_when([&](const Json& s) { return s["step"] == step; })["step"];
  };
  for (int i = 0; i < 6; ++i) window.key("shift+Right");
  EXPECT_EQ(at(60), 60);
  window.move(250, 30);
  LiveWindow::pause(0.6);
  const io::Image end = window.shot().image;
  window.key("Left");
  EXPECT_EQ(at(59), 59);
  window.key("shift+Left");
  EXPECT_EQ(at(49), 49);
  window.key("ctrl+Left");
  EXPECT_EQ(at(48), 48) << "each of the first steps is stored";
  window.key("Right");
  EXPECT_EQ(at(49), 49) << "a step forward in the past trains nothing";
  window.drag(kBarLeft + 54 * kBarWidth / 100, kBarY, -34 * kBarWidth / 100, 0);
  window.move(250, 30);
  LiveWindow::pause(0.6);
  const Shot past = window.shot();
  EXPECT_NEAR(static_cast<double>(past.step()), 20, 2);
  EXPECT_GT(difference(end, past.image, kFieldX, kFieldY, kFieldWidth, kFieldHeight), 0.05)
      << "the field is that of the step";
  EXPECT_GT(difference(end, past.image, 720, 60, 200, 250, 60), 0.001) << "curves show the step";
  window.key("End");
  EXPECT_EQ(at(60), 60);
  LiveWindow::pause(0.6);
  EXPECT_LT(difference(end, window.shot().image, kFieldX, kFieldY, kFieldWidth, kFieldHeight), 0.01)
      << "the same picture as before";
  window.key("Home");
  EXPECT_EQ(at(0), 0);
  window.key("space");
  EXPECT_EQ(at(100), 100) << "play returns to live and goes on";
}

// A key is down for less than a frame of the software renderer: Enter must not be lost, nor may
// an open text field keep F12 from taking a picture.
TEST(Window, QuickKeysReachThePaletteAndFunctionKeysWorkWhileItIsOpen) {
  const LiveWindow window({"--preset", "moons-mlp", "--paused"});
  const std::string layout = window.shot().state["view_state"]["layout"].get<std::string>();
  window.key("ctrl+p");
  LiveWindow::pause(0.5);
  window.type("lecture");
  LiveWindow::pause(0.5);
  EXPECT_EQ(window.shot().state["view_state"]["layout"], layout) << "the palette is still open";
  window.tap("Return");
  const Json after =
      window.state_when([&](const Json& s) { return s["view_state"]["layout"] != layout; });
  EXPECT_NE(after["view_state"]["layout"], layout);
}

TEST(Window, AForkIsTrainedBesideItsParentAndComparedInThreeWays) {
  LiveWindow window({"--preset", "moons-mlp", "--paused", "-D", "training.steps=200", "-D",
                     "training.log_every=5"});
  for (int i = 0; i < 6; ++i) window.key("shift+Right");
  window.state_when([](const Json& s) { return s["step"] == 60; });
  const io::Image alone = window.shot().image;
  for (int i = 0; i < 3; ++i) window.key("shift+Left");
  window.state_when([](const Json& s) { return s["step"] == 30; });
  window.key("f");
  const Json fork = window.state_when([](const Json& s) { return s["run"] == 2; });
  EXPECT_EQ(fork["run"], 2);
  EXPECT_EQ(fork["compared_with"], 1);
  EXPECT_EQ(fork["step"], 30);
  const Index before = fork["experiment"]["dataset"]["n"].get<Index>();
  window.drag(220, 130, 60, 0);  // "Samples"
  const Index changed = window.shot().state["experiment"]["dataset"]["n"].get<Index>();
  EXPECT_NE(changed, before);
  window.key("space");
  EXPECT_EQ(window.state_when([](const Json& s) { return s["step"] == 200; })["step"], 200);
  LiveWindow::pause(0.8);
  const Shot overlaid = window.shot();
  const auto ink = [&](const io::Image& image, int r, int g, int b) {
    Index count = 0;
    for (Index y = 60; y < 330; ++y)
      for (Index x = 700; x < 930; ++x) {
        const auto at = static_cast<std::size_t>(4 * (y * image.width + x));
        count += std::abs(image.rgba[at] - r) + std::abs(image.rgba[at + 1] - g) +
                             std::abs(image.rgba[at + 2] - b) <
                         60
                     ? 1
                     : 0;
      }
    return count;
  };
  EXPECT_GT(ink(overlaid.image, 0x00, 0x9E, 0x73), 40) << "the parent's curve";
  EXPECT_GT(ink(overlaid.image, 0xCC, 0x79, 0xA7), 40) << "the fork's curve";
  EXPECT_LT(ink(alone, 0xCC, 0x79, 0xA7), 10);
  const auto mode = [&](const char* words) {
    window.key("ctrl+p");
    LiveWindow::pause(0.4);
    window.type(words);
    LiveWindow::pause(0.3);
    window.key("Return");
    LiveWindow::pause(1);
    return window.shot();
  };
  const auto changes = [](const Shot& a, const Shot& b) {
    return difference(a.image, b.image, kFieldX, kFieldY, kFieldWidth, kFieldHeight);
  };
  const Shot subtracted = mode("difference field");
  EXPECT_GT(changes(overlaid, subtracted), 0.2);
  const Shot sides = mode("side by side");
  EXPECT_EQ(sides.state["view_state"]["tiles"].size(), 4u);
  window.key("x");
  const Json parent = window.state_when([](const Json& s) { return s["run"] == 1; });
  EXPECT_EQ(parent["experiment"]["dataset"]["n"], before) << "a fork's setting is the fork's";
  window.key("ctrl+z");
  window.key("x");
  window.state_when([](const Json& s) { return s["run"] == 2; });
  window.key("ctrl+z");
  LiveWindow::pause(0.4);
  EXPECT_EQ(window.shot().state["experiment"]["dataset"]["n"], before)
      << "undo takes back what was changed in this run";
  const Shot closed = mode("close the comparison");
  EXPECT_FALSE(closed.state.contains("compared_with"));
  EXPECT_EQ(closed.state["view_state"]["tiles"].size(), 3u);
}

TEST(Window, ASavedSessionReopensAtTheSameStepWithTheSamePicture) {
  const ScratchFolder kept;
  Shot saved;
  {
    LiveWindow window({"--preset", "moons-mlp", "--paused"});
    for (int i = 0; i < 5; ++i) window.key("shift+Right");
    window.state_when([](const Json& s) { return s["step"] == 50; });
    window.key("Left");
    window.state_when([](const Json& s) { return s["step"] == 49; });
    window.key("ctrl+s");
    LiveWindow::pause(0.5);
    window.key("Return");  // the proposed folder will do
    const auto session = [&] {
      for (const auto& entry : std::filesystem::directory_iterator(window.folder()))
        if (std::filesystem::exists(entry.path() / "session.json")) return entry.path();
      return std::filesystem::path();
    };
    for (int tries = 0; tries < 30 && session().empty(); ++tries) LiveWindow::pause(0.2);
    ASSERT_FALSE(session().empty()) << "nothing was saved";
    window.move(250, 30);
    LiveWindow::pause(0.5);
    saved = window.shot();
    std::filesystem::copy(session(), kept.path() / "s", std::filesystem::copy_options::recursive);
  }
  LiveWindow again({(kept.path() / "s").string()});
  const auto at = [&](Index step) {
    return again.state_when([&](const Json& s) { return s["step"] == step; })["step"];
  };
  EXPECT_EQ(at(49), 49);
  again.move(250, 30);
  LiveWindow::pause(0.6);
  EXPECT_LT(
      difference(saved.image, again.shot().image, kFieldX, kFieldY, kFieldWidth, kFieldHeight),
      0.01);
  again.key("Home");
  EXPECT_EQ(at(0), 0);
  again.key("End");
  EXPECT_EQ(at(50), 50);
}

TEST(Window, AKilledWindowsSessionIsOfferedByTheNextOne) {
  const ScratchFolder home;
  const std::string state = "XDG_STATE_HOME=" + home.path().string();
  {
    LiveWindow window({"--preset", "moons-mlp", "--paused", "--autosave", "0.2"}, {state});
    window.key("shift+Right");
    window.state_when([](const Json& s) { return s["step"] == 10; });
    LiveWindow::pause(1);
  }  // killed
  LiveWindow next({"--preset", "moons-mlp", "--paused", "--autosave", "0.2"}, {state});
  LiveWindow::pause(6);  // until notices of screenshots have left and the offer stands alone
  next.click(kReopenX, kReopenY);
  EXPECT_EQ(next.state_when([](const Json& s) { return s["step"] == 10; })["step"], 10);
}

}  // namespace
}  // namespace aniso::test
