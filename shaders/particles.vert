#version 330 core
// One comet per instance: a stroke from where the particle was to where it is.
#include "particle_field.glsl"

uniform sampler2D states;
uniform vec2 low;             // the plane's lower left corner
uniform vec2 span;
uniform vec2 picture_size;
uniform float width;          // pixels
uniform float rim_width;
uniform float tail;           // seconds of the way that are seen

out vec2 along_across;        // pixels from the particle, backwards
flat out float length_px;
flat out float shown;         // how far it has faded in

void main() {
  ivec2 size = textureSize(states, 0);
  vec4 state = texelFetch(states, ivec2(gl_InstanceID % size.x, gl_InstanceID / size.x), 0);
  vec2 scale = picture_size / span;
  vec2 way = -tail * velocity(state.xy) * scale;
  length_px = length(way);
  vec2 x = length_px > 0.0 ? way / length_px : vec2(1.0, 0.0);
  float whole = life_of(gl_InstanceID, int(state.w));
  float fade = min(0.25 * whole, 0.5);
  shown = smoothstep(0.0, fade, state.z) * (1.0 - smoothstep(whole - fade, whole, state.z));
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  float pad = 0.5 * width + rim_width + 1.0;
  along_across = vec2(mix(-pad, length_px + pad, corner.x), mix(-pad, pad, corner.y));
  vec2 at = (state.xy - low) * scale + along_across.x * x + along_across.y * vec2(-x.y, x.x);
  gl_Position = vec4(at / picture_size * 2.0 - 1.0, 0.0, 1.0);
  if (shown <= 0.0) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}
