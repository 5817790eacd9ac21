#pragma once

namespace aniso::app {

/// F6: the keyboard works in the panels, where otherwise single keys are shortcuts. Dear ImGui's
/// arrows, Space and Enter move and change; a ring shows where.
class PanelFocus {
 public:
  bool is_on() const { return at_ >= 0; }
  /// Enters the first panel that is shown, or goes on to the next one; `step` −1 goes back.
  void advance(int step);
  /// Escape: first what is being changed or open ends, then the mode. @return whether it ended.
  bool escape();
  void leave();
  /// Between the beginning of a frame and its panels.
  void begin();
  /// After the panels: the ring, and the end of the mode where the mouse takes over.
  void draw();

 private:
  int at_ = -1;           // number of the panel; −1: off
  bool entered_ = false;  // it is to get the focus in the next frame
};

}  // namespace aniso::app
