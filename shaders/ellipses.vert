#version 330 core
// One ellipse per instance, on a rectangle along its axes.
layout(location = 0) in vec2 centre;  // in the plane
layout(location = 1) in vec2 major;   // half the long axis, in the plane
layout(location = 2) in float minor;  // half the short one

uniform vec2 low;
uniform vec2 span;
uniform vec2 picture_size;
uniform float width;                  // pixels

out vec2 offset;                      // pixels along the axes
flat out vec2 half_axes;              // pixels

void main() {
  vec2 scale = picture_size / span;
  vec2 along = major * scale;
  float reach = length(along);
  vec2 x = reach > 0.0 ? along / reach : vec2(1.0, 0.0);
  half_axes = max(vec2(reach, minor * scale.x), vec2(0.5));
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
  offset = corner * (half_axes + width + 1.5);
  vec2 at = (centre - low) * scale + offset.x * x + offset.y * vec2(-x.y, x.x);
  gl_Position = vec4(at / picture_size * 2.0 - 1.0, 0.0, 1.0);
}
