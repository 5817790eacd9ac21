#include "app/views/orbit_mouse.h"

#include <cmath>

namespace aniso::app {

OrbitMouse use_orbit_mouse(Frame& frame, gl::OrbitCamera& camera, ImVec2 at, ImVec2 size) {
  ImGui::SetCursorScreenPos(at);
  ImGui::InvisibleButton("space", size,
                         ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight);
  const ImGuiIO& io = ImGui::GetIO();
  OrbitMouse mouse;
  mouse.hovered = ImGui::IsItemHovered();
  mouse.x = io.MousePos.x - at.x;
  mouse.y = io.MousePos.y - at.y;
  if (ImGui::IsItemActive() && (io.MouseDelta.x != 0 || io.MouseDelta.y != 0)) {
    mouse.moved = true;
    if (ImGui::IsMouseDown(1) || io.KeyShift)
      camera.pan(io.MouseDelta.x, io.MouseDelta.y, size.y);
    else
      camera.rotate(io.MouseDelta.x, io.MouseDelta.y, size.y);
  }
  if (mouse.hovered && io.MouseWheel != 0) {
    mouse.moved = true;
    camera.zoom(std::pow(1.15, io.MouseWheel));
  }
  mouse.fits = mouse.hovered && ImGui::IsMouseDoubleClicked(0);
  if (mouse.moved || mouse.fits) frame.keep_drawing = true;
  return mouse;
}

}  // namespace aniso::app
