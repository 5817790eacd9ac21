#include <GLFW/glfw3.h>
#include <imgui.h>

#include <string>

#include "app/panels/overlays.h"
#include "app/ui/widgets.h"
#include "core/base/names.h"

namespace aniso::app {

void About::draw(Frame& frame, const std::string& renderer,
                 const std::vector<std::string>& remarks) {
  if (!is_open) return;
  if (!ui::begin_card("about", 560, 420)) is_open = false;
  {
    const ui::Font font(ui::Face::semibold, ui::TextSize::lecture);
    ImGui::TextUnformatted("Anisoscope");
  }
  ui::quiet_text("An instrument for watching the geometry of learning.");
  ui::space(12);
  const engines::Environment& here = frame.environment;
  ui::reading("Version", ANISO_VERSION);
  ui::reading("LibTorch", here.has_torch ? here.torch_version : "not built in");
  const float room = ImGui::GetContentRegionAvail().x - ui::px(100);
  ui::reading("BLAS", ui::fitted(ui::Face::mono, ui::TextSize::body, here.blas, room));
  ui::reading("Devices", joined_names(here.devices));
  ui::reading("OpenGL", ui::fitted(ui::Face::mono, ui::TextSize::body, renderer, room));
  ui::reading("GLFW", glfwGetVersionString() ? std::string(glfwGetVersionString()).substr(0, 5)
                                             : std::string("unknown"));
  ui::reading("Dear ImGui", ImGui::GetVersion());
  ui::space(12);
  if (here.blas_is_reference)
    ui::quiet_text(
        "This BLAS is the slow reference one. Install libopenblas0-openmp for about 28 times the "
        "speed.");
  for (const std::string& remark : remarks) ui::quiet_text(remark);
  ui::end_card();
}

}  // namespace aniso::app
