#pragma once

#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include "app/frame.h"
#include "app/panels/param_widget.h"
#include "core/figure/figure.h"

/// What lies over the window for a while. Each is opened by an action and closed by Escape.
namespace aniso::app {

/// H: every key with what it does and the current value.
class KeySheet {
 public:
  bool is_open = false;
  void draw(Frame& frame);
};

/// Ctrl+P: find and run a command by typing a few of its letters.
class CommandPalette {
 public:
  void open();
  void close() { open_ = false; }
  bool is_open() const { return open_; }
  void draw(Frame& frame);

 private:
  bool open_ = false;
  bool focus_ = false;
  std::string query_;
  int selected_ = 0;
};

/// Versions, libraries, device, BLAS.
class About {
 public:
  bool is_open = false;
  void draw(Frame& frame, const std::string& renderer, const std::vector<std::string>& remarks);
};

/// Messages at the lower right of the stage; infos leave by themselves, errors stay until closed.
class Notices {
 public:
  void add(const Notice& notice, double now_s);
  void draw(Frame& frame, float right, float bottom);
  bool empty() const { return shown_.empty(); }

 private:
  struct Shown {
    Notice notice;
    double since_s = 0;
  };
  std::deque<Shown> shown_;
};

/// Ctrl+E: writes a figure as PDF, SVG or PNG.
class ExportDialog {
 public:
  /// @param name  file name without extension, such as "field-step-001248".
  void open(figure::Figure figure, const std::string& name);
  void close() { open_ = false; }
  bool is_open() const { return open_; }
  void draw(Frame& frame, const std::string& state_json);

 private:
  void write(Frame& frame, const std::string& state_json);

  bool open_ = false;
  figure::Figure figure_;
  int format_ = 0;
  int theme_ = 0;
  int width_ = 640, height_ = 480;
  bool transparent_ = false;
  std::string path_;
  std::string error_;
  ParamWidgets widgets_;
};

/// How well `query` finds `title`: letters in order, better at word starts and in a row; −1 when
/// it does not match.
int match_score(const std::string& query, const std::string& title);

}  // namespace aniso::app
