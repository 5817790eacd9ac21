#include "core/data/planar.h"

#include "core/data/common.h"

namespace aniso::data {

ParamSchema planar_params() {
  return {dimension_param(2, 2), layout_param("vector"),
          direction_param("u1", "pixel:0")
              .titled("u₁")
              .about("First direction of the figure's plane; kept."),
          direction_param("u2", "pixel:1")
              .titled("u₂")
              .about("Second direction; its component along u₁ is removed (Gram–Schmidt)."),
          real_param("off_plane_noise", 0)
              .titled("Off-plane noise")
              .range(0, 10)
              .in("std")
              .about("Gaussian noise in the other D − 2 directions.")};
}

void put_into_plane(RawData& raw, const Matrix& points, const Params& params,
                    const RandomStream& stream) {
  raw.shape = input_shape(params);
  check_entries(points.rows(), raw.shape.dim);
  const Matrix frame = frame_of(params, {"u1", "u2"}, raw.shape);
  raw.plane = {Vector::Zero(raw.shape.dim), frame.col(0), frame.col(1)};
  raw.x = points * frame.transpose();
  if (raw.shape.dim > 2)
    add_complement_noise(raw.x, frame, params.real("off_plane_noise"), stream.child("off plane"));
}

}  // namespace aniso::data
