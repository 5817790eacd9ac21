#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "core/session/run_loop.h"

namespace aniso::session {

/// Writes one session folder again and again: experiment.json, settings.json, commands.json,
/// session.json (run, step, weights SHA-256, stored states), state.npz (parameters, optimiser,
/// metrics, predictions), timeline/ (stored states), other/ (the run compared with) and window.json
/// (how the window looked at it).
///
/// Everything is written beside the folder first and put in place by a rename, so that a full disk
/// or an end of the program at any moment leaves a whole folder, the old or the new. Stored states
/// that were written before are linked and not written again. One thread at a time.
class SessionWriter {
 public:
  explicit SessionWriter(std::filesystem::path folder);
  /// @param window  the window's own state; null for none.
  /// @throws IoError with the path and the reason; InvalidInput where something else is there.
  void save(const SessionState& session, const Json& window = {});

 private:
  struct Place {
    std::uint64_t id = 0, file = 0;
  };
  using StateKey = std::weak_ptr<const StoredState>;

  void write_states(const SessionState& session, const std::filesystem::path& into);
  void write_run(const SessionState& session, const std::filesystem::path& into) const;
  Json listed(const std::vector<Timeline::StatePtr>& states) const;

  std::filesystem::path folder_;
  std::map<StateKey, Place, std::owner_less<>> places_;  ///< of states in the folder
  std::map<std::uint64_t, std::size_t> sizes_;           ///< states in each file
  std::uint64_t last_id_ = 0;
  std::uint64_t last_file_;  ///< begins with the time, so that no two writers give one name
};

/// Writes a session folder once. @throws as SessionWriter::save.
void save_session(const std::filesystem::path& folder, const SessionState& session);

/// Reads it back. @throws IoError when a file is missing or unreadable, InvalidInput when contents
/// do not fit together; nothing is half-loaded.
SessionState load_session(const std::filesystem::path& folder);
/// The window's own state that was saved with it; null for none. @throws IoError, InvalidInput.
Json load_session_window(const std::filesystem::path& folder);

/// Whether the folder looks like a session (holds session.json).
bool is_session_folder(const std::filesystem::path& folder);

}  // namespace aniso::session
