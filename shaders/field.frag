#version 330 core
#include "common.glsl"
#include "field_sample.glsl"

in vec2 picture;
out vec4 color;

uniform sampler2D map;       // the colormap, one row
uniform vec2 grid_at;        // sample coordinates at the picture's lower left corner
uniform vec2 grid_span;      // samples across the picture
uniform vec2 picture_size;   // pixels
uniform vec2 range;          // colour range, in decades when logarithmic
uniform bool logarithmic;
uniform float isolines;      // spacing; 0 for none
uniform float isoline_width;
uniform float isoline_opacity;
uniform float boundary_width;  // 0 for none
uniform float rim_width;
uniform float opacity;
uniform vec3 ink_dark;
uniform vec3 ink_light;
uniform vec3 boundary_color;
uniform vec3 rim_color;
uniform vec3 undefined_color;
uniform vec3 background_color;
uniform bool lines_only;     // nothing but isolines and boundary
uniform vec3 line_ink;
uniform float hatch;         // distance of the hatching's lines in pixels

vec3 hatched() {
  float across = abs(fract((gl_FragCoord.x + gl_FragCoord.y) / hatch) - 0.5) * hatch * 0.70711;
  return mix(background_color, undefined_color, 0.55 * coverage(across - 0.6));
}

vec3 mapped(float value) {
  float t = clamp((value - range.x) / (range.y - range.x), 0.0, 1.0);
  float size = float(textureSize(map, 0).x);
  return texture(map, vec2((t * (size - 1.0) + 0.5) / size, 0.5)).rgb;
}

void main() {
  vec2 at = grid_at + picture * grid_span;
  vec2 size = vec2(textureSize(field, 0));
  if (any(lessThan(at, vec2(-0.5))) || any(greaterThan(at, size - 0.5))) discard;

  Sample s = sample_field(at);
  float shown = s.value;
  vec2 slope = s.gradient * (grid_span / picture_size);  // per pixel
  vec2 shown_slope = slope;
  if (logarithmic && s.defined) {
    s.defined = s.value > 0.0;
    shown = log(max(s.value, 1e-38)) / log(10.0);
    shown_slope = slope / (max(s.value, 1e-38) * log(10.0));
  }
  if (lines_only && !s.defined) discard;
  if (!s.defined) {
    color = vec4(hatched(), opacity);
    return;
  }

  vec3 c = lines_only ? line_ink : mapped(shown);
  float drawn = lines_only ? 0.0 : 1.0;  // how much of what is there is covered
  float steepness = length(shown_slope);
  if (isolines > 0.0 && steepness > 0.0) {
    float level = shown / isolines;
    float apart = isolines / steepness;  // pixels between neighbouring isolines
    float away = abs(fract(level + 0.5) - 0.5) * apart;
    // Where they crowd they say nothing: they fade out instead of becoming a grey area.
    float line = coverage(away - 0.5 * isoline_width) * smoothstep(3.0, 8.0, apart);
    vec3 ink = dot(c, vec3(0.2126, 0.7152, 0.0722)) > 0.3 ? ink_dark : ink_light;
    if (lines_only)
      drawn = isoline_opacity * line;
    else
      c = mix(c, ink, isoline_opacity * line);
  }
  float boundary_slope = length(slope);
  if (boundary_width > 0.0 && boundary_slope > 0.0) {
    float away = abs(s.value) / boundary_slope;
    float rim = 0.85 * coverage(away - 0.5 * boundary_width - rim_width);
    c = mix(c, rim_color, rim);
    c = mix(c, boundary_color, coverage(away - 0.5 * boundary_width));
    drawn = max(drawn, rim);
  }
  if (drawn <= 0.0) discard;
  color = vec4(c, opacity * drawn);
}
