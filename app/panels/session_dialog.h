#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/frame.h"

namespace aniso::app {

/// Ctrl+O and Ctrl+Shift+S: asks for a session folder.
class SessionDialog {
 public:
  struct Choice {
    bool save = false;
    std::filesystem::path folder;
  };

  void ask_to_save(const std::filesystem::path& proposal);
  /// @param nearby  session folders to choose from, newest first.
  void ask_to_open(std::vector<std::filesystem::path> nearby);
  void close() { open_ = false; }
  bool is_open() const { return open_; }
  /// @return  what the person chose in this frame.
  std::optional<Choice> draw(Frame& frame);

 private:
  bool open_ = false, save_ = false, just_opened_ = false;
  std::string path_;
  std::vector<std::filesystem::path> nearby_;
};

/// Session folders below `root`, at most two levels down, newest first; at most `most`.
std::vector<std::filesystem::path> sessions_near(const std::filesystem::path& root,
                                                 std::size_t most);

}  // namespace aniso::app
