#include "core/session/metrics.h"

#include <array>
#include <cmath>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::session {
namespace {

/// A column that holds a float64; step, the first column, is not among them.
struct Column {
  const char* name;
  double MetricsRow::*value;
};

constexpr std::array<Column, 9> kColumns = {{{"epoch", &MetricsRow::epoch},
                                             {"loss", &MetricsRow::loss},
                                             {"test_loss", &MetricsRow::test_loss},
                                             {"accuracy", &MetricsRow::accuracy},
                                             {"test_accuracy", &MetricsRow::test_accuracy},
                                             {"learning_rate", &MetricsRow::learning_rate},
                                             {"grad_norm", &MetricsRow::grad_norm},
                                             {"weight_norm", &MetricsRow::weight_norm},
                                             {"wall_s", &MetricsRow::wall_s}}};

}  // namespace

std::string metrics_header() {
  std::string line = "step";
  for (const auto& column : kColumns) line += std::string(",") + column.name;
  return line;
}

std::string metrics_line(const MetricsRow& row) {
  std::string line = std::to_string(row.step);
  for (const auto& column : kColumns) {
    const double value = row.*column.value;
    line += ",";
    if (!std::isnan(value)) line += number(value);
  }
  return line;
}

Matrix metrics_matrix(const std::vector<MetricsRow>& rows) {
  Matrix m(static_cast<Index>(rows.size()), static_cast<Index>(kColumns.size()) + 1);
  for (Index i = 0; i < m.rows(); ++i) {
    const auto& row = rows[static_cast<std::size_t>(i)];
    m(i, 0) = static_cast<double>(row.step);
    for (std::size_t j = 0; j < kColumns.size(); ++j)
      m(i, static_cast<Index>(j) + 1) = row.*kColumns[j].value;
  }
  return m;
}

std::vector<MetricsRow> metrics_from_matrix(const Matrix& m) {
  ANISO_CHECK_SHAPE(m, -1, static_cast<Index>(kColumns.size()) + 1);
  std::vector<MetricsRow> rows(static_cast<std::size_t>(m.rows()));
  for (Index i = 0; i < m.rows(); ++i) {
    auto& row = rows[static_cast<std::size_t>(i)];
    ANISO_CHECK(m(i, 0) >= 0 && m(i, 0) < 0x1p53 && std::trunc(m(i, 0)) == m(i, 0), "metrics: row ",
                i, " has step ", number(m(i, 0)), ", which is no whole number");
    row.step = static_cast<Index>(m(i, 0));
    for (std::size_t j = 0; j < kColumns.size(); ++j)
      row.*kColumns[j].value = m(i, static_cast<Index>(j) + 1);
  }
  return rows;
}

}  // namespace aniso::session
