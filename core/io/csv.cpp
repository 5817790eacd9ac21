#include "core/io/csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/io/csv_scanner.h"

namespace aniso::io {
namespace {

enum class Parsed { number, no_number, out_of_range, not_finite };

Parsed parse_number(std::string_view field, double& value) {
  if (field.starts_with('+') && field.size() > 1 && field[1] != '-') field.remove_prefix(1);
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (end != field.data() + field.size() || field.empty()) return Parsed::no_number;
  if (error == std::errc::result_out_of_range) return Parsed::out_of_range;
  if (error != std::errc()) return Parsed::no_number;
  return std::isfinite(value) ? Parsed::number : Parsed::not_finite;
}

bool is_number(std::string_view field) {
  double ignored = 0;
  return parse_number(field, ignored) != Parsed::no_number;
}

std::string lower(std::string_view word) {
  std::string out(word);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_label_name(std::string_view field) {
  const std::string word = lower(field);
  return word == "label" || word == "labels" || word == "class" || word == "target" ||
         word == "species";
}

// Whether it would be a number with a decimal point.
bool has_decimal_comma(std::string_view field) {
  std::string pointed(field);
  std::replace(pointed.begin(), pointed.end(), ',', '.');
  return pointed != field && is_number(pointed);
}

// Why a field is no usable number, and what to do about it.
std::string complaint(std::string_view field, Parsed parsed) {
  const std::string word = lower(field);
  if (field.empty()) return "a value is missing here. Fill it in or remove the row.";
  const std::string shown = shown_field(field);
  if (parsed == Parsed::not_finite || word == "na" || word == "n/a" || word == "null" ||
      word == "none")
    return shown + " is no finite number. Fill in a number or remove the row.";
  if (parsed == Parsed::out_of_range)
    return shown + " is beyond the range of float64. Rescale the column.";
  if (has_decimal_comma(field))
    return shown + " is not a number. Write a decimal point instead of the comma.";
  const auto space = field.find(' ');
  if (space != std::string_view::npos && is_number(field.substr(0, space)))
    return shown + " is not one number. Separate columns by ',', ';' or a tab.";
  return shown + " is not a number.";
}

// Builds the table row by row.
class TableBuilder {
 public:
  TableBuilder(std::string_view content, const std::string& where, const CsvOptions& options)
      : scanner_(content, where), where_(where), options_(options) {}

  CsvTable build() {
    std::vector<std::string> first, row;
    if (!scanner_.next(first)) throw IoError("'" + where_ + "' is empty: it holds no row.");
    first_line_ = scanner_.line();
    width_ = static_cast<Index>(first.size());
    has_header_ = options_.header.value_or(looks_like_header(first));
    if (has_header_) {
      if (!scanner_.next(row))
        throw IoError("'" + where_ + "' holds a header line but no row of data.");
      check_width(row);
    }
    const auto& data = has_header_ ? row : first;
    name_columns(first);
    label_ = chosen_label(data);
    add(data);
    while (scanner_.next(row)) {
      check_width(row);
      add(row);
    }
    return finished();
  }

 private:
  [[noreturn]] void fail(Index column, const std::string& what) const {
    const std::string name = has_header_ ? " (" + names_[column] + ")" : std::string();
    throw IoError(
        text("'", where_, "', line ", scanner_.line(), ", column ", column + 1, name, ": ", what));
  }

  static bool looks_like_header(const std::vector<std::string>& row) {
    const auto numeric = [](const std::string& f) { return is_number(f) || has_decimal_comma(f); };
    return std::none_of(row.begin(), row.end(), numeric) ||
           std::any_of(row.begin(), row.end(), is_label_name);
  }

  void name_columns(const std::vector<std::string>& header) {
    for (Index i = 0; i < width_; ++i) {
      const bool named = has_header_ && !header[i].empty();
      names_.push_back(named ? header[i] : text("c", i));
    }
  }

  void check_width(const std::vector<std::string>& row) const {
    if (static_cast<Index>(row.size()) == width_) return;
    throw IoError(text("'", where_, "', line ", scanner_.line(), ": ", row.size(),
                       row.size() == 1 ? " field" : " fields", " (the first is ",
                       shown_field(row[0]), "), but line ", first_line_, " has ", width_,
                       ". Every row needs the same number."));
  }

  // Index of the label column, −1 for none.
  Index chosen_label(const std::vector<std::string>& data) const {
    if (!options_.label) {
      const auto known = std::find_if(names_.begin(), names_.end(), is_label_name);
      if (has_header_ && known != names_.end()) return known - names_.begin();
      return width_ > 1 && !data.back().empty() && !is_number(data.back()) ? width_ - 1 : -1;
    }
    const std::string& wanted = *options_.label;
    if (wanted == "none") return -1;
    if (const auto named = std::find(names_.begin(), names_.end(), wanted); named != names_.end())
      return named - names_.begin();
    Index index = 0;
    const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), index);
    const bool is_index = error == std::errc() && end == wanted.data() + wanted.size();
    ANISO_CHECK(is_index, "'", where_, "' has no column '", wanted, "'.",
                suggestion(wanted, names_));
    ANISO_CHECK(index >= -width_ && index < width_, "'", where_, "' has ", width_,
                " columns, numbered from 0; there is no column ", index, ".");
    return index < 0 ? index + width_ : index;
  }

  void add(const std::vector<std::string>& row) {
    for (Index i = 0; i < width_; ++i) {
      double value = 0;
      const Parsed parsed = parse_number(row[i], value);
      if (i == label_) {
        if (row[i].empty() || parsed == Parsed::not_finite) fail(i, complaint(row[i], parsed));
        label_numbers_.push_back(value);
        labels_are_numbers_ &= parsed == Parsed::number;
        label_texts_.push_back(row[i]);
        continue;
      }
      if (parsed != Parsed::number) {
        std::string what = complaint(row[i], parsed);
        if (!has_header_ && rows_ == 0 && parsed == Parsed::no_number)
          what += " (A header line must hold no number at all.)";
        fail(i, what);
      }
      values_.push_back(value);
    }
    ++rows_;
  }

  CsvTable finished() {
    CsvTable table;
    const Index cols = label_ < 0 ? width_ : width_ - 1;
    if (cols == 0)
      throw IoError("'" + where_ + "' holds only the label column '" + names_[label_] +
                    "': there is no number to learn from.");
    table.values = Eigen::Map<const Matrix>(values_.data(), rows_, cols);
    if (label_ >= 0) {
      table.label_name = names_[label_];
      names_.erase(names_.begin() + label_);
      assign_labels(table);
    }
    table.columns = std::move(names_);
    return table;
  }

  void assign_labels(CsvTable& table) const {
    const auto whole = [](double v) { return v == std::trunc(v) && std::abs(v) <= 0x1p53; };
    if (!labels_are_numbers_) {
      assign_classes(table, label_texts_, [](const std::string& name) { return name; });
    } else if (!std::all_of(label_numbers_.begin(), label_numbers_.end(), whole)) {
      table.targets = Eigen::Map<const Vector>(label_numbers_.data(),
                                               static_cast<Index>(label_numbers_.size()));
    } else if (std::all_of(label_numbers_.begin(), label_numbers_.end(),
                           [](double v) { return v >= 0 && v <= 999; })) {
      table.labels.resize(rows_);
      for (Index i = 0; i < rows_; ++i)
        table.labels[i] = static_cast<std::int32_t>(label_numbers_[i]);
      for (int c = 0; c <= table.labels.maxCoeff(); ++c)
        table.class_names.push_back(std::to_string(c));
    } else {
      assign_classes(table, label_numbers_,
                     [](double v) { return text(static_cast<std::int64_t>(v)); });
    }
  }

  template <typename Key, typename NameOf>
  static void assign_classes(CsvTable& table, const std::vector<Key>& keys, NameOf name_of) {
    std::map<Key, std::int32_t> classes;
    for (const Key& key : keys) classes.emplace(key, 0);
    for (auto& [key, index] : classes) {
      index = static_cast<std::int32_t>(table.class_names.size());
      table.class_names.push_back(name_of(key));
    }
    table.labels.resize(static_cast<Index>(keys.size()));
    for (std::size_t i = 0; i < keys.size(); ++i)
      table.labels[static_cast<Index>(i)] = classes.at(keys[i]);
  }

  CsvScanner scanner_;
  const std::string& where_;
  const CsvOptions& options_;
  std::vector<std::string> names_;
  Index width_ = 0, rows_ = 0, label_ = -1;
  std::size_t first_line_ = 0;
  bool has_header_ = false;
  bool labels_are_numbers_ = true;
  std::vector<double> values_, label_numbers_;
  std::vector<std::string> label_texts_;
};

void check_table(const CsvTable& table) {
  const Index n = table.values.rows();
  check_size("column names", static_cast<Index>(table.columns.size()), table.values.cols());
  ANISO_CHECK(table.values.size() > 0, "a table without rows or columns cannot be written");
  check_finite("values", table.values);
  for (const auto& name : table.columns)
    ANISO_CHECK(!name.empty() && !is_number(name), "column name '", name,
                "' would read back as a number; choose a word");
  if (table.labels.size() > 0) check_size("labels", table.labels.size(), n);
  if (table.targets.size() > 0) check_size("targets", table.targets.size(), n);
  check_finite("targets", table.targets);
  ANISO_CHECK(table.labels.size() == 0 || table.targets.size() == 0,
              "a table has labels or targets, not both");
  for (const std::int32_t label : table.labels)
    ANISO_CHECK(label >= 0 && (table.class_names.empty() ||
                               label < static_cast<Index>(table.class_names.size())),
                "label ", label, " is outside 0 … ", table.class_names.size(), " − 1");
}

std::string label_entry(const CsvTable& table, Index row) {
  if (table.targets.size() > 0) return number(table.targets[row]);
  const std::int32_t label = table.labels[row];
  return table.class_names.empty() ? std::to_string(label) : csv_field(table.class_names[label]);
}

}  // namespace

CsvTable parse_csv(std::string_view content, const std::string& where, const CsvOptions& options) {
  return TableBuilder(content, where, options).build();
}

CsvTable read_csv(const std::filesystem::path& path, const CsvOptions& options) {
  return parse_csv(read_text(path, options.limit), path.string(), options);
}

std::string csv_field(std::string_view field) {
  const bool plain = field.find_first_of(",;\t\"\r\n") == std::string_view::npos &&
                     !field.starts_with(' ') && !field.ends_with(' ') && !field.starts_with('#');
  if (plain) return std::string(field);
  std::string out = "\"";
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string csv_text(const CsvTable& table) {
  check_table(table);
  const bool has_label = table.labels.size() > 0 || table.targets.size() > 0;
  std::string out;
  for (std::size_t j = 0; j < table.columns.size(); ++j)
    out += (j == 0 ? "" : ",") + csv_field(table.columns[j]);
  if (has_label) {
    const std::string fallback = table.targets.size() > 0 ? "target" : "label";
    out += "," + csv_field(table.label_name.empty() ? fallback : table.label_name);
  }
  out += '\n';
  for (Index i = 0; i < table.values.rows(); ++i) {
    for (Index j = 0; j < table.values.cols(); ++j) {
      if (j > 0) out += ',';
      out += number(table.values(i, j));
    }
    if (has_label) out += "," + label_entry(table, i);
    out += '\n';
  }
  return out;
}

void write_csv(const std::filesystem::path& path, const CsvTable& table) {
  write_atomically(path, csv_text(table));
}

}  // namespace aniso::io
