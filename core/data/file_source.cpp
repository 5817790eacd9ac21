#include "core/data/file_source.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/data/common.h"
#include "core/data/csv_source.h"
#include "core/io/files.h"
#include "core/io/npy.h"
#include "core/io/npz.h"

namespace aniso::data {
namespace {

// Array names in order of preference; the second of a pair holds the test rows.
struct ArrayName {
  const char* name;
  const char* test = nullptr;
};
constexpr ArrayName kInputs[] = {{"x"},    {"X"},      {"x_train", "x_test"}, {"X_train", "X_test"},
                                 {"data"}, {"inputs"}, {"features"}};
constexpr ArrayName kTargets[] = {{"y"},
                                  {"Y"},
                                  {"labels"},
                                  {"label"},
                                  {"targets"},
                                  {"target"},
                                  {"y_train", "y_test"},
                                  {"Y_train", "Y_test"}};

Index side_of(Index dim, const std::string& where) {
  const Index side = side_of_square(dim);
  ANISO_CHECK(side > 0, where, ": ", dim, " inputs are no square image; use layout = vector");
  return side;
}

// (n, h, w, c) rows rewritten as (n, c, h, w).
Matrix channels_first(const Matrix& x, Index h, Index w, Index c) {
  Matrix out(x.rows(), x.cols());
  for (Index i = 0; i < x.rows(); ++i)
    for (Index p = 0; p < h * w; ++p)
      for (Index k = 0; k < c; ++k) out(i, k * h * w + p) = x(i, p * c + k);
  return out;
}

// Inputs and their meaning from an array's shape and the wanted layout.
void set_inputs(RawData& raw, const io::NdArray& array, const std::string& layout,
                const std::string& where) {
  const auto& shape = array.shape;
  ANISO_CHECK(shape.size() >= 2 && array.size() > 0, where, ": inputs of shape ",
              array.shape_text(),
              "; expected (n, D), (n, height, width) or (n, channels, height, "
              "width)");
  raw.x = array.matrix();
  raw.shape = InputShape::vector(raw.x.cols());
  const bool wants_channels = layout == "channels_first" || layout == "channels_last";
  ANISO_CHECK(!wants_channels || shape.size() == 4, where, ": layout = ", layout,
              " needs an array of 4 axes, got shape ", array.shape_text());
  if (layout == "vector") return;
  if (layout == "square") {
    const Index side = side_of(raw.x.cols(), where);
    raw.shape = InputShape::image(1, side, side);
  } else if (shape.size() == 3) {
    raw.shape = InputShape::image(1, shape[1], shape[2]);
  } else if (shape.size() == 4) {
    const bool last =
        layout == "channels_last" || (layout == "auto" && shape[1] > 4 && shape[3] <= 4);
    if (last) raw.x = channels_first(raw.x, shape[1], shape[2], shape[3]);
    raw.shape = last ? InputShape::image(shape[3], shape[1], shape[2])
                     : InputShape::image(shape[1], shape[2], shape[3]);
    if (layout == "auto")
      raw.notes.push_back(text("Inputs of shape ", array.shape_text(), " read with channels ",
                               last ? "last" : "first"));
  }
}

// The array called `chosen`, or the first known name that the file holds.
ArrayName find_array(const io::NpzReader& npz, const std::string& chosen,
                     std::span<const ArrayName> known, const char* what, const std::string& where) {
  for (const auto& entry : known)
    if (chosen.empty() ? npz.has(entry.name) : chosen == entry.name) return entry;
  if (!chosen.empty()) return {chosen.c_str()};  // an unknown name is reported by the reader
  throw InvalidInput(text(where, ": no array for the ", what, "; it holds ",
                          joined_names(npz.names()), ". Choose one by the parameter '", what, "'"));
}

// The named array with its test part, if there is one, appended along the first axis.
io::NdArray with_test_part(const io::NpzReader& npz, const ArrayName& name, Index* train_rows,
                           const std::string& where) {
  io::NdArray array = npz.read(name.name);
  *train_rows = -1;
  if (name.test == nullptr || !npz.has(name.test)) return array;
  const io::NdArray more = npz.read(name.test);
  const bool fits =
      !array.shape.empty() && array.shape.size() == more.shape.size() &&
      std::equal(array.shape.begin() + 1, array.shape.end(), more.shape.begin() + 1) &&
      array.is_integer() == more.is_integer();
  ANISO_CHECK(fits, where, ": ", name.name, " of shape ", array.shape_text(), " and ", name.test,
              " of shape ", more.shape_text(), " do not continue each other");
  *train_rows = array.shape[0];
  array.shape[0] += more.shape[0];
  std::visit(
      [&](auto& data) {
        const auto& rest = std::get<std::decay_t<decltype(data)>>(more.data);
        data.insert(data.end(), rest.begin(), rest.end());
      },
      array.data);
  return array;
}

void check_rows(Index inputs, Index targets, const std::string& where) {
  ANISO_CHECK(inputs == targets, where, ": ", inputs, " rows of inputs, but ", targets,
              " of targets");
}

void declare_split(RawData& raw, const io::NpzReader& npz, Index train_rows,
                   const std::string& where) {
  std::vector<Index> test;
  if (train_rows >= 0) {
    for (Index row = train_rows; row < raw.x.rows(); ++row) test.push_back(row);
  } else if (npz.has("test")) {
    const io::NdArray rows = npz.read("test");
    ANISO_CHECK(rows.is_integer() && rows.shape.size() == 1, where,
                ": the array 'test' must list row numbers, got shape ", rows.shape_text(),
                rows.is_integer() ? "" : " of reals");
    test.assign(rows.integers().begin(), rows.integers().end());
  } else {
    return;
  }
  raw.test = std::move(test);
}

void declare_classes(RawData& raw, const io::NpzReader& npz) {
  if (raw.classes == 0 || !npz.has("classes")) return;
  const io::NdArray classes = npz.read("classes");
  if (classes.is_integer() && classes.size() == 1)
    raw.classes = std::max(raw.classes, static_cast<Index>(classes.integers()[0]));
}

RawData read_npz(const FileRequest& request, const std::string& where) {
  const io::NpzReader npz(request.path);
  RawData raw;
  Index train_rows = -1, train_targets = -1;
  const ArrayName x = find_array(npz, request.inputs, kInputs, "inputs", where);
  const ArrayName y = find_array(npz, request.targets, kTargets, "targets", where);
  set_inputs(raw, with_test_part(npz, x, &train_rows, where), request.layout,
             where + ", " + x.name);
  const Matrix targets = with_test_part(npz, y, &train_targets, where).matrix();
  check_rows(raw.x.rows(), targets.rows(), where);
  ANISO_CHECK(train_rows == train_targets, where, ": the test parts of ", x.name, " and ", y.name,
              " do not match");
  set_targets(raw, targets, request.task, where);
  declare_split(raw, npz, train_rows, where);
  declare_classes(raw, npz);
  return raw;
}

RawData read_npy(const FileRequest& request, const std::string& where) {
  const io::NdArray array = io::read_npy(request.path);
  ANISO_CHECK(array.shape.size() == 2 && array.shape[1] >= 2, where, ": an array of shape ",
              array.shape_text(),
              " has no column for targets; expected (n, D + 1). Put inputs and "
              "targets as x and y into an NPZ file");
  ANISO_CHECK(request.inputs.empty(),
              "dataset.inputs: applies to CSV and NPZ; of an NPY array all "
              "columns but the target are inputs");
  const Matrix all = array.matrix();
  Index target = all.cols() - 1;
  if (!request.targets.empty()) {
    const auto& word = request.targets;
    const auto end = std::from_chars(word.data(), word.data() + word.size(), target);
    ANISO_CHECK(end.ec == std::errc() && end.ptr == word.data() + word.size() && target >= 0 &&
                    target < all.cols(),
                "dataset.targets: '", word, "' is no column of ", where, "; columns are 0 to ",
                all.cols() - 1);
  }
  RawData raw;
  Matrix x(all.rows(), all.cols() - 1);
  x << all.leftCols(target), all.rightCols(all.cols() - 1 - target);
  set_inputs(raw, io::array_of(x), request.layout, where);
  set_targets(raw, all.col(target), request.task, where);
  raw.notes.push_back(text("Column ", target, " of ", all.cols(), " read as the target"));
  return raw;
}

}  // namespace

RawData read_data_file(const FileRequest& request) {
  const std::string where = request.path.filename().string();
  const io::FileKind kind = io::recognised(request.path);
  RawData raw;
  if (kind == io::FileKind::zip) {
    raw = read_npz(request, where);
  } else if (kind == io::FileKind::npy) {
    raw = read_npy(request, where);
  } else if (kind == io::FileKind::text) {
    ANISO_CHECK(
        request.layout == "auto" || request.layout == "vector" || request.layout == "square",
        "dataset.layout: CSV rows have no axes; use vector or square");
    raw = read_csv_data(request, where);
    raw.shape = InputShape::vector(raw.x.cols());
    if (request.layout == "square") {
      const Index side = side_of(raw.x.cols(), where);
      raw.shape = InputShape::image(1, side, side);
    }
  } else {
    throw InvalidInput(
        text("dataset.path: ", where, " is no data file; CSV, NPY and NPZ can be read"));
  }
  check_finite((where + ", inputs").c_str(), raw.x);
  check_entries(raw.x.rows(), raw.x.cols());
  raw.notes.insert(raw.notes.begin(), "Read from " + where);
  return raw;
}

}  // namespace aniso::data
