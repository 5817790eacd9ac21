#include "app/document.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/errors.h"
#include "core/session/settings_history.h"

namespace aniso::app {
namespace {

constexpr std::size_t kHistoryLimit = 200;

}  // namespace

Document::Document(const session::Experiment& start)
    : experiment_(start), json_(session::to_json(start)) {}

void Document::adopt(session::Experiment next) {
  experiment_ = std::move(next);
  json_ = session::to_json(experiment_);
  ++version_;
}

std::optional<std::string> Document::edit(const std::string& path, const Json& value,
                                          std::uint64_t gesture) {
  Json changed = json_;
  try {
    session::set_by_path(changed, path, value);
    session::Experiment next = session::experiment_from_json(changed);
    if (next == experiment_) return std::nullopt;
    const bool continues = !past_.empty() && future_.empty() && gesture != 0 &&
                           gesture == last_gesture_ && path == last_path_;
    if (!continues) past_.push_back({experiment_, ""});
    if (past_.size() > kHistoryLimit) past_.erase(past_.begin());
    past_.back().title = session::describe_changes(past_.back().experiment, next);
    future_.clear();
    last_gesture_ = gesture;
    last_path_ = path;
    adopt(std::move(next));
  } catch (const Error& error) {
    return error.what();
  }
  return std::nullopt;
}

std::optional<std::string> Document::replace(const Json& experiment) {
  try {
    session::Experiment next = session::experiment_from_json(experiment);
    if (next == experiment_) return std::nullopt;
    past_.push_back({experiment_, session::describe_changes(experiment_, next)});
    if (past_.size() > kHistoryLimit) past_.erase(past_.begin());
    future_.clear();
    last_gesture_ = 0;
    adopt(std::move(next));
  } catch (const Error& error) {
    return error.what();
  }
  return std::nullopt;
}

std::string Document::undo_title() const { return past_.empty() ? "" : past_.back().title; }
std::string Document::redo_title() const { return future_.empty() ? "" : future_.back().title; }

void Document::undo() {
  if (past_.empty()) return;
  Entry entry = std::move(past_.back());
  past_.pop_back();
  future_.push_back({experiment_, entry.title});
  last_gesture_ = 0;
  adopt(std::move(entry.experiment));
}

void Document::redo() {
  if (future_.empty()) return;
  Entry entry = std::move(future_.back());
  future_.pop_back();
  past_.push_back({experiment_, entry.title});
  last_gesture_ = 0;
  adopt(std::move(entry.experiment));
}

}  // namespace aniso::app
