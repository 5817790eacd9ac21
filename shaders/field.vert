#version 330 core
// One triangle that covers the picture.
out vec2 picture;  // 0 … 1, upwards

void main() {
  picture = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
  gl_Position = vec4(2.0 * picture - 1.0, 0.0, 1.0);
}
