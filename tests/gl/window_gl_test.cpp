#include "app/gl/window.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "core/base/errors.h"
#include "tests/support/gl_window.h"

namespace aniso {
namespace {

namespace gl = app::gl;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// What opening a window says with a changed environment. In a process of its own: GLFW and Mesa
/// keep what they have found.
std::string message_with(const char* variable, const char* value) {
  int pipe_ends[2];
  EXPECT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(pipe_ends[0]);
    unsetenv("WAYLAND_DISPLAY");
    value == nullptr ? unsetenv(variable) : setenv(variable, value, 1);
    std::string said = "opened";
    try {
      gl::WindowOptions options;
      options.visible = false;
      gl::Window window(options);
    } catch (const IoError& error) {
      said = error.what();
    }
    const auto written = write(pipe_ends[1], said.data(), said.size());
    _exit(written == static_cast<ssize_t>(said.size()) ? 0 : 1);
  }
  close(pipe_ends[1]);
  std::string said;
  char part[256];
  for (ssize_t n = 0; (n = read(pipe_ends[0], part, sizeof part)) > 0;)
    said.append(part, static_cast<std::size_t>(n));
  close(pipe_ends[0]);
  waitpid(child, nullptr, 0);
  return said;
}

TEST(WindowMessages, NoDisplaySaysSoAndShowsTheWayOn) {
  EXPECT_THAT(message_with("DISPLAY", nullptr),
              AllOf(HasSubstr("there is no display"), HasSubstr("anisoscope run")));
}

TEST(WindowMessages, DeadDisplayIsNamed) {
  EXPECT_THAT(message_with("DISPLAY", ":987"),
              AllOf(HasSubstr("the display :987 cannot be opened"), HasSubstr("anisoscope run")));
}

TEST(WindowMessages, OldDriverIsToldApartFromAMissingDisplay) {
  EXPECT_THAT(message_with("MESA_GL_VERSION_OVERRIDE", "2.1"),
              AllOf(HasSubstr("OpenGL 3.3"), HasSubstr("LIBGL_ALWAYS_SOFTWARE=1")));
}

class WindowTest : public test::GlTest {};

TEST_F(WindowTest, OpensWithTheAskedSizeAndTellsWhatItDrawsWith) {
  EXPECT_EQ(window_->framebuffer_width(), 640);
  EXPECT_EQ(window_->framebuffer_height(), 480);
  EXPECT_EQ(window_->pixel_ratio(), 1.0F);
  EXPECT_FALSE(window_->hidden());
  EXPECT_FALSE(window_->renderer().empty());
  EXPECT_GE(window_->max_texture_size(), 1024);
  if (window_->software_rendering()) {
    EXPECT_STREQ(getenv("LP_NUM_THREADS"), "1");
  }
}

TEST_F(WindowTest, FullScreenAndBackRestoresTheGeometry) {
  gl::WindowOptions o = options();
  o.visible = true;
  open(o);
  window_->wait_events(0.05);
  window_->set_fullscreen(true);
  window_->wait_events(0.05);
  EXPECT_TRUE(window_->fullscreen());
  EXPECT_GT(window_->framebuffer_width(), 640);
  window_->set_fullscreen(false);
  window_->wait_events(0.05);
  EXPECT_EQ(window_->framebuffer_width(), 640);
  EXPECT_EQ(window_->framebuffer_height(), 480);
}

TEST_F(WindowTest, WaitingEndsWhenWokenAndActivityIsTakenOnce) {
  window_->wait_events(0);
  window_->take_activity();
  EXPECT_FALSE(window_->take_activity());
  const auto start = std::chrono::steady_clock::now();
  gl::Window::wake();
  window_->wait_events(5);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
  window_->resize(500, 400);
  for (int i = 0; i < 50 && window_->framebuffer_width() != 500; ++i) window_->wait_events(0.02);
  window_->wait_events(0.02);
  EXPECT_EQ(window_->framebuffer_width(), 500);
  EXPECT_TRUE(window_->take_activity());
}

TEST_F(WindowTest, ClipboardKeepsUtf8) {
  window_->set_clipboard("η = 0.1, ∇f");
  EXPECT_EQ(window_->clipboard(), "η = 0.1, ∇f");
}

TEST_F(WindowTest, ErrorsOfDrawCallsReachTheLog) {
  window_->begin_frame();
  glEnable(GL_TEXTURE_2D_ARRAY);  // no capability
  window_->end_frame({0, 0, 0});
  ASSERT_FALSE(messages_.empty());
  EXPECT_THAT(messages_[0], HasSubstr("OpenGL"));
  messages_.clear();
}

TEST_F(WindowTest, CanBeOpenedAndClosedAgainAndAgain) {
  for (int i = 0; i < 5; ++i) {
    open(options());
    app::ui::Look look;
    look.update(1, 1);
    window_->begin_frame();
    window_->end_frame({0, 0, 0});
    expect_no_messages();
  }
}

}  // namespace
}  // namespace aniso
