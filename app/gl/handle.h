#pragma once

#include <epoxy/gl.h>

#include <string>
#include <utility>

#include "app/gl/log.h"

namespace aniso::app::gl {

/// Owns one GL object; deletes it in its destructor, for which the context that made it must be
/// current. Move-only. 0 means none. UI thread.
template <typename Kind>
class Handle {
 public:
  Handle() = default;
  explicit Handle(GLuint id) : id_(id) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, 0)) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      reset();
      id_ = std::exchange(other.id_, 0);
    }
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { reset(); }

  /// A new object of this kind.
  static Handle make() { return Handle(Kind::create()); }

  GLuint id() const { return id_; }
  explicit operator bool() const { return id_ != 0; }
  void reset() {
    if (id_ != 0) Kind::destroy(id_);
    id_ = 0;
  }

 private:
  GLuint id_ = 0;
};

#define ANISO_GL_KIND(Name, gen, del)               \
  struct Name##Kind {                               \
    static GLuint create() {                        \
      GLuint id = 0;                                \
      gen(1, &id);                                  \
      return id;                                    \
    }                                               \
    static void destroy(GLuint id) { del(1, &id); } \
  };                                                \
  using Name = Handle<Name##Kind>

ANISO_GL_KIND(Buffer, glGenBuffers, glDeleteBuffers);
ANISO_GL_KIND(VertexArray, glGenVertexArrays, glDeleteVertexArrays);
ANISO_GL_KIND(Texture, glGenTextures, glDeleteTextures);
ANISO_GL_KIND(Framebuffer, glGenFramebuffers, glDeleteFramebuffers);
#undef ANISO_GL_KIND

struct ProgramKind {
  static GLuint create() { return glCreateProgram(); }
  static void destroy(GLuint id) { glDeleteProgram(id); }
};
using Program = Handle<ProgramKind>;

/// `Shader(glCreateShader(GL_VERTEX_SHADER))`: a shader's kind is chosen when it is made.
struct ShaderKind {
  static void destroy(GLuint id) { glDeleteShader(id); }
};
using Shader = Handle<ShaderKind>;

/// Sends GL's own messages of warning or worse to `sink`, in a debug context only.
/// @return false where the context gives none; `report_errors` finds errors there.
/// @param sink  must outlive the context; pass nullptr to stop.
bool install_debug_log(const LogSink* sink);

/// Drains glGetError into `sink`, naming `where`. @return how many there were.
int report_errors(const char* where, const LogSink& sink);

/// "GL_INVALID_OPERATION" and the like.
std::string error_name(GLenum error);

}  // namespace aniso::app::gl
