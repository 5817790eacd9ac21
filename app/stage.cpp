#include "app/stage.h"

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/ui/icons.h"
#include "app/ui/widgets.h"
#include "core/base/check.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

constexpr float kHeaderHeight = 32;
constexpr float kDivider = 5;
constexpr ImGuiWindowFlags kFixed =
    ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
    ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoScrollWithMouse;

// First view that no tile shows yet, else the first of all.
std::string unshown(const std::vector<Tile>& tiles) {
  for (const ViewType& type : view_types())
    if (std::none_of(tiles.begin(), tiles.end(),
                     [&](const Tile& tile) { return tile.view == type.id; }))
      return type.id;
  return view_types().front().id;
}

}  // namespace

void Stage::synchronise(Frame& frame) {
  auto& tiles = frame.view_state.tiles;
  if (tiles.empty()) tiles = default_view_state().tiles;
  views_.resize(tiles.size());
  shown_.resize(tiles.size());
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    if (views_[i] && shown_[i] == tiles[i].view) continue;
    try {
      views_[i] = view_type(tiles[i].view).make();
      views_[i]->set_settings(tiles[i].settings);
    } catch (const Error& error) {
      frame.notices.push_back({Notice::Kind::warning,
                               text("Tile ", i + 1, " shows the field instead: ", error.what())});
      tiles[i] = {view_types().front().id};
      views_[i] = view_types().front().make();
      views_[i]->set_settings(Json::object());
    }
    views_[i]->set_tag(text("tile ", i + 1));
    frame.analyses.cancel(views_[i]->tag());
    shown_[i] = tiles[i].view;
  }
  frame.view_state.active_tile =
      std::clamp(frame.view_state.active_tile, 0, static_cast<int>(tiles.size()) - 1);
}

View& Stage::active(const Frame& frame) {
  return *views_[static_cast<std::size_t>(frame.view_state.active_tile)];
}

const ViewType& Stage::active_type(const Frame& frame) const {
  return view_type(shown_[static_cast<std::size_t>(frame.view_state.active_tile)]);
}

figure::Figure Stage::active_figure(Frame& frame) {
  frame.snapshot = run_of(frame, static_cast<std::size_t>(frame.view_state.active_tile));
  figure::Figure figure = active(frame).figure(frame);
  frame.snapshot = frame.active;
  return figure;
}

void Stage::show(Frame& frame, const std::string& view) {
  Tile& tile = frame.view_state.tiles[static_cast<std::size_t>(frame.view_state.active_tile)];
  if (tile.view == view) return;
  tile = {view_type(view).id};
  synchronise(frame);
}

void Stage::set_count(Frame& frame, int count) {
  ANISO_CHECK(count >= 1 && count <= 4, "the stage holds one to four views, not ", count);
  auto& tiles = frame.view_state.tiles;
  while (static_cast<int>(tiles.size()) > count) {
    // The active tile stays.
    const bool last_is_active = frame.view_state.active_tile + 1 == static_cast<int>(tiles.size());
    const std::size_t drop = tiles.size() - (last_is_active && tiles.size() > 1 ? 2 : 1);
    frame.analyses.cancel(views_[drop]->tag());
    tiles.erase(tiles.begin() + static_cast<std::ptrdiff_t>(drop));
    views_.erase(views_.begin() + static_cast<std::ptrdiff_t>(drop));
    shown_.erase(shown_.begin() + static_cast<std::ptrdiff_t>(drop));
    if (last_is_active) --frame.view_state.active_tile;
  }
  while (static_cast<int>(tiles.size()) < count) tiles.push_back({unshown(tiles)});
  synchronise(frame);
  // Tags follow positions, so that no two tiles share one.
  for (std::size_t i = 0; i < views_.size(); ++i) views_[i]->set_tag(text("tile ", i + 1));
}

void Stage::compare(Frame& frame, Compare mode) {
  ViewState& state = frame.view_state;
  const bool sides = mode == Compare::side_by_side;
  if (sides && !before_sides_) {
    before_sides_ = state;
    Tile tile = state.tiles[static_cast<std::size_t>(state.active_tile)];
    for (const Tile& other : state.tiles)
      if (other.view == "field") tile = other;
    Tile second = tile;
    tile.run = TileRun::parent;
    second.run = TileRun::fork;
    std::vector<Tile> tiles = {tile, second};
    for (const Tile& other : before_sides_->tiles)
      if (other.view != tile.view && tiles.size() < 4) tiles.push_back(other);
    if (tiles.size() == 3) tiles.push_back({unshown(tiles)});
    state.tiles = std::move(tiles);
    state.split_x = 0.5;
    state.split_y = 0.62;
    state.active_tile = 0;
  } else if (!sides && before_sides_) {
    state = lasting(state);
    before_sides_.reset();
  }
  state.compare = mode;
  synchronise(frame);
}

ViewState Stage::lasting(const ViewState& state) const {
  ViewState out = state;
  if (before_sides_) {
    out.tiles = before_sides_->tiles;
    out.split_x = before_sides_->split_x;
    out.split_y = before_sides_->split_y;
    out.active_tile = before_sides_->active_tile;
  }
  return out;
}

// A comparison that begins is shown as the last one was; with its end the tiles are the run's
// again.
void Stage::follow_comparison(Frame& frame) {
  const bool compared = frame.active->other != nullptr;
  if (compared == compared_) return;
  compared_ = compared;
  const Compare mode = frame.view_state.compare;
  if (compared) return compare(frame, mode);
  if (mode == Compare::side_by_side) {
    compare(frame, Compare::overlaid);
    frame.view_state.compare = mode;
  }
}

session::SnapshotPtr Stage::run_of(const Frame& frame, std::size_t index) const {
  const TileRun run = frame.view_state.tiles[index].run;
  if (!frame.active->other || run == TileRun::active) return frame.active;
  const ComparedRuns runs = compared_runs(frame.active);
  return run == TileRun::parent ? runs.parent : runs.fork;
}

void Stage::reset_views() {
  for (auto& view : views_) view->reset_view();
}

bool Stage::take_export_request() { return std::exchange(export_requested_, false); }

void Stage::draw(Frame& frame, const Rect& area) {
  follow_comparison(frame);
  synchronise(frame);
  const float gap = std::round(ui::px(kDivider));
  const StageLayout layout = arrange(static_cast<int>(views_.size()), area,
                                     frame.view_state.split_x, frame.view_state.split_y, gap);
  for (std::size_t i = 0; i < views_.size(); ++i) {
    frame.snapshot = run_of(frame, i);
    draw_tile(frame, i, layout.tiles[i]);
  }
  frame.snapshot = frame.active;
  apply_requests(frame);
  drag_dividers(frame, area, layout);
}

void Stage::apply_requests(Frame& frame) {
  for (const SettingsRequest& request : std::exchange(frame.settings_requests, {}))
    for (std::size_t i = 0; i < views_.size(); ++i) {
      if (shown_[i] != request.view) continue;
      if (!request.tag.empty() && views_[i]->tag() != request.tag) continue;
      try {
        Json settings = views_[i]->settings().json();
        settings.update(request.settings);
        views_[i]->set_settings(settings);
        frame.view_state.tiles[i].settings = views_[i]->settings().json();
      } catch (const Error& error) {
        frame.notices.push_back({Notice::Kind::error, error.what()});
      }
      frame.keep_drawing = true;
    }
}

void Stage::draw_tile(Frame& frame, std::size_t index, const Rect& area) {
  ImGui::SetNextWindowPos({area.x, area.y});
  ImGui::SetNextWindowSize({area.width, area.height});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0.0f);
  ImGui::PushStyleColor(ImGuiCol_WindowBg, ui::color4(ui::theme().background));
  const std::string name = "tile " + std::to_string(index + 1);
  ImGui::Begin(name.c_str(), nullptr, kFixed);
  if (ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows) &&
      (ImGui::IsMouseClicked(0) || ImGui::IsMouseClicked(1)))
    frame.view_state.active_tile = static_cast<int>(index);
  const float header = ui::px(kHeaderHeight);
  if (frame.view_state.layout != LayoutKind::figure)
    draw_header(frame, index, {area.x, area.y, area.width, header});
  const float top = frame.view_state.layout == LayoutKind::figure ? ui::px(8) : header;
  const float side = ui::px(12);
  ImGui::SetCursorScreenPos({area.x + side, area.y + top});
  const ImVec2 content{area.width - 2 * side, area.height - top - ui::px(8)};
  if (content.x > ui::px(40) && content.y > ui::px(40)) {
    ImGui::BeginChild("content", content, false,
                      ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
    ImGui::PopStyleVar(2);
    views_[index]->draw(frame);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0.0f);
    ImGui::EndChild();
  }
  ImGui::End();
  ImGui::PopStyleColor();
  ImGui::PopStyleVar(2);
}

void Stage::draw_header(Frame& frame, std::size_t index, const Rect& area) {
  const bool is_active =
      static_cast<int>(index) == frame.view_state.active_tile && views_.size() > 1;
  const float side = ui::px(12), middle = area.y + area.height / 2;
  const float chevron = ui::px(18), button = ui::px(24);
  const float buttons = views_.size() > 1 ? 2 * button : button;
  const std::string& whole = view_type(shown_[index]).title;
  const std::string title = ui::fitted(Face::semibold, TextSize::body, whole,
                                       area.width - 2 * side - chevron - buttons - ui::px(8));
  const ImVec2 extent = ui::text_extent(Face::semibold, TextSize::body, title);

  ImGui::SetCursorScreenPos({area.x + side - ui::px(4), middle - ui::px(12)});
  const bool pressed =
      ImGui::InvisibleButton("view menu", {extent.x + chevron + ui::px(8), ui::px(24)});
  const bool hovered = ImGui::IsItemHovered();
  ui::tooltip(title == whole ? "Show another view here" : whole + ": show another view here");
  if (pressed) ImGui::OpenPopup("views");
  ImDrawList* draw = ImGui::GetWindowDrawList();
  if (hovered)
    draw->AddRectFilled(ImGui::GetItemRectMin(), ImGui::GetItemRectMax(),
                        ui::color(ui::theme().hover), ui::px(4));
  const figure::Rgb title_color = is_active ? ui::theme().accent : ui::theme().text;
  ui::draw_text({area.x + side, middle - extent.y / 2}, Face::semibold, TextSize::body,
                ui::color(title_color), title);
  ui::draw_text({area.x + side + extent.x + ui::px(4), middle - extent.y / 2}, Face::regular,
                TextSize::body, ui::color(ui::theme().quiet), ui::icon::kDown);
  draw_view_menu(frame, index);

  float right = area.x + area.width - side;
  ImGui::PushStyleColor(ImGuiCol_Button, IM_COL32(0, 0, 0, 0));
  ImGui::PushStyleColor(ImGuiCol_Text, ui::color4(ui::theme().quiet));
  const auto small_button = [&](const char* icon, const char* tip) {
    right -= button;
    ImGui::SetCursorScreenPos({right, middle - button / 2});
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {0, 0});
    const bool clicked = ImGui::Button(icon, {button, button});
    ImGui::PopStyleVar();
    ui::tooltip(tip);
    return clicked;
  };
  bool close = false;
  if (views_.size() > 1) close = small_button(ui::icon::kClose, "Close this view");
  if (small_button(ui::icon::kExport, "Export this picture as PDF, SVG or PNG  (Ctrl+E)")) {
    frame.view_state.active_tile = static_cast<int>(index);
    export_requested_ = true;
  }
  ImGui::PopStyleColor(2);

  const std::string age = views_[index]->age(frame);
  const ImVec2 age_extent = ui::text_extent(Face::mono, TextSize::quiet, age);
  float left = area.x + side + extent.x + chevron + ui::px(12);
  if (frame.active->other) left += draw_run_chip(frame, index, left, middle);
  float subtitle_room = right - left - ui::px(8);
  if (!age.empty() && age_extent.x < subtitle_room) {
    const float x = right - ui::px(8) - age_extent.x;
    ui::draw_text({x, middle - age_extent.y / 2}, Face::mono, TextSize::quiet,
                  ui::color(ui::theme().quiet), age);
    subtitle_room = x - left - ui::px(12);
  }
  const std::string subtitle =
      ui::fitted(Face::regular, TextSize::quiet, views_[index]->subtitle(frame), subtitle_room);
  const ImVec2 sub_extent = ui::text_extent(Face::regular, TextSize::quiet, subtitle);
  ui::draw_text({left, middle - sub_extent.y / 2}, Face::regular, TextSize::quiet,
                ui::color(ui::theme().quiet), subtitle);
  if (close) {
    frame.view_state.active_tile = static_cast<int>(index == 0 ? 1 : 0);
    frame.analyses.cancel(views_[index]->tag());
    frame.view_state.tiles.erase(frame.view_state.tiles.begin() +
                                 static_cast<std::ptrdiff_t>(index));
    if (frame.view_state.active_tile > static_cast<int>(index)) --frame.view_state.active_tile;
    frame.keep_drawing = true;
  }
}

// Whose picture this is; pressed, the tile shows the other run. @return  the room it takes.
float Stage::draw_run_chip(Frame& frame, std::size_t index, float x, float middle) {
  const session::Snapshot& run = *frame.snapshot;
  const ComparedRuns runs = compared_runs(frame.active);
  const bool is_fork = run.run == runs.fork->run;
  const std::string name = run_name(run);
  const ImVec2 extent = ui::text_extent(Face::regular, TextSize::quiet, name);
  const float width = extent.x + ui::px(28), height = ui::px(20);
  ImGui::SetCursorScreenPos({x, middle - height / 2});
  if (ImGui::InvisibleButton("run", {width, height})) {
    frame.view_state.tiles[index].run = is_fork ? TileRun::parent : TileRun::fork;
    frame.keep_drawing = true;
  }
  ui::tooltip(text("Show ", run_name(is_fork ? *runs.parent : *runs.fork), " here"));
  ImDrawList* draw = ImGui::GetWindowDrawList();
  draw->AddRectFilled(ImGui::GetItemRectMin(), ImGui::GetItemRectMax(),
                      ui::color(ImGui::IsItemHovered() ? ui::theme().hover : ui::theme().raised),
                      ui::px(10));
  const figure::Rgb color =
      ui::theme().category(run_category(run, is_fork ? runs.parent.get() : runs.fork.get()));
  draw->AddCircleFilled({x + ui::px(11), middle}, ui::px(4), ui::color(color));
  ui::draw_text({x + ui::px(20), middle - extent.y / 2}, Face::regular, TextSize::quiet,
                ui::color(ui::theme().text), name);
  return width + ui::px(10);
}

void Stage::draw_view_menu(Frame& frame, std::size_t index) {
  if (!ImGui::BeginPopup("views")) return;
  for (const ViewType& type : view_types()) {
    if (ImGui::Selectable(type.title.c_str(), type.id == shown_[index])) {
      frame.view_state.tiles[index] = {type.id};
      frame.view_state.active_tile = static_cast<int>(index);
    }
    ui::tooltip(type.doc);
  }
  ImGui::EndPopup();
}

void Stage::drag_dividers(Frame& frame, const Rect& area, const StageLayout& layout) {
  const auto divider = [&](const char* id, const Rect& bar, bool vertical, double& split) {
    if (bar.width <= 0 || bar.height <= 0) return;
    const float reach = ui::px(3);  // easier to hit than to see
    ImGui::SetNextWindowPos({bar.x - (vertical ? reach : 0), bar.y - (vertical ? 0 : reach)});
    ImGui::SetNextWindowSize(
        {bar.width + (vertical ? 2 * reach : 0), bar.height + (vertical ? 0 : 2 * reach)});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, {1, 1});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0.0f);
    ImGui::Begin(id, nullptr, kFixed | ImGuiWindowFlags_NoBackground);
    ImGui::InvisibleButton("bar", ImGui::GetWindowSize());
    const bool live = ImGui::IsItemHovered() || ImGui::IsItemActive();
    if (live)
      ImGui::SetMouseCursor(vertical ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
    if (ImGui::IsItemActive()) {
      const ImVec2 mouse = ImGui::GetMousePos();
      split = vertical ? (mouse.x - area.x) / area.width : (mouse.y - area.y) / area.height;
      split = std::clamp(split, 0.15, 0.85);
    }
    const float thickness = std::max(1.0f, ui::px(live ? 2 : 1));
    const ImU32 color = ui::color(live ? ui::theme().accent : ui::theme().line);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    if (vertical) {
      const float x = std::floor(bar.x + bar.width / 2);
      draw->AddRectFilled({x, bar.y}, {x + thickness, bar.y + bar.height}, color);
    } else {
      const float y = std::floor(bar.y + bar.height / 2);
      draw->AddRectFilled({bar.x, y}, {bar.x + bar.width, y + thickness}, color);
    }
    ImGui::End();
    ImGui::PopStyleVar(3);
  };
  divider("vertical divider", layout.vertical, true, frame.view_state.split_x);
  divider("horizontal divider", layout.horizontal, false, frame.view_state.split_y);
}

}  // namespace aniso::app
