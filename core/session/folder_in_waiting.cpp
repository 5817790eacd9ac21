#include "core/session/folder_in_waiting.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "core/base/check.h"

namespace aniso::session {
namespace {

namespace fs = std::filesystem;

fs::path absolute_without_slash(const fs::path& path) {
  const fs::path whole = fs::absolute(path).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

std::string prefix_of(const fs::path& target) {
  return "." + target.filename().string() + ".partial-";
}

// The folder's entries reach the disk before it takes its place, and its place after that.
void synchronise(const fs::path& folder) {
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  ::fsync(file);  // file systems that cannot are no reason to fail
  ::close(file);
}

// Folders in waiting of this target, and old ones set aside.
std::vector<fs::path> waiting_for(const fs::path& target) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(target.parent_path(), error), end; !error && it != end;
       it.increment(error))
    if (it->path().filename().string().starts_with(prefix_of(target))) found.push_back(it->path());
  return found;
}

bool is_running(const std::string& pid) {
  const auto number = static_cast<pid_t>(std::strtol(pid.c_str(), nullptr, 10));
  return number <= 0 || ::kill(number, 0) == 0 || errno != ESRCH;
}

}  // namespace

FolderInWaiting::FolderInWaiting(const fs::path& target) : target_(absolute_without_slash(target)) {
  static std::atomic<unsigned> count = 0;
  waiting_ = target_.parent_path() / text(prefix_of(target_), ::getpid(), "-", count++);
  std::error_code error;
  fs::create_directories(target_.parent_path(), error);
  remove_left_behind();
  if (!error) fs::create_directory(waiting_, error);
  if (error)
    throw IoError(text("session: cannot create a folder in ", target_.parent_path().string(), ": ",
                       error.message(), ". Choose another place."));
}

FolderInWaiting::~FolderInWaiting() {
  std::error_code ignored;
  fs::remove_all(waiting_, ignored);
}

void FolderInWaiting::remove_left_behind() const {
  std::error_code ignored;
  if (!fs::exists(target_, ignored)) return;  // one of them may be all there is
  for (const fs::path& folder : waiting_for(target_)) {
    const std::string name = folder.filename().string();
    if (!is_running(name.substr(prefix_of(target_).size()))) fs::remove_all(folder, ignored);
  }
}

void FolderInWaiting::commit() {
  synchronise(waiting_);
  if (::renameat2(AT_FDCWD, waiting_.c_str(), AT_FDCWD, target_.c_str(), RENAME_NOREPLACE) != 0 &&
      (errno != EEXIST ||
       ::renameat2(AT_FDCWD, waiting_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) != 0))
    replace_in_two_steps();
  // The destructor removes the old content where it stands in `waiting_` now.
  synchronise(target_.parent_path());
}

/// For file systems that cannot exchange two folders.
void FolderInWaiting::replace_in_two_steps() {
  const fs::path old = waiting_.string() + ".old";
  std::error_code error;
  const bool had_old = fs::exists(target_);
  if (had_old) fs::rename(target_, old, error);
  if (!error) fs::rename(waiting_, target_, error);
  if (error) {
    std::error_code ignored;
    if (had_old && !fs::exists(target_)) fs::rename(old, target_, ignored);
    throw IoError(text("session: cannot put ", target_.string(), " in place: ", error.message()));
  }
  if (had_old) fs::remove_all(old, error);
}

fs::path whole_folder(const fs::path& target) {
  std::error_code error;
  if (fs::exists(target, error)) return target;
  for (const fs::path& folder : waiting_for(absolute_without_slash(target)))
    if (folder.extension() == ".old") return folder;
  return target;
}

}  // namespace aniso::session
