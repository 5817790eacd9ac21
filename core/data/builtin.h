#pragma once

#include "core/data/registry.h"

namespace aniso::data {

// One maker per file; registry.cpp lists them in menu order.
DatasetType rotated_plane_type();
DatasetType two_moons_type();
DatasetType gaussian_mixture_type();
DatasetType anisotropic_gaussian_type();
DatasetType spirals_type();
DatasetType checkerboard_type();
DatasetType spheres_type();
DatasetType sphere_in_span_type();
DatasetType products_type();
DatasetType index_model_type();
DatasetType linear_teacher_type();
DatasetType sloppy_type();
DatasetType nad_type();
DatasetType drawn_type();
DatasetType images_type();
DatasetType file_type();

}  // namespace aniso::data
