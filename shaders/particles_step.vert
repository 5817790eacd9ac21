#version 330 core
// One triangle that covers the texture of states.
void main() {
  gl_Position = vec4(2.0 * vec2((gl_VertexID << 1) & 2, gl_VertexID & 2) - 1.0, 0.0, 1.0);
}
