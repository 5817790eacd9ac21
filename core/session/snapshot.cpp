#include "core/session/snapshot.h"

#include <array>

namespace aniso::session {

std::string state_title(RunState state) {
  static constexpr std::array kTitles = {"Ready",    "Running",  "Paused", "Stopping",
                                         "Finished", "Diverged", "Error"};
  return kTitles.at(static_cast<std::size_t>(state));
}

}  // namespace aniso::session
