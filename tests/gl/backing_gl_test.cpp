#include "app/gl/backing.h"

#include <cmath>
#include <functional>

#include "app/gl/canvas.h"
#include "tests/support/gl_window.h"

namespace aniso {
namespace {

namespace gl = app::gl;

/// Frames of a small interface, each drawn twice: by the parts that changed, and as a whole.
class BackingTest : public test::GlTest {
 protected:
  static constexpr int kWidth = 320, kHeight = 240;

  void SetUp() override {
    GlTest::SetUp();
    look_.emplace();
    window_->begin_frame();  // makes what the back ends need
    ImGui::EndFrame();
  }
  void TearDown() override {
    backing_.reset();
    target_ = {};
    picture_ = {};
    look_.reset();
    GlTest::TearDown();
  }
  /// Draws a frame and compares. @return  the share of the pixels that was drawn again.
  double redrawn(const std::function<void()>& draw, figure::Rgb ground = {0.1, 0.1, 0.12}) {
    look_->update(1, 1);
    ImGui::GetIO().DisplaySize = {kWidth, kHeight};
    ImGui::GetIO().DeltaTime = 0.016F;
    ImGui::NewFrame();
    draw();
    ImGui::Render();
    target_.invalidate();
    target_.begin(kWidth, kHeight, 0, {1, 0, 1});
    backing_->draw(*ImGui::GetDrawData(), kWidth, kHeight, ground);
    target_.end();
    const io::Image part = target_.read();
    const io::Image whole =
        gl::capture(ImGui::GetDrawData(), kWidth, kHeight, figure::Rgba(ground, 1));
    EXPECT_EQ(part.rgba, whole.rgba) << "parts and whole differ";
    return backing_->share();
  }
  void paint(figure::Rgb color) {
    picture_.invalidate();
    picture_.begin(40, 40, 0, color);
    picture_.end();
  }
  static void panel(const char* name, ImVec2 at, ImVec2 size, const std::function<void()>& inside) {
    ImGui::SetNextWindowPos(at);
    ImGui::SetNextWindowSize(size);
    ImGui::Begin(name, nullptr, ImGuiWindowFlags_NoDecoration);
    inside();
    ImGui::End();
  }

  std::optional<app::ui::Look> look_;
  std::optional<gl::Backing> backing_{std::in_place};
  gl::Canvas target_, picture_;
};

TEST_F(BackingTest, NothingIsDrawnWhereNothingChanged) {
  const auto draw = [] {
    panel("a", {10, 10}, {100, 80}, [] { ImGui::TextUnformatted("still"); });
  };
  EXPECT_EQ(redrawn(draw), 1);
  redrawn(draw);  // a window settles in its first frames
  redrawn(draw);
  EXPECT_EQ(redrawn(draw), 0);
  backing_->forget();
  EXPECT_EQ(redrawn(draw), 1);
}

TEST_F(BackingTest, ChangedTextCostsItsPlaceOnly) {
  const auto draw = [](int number) {
    panel("a", {10, 10}, {300, 220}, [&] {
      ImGui::TextUnformatted("above");
      ImGui::Text("step %d", number);
      ImGui::TextUnformatted("below");
    });
  };
  for (int i = 0; i < 3; ++i) redrawn([&] { draw(1248); });
  const double share = redrawn([&] { draw(1249); });
  EXPECT_GT(share, 0);
  EXPECT_LT(share, 0.01);
  EXPECT_LT(redrawn([&] { draw(9); }), 0.05);
}

TEST_F(BackingTest, APictureIsFollowedByItsVersion) {
  paint({1, 0, 0});
  const auto draw = [&] {
    panel("a", {10, 10}, {200, 200}, [&] {
      ImGui::TextUnformatted("picture");
      picture_.show(*ImGui::GetWindowDrawList(), {60, 60}, {80, 80});
    });
  };
  for (int i = 0; i < 3; ++i) redrawn(draw);
  paint({0, 1, 0});  // the same texture, another content
  const double share = redrawn(draw);
  EXPECT_NEAR(share, 80.0 * 80 / (kWidth * kHeight), 1e-9);
  EXPECT_EQ(redrawn(draw), 0);
}

TEST_F(BackingTest, WhateverHappensThePictureIsThatOfAWholeFrame) {
  paint({0.2, 0.5, 0.9});
  double least = 1;
  for (int k = 0; k < 60; ++k) {
    const auto at = static_cast<float>(k);
    if (k % 7 == 0) paint({0.01 * k, 0.5, 0.9});
    const double share = redrawn(
        [&] {
          // Moves by parts of a pixel, and its lines with it.
          panel("moving", {10 + 0.7F * at, 20}, {90, 60}, [&] {
            ImDrawList* list = ImGui::GetWindowDrawList();
            for (int i = 0; i < 8; ++i)
              list->AddLine({10 + 0.7F * at, 30.0F + 6.0F * static_cast<float>(i)},
                            {90 + 0.3F * at, 70.3F + std::sin(at)}, IM_COL32(255, 200, 0, 150),
                            1.5F);
          });
          panel("picture", {150, 30}, {120, 150}, [&] {
            picture_.show(*ImGui::GetWindowDrawList(), {160.4F, 40.6F}, {77.3F, 51.9F});
            ImGui::PushClipRect({165.5F, 100.2F}, {240.7F, 150.9F}, true);
            ImGui::GetWindowDrawList()->AddCircleFilled({200, 120 + std::cos(at)}, 40,
                                                        IM_COL32(0, 90, 200, 128));
            ImGui::PopClipRect();
          });
          if (k % 11 > 6)
            panel("comes and goes", {60, 100}, {140, 40}, [] { ImGui::Text("here"); });
          panel("bottom", {0, 200}, {320, 40}, [&] { ImGui::Text("frame %d", k * k); });
        },
        k == 30 ? figure::Rgb{0.3, 0, 0} : figure::Rgb{0.1, 0.1, 0.12});
    if (k > 2) least = std::min(least, share);
    if (HasFailure()) FAIL() << "at frame " << k;
  }
  EXPECT_LT(least, 0.7) << "everything was always drawn: nothing has been tested";
}

}  // namespace
}  // namespace aniso
