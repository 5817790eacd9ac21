#version 330 core
#include "common.glsl"

in vec2 offset;
flat in vec2 half_axes;
out vec4 color;

uniform float width;
uniform vec3 line_color;
uniform vec3 rim_color;

void main() {
  // Distance to the ellipse to first order: exact on it.
  float k = length(offset / half_axes);
  float slope = length(offset / (half_axes * half_axes));
  float away = slope > 0.0 ? k * (k - 1.0) / slope : -min(half_axes.x, half_axes.y);
  float line = coverage(abs(away) - 0.5 * width);
  float rim = coverage(abs(away) - 0.5 * width - 1.0);
  float inside = 0.18 * coverage(away);
  float alpha = max(inside, 0.9 * rim);
  if (alpha <= 0.0) discard;
  color = vec4(mix(rim_color, line_color, max(line, step(rim, 0.0))), alpha);
}
