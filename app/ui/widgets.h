#pragma once

#include <imgui.h>

#include <string>
#include <vector>

#include "app/ui/style.h"

/// Small pieces that panels share. Each draws into the current ImGui window.
namespace aniso::app::ui {

/// What a button is for decides how loud it is.
enum class Emphasis { plain, selected, primary };

/// Square button with one icon. @param tooltip  what it does and its key; shown on hover.
bool icon_button(const char* id, const char* icon, const std::string& tooltip, bool enabled = true,
                 Emphasis emphasis = Emphasis::plain);
/// Button with words; as wide as they are, or `width` design pixels.
bool text_button(const std::string& label, Emphasis emphasis = Emphasis::plain, float width = 0);

/// A word that chooses one of several pictures, underlined where it is the chosen one; the next one
/// goes beside it. @return  whether it was pressed and is not the chosen one yet.
bool tab(const std::string& label, bool chosen);
/// A thin bar across `width`, filled to this share (0 … 1).
void thin_progress(ImVec2 at, float width, double share);

/// Section title in capitals.
void heading(const std::string& title);
/// Quiet text, wrapped.
void quiet_text(const std::string& text);
/// Name at the left, number right-aligned in figures of equal width, unit quiet.
void reading(const std::string& name, const std::string& value, const std::string& unit = "");
/// Tooltip for the item before, wrapped at a readable width.
void tooltip(const std::string& text);

/// Text in a face and size at a screen position.
void draw_text(ImVec2 at, Face face, TextSize size, ImU32 color, const std::string& text);
ImVec2 text_extent(Face face, TextSize size, const std::string& text);
/// The text, shortened with "…" to fit `width`.
std::string fitted(Face face, TextSize size, const std::string& text, float width);

/// Hairline across the current window's content region.
void hairline();
/// Gap of so many design pixels.
void space(float design);

/// Opens a window that covers the whole display, dims what is behind and centres a card of the
/// given width. @return false when a click beside it or Escape closed it. Call end_card always.
bool begin_card(const char* id, float width, float height);
void end_card();

}  // namespace aniso::app::ui
