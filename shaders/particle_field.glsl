// What moves particles, and deterministic numbers about them.
uniform sampler2D field;   // vectors, per sample
uniform vec2 field_low;    // centre of the first sample, in the plane
uniform vec2 per_sample;   // plane units between samples
uniform float gain;        // plane units a second for a vector of 1
uniform float fastest;     // plane units a second
uniform float life;        // seconds, on average

// Uniform in [0, 1) for a particle, its life's number and a use (Murmur finaliser).
float chance(int particle, int born, int use) {
  uint h = uint(particle) * 0x9E3779B1u ^ uint(born) * 0x85EBCA77u ^ uint(use) * 0xC2B2AE3Du;
  h = (h ^ (h >> 16)) * 0x7FEB352Du;
  h = (h ^ (h >> 15)) * 0x846CA68Bu;
  h ^= h >> 16;
  return float(h >> 8) / 16777216.0;
}

// Not all die at once.
float life_of(int particle, int born) { return life * (0.7 + 0.6 * chance(particle, born, 2)); }

vec2 velocity(vec2 at) {
  vec2 size = vec2(textureSize(field, 0));
  vec2 v = gain * texture(field, ((at - field_low) / per_sample + 0.5) / size).rg;
  float speed = length(v);
  return speed > fastest ? v * (fastest / speed) : v;
}
