#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/types.h"
#include "core/io/files.h"

namespace aniso::io {

/// A table of numbers with at most one column of classes or targets.
struct CsvTable {
  std::vector<std::string> columns;  ///< (d) names of the numeric columns; "c0", "c1" … if unnamed
  Matrix values;                     ///< (n, d), all finite

  std::string label_name;                ///< name of the label column, "" if there is none
  Labels labels;                         ///< (n) where the label column holds text or integers
  std::vector<std::string> class_names;  ///< (C) labels lie in 0 … C−1
  Vector targets;                        ///< (n) where the label column holds other numbers
};

struct CsvOptions {
  /// Label column by name or 0-based index ("-1" is the last one); "none" for no label column.
  /// Unset: the column called label, labels, class, target or species (any case), otherwise the
  /// last one where its first entry is text.
  std::optional<std::string> label;
  /// Unset: the first line is a header if no field is a number, or one is a label name as above.
  std::optional<bool> header;
  std::uint64_t limit = kDefaultLimit;  ///< most bytes of the file
};

/// Reads numeric CSV: delimiter ',' ';' or tab (found out), optional header, quoted fields, LF,
/// CRLF or CR, blank lines and lines that start with '#' skipped, byte order mark accepted.
///
/// Labels: whole numbers 0 … 999 are kept as class indices; other whole numbers and text are
/// numbered in (numeric, then byte-wise) sorted order with their text in `class_names`.
/// @throws IoError naming file, line, column and the text: ragged rows, text or nothing where a
/// number belongs, NaN and infinities, numbers beyond float64, unclosed quotes, NUL bytes, fields
/// over 64 KiB, no rows; InvalidInput if the chosen label column does not exist.
CsvTable read_csv(const std::filesystem::path& path, const CsvOptions& options = {});
/// The same from memory. @param where  the file's name, for messages.
CsvTable parse_csv(std::string_view text, const std::string& where, const CsvOptions& options = {});

/// The field as it stands in a file: quoted if it contains a delimiter, quote, line break, leading
/// '#' or space at an end.
std::string csv_field(std::string_view field);

/// Header line and rows, ',' and LF, numbers as the shortest text that reads back the same; the
/// label column (classes by name, or targets) comes last. `read_csv` gives the table back.
/// @throws InvalidInput if the parts disagree in size.
std::string csv_text(const CsvTable& table);
/// Atomic. @throws InvalidInput, IoError.
void write_csv(const std::filesystem::path& path, const CsvTable& table);

}  // namespace aniso::io
