#version 330 core
// One capsule per instance between two points in space, of constant width on the screen. A point
// is a capsule of no length.
layout(location = 0) in vec3 a;
layout(location = 1) in vec3 b;
layout(location = 2) in vec4 color_a;
layout(location = 3) in vec4 color_b;
layout(location = 4) in vec2 widths;  // diameter, rim

uniform mat4 view;
uniform mat4 projection;
uniform vec2 picture_size;
uniform float nearest;                // distance of the near plane
uniform vec2 depth_range;             // nearest and farthest vertex
uniform float depth_cue;

out vec2 along;                       // pixels in the capsule's own axes, origin at a
flat out float span;                  // its length in pixels
flat out float radius;
flat out float rim;
out float part;                       // 0 at a, 1 at b
flat out vec4 from_color;
flat out vec4 to_color;
flat out vec2 fade;                   // towards the background at a and b

float faded(float depth) {
  float far = (depth - depth_range.x) / max(depth_range.y - depth_range.x, 1e-6);
  return depth_cue * clamp(far, 0.0, 1.0);
}

vec2 on_screen(vec4 p) {
  vec4 clip = projection * p;
  return (clip.xy / clip.w * 0.5 + 0.5) * picture_size;
}

void main() {
  vec4 va = view * vec4(a, 1.0), vb = view * vec4(b, 1.0);
  radius = 0.5 * widths.x;
  rim = widths.y;
  from_color = color_a;
  to_color = color_b;
  fade = vec2(faded(-va.z), faded(-vb.z));
  if (va.z > -nearest && vb.z > -nearest) {  // behind the eye
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    along = vec2(0.0);
    span = 0.0;
    part = 0.0;
    return;
  }
  // A segment through the eye's plane is cut there.
  if (va.z > -nearest) va = mix(vb, va, (-nearest - vb.z) / (va.z - vb.z));
  if (vb.z > -nearest) vb = mix(va, vb, (-nearest - va.z) / (vb.z - va.z));

  vec2 pa = on_screen(va), pb = on_screen(vb);
  span = length(pb - pa);
  vec2 x = span > 1e-4 ? (pb - pa) / span : vec2(1.0, 0.0);
  float margin = radius + rim + 1.0;
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  along = vec2(mix(-margin, span + margin, corner.x), (2.0 * corner.y - 1.0) * margin);
  part = span > 1e-4 ? along.x / span : 0.0;
  vec2 place = pa + along.x * x + along.y * vec2(-x.y, x.x);
  gl_Position = vec4(place / picture_size * 2.0 - 1.0, 0.0, 1.0);
}
