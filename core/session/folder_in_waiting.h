#pragma once

#include <filesystem>

namespace aniso::session {

/// A folder written beside its target and put in its place as a whole: at every moment the target
/// is the old folder or the new one, whatever ends the program.
class FolderInWaiting {
 public:
  /// Makes it; removes what programs that were ended left beside the target. @throws IoError.
  explicit FolderInWaiting(const std::filesystem::path& target);
  /// Removes it unless it was put in place.
  ~FolderInWaiting();
  FolderInWaiting(const FolderInWaiting&) = delete;
  FolderInWaiting& operator=(const FolderInWaiting&) = delete;

  const std::filesystem::path& path() const { return waiting_; }
  const std::filesystem::path& target() const { return target_; }

  /// Puts the folder in place; what was there is removed after it. @throws IoError.
  void commit();

 private:
  void replace_in_two_steps();
  void remove_left_behind() const;

  std::filesystem::path target_;
  std::filesystem::path waiting_;
};

/// The folder itself, or, where a file system that cannot exchange folders was interrupted between
/// the two steps of a replacement, the old one that waits beside it.
std::filesystem::path whole_folder(const std::filesystem::path& target);

}  // namespace aniso::session
