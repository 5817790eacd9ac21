#pragma once

#include <optional>
#include <string>

#include "app/frame.h"
#include "core/base/params.h"

namespace aniso::app {

/// A direction of input space with its name: "eigenvector 3 of the average geometry".
struct NamedDirection {
  Vector values;  ///< (D)
  std::string name;
};

/// {"basis": "numbers", "values": […]}.
Json direction_as_numbers(const Vector& direction);

/// The dataset's direction parameters that apply under its present settings.
ParamSchema dataset_directions(const Document& document);

/// Sets one of them to the direction's numbers: one step of the history.
/// @return  the message when it is refused.
std::optional<std::string> set_dataset_direction(Document& document, const std::string& param,
                                                 const Vector& direction);

/// Draws the popup `id` where it is open: a click makes the direction an axis of the field's plane
/// or one of the dataset's directions.
void draw_direction_menu(Frame& frame, const char* id, const NamedDirection& direction);

}  // namespace aniso::app
