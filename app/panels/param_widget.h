#pragma once

#include <optional>
#include <string>

#include "core/base/params.h"

namespace aniso::app {

/// What a parameter's widget did in this frame.
struct ParamEdit {
  std::optional<Json> value;  ///< new value, not yet validated
  bool started = false;       ///< a new gesture began (the widget was grabbed)
};

/// What is to be said about a parameter beside its value.
struct ParamRemarks {
  std::string problem;  ///< shown in the error colour below; empty for none
  bool waits = false;   ///< set, but the run goes on with the value that it began with
};

/// Rows of a panel: name at the left, the widget that fits the parameter's kind at the right, unit
/// inside. Remembers which number is being typed.
class ParamWidgets {
 public:
  /// Parameters that act at the start of a run only carry a small mark.
  ParamEdit draw(const ParamSpec& spec, const Json& value, const ParamRemarks& remarks = {});

 private:
  ParamEdit draw_number(const ParamSpec& spec, const Json& value);

  unsigned int typing_ = 0;  // ImGui id of the number that is being typed; 0 for none
  bool appearing_ = false;
  std::string typed_;
};

/// Row of a choice that is no parameter (a section's id).
std::optional<std::string> draw_choice_row(const std::string& title,
                                           const std::vector<Choice>& choices,
                                           const std::string& current);

/// "100, 100" ↔ [100, 100]. Empty optional when the text is no list of numbers.
std::string list_text(const Json& list);
std::optional<Json> list_from_text(const std::string& text, bool integers);

}  // namespace aniso::app
