#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/data/file_source.h"
#include "core/data/registry.h"
#include "core/io/files.h"

namespace aniso::data {
namespace {

RawData generate(const Params& params, const RandomStream&) {
  FileRequest request;
  request.path = params.text("path");
  ANISO_CHECK(!request.path.empty(),
              "dataset.path: no file is chosen. Give the path of a CSV, NPY or NPZ file");
  request.inputs = params.text("inputs");
  request.targets = params.text("targets");
  request.layout = params.choice("layout");
  const auto task = params.choice("task");
  request.task = task == "auto"             ? Task::automatic
                 : task == "classification" ? Task::classification
                                            : Task::regression;
  return read_data_file(request);
}

ParamSchema params() {
  return {text_param("path", "").about("A CSV, NPY or NPZ file, recognised by its content."),
          text_param("inputs", "")
              .about("CSV: names of the input columns, separated by commas; empty for all but the "
                     "targets. NPZ: name of the array; empty for x, X, data, inputs, features or "
                     "x_train with x_test."),
          text_param("targets", "")
              .about("CSV: the label column, or target columns separated by commas; empty for "
                     "label, class, target, y, y0, y1 …, or else the last one. NPZ: name of the "
                     "array; empty for y, Y, labels, target or y_train with y_test. NPY: number "
                     "of the target column; empty for the last."),
          choice_param("task", "auto",
                       {{"auto", "Automatic",
                         "Classes where the targets are text, one-hot rows, or at most 100 kinds "
                         "of whole numbers; regression otherwise."},
                        {"classification", "Classification", "Every distinct target is a class."},
                        {"regression", "Regression", "Targets are numbers to be fitted."}})
              .about("What the targets mean."),
          choice_param("layout", "auto",
                       {{"auto", "Automatic",
                         "NPZ arrays of 3 or 4 axes are images, with channels where there are at "
                         "most 4; everything else is a vector."},
                        {"vector", "Vector", "Numbers without neighbourhood."},
                        {"square", "Square image", "One channel of √D × √D pixels, row by row."},
                        {"channels_first", "Channels first", "(n, channels, height, width)."},
                        {"channels_last", "Channels last", "(n, height, width, channels)."}})
              .about("What the inputs are to architectures.")};
}

}  // namespace

DatasetType file_type() {
  return {"file",
          "From a file",
          "Your own data: CSV with a label or target column, NPY, or NPZ with arrays for inputs "
          "and targets. Nothing is loaded unless the whole file is sound.",
          params(),
          generate,
          [](const std::filesystem::path& path) {
            std::error_code error;
            if (std::filesystem::is_directory(path, error)) return false;
            const io::FileKind kind = io::recognised(path);
            return kind == io::FileKind::npy || kind == io::FileKind::zip ||
                   kind == io::FileKind::text;
          }};
}

}  // namespace aniso::data
