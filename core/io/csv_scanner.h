#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace aniso::io {

/// Splits the text of a CSV file into rows. Finds the delimiter by the first row: ';' if there is
/// one, otherwise whichever of ',' and tab is more frequent.
class CsvScanner {
 public:
  /// Both arguments must outlive the scanner. @throws IoError for NUL bytes or invalid UTF-8.
  CsvScanner(std::string_view content, const std::string& where);

  /// The fields, unquoted and trimmed, of the next row that is neither blank nor a comment; false
  /// at the end.
  /// @throws IoError for an unclosed quote, text after a quote, a field over 64 KiB.
  bool next(std::vector<std::string>& row);

  /// Line (from 1) at which the latest row starts.
  std::size_t line() const { return row_line_; }

 private:
  [[noreturn]] void fail(std::size_t column, const std::string& what) const;
  void skip_blank_and_comment_lines();
  void find_delimiter();
  std::size_t line_end(std::size_t from) const;
  void end_line();
  bool is_space(char c) const { return c == ' ' || (c == '\t' && delimiter_ != '\t'); }
  void read_field(std::string& field, std::size_t column);
  void read_quoted(std::string& field, std::size_t column);

  std::string_view content_;
  const std::string& where_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t row_line_ = 0;
  char delimiter_ = 0;
};

/// The field in quotes for a message: shortened to 40 bytes, control characters as '?'.
std::string shown_field(std::string_view field);

}  // namespace aniso::io
