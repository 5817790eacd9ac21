#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "app/gl/shader_sources.h"
#include "core/base/errors.h"
#include "tests/support/gl_window.h"

namespace aniso {
namespace {

namespace fs = std::filesystem;
namespace gl = app::gl;
using ::testing::HasSubstr;

class Shaders : public test::GlTest {
 protected:
  void SetUp() override {
    GlTest::SetUp();
    folder_ = fs::temp_directory_path() / ("aniso_shaders_" + std::to_string(getpid()));
    fs::remove_all(folder_);
    fs::copy(fs::path(ANISO_SOURCE_DIR) / "shaders", folder_);
  }
  void TearDown() override {
    fs::remove_all(folder_);
    GlTest::TearDown();
  }
  void write(const std::string& name, const std::string& source) {
    std::ofstream(folder_ / name) << source;
    // A file system's clock may tick slower than this test writes.
    stamp_ += std::chrono::seconds(2);
    fs::last_write_time(folder_ / name, fs::file_time_type::clock::now() + stamp_);
  }
  gl::ShaderLibrary open_library() { return gl::ShaderLibrary(log_, {.directory = folder_}); }

  fs::path folder_;
  std::chrono::seconds stamp_{0};
};

TEST_F(Shaders, EveryProgramCompiles) {
  ASSERT_GE(shaders_->names().size(), 3U);
  for (const std::string& name : shaders_->names()) {
    EXPECT_NE(shaders_->program(name).id(), 0U) << name;
    EXPECT_EQ(shaders_->program(name).version(), 1U) << name;
  }
}

TEST_F(Shaders, WhatIsEmbeddedIsWhatIsInTheFolder) {
  int files = 0;
  for (const gl::ShaderSource& source : gl::embedded_shaders()) {
    std::ifstream file(folder_ / source.name);
    const std::string disk((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ(disk, source.text) << source.name;
    ++files;
  }
  EXPECT_EQ(files, std::distance(fs::directory_iterator(folder_), {}));
}

TEST_F(Shaders, FailedCompileKeepsTheOldProgramAndNamesFileAndLine) {
  gl::ShaderLibrary library = open_library();
  const gl::ShaderProgram& program = library.program("points");
  const GLuint before = program.id();
  // The mistake is in line 3 of an included file, and the include stands in line 2 of the shader.
  write("common.glsl", "// one\n// two\nfloat coverage(float d) { return nonsense; }\n");
  EXPECT_FALSE(library.reload());
  EXPECT_EQ(program.id(), before);
  EXPECT_EQ(program.version(), 1U);
  ASSERT_EQ(library.errors().size(), 1U);
  EXPECT_THAT(library.errors()[0], HasSubstr("common.glsl:3"));
  EXPECT_THAT(library.errors()[0], HasSubstr("nonsense"));
  ASSERT_EQ(messages_.size(), 1U);
  messages_.clear();

  write("common.glsl", "float coverage(float d) { return clamp(0.5 - d, 0.0, 1.0); }\n");
  EXPECT_TRUE(library.reload());
  EXPECT_TRUE(library.errors().empty());
  EXPECT_EQ(program.version(), 2U);
}

TEST_F(Shaders, LineNumbersBehindAnIncludeAreTheFilesOwn) {
  gl::ShaderLibrary library = open_library();
  library.program("points");
  write("points.frag",
        "#version 330 core\n#include \"common.glsl\"\nout vec4 color;\n\n"
        "void main() { color = wrong; }\n");
  library.reload();
  ASSERT_EQ(library.errors().size(), 1U);
  EXPECT_THAT(library.errors()[0], HasSubstr("points.frag:5"));
  messages_.clear();
}

TEST_F(Shaders, PollFindsAChangedFileAtMostTwiceASecond) {
  gl::ShaderLibrary library = open_library();
  const gl::ShaderProgram& program = library.program("points");
  EXPECT_FALSE(library.poll()) << "nothing has changed";
  write("common.glsl", "float coverage(float d) { return step(d, 0.0); }\n");
  EXPECT_FALSE(library.poll()) << "half a second is not over";
  std::this_thread::sleep_for(std::chrono::milliseconds(520));
  EXPECT_TRUE(library.poll());
  EXPECT_EQ(program.version(), 2U);
}

TEST_F(Shaders, BrokenFolderFallsBackToTheEmbeddedSource) {
  write("points.vert", "#version 330 core\nvoid main() { gl_Position = 1; }\n");
  gl::ShaderLibrary library = open_library();
  EXPECT_NE(library.program("points").id(), 0U);
  ASSERT_EQ(messages_.size(), 1U);
  EXPECT_THAT(messages_[0], HasSubstr("points.vert:2"));
  messages_.clear();
}

TEST_F(Shaders, UnknownNamesSayWhatIsNear) {
  try {
    shaders_->program("feild");
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("field"));
  }
  EXPECT_THROW(gl::ShaderLibrary(log_, {.directory = folder_ / "none"}), IoError);
}

}  // namespace
}  // namespace aniso
