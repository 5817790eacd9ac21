#version 330 core
#include "common.glsl"

in vec2 along_across;
flat in float length_px;
flat in float head_px;
out vec4 color;

uniform float width;
uniform float rim_width;
uniform float gap;         // of an outline from the arrow; below 0: the arrow is filled
uniform float line_width;  // of the outline
uniform vec3 fill_color;
uniform vec3 rim_color;
uniform float opacity;

// Distance to a triangle with its tip at the origin and its base from (−h, −b) to (−h, b).
float triangle(vec2 p, float h, float b) {
  p.y = abs(p.y);
  vec2 base = vec2(-h, b);
  vec2 to_edge = p - base * clamp(dot(p, base) / dot(base, base), 0.0, 1.0);
  vec2 to_base = p - vec2(-h, min(p.y, b));
  float inside = min(-(b * p.x + h * p.y), p.x + h);
  float d = min(dot(to_edge, to_edge), dot(to_base, to_base));
  return inside > 0.0 ? -sqrt(d) : sqrt(d);
}

// Distance to a stroke with a round start, from x = 0 to x = l.
float shaft(vec2 p, float l) {
  return length(p - vec2(clamp(p.x, 0.0, l), 0.0)) - 0.5 * width;
}

void main() {
  vec2 p = along_across;
  float d = shaft(p, max(length_px - head_px, 0.0));
  if (head_px > width) d = min(d, triangle(p - vec2(length_px, 0.0), head_px, 0.45 * head_px));
  float ink = gap < 0.0 ? coverage(d) : coverage(abs(d - gap) - 0.5 * line_width);
  float outer = gap < 0.0 ? coverage(d - rim_width)
                          : coverage(abs(d - gap) - 0.5 * line_width - rim_width);
  if (outer <= 0.0) discard;
  color = vec4(mix(rim_color, fill_color, ink), opacity * outer);
}
