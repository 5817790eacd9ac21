#include "app/gl/shader_library.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <regex>
#include <set>
#include <sstream>

#include "app/gl/shader_sources.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app::gl {
namespace fs = std::filesystem;

GLint ShaderProgram::location(const char* uniform) const {
  const auto found = locations_.find(std::string_view(uniform));
  if (found != locations_.end()) return found->second;
  const GLint place = glGetUniformLocation(id(), uniform);
  locations_.emplace(uniform, place);
  return place;
}

void ShaderProgram::set(const char* uniform, int value) const {
  use();
  glUniform1i(location(uniform), value);
}
void ShaderProgram::set(const char* uniform, float value) const {
  use();
  glUniform1f(location(uniform), value);
}
void ShaderProgram::set(const char* uniform, float x, float y) const {
  use();
  glUniform2f(location(uniform), x, y);
}
void ShaderProgram::set(const char* uniform, float x, float y, float z) const {
  use();
  glUniform3f(location(uniform), x, y, z);
}
void ShaderProgram::set(const char* uniform, float x, float y, float z, float w) const {
  use();
  glUniform4f(location(uniform), x, y, z, w);
}
void ShaderProgram::set_matrix(const char* uniform, const float* m) const {
  use();
  glUniformMatrix4fv(location(uniform), 1, GL_FALSE, m);
}
void ShaderProgram::set_vec3_array(const char* uniform, const float* values, int count) const {
  use();
  glUniform3fv(location(uniform), count, values);
}

/// A source with its includes taken in, and where each of its lines comes from.
struct ShaderLibrary::Text {
  struct Line {
    std::string file;
    int number;
  };
  std::string source;
  std::vector<Line> lines;
  std::set<std::string> files;
};

struct ShaderLibrary::Entry {
  std::string name;
  ShaderProgram program;
  std::map<fs::path, fs::file_time_type> seen;  // files it depends on, when last compiled
};

namespace {

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw IoError(text("The shader ", path.string(), " cannot be read."));
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

const char* embedded(std::string_view name) {
  for (const ShaderSource& source : embedded_shaders())
    if (name == source.name) return source.text;
  return nullptr;
}

std::string info_log(GLuint id, bool program) {
  GLint length = 0;
  program ? glGetProgramiv(id, GL_INFO_LOG_LENGTH, &length)
          : glGetShaderiv(id, GL_INFO_LOG_LENGTH, &length);
  std::string log(static_cast<std::size_t>(std::max(length, 1)), '\0');
  program ? glGetProgramInfoLog(id, length, nullptr, log.data())
          : glGetShaderInfoLog(id, length, nullptr, log.data());
  log.erase(log.find_last_not_of(" \n\0") + 1);
  return log.c_str();
}

fs::path chosen_directory(const fs::path& wanted) {
  if (!wanted.empty()) return wanted;
  const char* set = std::getenv("ANISO_SHADERS");
  return set == nullptr ? fs::path() : fs::path(set);
}

fs::file_time_type modified(const fs::path& path) {
  std::error_code missing;
  const auto time = fs::last_write_time(path, missing);
  return missing ? fs::file_time_type::min() : time;
}

}  // namespace

ShaderLibrary::ShaderLibrary(LogSink sink, const Options& options)
    : sink_(std::move(sink)), directory_(chosen_directory(options.directory)) {
  std::error_code none;
  chosen_ = !directory_.empty();
  if (!chosen_) directory_ = shader_source_directory();
  if (fs::is_directory(directory_, none)) return;
  if (chosen_)
    throw IoError(text("There is no folder of shaders ", directory_.string(),
                       ". Unset ANISO_SHADERS to use the ones in the program."));
  directory_.clear();
}

ShaderLibrary::~ShaderLibrary() = default;

ShaderLibrary::Text ShaderLibrary::load(const std::string& file, bool from_disk) const {
  static const std::regex kInclude(R"re(^\s*#\s*include\s+"([^"]+)"\s*$)re");
  Text out;
  const std::function<void(const std::string&)> take = [&](const std::string& name) {
    if (!out.files.insert(name).second) return;
    std::string source;
    if (from_disk) {
      source = read_text(directory_ / name);
    } else {
      const char* kept = embedded(name);
      if (kept == nullptr) throw IoError(text("There is no shader file ", name, "."));
      source = kept;
    }
    std::istringstream lines(source);
    int number = 0;
    for (std::string line; std::getline(lines, line);) {
      ++number;
      if (std::smatch match; std::regex_match(line, match, kInclude)) {
        take(match[1]);
        continue;
      }
      out.source += line + '\n';
      out.lines.push_back({name, number});
    }
  };
  take(file);
  return out;
}

namespace {

/// Replaces "0:12(3)" (Mesa), "0(12)" (NVIDIA) and "ERROR: 0:12" (AMD, Apple) by "field.frag:12".
template <typename Lines>
std::string place_in_files(const std::string& log, const Lines& lines) {
  static const std::regex kPlace(R"re((?:ERROR: )?\b0(?::(\d+)(?:\(\d+\))?|\((\d+)\)))re");
  std::string out;
  auto rest = log.cbegin();
  std::smatch match;
  while (std::regex_search(rest, log.cend(), match, kPlace)) {
    out.append(rest, match[0].first);
    const std::string digits = match[1].matched ? match[1] : match[2];
    const auto line = static_cast<std::size_t>(std::stoul(digits));
    if (line >= 1 && line <= lines.size())
      out += text(lines[line - 1].file, ":", lines[line - 1].number);
    else
      out += match[0];
    rest = match[0].second;
  }
  out.append(rest, log.cend());
  return out;
}

template <typename Text>
Shader compile(GLenum kind, const Text& code) {
  Shader shader(glCreateShader(kind));
  const char* source = code.source.c_str();
  glShaderSource(shader.id(), 1, &source, nullptr);
  glCompileShader(shader.id());
  GLint done = 0;
  glGetShaderiv(shader.id(), GL_COMPILE_STATUS, &done);
  if (done == GL_FALSE) throw IoError(place_in_files(info_log(shader.id(), false), code.lines));
  return shader;
}

}  // namespace

Program ShaderLibrary::build(const std::string& name, bool from_disk) const {
  const Shader vertex = compile(GL_VERTEX_SHADER, load(name + ".vert", from_disk));
  const Shader fragment = compile(GL_FRAGMENT_SHADER, load(name + ".frag", from_disk));
  Program program = Program::make();
  glAttachShader(program.id(), vertex.id());
  glAttachShader(program.id(), fragment.id());
  glLinkProgram(program.id());
  GLint done = 0;
  glGetProgramiv(program.id(), GL_LINK_STATUS, &done);
  if (done == GL_FALSE)
    throw IoError(
        text(name, ".vert and ", name, ".frag do not fit: ", info_log(program.id(), true)));
  glDetachShader(program.id(), vertex.id());
  glDetachShader(program.id(), fragment.id());
  return program;
}

void ShaderLibrary::note_files(Entry& entry) const {
  entry.seen.clear();
  for (const char* kind : {".vert", ".frag"}) {
    entry.seen[directory_ / (entry.name + kind)] = modified(directory_ / (entry.name + kind));
    try {
      for (const std::string& file : load(entry.name + kind, true).files)
        entry.seen[directory_ / file] = modified(directory_ / file);
    } catch (const IoError&) {
      // Unreadable right now, such as half-way through being saved; `build` reports it.
    }
  }
}

bool ShaderLibrary::rebuild(Entry& entry) {
  note_files(entry);  // before compiling: a file saved meanwhile is compiled again
  try {
    entry.program.program_ = build(entry.name, true);
  } catch (const IoError& error) {
    errors_.push_back(text("The shader \"", entry.name, "\" does not compile; the one before it ",
                           "stays in use.\n", error.what()));
    if (sink_) sink_(LogLevel::error, errors_.back());
    return false;
  }
  entry.program.locations_.clear();
  ++entry.program.version_;
  return true;
}

const ShaderProgram& ShaderLibrary::program(std::string_view name) {
  if (const auto found = entries_.find(name); found != entries_.end())
    return found->second->program;
  const std::vector<std::string> known = names();
  ANISO_CHECK(std::find(known.begin(), known.end(), name) != known.end(),
              "There is no shader program \"", name, "\".", suggestion(name, known));
  auto entry = std::make_unique<Entry>();
  entry->name = name;
  if (!directory_.empty()) note_files(*entry);
  if (!chosen_ || !rebuild(*entry)) {
    try {
      entry->program.program_ = build(entry->name, false);
    } catch (const IoError& error) {
      throw IoError(
          text("The graphics driver refuses the shader \"", name, "\":\n", error.what(),
               "\nTry another driver, or LIBGL_ALWAYS_SOFTWARE=1 for software rendering."));
    }
    ++entry->program.version_;
  }
  return entries_.emplace(entry->name, std::move(entry)).first->second->program;
}

bool ShaderLibrary::changed(const Entry& entry) const {
  return std::any_of(entry.seen.begin(), entry.seen.end(),
                     [](const auto& file) { return modified(file.first) != file.second; });
}

bool ShaderLibrary::poll() {
  const auto now = std::chrono::steady_clock::now();
  if (directory_.empty() || now - last_poll_ < std::chrono::milliseconds(500)) return false;
  last_poll_ = now;
  if (std::none_of(entries_.begin(), entries_.end(),
                   [&](const auto& entry) { return changed(*entry.second); }))
    return false;
  return reload();
}

bool ShaderLibrary::reload() {
  if (directory_.empty()) return false;
  errors_.clear();
  bool any = false;
  for (auto& [name, entry] : entries_) any |= rebuild(*entry);
  return any;
}

std::vector<std::string> ShaderLibrary::names() const {
  std::vector<std::string> out;
  for (const ShaderSource& source : embedded_shaders()) {
    const std::string_view file = source.name;
    if (file.ends_with(".frag")) out.emplace_back(file.substr(0, file.size() - 5));
  }
  return out;
}

}  // namespace aniso::app::gl
