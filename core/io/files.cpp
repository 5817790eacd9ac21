#include "core/io/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "core/base/check.h"
#include "core/base/names.h"

namespace fs = std::filesystem;

namespace aniso::io {
namespace {

// Owns a file descriptor.
class File {
 public:
  File(const fs::path& path, int flags) {
    do fd_ = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
    while (fd_ < 0 && errno == EINTR);
  }
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  int close() { return ::close(std::exchange(fd_, -1)); }

 private:
  int fd_ = -1;
};

// Also said of folders that exist but take no new files, such as /proc.
std::string missing_parent(const std::string& folder) {
  std::error_code ignored;
  const fs::path there = folder.empty() ? "." : folder;
  if (fs::is_directory(there, ignored))
    return ": nothing can be created in '" + there.string() + "'. Choose another folder";
  if (fs::exists(there, ignored))
    return ": '" + folder + "' is a file, no folder. Choose another folder";
  return ": the folder '" + folder + "' does not exist. Create it first";
}

std::string advice(int error, const fs::path& path) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return ": the disk is full. Free some space there or choose another folder";
    case EFBIG:
      return ": the file would be larger than this system or its limits allow. Choose another "
             "folder, or write less";
    case EACCES:
    case EPERM:
      return ": permission denied. Choose a folder that you may write to";
    case EROFS:
      return ": the file system is read-only. Choose another folder";
    case ENOENT:
    case ENOTDIR:
      return missing_parent(path.parent_path().string());
    case EISDIR:
      return ": it is a folder. Give the name of a file";
    case ENAMETOOLONG:
      return ": the name is too long. Choose a shorter one";
    default:
      return ": " + std::generic_category().message(error);
  }
}

[[noreturn]] void fail_write(const fs::path& path, int error) {
  throw IoError("cannot write '" + path.string() + "'" + advice(error, path) + ".");
}

[[noreturn]] void fail_read(const fs::path& path, int error) {
  const std::string why = error == ENOENT    ? "no such file"
                          : error == EACCES  ? "permission denied; make it readable first"
                          : error == EISDIR  ? "it is a folder; give the name of a file"
                          : error == ENOTDIR ? "a part of its path is a file, not a folder"
                                             : std::generic_category().message(error);
  throw IoError("cannot read '" + path.string() + "': " + why + ".");
}

// 0 or the error number.
int write_all(int fd, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(fd, data, size);
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    data += written;
    size -= static_cast<std::size_t>(written);
  }
  return 0;
}

int flush_to_disk(int fd) {
  // Pipes and devices cannot be synchronised, and need not be.
  return ::fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : errno;
}

bool is_special(const fs::path& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

fs::path parent_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

// Where a write to `path` ends up: the target of a symbolic link, even if it does not exist yet.
fs::path followed(const fs::path& path) {
  fs::path at = path;
  std::error_code ignored;
  for (int hops = 0; hops < 40 && fs::is_symlink(at, ignored); ++hops) {
    const fs::path link = fs::read_symlink(at, ignored);
    at = link.is_absolute() ? link : at.parent_path() / link;
  }
  return at;
}

}  // namespace

std::vector<std::byte> read_bytes(const fs::path& path, std::uint64_t limit) {
  const File file(path, O_RDONLY);
  struct stat info {};
  if (!file.is_open() || ::fstat(file.fd(), &info) != 0) fail_read(path, errno);
  if (S_ISDIR(info.st_mode)) fail_read(path, EISDIR);
  const auto declared = static_cast<std::uint64_t>(std::max<off_t>(info.st_size, 0));
  const auto refuse = [&] {
    throw IoError("'" + path.string() + "' is larger than " +
                  grouped(static_cast<long long>(limit)) + " bytes, the most that is read here.");
  };
  if (declared > limit) refuse();
  std::vector<std::byte> bytes(static_cast<std::size_t>(declared));
  std::array<std::byte, 4096> beyond;  // pipes declare 0 bytes, and a file may grow meanwhile
  std::size_t used = 0;
  for (;;) {
    const auto room = used < bytes.size() ? std::span(bytes).subspan(used) : std::span(beyond);
    const ssize_t got = ::read(file.fd(), room.data(), room.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_read(path, errno);
    if (got == 0) break;
    if (used >= bytes.size()) bytes.insert(bytes.end(), beyond.begin(), beyond.begin() + got);
    used += static_cast<std::size_t>(got);
    if (used > limit) refuse();
  }
  bytes.resize(used);
  return bytes;
}

std::string read_text(const fs::path& path, std::uint64_t limit) {
  const auto bytes = read_bytes(path, limit);
  std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (text.find('\0') != std::string::npos)
    throw IoError("'" + path.string() +
                  "' is not a text file in UTF-8: it contains NUL bytes. Save it as UTF-8; if it "
                  "should be another kind of file, it is damaged.");
  return text;
}

void write_atomically(const fs::path& path, std::span<const std::byte> bytes) {
  const auto* data = reinterpret_cast<const char*>(bytes.data());
  if (is_special(path)) {
    File file(path, O_WRONLY);
    if (!file.is_open()) fail_write(path, errno);
    if (const int error = write_all(file.fd(), data, bytes.size())) fail_write(path, error);
    if (file.close() != 0) fail_write(path, errno);
    return;
  }
  AtomicFile atomic(path);
  {
    File file(atomic.temporary(), O_WRONLY | O_TRUNC);
    if (!file.is_open()) fail_write(path, errno);
    if (const int error = write_all(file.fd(), data, bytes.size())) fail_write(path, error);
    if (file.close() != 0) fail_write(path, errno);
  }
  atomic.commit();
}

void write_atomically(const fs::path& path, std::string_view text) {
  write_atomically(path, std::as_bytes(std::span(text.data(), text.size())));
}

AtomicFile::AtomicFile(const fs::path& target) : target_(followed(target)) {
  std::error_code ignored;
  if (target_.filename().empty() || fs::is_directory(target_, ignored)) fail_write(target, EISDIR);
  if (is_special(target_))
    throw IoError("cannot write '" + target.string() + "': not a plain file.");
  static std::atomic<unsigned> counter{0};
  for (int attempt = 0; attempt < 1000; ++attempt) {
    // The name keeps clear of NAME_MAX even where the target's own name is at the limit.
    temporary_ = parent_of(target_) / aniso::text(".", target_.filename().string().substr(0, 100),
                                                  ".", ::getpid(), "-", counter++, ".part");
    File file(temporary_, O_WRONLY | O_CREAT | O_EXCL);
    if (file.is_open()) {
      struct stat info {};
      if (::stat(target_.c_str(), &info) == 0) ::fchmod(file.fd(), info.st_mode & 07777);
      return;
    }
    if (errno != EEXIST) fail_write(target, errno);
  }
  fail_write(target, EEXIST);
}

AtomicFile::~AtomicFile() {
  if (!committed_) ::unlink(temporary_.c_str());
}

void AtomicFile::commit() {
  {
    // Opened again, since a library may have replaced the file that was created.
    File file(temporary_, O_RDWR);
    if (!file.is_open()) fail_write(target_, errno);
    if (const int error = flush_to_disk(file.fd())) fail_write(target_, error);
    if (file.close() != 0) fail_write(target_, errno);
  }
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail_write(target_, errno);
  committed_ = true;
  // The rename itself is made durable where the file system can; the content is safe already.
  const File folder(parent_of(target_), O_RDONLY | O_DIRECTORY);
  if (folder.is_open()) ::fsync(folder.fd());
}

TextWriter::TextWriter(const fs::path& path) : path_(path) {
  do file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  while (file_ < 0 && errno == EINTR);
  if (file_ < 0) fail_write(path, errno);
}

TextWriter::~TextWriter() {
  if (file_ < 0) return;
  write_all(file_, buffer_.data(), buffer_.size());
  ::close(file_);
}

void TextWriter::write(std::string_view text) {
  constexpr std::size_t kBuffer = 64 * 1024;
  buffer_ += text;
  if (buffer_.size() >= kBuffer) flush();
}

void TextWriter::flush() {
  ANISO_CHECK(file_ >= 0, "'", path_.string(), "' is closed already");
  const std::string pending = std::exchange(buffer_, {});
  if (const int error = write_all(file_, pending.data(), pending.size())) fail_write(path_, error);
}

void TextWriter::close() {
  if (file_ < 0) return;
  flush();
  if (::close(std::exchange(file_, -1)) != 0) fail_write(path_, errno);
}

void make_output_folder(const fs::path& path) {
  std::error_code error;
  if (const auto kind = fs::status(path, error).type(); kind == fs::file_type::directory) {
    const bool empty = fs::is_empty(path, error);
    if (error) fail_read(path, error.value());
    ANISO_CHECK(empty, "the folder '", path.string(),
                "' exists and is not empty; nothing in it is overwritten. Give another name, or "
                "empty it first.");
  } else if (kind != fs::file_type::not_found && kind != fs::file_type::none) {
    throw InvalidInput("'" + path.string() + "' exists and is not a folder. Give another name.");
  }
  fs::create_directories(path, error);
  if (error)
    throw IoError("cannot create the folder '" + path.string() + "'" + advice(error.value(), path) +
                  ".");
  if (::access(path.c_str(), W_OK | X_OK) != 0) fail_write(path, errno);
}

std::uint64_t free_space(const fs::path& path) {
  std::error_code error;
  fs::path at = fs::absolute(path, error);
  while (!fs::exists(at, error) && at.has_parent_path() && at != at.parent_path())
    at = at.parent_path();
  const auto space = fs::space(at, error);
  if (error) fail_read(at, error.value());
  return space.available;
}

FileKind recognised(std::span<const std::byte> first_bytes) {
  std::string_view head(reinterpret_cast<const char*>(first_bytes.data()),
                        std::min<std::size_t>(first_bytes.size(), 512));
  if (head.starts_with("\x89PNG\r\n\x1a\n")) return FileKind::png;
  if (head.starts_with("\x93NUMPY")) return FileKind::npy;
  if (head.starts_with(std::string_view("PK\x03\x04", 4)) ||
      head.starts_with(std::string_view("PK\x05\x06", 4)))
    return FileKind::zip;
  if (head.find('\0') != std::string_view::npos) return FileKind::unknown;
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  const auto first = head.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return FileKind::unknown;
  return head[first] == '{' || head[first] == '[' ? FileKind::json : FileKind::text;
}

FileKind recognised(const fs::path& path) {
  const File file(path, O_RDONLY);
  struct stat info {};
  if (!file.is_open() || ::fstat(file.fd(), &info) != 0) fail_read(path, errno);
  if (S_ISDIR(info.st_mode)) fail_read(path, EISDIR);
  std::array<std::byte, 512> head{};
  const ssize_t got = ::read(file.fd(), head.data(), head.size());
  if (got < 0) fail_read(path, errno);
  return recognised(std::span(head.data(), static_cast<std::size_t>(got)));
}

}  // namespace aniso::io
