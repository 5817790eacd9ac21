#pragma once

#include <string>

#include "core/data/file_source.h"

namespace aniso::data {

/// The CSV branch of `read_data_file`; leaves the input shape to it.
RawData read_csv_data(const FileRequest& request, const std::string& where);

}  // namespace aniso::data
