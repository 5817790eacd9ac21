#version 330 core
#include "common.glsl"

in vec2 along_across;
flat in float length_px;
flat in float shown;
out vec4 color;

uniform float width;
uniform float rim_width;
uniform vec3 ink;
uniform vec3 rim_color;
uniform float opacity;

void main() {
  vec2 p = along_across - vec2(clamp(along_across.x, 0.0, length_px), 0.0);
  float back = length_px > 0.0 ? clamp(along_across.x / length_px, 0.0, 1.0) : 0.0;
  // Thinner and fainter towards the tail's end.
  float away = length(p) - 0.5 * width * (1.0 - 0.6 * back);
  float alpha = opacity * shown * coverage(away - rim_width) * (1.0 - back) * (1.0 - back);
  if (alpha <= 0.004) discard;
  color = vec4(mix(rim_color, ink, coverage(away)), alpha);
}
