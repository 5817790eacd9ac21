#version 330 core
// Line-integral convolution of noise along a field of directions without a sign: light and dark
// streaks over what is there.
out vec4 color;

uniform sampler2D axes;      // (cos 2a, sin 2a) of each sample's direction; 0 where it has none
uniform vec2 grid_at;        // sample coordinates at the picture's lower left corner
uniform vec2 grid_step;      // samples per pixel
uniform vec2 pixels_per_unit;
uniform vec2 noise_at;       // number of the noise cell at the lower left corner
uniform float cell;          // pixels a side of a cell of noise, and of a step
uniform int steps;           // to each side
uniform float contrast;
uniform float opacity;
uniform int stage;           // 0 all at once; 1 numbers alone, one for `coarse` pixels; 2 the rest
uniform float coarse;
uniform sampler2D streaks;   // what stage 1 gave

// Deterministic bits of a cell's number (a Murmur finaliser over both coordinates).
float noise(vec2 at) {
  ivec2 number = ivec2(floor(at / cell + noise_at));
  uint h = uint(number.x) * 0x9E3779B1u ^ uint(number.y) * 0x85EBCA77u;
  h = (h ^ (h >> 16)) * 0x7FEB352Du;
  h = (h ^ (h >> 15)) * 0x846CA68Bu;
  h ^= h >> 16;
  return float(h >> 8) / 16777216.0;
}

// Doubled angles have no sign to disagree about, so that samples can be mixed.
vec2 doubled(vec2 at) {
  vec2 size = vec2(textureSize(axes, 0));
  return texture(axes, (grid_at + at * grid_step + 0.5) / size).rg;
}

// Unit vector in pixels along the axis.
vec2 direction(vec2 twice) {
  float c = twice.x / length(twice);
  vec2 d = vec2(sqrt(max(0.5 + 0.5 * c, 0.0)), sqrt(max(0.5 - 0.5 * c, 0.0)));
  if (twice.y < 0.0) d.y = -d.y;
  return normalize(d * pixels_per_unit);
}

// Sum and weight of the noise along one side of the line through `at`.
vec2 walk(vec2 at, vec2 ahead) {
  vec2 sum = vec2(0.0);
  for (int i = 1; i <= steps; ++i) {
    at += ahead * cell;
    float weight = 0.5 + 0.5 * cos(3.14159265 * float(i) / float(steps + 1));
    sum += weight * vec2(noise(at), 1.0);
    vec2 twice = doubled(at);
    if (dot(twice, twice) < 0.01) break;
    vec2 next = direction(twice);
    ahead = dot(next, ahead) < 0.0 ? -next : next;
  }
  return sum;
}

// Light (positive) or dark, and how certain the direction is; 0 where there is none.
vec2 streak_at(vec2 at) {
  vec2 sample_at = grid_at + at * grid_step;
  vec2 size = vec2(textureSize(axes, 0));
  if (any(lessThan(sample_at, vec2(-0.5))) || any(greaterThan(sample_at, size - 0.5)))
    return vec2(0.0);
  vec2 twice = doubled(at);
  float certain = length(twice);
  if (certain < 0.1) return vec2(0.0);
  vec2 ahead = direction(twice);
  vec2 sum = vec2(noise(at), 1.0) + walk(at, ahead) + walk(at, -ahead);
  return vec2(clamp(contrast * (sum.x / sum.y - 0.5), -1.0, 1.0), certain);
}

void main() {
  if (stage == 1) {
    color = vec4(streak_at(gl_FragCoord.xy * coarse), 0.0, 1.0);
    return;
  }
  vec2 place = gl_FragCoord.xy / coarse / vec2(textureSize(streaks, 0));
  vec2 found = stage == 0 ? streak_at(gl_FragCoord.xy) : texture(streaks, place).rg;
  if (found.y <= 0.0) discard;
  color = vec4(vec3(step(0.0, found.x)), opacity * abs(found.x) * smoothstep(0.1, 0.5, found.y));
}
