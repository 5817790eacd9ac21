#pragma once

#include <imgui.h>

#include "app/frame.h"
#include "app/gl/orbit_camera.h"

namespace aniso::app {

/// What the pointer did over a picture in space.
struct OrbitMouse {
  bool moved = false;  ///< the person took hold of the camera
  bool fits = false;   ///< a double click asks for the whole picture
  bool hovered = false;
  float x = 0, y = 0;  ///< of the pointer, from the picture's corner
};

/// Left drag rotates, right or Shift+left drag pans, the wheel zooms.
OrbitMouse use_orbit_mouse(Frame& frame, gl::OrbitCamera& camera, ImVec2 at, ImVec2 size);

}  // namespace aniso::app
