#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "app/gl/canvas.h"
#include "app/gl/screenshot.h"
#include "app/gl/shader_library.h"
#include "app/gl/window.h"
#include "app/ui/style.h"
#include "tests/support/xvfb.h"

namespace aniso::test {

namespace gl = app::gl;
using app::LogLevel;
using app::LogSink;

/// The display outlives every window of the test program.
class Display : public ::testing::Environment {
 public:
  void SetUp() override { display_ = std::make_unique<Xvfb>(); }
  void TearDown() override { display_.reset(); }

 private:
  std::unique_ptr<Xvfb> display_;
};
inline ::testing::Environment* const kDisplay =
    ::testing::AddGlobalTestEnvironment(new Display);  // gtest owns it

/// A hidden window with a real context. Fails the test on any OpenGL message.
class GlTest : public ::testing::Test {
 protected:
  void SetUp() override { open(options()); }
  void TearDown() override {
    if (!window_) return;
    gl::report_errors("the test", log_);
    expect_no_messages();
    shaders_.reset();
    window_.reset();
  }

  gl::WindowOptions options() {
    gl::WindowOptions o;
    o.width = 640;
    o.height = 480;
    o.visible = false;
    o.vsync = false;
    o.debug = true;
    o.content_scale = 1;
    o.log = log_;
    return o;
  }
  void open(gl::WindowOptions o) {
    shaders_.reset();
    window_.reset();
    window_ = std::make_unique<gl::Window>(std::move(o));
    shaders_ = std::make_unique<gl::ShaderLibrary>(log_);
  }
  void expect_no_messages() {
    for (const std::string& message : messages_) ADD_FAILURE() << message;
    messages_.clear();
  }

  std::vector<std::string> messages_;
  LogSink log_ = [this](LogLevel level, const std::string& text) {
    if (level != LogLevel::info) messages_.push_back(text);
  };
  std::unique_ptr<gl::Window> window_;
  std::unique_ptr<gl::ShaderLibrary> shaders_;
};

}  // namespace aniso::test
