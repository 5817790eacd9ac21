#pragma once

#include <filesystem>

#include "core/session/run_loop.h"

namespace aniso::session {

/// Writes a session folder: experiment.json, commands.json, session.json (run, step, weights
/// SHA-256) and state.npz (parameters, optimiser, metrics, predictions). Everything is written
/// beside it first and put in place by a rename, so that a full disk or a crash leaves the old
/// folder whole.
/// @throws IoError with the path and the reason.
void save_session(const std::filesystem::path& folder, const SessionState& session);

/// Reads it back. @throws IoError when a file is missing or unreadable, InvalidInput when contents
/// do not fit together; nothing is half-loaded.
SessionState load_session(const std::filesystem::path& folder);

/// Whether the folder looks like a session (holds session.json).
bool is_session_folder(const std::filesystem::path& folder);

}  // namespace aniso::session
