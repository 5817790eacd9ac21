#include "app/autosave.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <system_error>
#include <vector>

#include "core/base/check.h"
#include "core/io/files.h"
#include "core/session/experiment.h"
#include "core/session/session_file.h"

namespace aniso::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKept = 3;
constexpr const char* kKeptPrefix = "kept-";

fs::path lock_of(const fs::path& folder) { return folder.string() + ".lock"; }

std::vector<fs::path> entries(const fs::path& root) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(root, error), end; !error && it != end; it.increment(error))
    found.push_back(it->path());
  return found;
}

// Whether the window that holds the lock is gone; the lock is removed then.
bool take_lock(const fs::path& lock) {
  const int file = ::open(lock.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return false;
  const bool free = ::flock(file, LOCK_EX | LOCK_NB) == 0;
  if (free) ::unlink(lock.c_str());
  ::close(file);
  return free;
}

fs::file_time_type written_at(const fs::path& folder) {
  std::error_code error;
  return fs::last_write_time(folder / "session.json", error);
}

std::string clock_text(fs::file_time_type time) {
  const auto system = std::chrono::file_clock::to_sys(time);
  const std::time_t seconds = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(system));
  std::tm local{};
  localtime_r(&seconds, &local);
  std::array<char, 32> words{};
  std::strftime(words.data(), words.size(), "%H:%M", &local);
  return words.data();
}

Autosave::LeftBehind described(const fs::path& folder) {
  Autosave::LeftBehind out{folder, "", 0, clock_text(written_at(folder))};
  try {
    const auto json = [&](const char* name) {
      return session::parse_json(io::read_text(folder / name), name);
    };
    out.title = json("experiment.json").value("title", "");
    out.step = json("session.json").value("step", Index{0});
  } catch (const std::exception&) {
    // Opening it will say what is wrong.
  }
  return out;
}

}  // namespace

fs::path state_folder() {
  if (const char* xdg = std::getenv("XDG_STATE_HOME"); xdg != nullptr && *xdg == '/')
    return fs::path(xdg) / "anisoscope";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return fs::path(home) / ".local" / "state" / "anisoscope";
  return {};
}

Autosave::Autosave(const fs::path& root) {
  if (root.empty()) return;
  root_ = root / "autosave";
  std::error_code error;
  fs::create_directories(root_, error);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const fs::path folder =
      root_ /
      text(::getpid(), "-", std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  lock_ = ::open(lock_of(folder).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) return;
  ::flock(lock_, LOCK_EX | LOCK_NB);
  folder_ = folder;
}

Autosave::~Autosave() {
  if (lock_ < 0) return;
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
  fs::remove(lock_of(folder_), ignored);
  ::close(lock_);
}

std::optional<Autosave::LeftBehind> Autosave::take_left_behind() const {
  if (root_.empty()) return std::nullopt;
  std::error_code ignored;
  std::vector<fs::path> left;
  for (const fs::path& lock : entries(root_)) {
    if (lock.extension() != ".lock" || lock == lock_of(folder_) || !take_lock(lock)) continue;
    const fs::path folder = fs::path(lock).replace_extension();
    if (!session::is_session_folder(folder)) {
      fs::remove_all(folder, ignored);
      continue;
    }
    const fs::path kept = root_ / (kKeptPrefix + folder.filename().string());
    fs::rename(folder, kept, ignored);
    left.push_back(kept);
  }
  std::vector<fs::path> kept;
  for (const fs::path& folder : entries(root_))
    if (folder.filename().string().starts_with(kKeptPrefix)) kept.push_back(folder);
  const auto newer = [](const fs::path& a, const fs::path& b) {
    return written_at(a) > written_at(b);
  };
  std::sort(kept.begin(), kept.end(), newer);
  for (std::size_t i = kKept; i < kept.size(); ++i) fs::remove_all(kept[i], ignored);
  if (left.empty()) return std::nullopt;
  return described(*std::min_element(left.begin(), left.end(), newer));
}

}  // namespace aniso::app
