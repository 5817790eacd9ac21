#version 330 core
// One disc per instance, on a square that holds it, its rim and its soft edge.
layout(location = 0) in vec2 position;
layout(location = 1) in float category;

uniform vec2 low;            // the plane's lower left corner
uniform vec2 span;
uniform vec2 picture_size;
uniform float radius;        // pixels
uniform float rim_width;
uniform vec3 palette[8];

out vec2 offset;             // pixels from the centre
flat out vec3 fill;

void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
  offset = corner * (radius + rim_width + 1.0);
  vec2 clip = (position - low) / span * 2.0 - 1.0;
  gl_Position = vec4(clip + offset / picture_size * 2.0, 0.0, 1.0);
  fill = palette[int(category)];
}
