#include "app/ui/style.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/check.h"

namespace aniso::app::ui {
namespace {

constexpr std::array<double, 12> kTextSteps = {0.6,  0.7, 0.8,  0.9, 1.0, 1.1,
                                               1.25, 1.5, 1.75, 2.0, 2.5, 3.0};
constexpr double kStepSlack = 1e-6;
constexpr double kEaseSeconds = 0.12;
constexpr float kControlHeight = 28;

/// Filled surfaces of the theme's roles.
void set_colors(const figure::Theme& t, ImVec4* c) {
  const ImVec4 none(0, 0, 0, 0);
  c[ImGuiCol_Text] = color4(t.text);
  c[ImGuiCol_TextDisabled] = color4(t.quiet);
  c[ImGuiCol_WindowBg] = color4(t.panel);
  c[ImGuiCol_ChildBg] = none;
  c[ImGuiCol_PopupBg] = color4(t.panel);
  c[ImGuiCol_Border] = color4(t.line);
  c[ImGuiCol_BorderShadow] = none;
  c[ImGuiCol_FrameBg] = color4(t.raised);
  c[ImGuiCol_FrameBgHovered] = color4(t.hover);
  c[ImGuiCol_FrameBgActive] = color4(t.pressed);
  c[ImGuiCol_TitleBg] = c[ImGuiCol_TitleBgActive] = c[ImGuiCol_TitleBgCollapsed] = color4(t.panel);
  c[ImGuiCol_MenuBarBg] = color4(t.panel);
  c[ImGuiCol_ScrollbarBg] = none;
  c[ImGuiCol_ScrollbarGrab] = color4(t.hover);
  c[ImGuiCol_ScrollbarGrabHovered] = color4(t.pressed);
  c[ImGuiCol_ScrollbarGrabActive] = color4(t.quiet);
  c[ImGuiCol_CheckMark] = color4(t.accent);
  c[ImGuiCol_SliderGrab] = color4(t.accent);
  c[ImGuiCol_SliderGrabActive] = color4(t.focus);
  c[ImGuiCol_Button] = color4(t.raised);
  c[ImGuiCol_ButtonHovered] = color4(t.hover);
  c[ImGuiCol_ButtonActive] = color4(t.pressed);
  c[ImGuiCol_Header] = color4(t.slider);
  c[ImGuiCol_HeaderHovered] = color4(t.hover);
  c[ImGuiCol_HeaderActive] = color4(t.pressed);
  c[ImGuiCol_Separator] = color4(t.line);
  c[ImGuiCol_SeparatorHovered] = color4(t.accent, 0.7);
  c[ImGuiCol_SeparatorActive] = color4(t.accent);
  c[ImGuiCol_ResizeGrip] = none;
  c[ImGuiCol_ResizeGripHovered] = color4(t.hover);
  c[ImGuiCol_ResizeGripActive] = color4(t.accent);
}

void set_more_colors(const figure::Theme& t, ImVec4* c) {
  const ImVec4 none(0, 0, 0, 0);
  c[ImGuiCol_Tab] = c[ImGuiCol_TabUnfocused] = none;
  c[ImGuiCol_TabHovered] = color4(t.hover);
  c[ImGuiCol_TabActive] = c[ImGuiCol_TabUnfocusedActive] = color4(t.raised);
  c[ImGuiCol_PlotLines] = c[ImGuiCol_PlotHistogram] = color4(t.accent);
  c[ImGuiCol_PlotLinesHovered] = c[ImGuiCol_PlotHistogramHovered] = color4(t.focus);
  c[ImGuiCol_TableHeaderBg] = color4(t.raised);
  c[ImGuiCol_TableBorderStrong] = c[ImGuiCol_TableBorderLight] = color4(t.line);
  c[ImGuiCol_TableRowBg] = none;
  c[ImGuiCol_TableRowBgAlt] = color4(t.raised, 0.4);
  c[ImGuiCol_TextSelectedBg] = color4(t.slider);
  c[ImGuiCol_DragDropTarget] = color4(t.accent);
  c[ImGuiCol_NavHighlight] = color4(t.focus);
  c[ImGuiCol_NavWindowingHighlight] = color4(t.focus, 0.7);
  c[ImGuiCol_NavWindowingDimBg] = color4(t.background, 0.5);
  c[ImGuiCol_ModalWindowDimBg] = color4(t.background, 0.65);
}

float eased(double t) {
  const double rest = 1 - std::clamp(t, 0.0, 1.0);
  return static_cast<float>(1 - rest * rest * rest);
}

}  // namespace

Look::Look(FontFiles files) : fonts_(std::move(files)) {
  ANISO_CHECK(ImGui::GetCurrentContext() != nullptr, "A look needs a Dear ImGui context.");
  ImGui::GetIO().UserData = this;
}

Look::~Look() {
  if (ImGui::GetCurrentContext() != nullptr && ImGui::GetIO().UserData == this)
    ImGui::GetIO().UserData = nullptr;
}

void Look::update(float content_scale, float pixel_ratio) {
  const float scale = content_scale * static_cast<float>(text_size_);
  if (stale_ || scale != scale_ || pixel_ratio != pixel_ratio_ || content_scale != content_scale_) {
    content_scale_ = content_scale;
    scale_ = scale;
    pixel_ratio_ = pixel_ratio;
    stale_ = true;
  }
  const bool rebuilt = fonts_.update(scale_ * pixel_ratio_, pixel_ratio_);
  if (stale_ || rebuilt) apply();
  stale_ = false;
  animating_ = rebuilt;  // what was laid out with a stand-in font is drawn again
  const int frame = ImGui::GetFrameCount();
  constexpr int kForgotten = 600;
  std::erase_if(eases_, [&](const auto& e) { return frame - e.second.frame > kForgotten; });
}

void Look::set_theme(const figure::Theme& theme) {
  stale_ = stale_ || theme_ != &theme;
  theme_ = &theme;
}

void Look::set_text_size(double factor) {
  ANISO_CHECK(factor >= kTextSteps.front() && factor <= kTextSteps.back(), "The text size ",
              100 * factor, " % is outside 60 … 300 %.");
  text_size_ = factor;
}

void Look::larger_text() {
  for (const double step : kTextSteps)
    if (step > text_size_ + kStepSlack) return set_text_size(step);
}

void Look::smaller_text() {
  for (auto step = kTextSteps.rbegin(); step != kTextSteps.rend(); ++step)
    if (*step < text_size_ - kStepSlack) return set_text_size(*step);
}

void Look::reset_text() { set_text_size(1); }

float Look::ease(ImGuiID id, float target) {
  const double now = ImGui::GetTime();
  const auto [place, fresh] = eases_.try_emplace(id);
  Ease& e = place->second;
  e.frame = ImGui::GetFrameCount();
  if (fresh) {
    e.from = e.to = e.value = target;
    return target;
  }
  if (target != e.to) {
    e.from = e.value;
    e.to = target;
    e.started = now;
  }
  const double t = (now - e.started) / kEaseSeconds;
  e.value = t >= 1 ? e.to : e.from + (e.to - e.from) * eased(t);
  animating_ = animating_ || t < 1;
  return e.value;
}

void Look::apply() const {
  ImGuiStyle s;
  set_colors(*theme_, s.Colors);
  set_more_colors(*theme_, s.Colors);
  const auto px = [this](float design) { return std::floor(design * scale_ + 0.5F); };
  // Lines of body text are as high as the font says; padding makes up the rest of a control.
  const float line = ImGui::GetIO().FontDefault->FontSize / pixel_ratio_;
  s.FramePadding = {px(8), std::max(1.0F, 0.5F * (px(kControlHeight) - line))};
  s.WindowPadding = {px(16), px(16)};
  s.CellPadding = {px(8), px(4)};
  s.ItemSpacing = {px(8), px(4)};
  s.ItemInnerSpacing = {px(8), px(4)};
  s.IndentSpacing = px(16);
  s.ScrollbarSize = px(10);
  s.GrabMinSize = px(12);
  const float hairline = std::max(1.0F, std::floor(content_scale_ + 0.25F));
  const bool outlined = theme_->id == "contrast";
  s.WindowBorderSize = 0;
  s.ChildBorderSize = 0;
  s.PopupBorderSize = hairline;
  s.FrameBorderSize = outlined ? hairline : 0;
  s.TabBorderSize = 0;
  s.WindowRounding = 0;
  s.ChildRounding = 0;
  s.FrameRounding = px(5);
  s.PopupRounding = px(8);
  s.ScrollbarRounding = px(5);
  s.GrabRounding = px(4);
  s.TabRounding = px(5);
  s.WindowMenuButtonPosition = ImGuiDir_None;
  s.WindowTitleAlign = {0, 0.5F};
  s.SelectableTextAlign = {0, 0.5F};
  s.DisabledAlpha = 0.45F;
  s.AntiAliasedLinesUseTex = true;
  // Curves of circles and rounded corners: a quarter pixel from the true one.
  s.CircleTessellationMaxError = 0.25F;
  ImGui::GetStyle() = s;
}

Look& look() {
  auto* found =
      ImGui::GetCurrentContext() == nullptr ? nullptr : static_cast<Look*>(ImGui::GetIO().UserData);
  ANISO_CHECK(found != nullptr, "The interface was asked for its look before it has one.");
  return *found;
}

const figure::Theme& theme() { return look().theme(); }

float px(float design) { return design * look().scale(); }

float control_height() { return ImGui::GetFrameHeight(); }

Font::Font(Face face, TextSize size) { ImGui::PushFont(look().fonts().get(face, size)); }

Font::~Font() { ImGui::PopFont(); }

float ease(ImGuiID id, float target) { return look().ease(id, target); }

ImVec4 color4(figure::Rgb c, double opacity) {
  return {static_cast<float>(c.r), static_cast<float>(c.g), static_cast<float>(c.b),
          static_cast<float>(opacity)};
}

ImU32 color(figure::Rgba c) {
  return ImGui::ColorConvertFloat4ToU32(color4(figure::Rgb{c.r, c.g, c.b}, c.a));
}

ImU32 color(figure::Rgb c, double opacity) { return color(figure::Rgba(c, opacity)); }

}  // namespace aniso::app::ui
