#version 330 core
#include "common.glsl"

in vec3 facing;
in vec3 from_eye;
in vec2 scalar;
in float level;
out vec4 color;

uniform sampler2D map;        // the colormap, one row
uniform vec2 range;
uniform float levels;         // spacing of the level lines; 0 for none
uniform float line_width;     // pixels
uniform float boundary_width; // of the zero level; 0 for none
uniform vec3 boundary_color;
uniform vec3 undefined_color;

void main() {
  float t = clamp((scalar.x - range.x) / (range.y - range.x), 0.0, 1.0);
  float size = float(textureSize(map, 0).x);
  vec3 c = texture(map, vec2((t * (size - 1.0) + 0.5) / size, 0.5)).rgb;
  if (scalar.y < 0.999) c = undefined_color;
  // Lit from over the viewer's shoulder, on both sides; the colour stays readable in the shade.
  vec3 n = normalize(facing);
  float light = abs(dot(n, normalize(vec3(-0.35, 0.55, 0.75))));
  c *= 0.62 + 0.45 * light;
  float slope = fwidth(level);
  if (levels > 0.0 && slope > 0.0) {
    float apart = levels / slope;
    float away = abs(fract(level / levels + 0.5) - 0.5) * apart;
    float line = coverage(away - 0.5 * line_width) * smoothstep(3.0, 8.0, apart);
    vec3 ink = vec3(dot(c, vec3(0.2126, 0.7152, 0.0722)) > 0.25 ? 0.0 : 1.0);
    c = mix(c, ink, 0.35 * line);
  }
  if (boundary_width > 0.0 && slope > 0.0)
    c = mix(c, boundary_color, coverage(abs(level) / slope - 0.5 * boundary_width));
  color = vec4(c, 1.0);
}
