// A sampled field between its samples, with its derivatives. Samples that are not finite arrive as
// kUndefined; a place is undefined where its nearest sample is, and elsewhere undefined samples
// take no part.
const float kUndefined = 3.0e38;
const float kUndefinedFrom = 1.0e38;
const float kTau = 6.283185307179586;

uniform sampler2D field;
uniform sampler2D other;
uniform bool difference;
uniform int sampling;   // 0 nearest, 1 bilinear, 2 smooth (Catmull-Rom)
uniform float period;   // of a cyclic quantity; 0 for others

struct Sample {
  float value;
  vec2 gradient;  // per sample distance
  bool defined;
};

float texel(ivec2 at, ivec2 size) {
  ivec2 inside = clamp(at, ivec2(0), size - 1);
  float v = texelFetch(field, inside, 0).r;
  if (!difference || v > kUndefinedFrom) return v;
  float w = texelFetch(other, inside, 0).r;
  return w > kUndefinedFrom ? kUndefined : v - w;
}

// Mean on the circle, so that −π and π lie side by side.
float on_circle(vec4 v, vec4 weight) {
  vec4 angle = v * (kTau / period);
  return atan(dot(weight, sin(angle)), dot(weight, cos(angle))) * (period / kTau);
}

Sample bilinear(ivec2 base, vec2 f, ivec2 size) {
  vec4 v = vec4(texel(base, size), texel(base + ivec2(1, 0), size),
                texel(base + ivec2(0, 1), size), texel(base + ivec2(1, 1), size));
  vec4 weight = vec4((1.0 - f.x) * (1.0 - f.y), f.x * (1.0 - f.y), (1.0 - f.x) * f.y, f.x * f.y);
  bvec4 missing = greaterThan(v, vec4(kUndefinedFrom));
  Sample s;
  s.gradient = vec2(0.0);
  if (any(missing)) {
    vec4 present = vec4(not(missing));
    weight *= present;
    v *= present;
    float total = dot(weight, vec4(1.0));
    s.value = total > 0.0 ? dot(weight, v) / total : kUndefined;
    s.defined = total > 0.0;
    return s;
  }
  s.defined = true;
  s.value = period > 0.0 ? on_circle(v, weight) : dot(weight, v);
  s.gradient = vec2(mix(v.y - v.x, v.w - v.z, f.y), mix(v.z - v.x, v.w - v.y, f.x));
  return s;
}

vec4 catmull_rom(float t) {
  return 0.5 * vec4(t * (t * (2.0 - t) - 1.0), t * t * (3.0 * t - 5.0) + 2.0,
                    t * (t * (4.0 - 3.0 * t) + 1.0), t * t * (t - 1.0));
}

vec4 catmull_rom_slope(float t) {
  return 0.5 * vec4(t * (4.0 - 3.0 * t) - 1.0, t * (9.0 * t - 10.0),
                    t * (8.0 - 9.0 * t) + 1.0, t * (3.0 * t - 2.0));
}

Sample smooth_sample(ivec2 base, vec2 f, ivec2 size) {
  vec4 wx = catmull_rom(f.x), wy = catmull_rom(f.y);
  vec4 dx = catmull_rom_slope(f.x), dy = catmull_rom_slope(f.y);
  Sample s;
  s.value = 0.0;
  s.gradient = vec2(0.0);
  s.defined = true;
  for (int r = 0; r < 4; ++r) {
    ivec2 row = base + ivec2(-1, r - 1);
    vec4 v = vec4(texel(row, size), texel(row + ivec2(1, 0), size), texel(row + ivec2(2, 0), size),
                  texel(row + ivec2(3, 0), size));
    if (any(greaterThan(v, vec4(kUndefinedFrom)))) return bilinear(base, f, size);
    s.value += wy[r] * dot(wx, v);
    s.gradient += vec2(wy[r] * dot(dx, v), dy[r] * dot(wx, v));
  }
  return s;
}

// `at` in samples: 0 is the centre of the first one.
Sample sample_field(vec2 at) {
  ivec2 size = textureSize(field, 0);
  Sample s;
  s.value = texel(ivec2(floor(at + 0.5)), size);
  s.gradient = vec2(0.0);
  s.defined = s.value < kUndefinedFrom;
  if (!s.defined || sampling == 0) return s;
  // Beyond the outermost centres the field goes on as it is there.
  vec2 inside = clamp(at, vec2(0.0), vec2(size - 1));
  vec2 base = min(floor(inside), vec2(max(size - 2, ivec2(0))));
  return sampling == 2 && period == 0.0 ? smooth_sample(ivec2(base), inside - base, size)
                                        : bilinear(ivec2(base), inside - base, size);
}
