// Coverage of a pixel by a line or disc whose edge lies `distance` pixels outside its centre:
// 1 well inside (negative), 0 well outside, linear across one pixel.
float coverage(float distance) { return clamp(0.5 - distance, 0.0, 1.0); }
