#include "core/data/export.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "core/io/csv.h"
#include "core/io/npz.h"

namespace aniso::data {
namespace {

void add_rows(io::NpzWriter& npz, const std::string& name, const std::vector<Index>& rows) {
  const std::vector<std::int64_t> numbers(rows.begin(), rows.end());
  npz.add(name, {static_cast<Index>(numbers.size())}, std::span<const std::int64_t>(numbers));
}

}  // namespace

void save_npz(const Dataset& data, const std::filesystem::path& path) {
  io::NpzWriter npz;
  const InputShape& s = data.shape;
  const std::span<const double> x(data.x.data(), static_cast<std::size_t>(data.x.size()));
  if (s.is_image())
    npz.add("x", {data.size(), s.channels, s.height, s.width}, x);
  else
    npz.add("x", data.x);
  if (data.is_classification()) {
    npz.add("labels", data.labels);
    const std::int64_t classes = data.classes;
    npz.add("classes", {1}, std::span<const std::int64_t>(&classes, 1));
  } else {
    npz.add("y", data.y);
  }
  add_rows(npz, "train", data.train);
  add_rows(npz, "test", data.test);
  npz.write(path);
}

void save_csv(const Dataset& data, const std::filesystem::path& path) {
  io::CsvTable table;
  const Index dim = data.shape.dim, outputs = data.is_classification() ? 0 : data.y.cols();
  table.values = Matrix::Zero(data.size(), dim + outputs + 1);
  table.values.leftCols(dim) = data.x;
  for (Index k = 0; k < dim; ++k) table.columns.push_back(text("x", k));
  for (Index k = 0; k < outputs; ++k) {
    table.columns.push_back(text("y", k));
    table.values.col(dim + k) = data.y.col(k);
  }
  table.columns.emplace_back("split");
  for (const Index row : data.test) table.values(row, dim + outputs) = 1;
  if (data.is_classification()) {
    table.label_name = "label";
    table.labels = data.labels;
  }
  io::write_csv(path, table);
}

}  // namespace aniso::data
