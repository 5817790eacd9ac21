#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/frame.h"
#include "core/base/params.h"
#include "core/figure/figure.h"

namespace aniso::app {

/// One way of showing the run, living in a tile. Header, colour theme, age, export and the
/// inspector's settings come from what it declares; it draws only its content.
class View {
 public:
  virtual ~View() = default;
  View() = default;
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  /// Draws the content into the current ImGui window's remaining region; handles the mouse over
  /// it. Asks analyses for what it needs (tag: `tag()`), draws the newest answer there is, and an
  /// empty state that says what to do where there is none.
  virtual void draw(Frame& frame) = 0;

  /// The same picture as a figure, for export to PDF, SVG and PNG.
  virtual figure::Figure figure(const Frame& frame) const = 0;

  /// "step 1,200 · 3 behind · 2.8 ms"; empty where it is always live.
  virtual std::string age(const Frame& frame) const = 0;
  /// One line beside the title: "logit difference on span(u_1, u_2)".
  virtual std::string subtitle(const Frame& frame) const = 0;
  /// Back to the whole picture (double click, Shift+R).
  virtual void reset_view() {}

  /// Settings, declared once; the inspector makes widgets of them. Values are validated already.
  virtual const ParamSchema& settings_schema() const = 0;
  const Params& settings() const { return settings_; }
  /// @throws InvalidInput.
  virtual void set_settings(const Json& json) {
    settings_ = validated(settings_schema(), json, "view");
  }

  /// The tile's name for analysis requests; unique within the window.
  const std::string& tag() const { return tag_; }
  void set_tag(std::string tag) { tag_ = std::move(tag); }

 protected:
  Params settings_;

 private:
  std::string tag_;
};

/// A kind of view. One file defines one of these, one line in registry.cpp lists it.
struct ViewType {
  std::string id;
  std::string title;
  std::string doc;      ///< "What is this?"
  std::string formula;  ///< in Unicode, sub- and superscripts as core/figure/text_run.h reads them
  std::string unit;
  std::string source;
  std::function<std::unique_ptr<View>()> make;
};

/// Every kind of view, in menu order: those below first, then one for each analysis that has no
/// view of its own.
const std::vector<ViewType>& view_types();
/// @throws InvalidInput naming the nearest id.
const ViewType& view_type(std::string_view id);

}  // namespace aniso::app
