#version 330 core
// The graph of a function over a plane.
layout(location = 0) in vec3 position;
layout(location = 1) in vec3 normal;
layout(location = 2) in vec2 shown;   // the scalar that colours it; 1 where that is defined
layout(location = 3) in float height; // in the function's own unit

uniform mat4 view;
uniform mat4 projection;

out vec3 facing;                      // the normal in camera space
out vec3 from_eye;
out vec2 scalar;
out float level;

void main() {
  vec4 seen = view * vec4(position, 1.0);
  facing = mat3(view) * normal;
  from_eye = seen.xyz;
  scalar = shown;
  level = height;
  gl_Position = projection * seen;
}
