#version 330 core
// One arrow per instance, on a rectangle along it.
layout(location = 0) in vec2 place;   // of the tail, in the plane
layout(location = 1) in vec2 vector;  // in the field's unit

uniform vec2 low;
uniform vec2 span;
uniform vec2 picture_size;
uniform float pixels_per_value;       // length of a vector of 1
uniform float longest;                // pixels; longer ones end there
uniform float width;                  // of the shaft, pixels
uniform float head;                   // length of the head, pixels
uniform float reach;                  // of rim or outline beyond the arrow, pixels

out vec2 along_across;                // pixels from the tail
flat out float length_px;
flat out float head_px;

void main() {
  vec2 scale = picture_size / span;
  float size = length(vector);
  vec2 x = size > 0.0 ? normalize(vector * scale) : vec2(1.0, 0.0);
  length_px = min(size * pixels_per_value, longest);
  // Short arrows are smaller as a whole, down to a dot.
  head_px = min(head, 0.55 * length_px);
  float pad = reach + 1.5;
  float side = max(0.5 * width, 0.45 * head_px) + pad;
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  along_across = vec2(mix(-pad - 0.5 * width, length_px + pad, corner.x),
                      mix(-side, side, corner.y));
  vec2 at = (place - low) * scale + along_across.x * x + along_across.y * vec2(-x.y, x.x);
  gl_Position = vec4(at / picture_size * 2.0 - 1.0, 0.0, 1.0);
}
