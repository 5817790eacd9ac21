#include "app/panels/param_widget.h"

#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>

#include "app/ui/icons.h"
#include "app/ui/widgets.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

constexpr float kLabelShare = 0.45f;

struct RowMark {
  const char* sign;
  figure::Rgb color;
};

// The label in its column; leaves the cursor where the widget starts and sets the item's width.
void begin_row(const std::string& title, const std::string& tip, const RowMark* mark = nullptr) {
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float label = std::floor(width * kLabelShare);
  const float text_height = ui::text_extent(Face::regular, TextSize::body, title).y;
  const float y = start.y + (ui::control_height() - text_height) / 2;
  const ImVec2 sign =
      mark ? ui::text_extent(Face::regular, TextSize::quiet, mark->sign) : ImVec2{0, 0};
  const std::string shown = ui::fitted(Face::regular, TextSize::body, title,
                                       label - ui::px(8) - (mark ? sign.x + ui::px(5) : 0));
  ui::draw_text({start.x, y}, Face::regular, TextSize::body, ui::color(ui::theme().quiet), shown);
  if (mark != nullptr)
    ui::draw_text({start.x + ui::text_extent(Face::regular, TextSize::body, shown).x + ui::px(5),
                   start.y + (ui::control_height() - sign.y) / 2},
                  Face::regular, TextSize::quiet, ui::color(mark->color), mark->sign);
  ImGui::Dummy({label - ui::px(4), ui::control_height()});
  ui::tooltip(tip);
  ImGui::SetCursorScreenPos({start.x + label, start.y});
  ImGui::SetNextItemWidth(width - label);
}

std::string tip_of(const ParamSpec& spec, bool waits) {
  std::string tip = spec.doc;
  if (spec.kind == ParamKind::real || spec.kind == ParamKind::integer) {
    const bool low = std::isfinite(spec.min), high = std::isfinite(spec.max);
    std::string range;
    if (low && high)
      range = number(spec.min) + " … " + number(spec.max);
    else if (low)
      range = "at least " + number(spec.min);
    else if (high)
      range = "at most " + number(spec.max);
    if (!range.empty() || !spec.unit.empty())
      tip += (tip.empty() ? "" : "\n") + range + " " + spec.unit;
    tip += "\nDrag to change, double-click to type.";
  }
  if (spec.effect == Effect::at_start)
    tip += waits ? "\nActs at the start of a run: this value waits for a reset."
                 : "\nActs at the start of a run only.";
  return tip;
}

// The number right-aligned in its box, the unit quiet behind it where there is room for both.
void draw_number_in_box(const std::string& shown, const std::string& unit) {
  const ImVec2 low = ImGui::GetItemRectMin(), high = ImGui::GetItemRectMax();
  const ImVec2 number = ui::text_extent(Face::mono, TextSize::body, shown);
  const ImVec2 extent = ui::text_extent(Face::regular, TextSize::quiet, unit);
  const float middle = (low.y + high.y) / 2, pad = ui::px(8);
  float right = high.x - pad;
  if (!unit.empty() && number.x + extent.x + 3 * pad < high.x - low.x) {
    right -= extent.x;
    ui::draw_text({right, middle - extent.y / 2}, Face::regular, TextSize::quiet,
                  ui::color(ui::theme().quiet), unit);
    right -= ui::px(5);
  }
  ui::draw_text({right - number.x, middle - number.y / 2}, Face::mono, TextSize::body,
                ui::color(ui::theme().text), shown);
}

double drag_speed(const ParamSpec& spec, double value) {
  if (std::isfinite(spec.min) && std::isfinite(spec.max) && !spec.logarithmic)
    return (spec.max - spec.min) / 400;
  return std::max(std::abs(value), 0.01) / 100;
}

// Two more digits than the eye needs would jitter under a drag: what a person would have typed.
double tidy(double value, int digits) {
  if (value == 0 || !std::isfinite(value)) return 0;
  const double unit = std::pow(10, std::floor(std::log10(std::abs(value))) - (digits - 1));
  return std::stod(text(std::round(value / unit) * unit));
}

// The number as a box that is dragged; dragging a logarithmic one moves its exponent, so that the
// same movement is the same factor everywhere.
ParamEdit drag_number(const ParamSpec& spec, const Json& value) {
  const bool integer = spec.kind == ParamKind::integer;
  const double before = value.get<double>();
  const bool logarithmic = spec.logarithmic && before > 0;
  const double low = std::max(spec.min, -9e15), high = std::min(spec.max, 9e15);
  double position = logarithmic ? std::log10(before) : before;
  const double least = integer ? 0.05 : 0;
  const double speed = logarithmic ? 0.01 : std::max(drag_speed(spec, before), least);
  std::array<char, 32> digits{};
  std::snprintf(digits.data(), digits.size(), "%.6g", before);
  const std::string shown =
      integer ? std::to_string(value.get<std::int64_t>()) : std::string(digits.data());
  const bool changed = ImGui::DragScalar(
      "##value", ImGuiDataType_Double, &position, static_cast<float>(speed), nullptr, nullptr, " ",
      ImGuiSliderFlags_NoInput | ImGuiSliderFlags_NoRoundToFormat);
  draw_number_in_box(shown, spec.unit);
  ParamEdit edit;
  edit.started = ImGui::IsItemActivated();
  if (!changed) return edit;
  const double moved = logarithmic ? tidy(std::pow(10, position), 2) : tidy(position, 4);
  const double after = std::clamp(integer ? std::round(moved) : moved, low, high);
  if (after != before) edit.value = integer ? Json(static_cast<std::int64_t>(after)) : Json(after);
  return edit;
}

ParamEdit draw_combo(const std::vector<Choice>& choices, const std::string& current) {
  ParamEdit edit;
  std::string title = current;
  for (const Choice& choice : choices)
    if (choice.id == current) title = choice.title;
  const float room =  // left of the arrow; ImGui would cut a letter in two
      ImGui::CalcItemWidth() - ImGui::GetFrameHeight() - ImGui::GetStyle().FramePadding.x;
  const std::string shown = ui::fitted(ui::Face::regular, ui::TextSize::body, title, room);
  if (ImGui::BeginCombo("##value", shown.c_str(), ImGuiComboFlags_HeightLarge)) {
    for (const Choice& choice : choices) {
      if (ImGui::Selectable(choice.title.c_str(), choice.id == current)) edit.value = choice.id;
      ui::tooltip(choice.doc);
      if (choice.id == current) ImGui::SetItemDefaultFocus();
    }
    ImGui::EndCombo();
  }
  edit.started = edit.value.has_value();
  return edit;
}

// Text that is only applied by Enter or by leaving the field: half a list is no list.
bool draw_text_field(std::string& text) {
  ImGui::InputText("##value", &text);
  return ImGui::IsItemDeactivatedAfterEdit();
}

ParamEdit draw_list(const Json& value, bool integers) {
  ParamEdit edit;
  std::string text = list_text(value);
  const ui::Font font(Face::mono, TextSize::body);
  if (draw_text_field(text)) {
    const auto list = list_from_text(text, integers);
    edit.value = list ? *list : Json(text);
    edit.started = true;
  }
  return edit;
}

ParamEdit draw_direction(const ParamSpec& spec, const Json& value) {
  const float full = ImGui::CalcItemWidth();
  const std::string basis = value["basis"].get<std::string>();
  const bool indexed = basis != "none" && basis != "numbers";
  const float gap = ui::px(4), side = indexed ? std::floor(full * 0.34f) : 0;
  ImGui::SetNextItemWidth(full - side - (indexed ? gap : 0));
  ParamEdit edit = draw_combo(spec.choices, basis);
  if (edit.value) {
    const std::string chosen = edit.value->get<std::string>();
    Json next = {{"basis", chosen}};
    if (chosen == "numbers")
      next["values"] = Json::array({1.0});
    else if (chosen != "none")
      next["index"] = indexed ? value.value("index", Json(0)) : Json(0);
    edit.value = next;
  }
  if (indexed) {
    ImGui::SameLine(0, gap);
    ImGui::SetNextItemWidth(side);
    ParamSpec index = integer_param("index", 0);
    index.range(0, 1e9);
    ImGui::PushID("index");
    const ParamEdit moved = drag_number(index, value["index"]);
    ImGui::PopID();
    edit.started |= moved.started;
    if (moved.value) edit.value = Json{{"basis", basis}, {"index", *moved.value}};
  }
  if (basis == "numbers") {
    ImGui::SetNextItemWidth(full);
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x - full);
    ImGui::PushID("numbers");
    const ParamEdit typed = draw_list(value["values"], false);
    ImGui::PopID();
    edit.started |= typed.started;
    if (typed.value) edit.value = Json{{"basis", basis}, {"values", *typed.value}};
  }
  return edit;
}

ParamEdit draw_boolean(const Json& value) {
  bool on = value.get<bool>();
  ParamEdit edit;
  if (ImGui::Checkbox("##value", &on)) {
    edit.value = on;
    edit.started = true;
  }
  return edit;
}

// What is edited in a view is only counted here; see core/data/drawn_points.h.
ParamEdit draw_count(const Json& list) {
  const std::string words = list.empty() ? "none" : text(list.size() / 3, " points");
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const ImVec2 extent = ui::text_extent(Face::mono, TextSize::body, words);
  const float width = ImGui::CalcItemWidth(), height = ui::control_height();
  ui::draw_text({start.x + width - extent.x - ui::px(8), start.y + (height - extent.y) / 2},
                Face::mono, TextSize::body, ui::color(ui::theme().quiet), words);
  ImGui::Dummy({width, height});
  return {};
}

ParamEdit draw_kind(const ParamSpec& spec, const Json& value) {
  if (spec.in_view) return draw_count(value);
  switch (spec.kind) {
    case ParamKind::boolean:
      return draw_boolean(value);
    case ParamKind::integer:
    case ParamKind::real:
      return drag_number(spec, value);
    case ParamKind::choice:
      return draw_combo(spec.choices, value.get<std::string>());
    case ParamKind::text: {
      ParamEdit edit;
      std::string text = value.get<std::string>();
      if (draw_text_field(text)) {
        edit.value = text;
        edit.started = true;
      }
      return edit;
    }
    case ParamKind::integers:
      return draw_list(value, true);
    case ParamKind::reals:
      return draw_list(value, false);
    case ParamKind::direction:
      return draw_direction(spec, value);
  }
  return {};
}

}  // namespace

ParamEdit ParamWidgets::draw_number(const ParamSpec& spec, const Json& value) {
  const ImGuiID id = ImGui::GetID("typed");
  const ui::Font font(Face::mono, TextSize::body);
  if (typing_ != id) {
    ParamEdit edit = drag_number(spec, value);
    const bool clicked =
        ImGui::IsItemHovered() &&
        (ImGui::IsMouseDoubleClicked(0) || (ImGui::IsMouseClicked(0) && ImGui::GetIO().KeyCtrl));
    const bool by_keyboard =
        (ImGui::GetIO().ConfigFlags & ImGuiConfigFlags_NavEnableKeyboard) != 0 &&
        ImGui::IsItemFocused() && ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Enter), false);
    if (clicked || by_keyboard) {
      typing_ = id;
      typed_ = spec.kind == ParamKind::integer ? value.dump() : number(value.get<double>());
      appearing_ = true;
    }
    return edit;
  }
  ParamEdit edit;
  if (appearing_) ImGui::SetKeyboardFocusHere();
  const bool enter = ImGui::InputText(
      "##typed", &typed_, ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
  const bool left = !appearing_ && ImGui::IsItemDeactivated();
  appearing_ = false;
  if (enter || (left && ImGui::IsItemDeactivatedAfterEdit())) {
    double typed = 0;
    const char* end = typed_.data() + typed_.size();
    const auto read = std::from_chars(typed_.data(), end, typed);
    edit.value = read.ec == std::errc() && read.ptr == end ? Json(typed) : Json(typed_);
    edit.started = true;
  }
  if (enter || left) typing_ = 0;
  return edit;
}

ParamEdit ParamWidgets::draw(const ParamSpec& spec, const Json& value,
                             const ParamRemarks& remarks) {
  ImGui::PushID(spec.name.c_str());
  const RowMark mark{ui::icon::kReset, remarks.waits ? ui::theme().warning : ui::theme().disabled};
  begin_row(spec.title, tip_of(spec, remarks.waits),
            spec.effect == Effect::at_start ? &mark : nullptr);
  const bool numeric = spec.kind == ParamKind::integer || spec.kind == ParamKind::real;
  ParamEdit edit = numeric ? draw_number(spec, value) : draw_kind(spec, value);
  if (!remarks.problem.empty()) {
    ImGui::PushStyleColor(ImGuiCol_Text, ui::color4(ui::theme().error));
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(remarks.problem.c_str());
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
  }
  ImGui::PopID();
  return edit;
}

std::optional<std::string> draw_choice_row(const std::string& title,
                                           const std::vector<Choice>& choices,
                                           const std::string& current) {
  ImGui::PushID(title.c_str());
  std::string tip;
  for (const Choice& choice : choices)
    if (choice.id == current) tip = choice.doc;
  begin_row(title, tip);
  const ParamEdit edit = draw_combo(choices, current);
  ImGui::PopID();
  if (!edit.value) return std::nullopt;
  return edit.value->get<std::string>();
}

std::string list_text(const Json& list) {
  std::string out;
  for (const Json& entry : list)
    out += (out.empty() ? "" : ", ") +
           (entry.is_number_integer() ? entry.dump() : number(entry.get<double>()));
  return out;
}

std::optional<Json> list_from_text(const std::string& text, bool integers) {
  Json list = Json::array();
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto is_gap = [](char c) {
    return c == ' ' || c == ',' || c == ';' || c == '[' || c == ']' || c == '\t';
  };
  while (true) {
    while (at != end && is_gap(*at)) ++at;
    if (at == end) return list;
    std::from_chars_result read{};
    if (integers) {
      std::int64_t value = 0;
      read = std::from_chars(at, end, value);
      list.push_back(value);
    } else {
      double value = 0;
      read = std::from_chars(at, end, value);
      list.push_back(value);
    }
    if (read.ec != std::errc() || (read.ptr != end && !is_gap(*read.ptr))) return std::nullopt;
    at = read.ptr;
  }
}

}  // namespace aniso::app
