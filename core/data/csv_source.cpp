#include "core/data/csv_source.h"

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/io/csv.h"

namespace aniso::data {
namespace {

std::vector<std::string> listed(const std::string& words) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= words.size() && !words.empty();) {
    const std::size_t end = std::min(words.find(',', at), words.size());
    const std::size_t first = words.find_first_not_of(' ', at);
    const std::size_t last = words.find_last_not_of(' ', end == 0 ? 0 : end - 1);
    ANISO_CHECK(first < end && last + 1 > first, "'", words,
                "': an empty name in a list of columns");
    out.push_back(words.substr(first, last + 1 - first));
    at = end + 1;
  }
  return out;
}

// "y", "y0", "y1" …, "target0" …: how targets are called where there are several.
bool is_target_name(const std::string& name) {
  std::string stem;
  for (const char c : name) stem += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  while (!stem.empty() && std::isdigit(static_cast<unsigned char>(stem.back()))) stem.pop_back();
  return stem == "y" || stem == "target";
}

Index column_of(const io::CsvTable& table, const std::string& name, const std::string& key) {
  const auto at = std::find(table.columns.begin(), table.columns.end(), name);
  ANISO_CHECK(at != table.columns.end(), "dataset.", key, ": there is no numeric column '", name,
              "'.", suggestion(name, table.columns));
  return at - table.columns.begin();
}

std::vector<Index> columns_of(const io::CsvTable& table, const std::vector<std::string>& names,
                              const std::string& key) {
  std::vector<Index> out;
  for (const auto& name : names) {
    const Index at = column_of(table, name, key);
    ANISO_CHECK(std::find(out.begin(), out.end(), at) == out.end(), "dataset.", key, ": column '",
                name, "' is listed twice");
    out.push_back(at);
  }
  return out;
}

// Takes the column "split" of zeros and ones, if there is one, as the declared split.
Index take_split(RawData& raw, const io::CsvTable& table) {
  const auto name = std::find(table.columns.begin(), table.columns.end(), "split");
  if (name == table.columns.end()) return -1;
  const Index at = name - table.columns.begin();
  const auto column = table.values.col(at).array();
  if (!(column == 0 || column == 1).all()) return -1;
  raw.test.emplace();
  for (Index i = 0; i < table.values.rows(); ++i)
    if (column[i] == 1) raw.test->push_back(i);
  return at;
}

void set_inputs(RawData& raw, const io::CsvTable& table, const FileRequest& request,
                std::vector<Index> taken, const std::string& where) {
  std::vector<Index> inputs = columns_of(table, listed(request.inputs), "inputs");
  for (const Index at : inputs)
    ANISO_CHECK(std::find(taken.begin(), taken.end(), at) == taken.end(), "dataset.inputs: '",
                table.columns[static_cast<std::size_t>(at)], "' is the target or split column");
  if (inputs.empty())
    for (Index at = 0; at < table.values.cols(); ++at)
      if (std::find(taken.begin(), taken.end(), at) == taken.end()) inputs.push_back(at);
  ANISO_CHECK(!inputs.empty(), where, ": no column is left for the inputs");
  raw.x = table.values(Eigen::all, inputs);
}

// Target columns of a table without a label column: as asked, by name, or the last one.
std::vector<Index> target_columns(const io::CsvTable& table, const FileRequest& request,
                                  Index split, RawData& raw) {
  if (!request.targets.empty()) return columns_of(table, listed(request.targets), "targets");
  std::vector<Index> found;
  for (std::size_t at = 0; at < table.columns.size(); ++at)
    if (is_target_name(table.columns[at])) found.push_back(static_cast<Index>(at));
  if (found.empty()) {
    found.push_back(table.values.cols() - (split == table.values.cols() - 1 ? 2 : 1));
    ANISO_CHECK(found[0] >= 0, raw.notes.empty() ? "" : raw.notes[0], "no column for the targets");
    raw.notes.push_back("Last column, '" + table.columns[static_cast<std::size_t>(found[0])] +
                        "', read as the target");
  }
  return found;
}

// Number labels that are values rather than classes: too many kinds, or asked to be.
bool is_regression(const io::CsvTable& table, Task task) {
  if (table.targets.size() > 0) return task != Task::classification;
  if (task == Task::regression) return true;
  if (task == Task::classification || table.labels.size() == 0) return false;
  const bool numeric =
      std::all_of(table.class_names.begin(), table.class_names.end(), [](const std::string& name) {
        return name.find_first_not_of("+-0123456789") == std::string::npos;
      });
  return numeric && !looks_like_classes(table.labels.cast<double>());
}

}  // namespace

RawData read_csv_data(const FileRequest& request, const std::string& where) {
  io::CsvOptions options;
  if (!request.targets.empty())
    options.label = listed(request.targets).size() == 1 ? listed(request.targets)[0] : "none";
  io::CsvTable table = io::read_csv(request.path, options);
  RawData raw;
  const bool labelled = !table.label_name.empty();
  std::string numeric_label;
  if (labelled && table.labels.size() > 0 && is_regression(table, request.task)) {
    // The reader numbered the values as classes; the numbers themselves are wanted.
    numeric_label = table.label_name;
    options.label = "none";
    table = io::read_csv(request.path, options);
  }
  const Index split = take_split(raw, table);
  std::vector<Index> taken;
  if (split >= 0) taken.push_back(split);
  if (labelled && numeric_label.empty()) {
    if (table.labels.size() > 0) {
      raw.labels = table.labels;
      raw.class_names = table.class_names;
      raw.classes = table.class_names.empty() ? raw.labels.maxCoeff() + 1
                                              : static_cast<Index>(table.class_names.size());
    } else {
      set_targets(raw, table.targets, request.task, where);
    }
  } else {
    const auto columns = numeric_label.empty() ? target_columns(table, request, split, raw)
                                               : columns_of(table, {numeric_label}, "targets");
    taken.insert(taken.end(), columns.begin(), columns.end());
    set_targets(raw, table.values(Eigen::all, columns),  //
                numeric_label.empty() ? request.task : Task::regression, where);
  }
  set_inputs(raw, table, request, std::move(taken), where);
  return raw;
}

}  // namespace aniso::data
