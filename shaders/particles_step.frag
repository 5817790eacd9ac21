#version 330 core
#include "particle_field.glsl"

// Place in the plane, age in seconds, number of the life.
out vec4 next;

uniform sampler2D states;
uniform vec2 low;          // where particles begin
uniform vec2 span;
uniform float dt;          // seconds
uniform bool begin;        // all of them anew, in the middle of their lives

vec2 birthplace(int particle, int born) {
  return low + span * vec2(chance(particle, born, 0), chance(particle, born, 1));
}

void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int particle = at.y * textureSize(states, 0).x + at.x;
  if (begin) {
    next = vec4(birthplace(particle, 0), life_of(particle, 0) * chance(particle, 0, 3), 0.0);
    return;
  }
  vec4 now = texelFetch(states, at, 0);
  int born = int(now.w);
  float age = now.z + dt;
  if (age >= life_of(particle, born)) {
    born = (born + 1) & 0xFFFFF;  // a float counts so far
    next = vec4(birthplace(particle, born), 0.0, float(born));
    return;
  }
  vec2 half_way = now.xy + 0.5 * dt * velocity(now.xy);
  next = vec4(now.xy + dt * velocity(half_way), age, float(born));
}
