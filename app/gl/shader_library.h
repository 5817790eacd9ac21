#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/gl/handle.h"
#include "app/gl/log.h"

namespace aniso::app::gl {

/// A linked program with its uniforms' locations remembered. `set` makes it current first.
/// Names that the compiler dropped are ignored, as GL does.
class ShaderProgram {
 public:
  GLuint id() const { return program_.id(); }
  void use() const { glUseProgram(program_.id()); }
  /// −1 if there is no such uniform.
  GLint location(const char* uniform) const;

  void set(const char* uniform, int value) const;
  void set(const char* uniform, float value) const;
  void set(const char* uniform, float x, float y) const;
  void set(const char* uniform, float x, float y, float z) const;
  void set(const char* uniform, float x, float y, float z, float w) const;
  /// Column-major 4×4.
  void set_matrix(const char* uniform, const float* m) const;
  /// `count` colours of 3 floats.
  void set_vec3_array(const char* uniform, const float* values, int count) const;

  /// Grows with every successful reload: part of a picture's fingerprint.
  std::uint64_t version() const { return version_; }

 private:
  friend class ShaderLibrary;
  Program program_;
  std::uint64_t version_ = 0;
  mutable std::map<std::string, GLint, std::less<>> locations_;
};

/// Programs by name: "field" is field.vert and field.frag. Sources are the embedded ones until
/// those in the directory they were built from change; or those of `ANISO_SHADERS=dir` from the
/// start. A line `#include "name.glsl"` takes in another file, once. UI thread, context current.
class ShaderLibrary {
 public:
  struct Options {
    /// Overrides the environment and the build directory; for tests.
    std::filesystem::path directory;
  };

  explicit ShaderLibrary(LogSink sink) : ShaderLibrary(std::move(sink), Options{}) {}
  ShaderLibrary(LogSink sink, const Options& options);
  ~ShaderLibrary();

  /// Compiles on first use. The reference stays valid and follows reloads.
  /// @throws InvalidInput if no such shader exists; IoError with file, line and message if the
  /// first compile fails on disk and in the embedded form alike.
  const ShaderProgram& program(std::string_view name);

  /// Looks for changed files, at most twice a second. A failed compile keeps the old program.
  /// @return true if a program was replaced.
  bool poll();
  /// The same at once, changed or not.
  bool reload();

  /// Compile errors of the last reload that failed, one per program; empty when all is well.
  const std::vector<std::string>& errors() const { return errors_; }
  /// Where files are watched; empty if there is no such directory.
  const std::filesystem::path& directory() const { return directory_; }
  /// Every program that shaders/ defines.
  std::vector<std::string> names() const;

 private:
  struct Entry;
  struct Text;
  Text load(const std::string& file, bool from_disk) const;
  Program build(const std::string& name, bool from_disk) const;
  void note_files(Entry& entry) const;
  bool rebuild(Entry& entry);
  bool changed(const Entry& entry) const;

  LogSink sink_;
  std::filesystem::path directory_;
  bool chosen_ = false;  ///< directory_ was asked for, so its files are used from the start
  std::map<std::string, std::unique_ptr<Entry>, std::less<>> entries_;
  std::vector<std::string> errors_;
  std::chrono::steady_clock::time_point last_poll_{};
};

}  // namespace aniso::app::gl
