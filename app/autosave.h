#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/base/types.h"

namespace aniso::app {

/// $XDG_STATE_HOME/anisoscope, else ~/.local/state/anisoscope; empty when neither is known.
std::filesystem::path state_folder();

/// Where this window saves its session on the way, and what windows before it left there because
/// they did not end properly. A window that ends properly takes its folder with it.
class Autosave {
 public:
  /// A session that can be opened again.
  struct LeftBehind {
    std::filesystem::path folder;
    std::string title;
    Index step = 0;
    std::string when;  ///< "14:32", local time
  };

  /// @param root  the user's state folder; empty: nothing is saved and nothing is found. Where it
  ///              cannot be written to, folder() is empty too.
  explicit Autosave(const std::filesystem::path& root);
  ~Autosave();
  Autosave(const Autosave&) = delete;
  Autosave& operator=(const Autosave&) = delete;

  const std::filesystem::path& folder() const { return folder_; }
  /// The newest session of a window that is gone. It is named once, and kept in the state folder
  /// with the two before it.
  std::optional<LeftBehind> take_left_behind() const;

 private:
  std::filesystem::path root_;    // <state>/autosave
  std::filesystem::path folder_;  // in it
  int lock_ = -1;                 // held while this window lives
};

}  // namespace aniso::app
