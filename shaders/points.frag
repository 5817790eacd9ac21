#version 330 core
#include "common.glsl"

in vec2 offset;
flat in vec3 fill;
out vec4 color;

uniform float radius;
uniform float rim_width;
uniform vec3 rim_color;
uniform float opacity;
uniform bool hollow;

void main() {
  float r = length(offset);
  float outer = coverage(r - radius - rim_width);
  float disc = coverage(r - radius);
  if (hollow) {
    // A ring a third of the radius wide, with the rim on both sides.
    float inner = radius * 0.62;
    outer *= 1.0 - coverage(r - inner + rim_width);
    disc *= 1.0 - coverage(r - inner);
  }
  if (outer <= 0.0) discard;
  color = vec4(mix(rim_color, fill, disc), opacity * outer);
}
