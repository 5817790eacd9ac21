#include "app/panels/session_dialog.h"

#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "app/ui/widgets.h"
#include "core/session/session_file.h"

namespace aniso::app {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 2;
constexpr int kMostEntries = 5000;  // looked at; a home folder is large

}  // namespace

void SessionDialog::ask_to_save(const fs::path& proposal) {
  open_ = save_ = just_opened_ = true;
  path_ = proposal.string();
}

void SessionDialog::ask_to_open(std::vector<fs::path> nearby) {
  open_ = just_opened_ = true;
  save_ = false;
  nearby_ = std::move(nearby);
  path_ = nearby_.empty() ? "" : nearby_.front().string();
}

std::optional<SessionDialog::Choice> SessionDialog::draw(Frame& frame) {
  if (!open_) return std::nullopt;
  const std::size_t rows = save_ ? 0 : nearby_.size();
  const float list = rows > 0 ? 30 + 26 * static_cast<float>(rows) : 0;
  const bool stay = ui::begin_card("session", 640, 190 + list);
  {
    const ui::Font font(ui::Face::semibold, ui::TextSize::title);
    ImGui::TextUnformatted(save_ ? "Save the session" : "Open a session");
  }
  ui::space(8);
  std::optional<Choice> chosen;
  ui::quiet_text(save_ ? "A folder that is new, or a session that this one replaces"
                       : "A session folder, or the folder of a run without a window");
  ui::space(4);
  ImGui::SetNextItemWidth(-1);
  if (just_opened_) ImGui::SetKeyboardFocusHere();
  just_opened_ = false;
  if (ImGui::InputText("##folder", &path_, ImGuiInputTextFlags_EnterReturnsTrue) && !path_.empty())
    chosen = Choice{save_, path_};
  if (rows > 0) {
    ui::space(6);
    ui::quiet_text("Near here, newest first");
    for (const fs::path& near : nearby_) {
      std::error_code error;
      const fs::path relative = fs::relative(near, error);
      const std::string& name = near.native();
      const bool shorter = !error && relative.native().size() < name.size();
      if (ImGui::Selectable((shorter ? relative.native() : name).c_str(), path_ == name))
        chosen = Choice{false, near};
    }
  }
  ui::space(12);
  if (ui::text_button(save_ ? "Save" : "Open", ui::Emphasis::primary, 100) && !path_.empty())
    chosen = Choice{save_, path_};
  ImGui::SameLine(0, ui::px(8));
  const bool cancel = ui::text_button("Cancel", ui::Emphasis::plain, 100);
  ui::end_card();
  if (!stay || cancel || chosen) open_ = false;
  frame.keep_drawing |= chosen.has_value();
  return chosen;
}

std::vector<fs::path> sessions_near(const fs::path& root, std::size_t most) {
  std::vector<std::pair<fs::file_time_type, fs::path>> found;
  std::error_code error;
  int looked = 0;
  fs::recursive_directory_iterator it(root, fs::directory_options::skip_permission_denied, error);
  for (const fs::recursive_directory_iterator end; !error && it != end && looked < kMostEntries;
       it.increment(error), ++looked) {
    std::error_code ignored;
    if (it.depth() >= kDeepest || it->path().filename().string().starts_with('.'))
      it.disable_recursion_pending();
    if (!it->is_directory(ignored) || it->path().filename().string().starts_with('.') ||
        !session::is_session_folder(it->path()))
      continue;
    it.disable_recursion_pending();
    found.emplace_back(fs::last_write_time(it->path() / "session.json", ignored), it->path());
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<fs::path> out;
  for (std::size_t i = 0; i < std::min(most, found.size()); ++i)
    out.push_back(std::move(found[i].second));
  return out;
}

}  // namespace aniso::app
