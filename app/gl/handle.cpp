#include "app/gl/handle.h"

#include "core/base/check.h"

namespace aniso::app::gl {
namespace {

const char* kind_of(GLenum type) {
  switch (type) {
    case GL_DEBUG_TYPE_ERROR:
      return "error";
    case GL_DEBUG_TYPE_DEPRECATED_BEHAVIOR:
      return "deprecated use";
    case GL_DEBUG_TYPE_UNDEFINED_BEHAVIOR:
      return "undefined behaviour";
    case GL_DEBUG_TYPE_PORTABILITY:
      return "portability";
    default:
      return "message";
  }
}

void GLAPIENTRY on_message(GLenum source, GLenum type, GLuint, GLenum severity, GLsizei length,
                           const GLchar* message, const void* user) {
  if (severity == GL_DEBUG_SEVERITY_NOTIFICATION || severity == GL_DEBUG_SEVERITY_LOW) return;
  // ShaderLibrary reports these with file and line.
  if (source == GL_DEBUG_SOURCE_SHADER_COMPILER) return;
  // Drivers report slow paths and shader statistics here; they are no one's mistake.
  if (type == GL_DEBUG_TYPE_PERFORMANCE || type == GL_DEBUG_TYPE_OTHER) return;
  const auto& sink = *static_cast<const LogSink*>(user);
  std::string line(message, length >= 0 ? static_cast<std::size_t>(length)
                                        : std::char_traits<char>::length(message));
  while (!line.empty() && line.back() == '\n') line.pop_back();
  if (sink)
    sink(type == GL_DEBUG_TYPE_ERROR ? LogLevel::error : LogLevel::warning,
         text("OpenGL ", kind_of(type), ": ", line));
}

bool debug_context() {
  if (!epoxy_has_gl_extension("GL_KHR_debug") && epoxy_gl_version() < 43) return false;
  GLint flags = 0;
  glGetIntegerv(GL_CONTEXT_FLAGS, &flags);
  return (flags & GL_CONTEXT_FLAG_DEBUG_BIT) != 0;
}

}  // namespace

bool install_debug_log(const LogSink* sink) {
  if (!debug_context()) return false;
  if (sink == nullptr) {
    glDebugMessageCallback(nullptr, nullptr);
    return false;
  }
  glEnable(GL_DEBUG_OUTPUT);
  // Synchronous: the message comes on this thread, inside the call at fault.
  glEnable(GL_DEBUG_OUTPUT_SYNCHRONOUS);
  glDebugMessageCallback(on_message, sink);
  return true;
}

int report_errors(const char* where, const LogSink& sink) {
  int count = 0;
  // A lost context reports the same error for ever.
  for (GLenum error = glGetError(); error != GL_NO_ERROR && count < 16; error = glGetError()) {
    ++count;
    if (sink) sink(LogLevel::error, text("OpenGL error in ", where, ": ", error_name(error)));
  }
  return count;
}

std::string error_name(GLenum error) {
  switch (error) {
    case GL_NO_ERROR:
      return "GL_NO_ERROR";
    case GL_INVALID_ENUM:
      return "GL_INVALID_ENUM";
    case GL_INVALID_VALUE:
      return "GL_INVALID_VALUE";
    case GL_INVALID_OPERATION:
      return "GL_INVALID_OPERATION";
    case GL_INVALID_FRAMEBUFFER_OPERATION:
      return "GL_INVALID_FRAMEBUFFER_OPERATION";
    case GL_OUT_OF_MEMORY:
      return "GL_OUT_OF_MEMORY";
    default:
      return text("error ", error);
  }
}

}  // namespace aniso::app::gl
