#include "core/io/csv_scanner.h"

#include <algorithm>

#include "core/base/check.h"

namespace aniso::io {
namespace {

constexpr std::size_t kLongestField = 64 * 1024;

// Position of the first byte that is not well-formed UTF-8, or npos.
std::size_t invalid_utf8(std::string_view s) {
  const auto byte = [&](std::size_t i) {
    return i < s.size() ? static_cast<unsigned char>(s[i]) : 0u;
  };
  for (std::size_t i = 0; i < s.size();) {
    const unsigned first = byte(i);
    const std::size_t length = first < 0x80                     ? 1
                               : first >= 0xC2 && first <= 0xDF ? 2
                               : first >= 0xE0 && first <= 0xEF ? 3
                               : first >= 0xF0 && first <= 0xF4 ? 4
                                                                : 0;
    if (length == 0) return i;
    for (std::size_t k = 1; k < length; ++k)
      if ((byte(i + k) & 0xC0) != 0x80) return i;
    const unsigned second = byte(i + 1);
    const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    const bool beyond = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
    if (overlong || beyond) return i;
    i += length;
  }
  return std::string_view::npos;
}

std::size_t line_of(std::string_view content, std::size_t at) {
  std::size_t line = 1;
  for (std::size_t i = 0; i < at; ++i)
    if (content[i] == '\n' || (content[i] == '\r' && content.substr(i + 1, 1) != "\n")) ++line;
  return line;
}

}  // namespace

std::string shown_field(std::string_view field) {
  std::size_t end = std::min<std::size_t>(field.size(), 40);
  while (end > 0 && end < field.size() && (static_cast<unsigned char>(field[end]) & 0xC0) == 0x80)
    --end;
  std::string out = "'";
  for (const char c : field.substr(0, end))
    out += static_cast<unsigned char>(c) < 32 || c == 127 ? '?' : c;
  return out + (end < field.size() ? "…'" : "'");
}

CsvScanner::CsvScanner(std::string_view content, const std::string& where)
    : content_(content), where_(where) {
  if (content_.starts_with("\xEF\xBB\xBF")) content_.remove_prefix(3);
  if (const auto nul = content_.find('\0'); nul != std::string_view::npos)
    throw IoError(text("'", where_, "', line ", line_of(content_, nul),
                       ": a NUL byte. This is no text file, or one in UTF-16: save it as UTF-8."));
  if (const auto bad = invalid_utf8(content_); bad != std::string_view::npos)
    throw IoError(text("'", where_, "', line ", line_of(content_, bad),
                       ": a letter that is not UTF-8. Save the file as UTF-8."));
  skip_blank_and_comment_lines();
  find_delimiter();
}

void CsvScanner::fail(std::size_t column, const std::string& what) const {
  throw IoError(text("'", where_, "', line ", row_line_, ", column ", column + 1, ": ", what));
}

std::size_t CsvScanner::line_end(std::size_t from) const {
  return std::min(content_.find_first_of("\r\n", from), content_.size());
}

void CsvScanner::end_line() {
  if (at_ >= content_.size()) return;
  at_ += content_.substr(at_, 2) == "\r\n" ? 2 : 1;
  ++line_;
}

void CsvScanner::skip_blank_and_comment_lines() {
  while (at_ < content_.size()) {
    const std::size_t end = line_end(at_);
    std::size_t first = at_;
    while (first < end && is_space(content_[first])) ++first;
    if (first < end && content_[first] != '#') return;
    at_ = end;
    end_line();
  }
}

void CsvScanner::find_delimiter() {
  std::size_t commas = 0, tabs = 0, semicolons = 0;
  bool quoted = false;
  for (std::size_t i = at_; i < content_.size(); ++i) {
    const char c = content_[i];
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n' || c == '\r') break;
    commas += c == ',';
    tabs += c == '\t';
    semicolons += c == ';';
  }
  // A decimal comma is common beside ';', so that ';' decides wherever it occurs.
  delimiter_ = semicolons > 0 ? ';' : tabs > commas ? '\t' : ',';
}

bool CsvScanner::next(std::vector<std::string>& row) {
  skip_blank_and_comment_lines();
  row.clear();
  if (at_ >= content_.size()) return false;
  row_line_ = line_;
  for (;;) {
    read_field(row.emplace_back(), row.size());
    if (at_ >= content_.size() || content_[at_] != delimiter_) break;
    ++at_;
  }
  end_line();
  return true;
}

void CsvScanner::read_field(std::string& field, std::size_t column) {
  while (at_ < content_.size() && is_space(content_[at_])) ++at_;
  if (at_ < content_.size() && content_[at_] == '"') return read_quoted(field, column);
  const std::size_t start = at_;
  while (at_ < content_.size() && content_[at_] != delimiter_ && content_[at_] != '\n' &&
         content_[at_] != '\r')
    ++at_;
  std::size_t end = at_;
  while (end > start && is_space(content_[end - 1])) --end;
  if (end - start > kLongestField) fail(column, "a field of more than 64 KiB.");
  field = content_.substr(start, end - start);
}

void CsvScanner::read_quoted(std::string& field, std::size_t column) {
  const std::size_t start = ++at_;
  for (;;) {
    if (at_ >= content_.size()) fail(column, "the quote that opens here is never closed.");
    if (at_ - start > kLongestField)
      fail(column, "a field of more than 64 KiB. Is a closing quote missing?");
    const char c = content_[at_];
    if (c == '"' && content_.substr(at_ + 1, 1) != "\"") break;
    field += c;
    if (c == '"') ++at_;  // two stand for one
    if (c == '\n' || (c == '\r' && content_.substr(at_ + 1, 1) != "\n")) ++line_;
    ++at_;
  }
  ++at_;
  while (at_ < content_.size() && is_space(content_[at_])) ++at_;
  if (at_ < content_.size() && content_[at_] != delimiter_ && content_[at_] != '\n' &&
      content_[at_] != '\r')
    fail(column, "text follows the closing quote of " + shown_field(field) + ".");
}

}  // namespace aniso::io
