#include <imgui.h>

#include <string>

#include "app/panels/panels.h"
#include "app/ui/icons.h"
#include "app/ui/widgets.h"
#include "core/base/check.h"

namespace aniso::app {
namespace {

using ui::Emphasis;
using ui::Face;
using ui::TextSize;

void preset_menu(Frame& frame) {
  if (!ImGui::BeginPopup("presets")) return;
  for (const session::PresetInfo& preset : frame.presets) {
    if (ImGui::Selectable(preset.title.c_str(), false, 0, {ui::px(280), 0}))
      frame.actions.run("preset " + preset.id);
    ui::tooltip(preset.watch);
  }
  ImGui::EndPopup();
}

std::string machine(const Frame& frame) {
  const session::Snapshot& now = *frame.snapshot;
  std::string device = now.device.empty() ? "cpu" : now.device;
  for (char& c : device) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  const int threads = now.resolved ? now.resolved->experiment.threads() : 1;
  const std::string blas = frame.environment.blas.substr(0, frame.environment.blas.find(' '));
  return text(device, " · ", blas, " · ", threads, threads == 1 ? " thread" : " threads");
}

}  // namespace

void TopBar::draw(Frame& frame) {
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float height = ui::control_height();
  const std::string name = "Anisoscope";
  const ImVec2 extent = ui::text_extent(Face::semibold, TextSize::title, name);
  ui::draw_text({start.x, start.y + (height - extent.y) / 2}, Face::semibold, TextSize::title,
                ui::color(ui::theme().text), name);
  ImGui::SetCursorScreenPos({start.x + extent.x + ui::px(20), start.y});

  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {ui::px(8), 0});
  const std::string& title = frame.document.experiment().title;
  const std::string label =
      (title.empty() ? std::string("Untitled") : title) + "  " + ui::icon::kDown;
  const bool choose = ui::text_button(label);
  if (choose) ImGui::OpenPopup("presets");
  ui::tooltip("Choose another preset");
  const float title_end = ImGui::GetItemRectMax().x;
  preset_menu(frame);

  // Right to left: help, theme, layouts; the machine beside them.
  const float right = start.x + ImGui::GetWindowWidth() - 2 * (start.x - ImGui::GetWindowPos().x);
  const LayoutKind layouts[] = {LayoutKind::explore, LayoutKind::lecture, LayoutKind::figure};
  const char* const titles[] = {"Explore", "Lecture", "Figure"};
  const char* const tips[] = {"Everything at hand", "Large type, few controls",
                              "The pictures alone"};
  const float icons = 3 * (height + ui::px(8)), tabs = 3 * ui::px(76 + 4);
  // In a narrow window the layouts are in the palette only.
  const bool has_tabs = right - icons - tabs - ui::px(8) > title_end + ui::px(8);
  ImGui::SetCursorScreenPos({right - icons - tabs - ui::px(8), start.y});
  for (int i = 0; has_tabs && i < 3; ++i) {
    const bool on = frame.view_state.layout == layouts[i];
    if (ui::text_button(titles[i], on ? Emphasis::selected : Emphasis::plain, 76))
      frame.view_state.layout = layouts[i];
    ui::tooltip(tips[i]);
    ImGui::SameLine(0, ui::px(4));
  }
  ImGui::SetCursorScreenPos({right - icons + ui::px(8), start.y});
  if (ui::icon_button("theme", ui::icon::kTheme, "Dark, light or high-contrast colours"))
    frame.actions.run("theme");
  ImGui::SameLine();
  if (ui::icon_button("palette", ui::icon::kSearch, "Find a command  (Ctrl+P)"))
    frame.actions.run("palette");
  ImGui::SameLine();
  if (ui::icon_button("about", ui::icon::kInfo, "About Anisoscope")) frame.actions.run("about");
  ImGui::PopStyleVar();

  const std::string on = machine(frame);
  const ImVec2 on_extent = ui::text_extent(Face::mono, TextSize::quiet, on);
  const float x = right - icons - tabs - ui::px(24) - on_extent.x;
  if (x > start.x + extent.x + ui::px(360))
    ui::draw_text(
        {x, start.y + (height - on_extent.y) / 2}, Face::mono, TextSize::quiet,
        ui::color(frame.environment.blas_is_reference ? ui::theme().warning : ui::theme().quiet),
        on);
}

}  // namespace aniso::app
