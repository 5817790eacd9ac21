#version 330 core
#include "common.glsl"

in vec2 along;
in float part;
flat in float span;
flat in float radius;
flat in float rim;
flat in vec4 from_color;
flat in vec4 to_color;
flat in vec2 fade;
out vec4 color;

uniform vec3 rim_color;
uniform vec3 background_color;

void main() {
  float away = length(vec2(along.x - clamp(along.x, 0.0, span), along.y));
  float outer = coverage(away - radius - rim);
  if (outer <= 0.0) discard;
  float t = clamp(part, 0.0, 1.0);
  vec4 c = mix(from_color, to_color, t);
  c.rgb = mix(rim_color, c.rgb, rim > 0.0 ? coverage(away - radius) : 1.0);
  c.rgb = mix(c.rgb, background_color, mix(fade.x, fade.y, t));
  color = vec4(c.rgb, c.a * outer);
}
