#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "app/panels/overlays.h"
#include "app/panels/param_widget.h"
#include "app/ui/widgets.h"
#include "core/base/check.h"
#include "core/figure/cairo_painter.h"

namespace aniso::app {
namespace {

const std::vector<Choice>& formats() {
  static const std::vector<Choice> choices = {
      {"pdf", "PDF", "Vector graphics; text stays text."},
      {"svg", "SVG", "Vector graphics for the web and for drawing programs."},
      {"png", "PNG", "Pixels, twice as many as points."}};
  return choices;
}

std::vector<Choice> theme_choices() {
  std::vector<Choice> choices;
  for (const figure::Theme* theme : figure::themes())
    choices.push_back({theme->id, theme->title, ""});
  return choices;
}

std::size_t position(const std::vector<Choice>& choices, const std::string& id) {
  for (std::size_t i = 0; i < choices.size(); ++i)
    if (choices[i].id == id) return i;
  return 0;
}

}  // namespace

void ExportDialog::open(figure::Figure figure, const std::string& name) {
  figure_ = std::move(figure);
  path_ = name;
  error_.clear();
  theme_ = static_cast<int>(position(theme_choices(), ui::theme().id));
  const auto panels = static_cast<int>(figure_.panels.size());
  const int columns = std::max(1, figure_.columns);
  width_ = 560 * std::min(columns, panels);
  height_ = (panels > 1 ? 260 : 420) * ((panels + columns - 1) / columns);
  open_ = true;
}

void ExportDialog::write(Frame& frame, const std::string& state_json) {
  const auto format = figure::format_of(formats()[static_cast<std::size_t>(format_)].id);
  std::filesystem::path path = path_;
  const std::string extension = "." + figure::extension_of(format);
  if (path.extension() != extension) path += extension;
  try {
    figure::RenderOptions options;
    options.theme = figure::themes()[static_cast<std::size_t>(theme_)];
    options.transparent = transparent_;
    options.state = state_json;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
    figure::write(figure_, path, width_, height_, options);
    frame.notices.push_back({Notice::Kind::info, text("Figure: ", path.string())});
    open_ = false;
  } catch (const std::exception& error) {
    error_ = error.what();
  }
}

void ExportDialog::draw(Frame& frame, const std::string& state_json) {
  if (!open_) return;
  const bool stay = ui::begin_card("export", 480, 330);
  {
    const ui::Font font(ui::Face::semibold, ui::TextSize::title);
    ImGui::TextUnformatted("Export this picture");
  }
  ui::space(8);
  const auto themes = theme_choices();
  if (const auto chosen =
          draw_choice_row("Format", formats(), formats()[static_cast<std::size_t>(format_)].id))
    format_ = static_cast<int>(position(formats(), *chosen));
  if (const auto chosen =
          draw_choice_row("Colours", themes, themes[static_cast<std::size_t>(theme_)].id))
    theme_ = static_cast<int>(position(themes, *chosen));

  const auto number = [&](const char* name, int& value) {
    ParamSpec spec = integer_param(name, value);
    spec.range(80, 8000).in("points");
    const ParamEdit edit = widgets_.draw(spec, value);
    if (!edit.value) return;
    try {
      value = validated_value(spec, *edit.value, name).get<int>();
      error_.clear();
    } catch (const Error& refused) {
      error_ = refused.what();
    }
  };
  number("width", width_);
  number("height", height_);
  ParamSpec clear = bool_param("transparent", transparent_);
  if (const auto edit = widgets_.draw(clear, transparent_); edit.value)
    transparent_ = edit.value->get<bool>();
  ParamSpec file = text_param("file", path_);
  file.about("Path without extension; folders are made.");
  if (const auto edit = widgets_.draw(file, path_, {.problem = error_}); edit.value)
    path_ = edit.value->get<std::string>();
  ui::space(12);
  if (ui::text_button("Export", ui::Emphasis::primary, 100)) write(frame, state_json);
  ImGui::SameLine(0, ui::px(8));
  const bool cancel = ui::text_button("Cancel", ui::Emphasis::plain, 100);
  ui::end_card();
  if (!stay || cancel) open_ = false;
}

}  // namespace aniso::app
