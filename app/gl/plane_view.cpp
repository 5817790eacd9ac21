#include "app/gl/plane_view.h"

namespace aniso::app::gl {

PlaneView PlaneView::panned(double dx, double dy, double w, double h) const {
  const double x = -dx * width() / w, y = dy * height() / h;
  return {x_low + x, x_high + x, y_low + y, y_high + y};
}

PlaneView PlaneView::zoomed(double factor, double x, double y) const {
  return {x + (x_low - x) / factor, x + (x_high - x) / factor, y + (y_low - y) / factor,
          y + (y_high - y) / factor};
}

PlaneView PlaneView::with_equal_units(double w, double h) const {
  const double x_unit = width() / w, y_unit = height() / h;
  PlaneView out = *this;
  if (x_unit < y_unit) {
    const double middle = 0.5 * (x_low + x_high), half = 0.5 * y_unit * w;
    out.x_low = middle - half;
    out.x_high = middle + half;
  } else {
    const double middle = 0.5 * (y_low + y_high), half = 0.5 * x_unit * h;
    out.y_low = middle - half;
    out.y_high = middle + half;
  }
  return out;
}

}  // namespace aniso::app::gl
