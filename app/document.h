#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/session/experiment.h"

namespace aniso::app {

/// The experiment that the person edits, with its history. Edits are validated here, so that a
/// widget can show what is wrong beside itself; only valid experiments reach the run.
class Document {
 public:
  explicit Document(const session::Experiment& start);

  const session::Experiment& experiment() const { return experiment_; }
  /// Canonical JSON of experiment(); widgets read their values from it.
  const Json& json() const { return json_; }
  /// Grows with every change, undo and redo included.
  std::uint64_t version() const { return version_; }

  /// Sets one value by path ("optimizer.learning_rate"). Edits of one path in one go (a dragged
  /// slider; `gesture` is the same number) become one step of the history.
  /// @return  the message when the value is refused; the experiment is unchanged then.
  std::optional<std::string> edit(const std::string& path, const Json& value,
                                  std::uint64_t gesture);
  /// Replaces the whole experiment (a preset, a pasted state): one step of the history.
  std::optional<std::string> replace(const Json& experiment);

  bool can_undo() const { return !past_.empty(); }
  bool can_redo() const { return !future_.empty(); }
  /// What undo would take back: "learning rate 0.1 → 0.05"; empty when there is nothing.
  std::string undo_title() const;
  std::string redo_title() const;
  void undo();
  void redo();

 private:
  struct Entry {
    session::Experiment experiment;
    std::string title;
  };
  void adopt(session::Experiment next);

  session::Experiment experiment_;
  Json json_;
  std::uint64_t version_ = 0;
  std::vector<Entry> past_;
  std::vector<Entry> future_;
  std::string last_path_;
  std::uint64_t last_gesture_ = 0;
};

}  // namespace aniso::app
