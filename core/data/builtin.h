#pragma once

#include "core/data/registry.h"

namespace aniso::data {

// One maker per file; registry.cpp lists them in menu order.
DatasetType rotated_plane_type();
DatasetType two_moons_type();
DatasetType gaussian_mixture_type();
DatasetType linear_teacher_type();
DatasetType file_type();

}  // namespace aniso::data
