#include "core/data/gaussian_mixture.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/data/common.h"
#include "core/data/registry.h"
#include "core/theory/alignment.h"

namespace aniso::data {
namespace {

Vector weights_of(const Params& params, Index k) {
  const auto given = params.reals("weights");
  if (given.empty()) return Vector::Constant(k, 1 / static_cast<double>(k));
  ANISO_CHECK(static_cast<Index>(given.size()) == k, "dataset.weights: ", given.size(),
              " weights for ", k, " components; give one each, or none for equal ones");
  const Vector weights = Eigen::Map<const Vector>(given.data(), k);
  ANISO_CHECK(weights.sum() > 0, "dataset.weights: at least one weight must be above 0");
  return weights / weights.sum();
}

// Vertices of a regular simplex around 0 in the first k − 1 coordinates, at distance 1.
Matrix simplex(Index k, Index dim) {
  ANISO_CHECK(dim >= k - 1, "dataset.means: a simplex of ", k, " components needs ", k - 1,
              " dimensions, got ", dim, ". Use means = circle or random, or a larger dimension");
  Matrix means = Matrix::Zero(k, dim);
  // Column j places vertex j at height h above the later vertices, which share −h/(k−1−j) there.
  for (Index j = 0; j + 1 < k; ++j) {
    const double height = std::sqrt(1 - means.row(j).squaredNorm());
    means(j, j) = height;
    for (Index i = j + 1; i < k; ++i) means(i, j) = -height / static_cast<double>(k - 1 - j);
  }
  return means;
}

Matrix means_of(const Params& params, Index k, Index dim, const RandomStream& stream) {
  const auto kind = params.choice("means");
  const double separation = params.real("separation");
  if (kind == "simplex") return separation * simplex(k, dim);
  if (kind == "random")
    return separation / std::sqrt(static_cast<double>(dim)) * stream.normals(k, dim);
  Matrix means = Matrix::Zero(k, dim);
  for (Index c = 0; c < k; ++c) {
    const double phi = 2 * std::numbers::pi * static_cast<double>(c) / static_cast<double>(k);
    means(c, 0) = separation * std::cos(phi);
    means(c, 1) = separation * std::sin(phi);
  }
  return means;
}

// Geometric from 1 down to 1/ratio, scaled to mean std².
Vector variances_of(double deviation, double ratio, Index dim) {
  Vector values(dim);
  for (Index j = 0; j < dim; ++j)
    values[j] = std::pow(ratio, -static_cast<double>(j) / static_cast<double>(dim - 1));
  return values * (deviation * deviation / values.mean());
}

// Component of sample i: the first whose cumulated weight exceeds a uniform draw.
std::int32_t component_of(const Vector& weights, double draw) {
  double sum = 0;
  Index last = 0;
  for (Index c = 0; c < weights.size(); ++c) {
    if (weights[c] == 0) continue;
    last = c;
    sum += weights[c];
    if (draw < sum) break;
  }
  return static_cast<std::int32_t>(last);
}

// W of x → W x that lays the axes along which the mixture varies most on the loudest of the given
// directions, or on the quietest.
Matrix turn_of(const Params& params, const MixtureModel& model) {
  const Index dim = model.means.cols();
  const auto turn = params.choice("turn");
  const auto axes = params.reals("turn_axes");
  ANISO_CHECK(static_cast<Index>(axes.size()) == dim * dim, "dataset.turn: '", turn,
              "' belongs to an architecture; dataset.turn_axes must be resolved to ",
              grouped(dim * dim), " numbers before data are made, not ", axes.size());
  const Matrix u = Eigen::Map<const Matrix>(axes.data(), dim, dim).transpose();
  ANISO_CHECK((u.transpose() * u - Matrix::Identity(dim, dim)).norm() < 1e-6,
              "dataset.turn_axes: the directions are not orthonormal");
  Matrix moment = Matrix::Zero(dim, dim);
  for (Index c = 0; c < model.means.rows(); ++c)
    moment += model.weights[c] *
              (model.covariance(c) + model.means.row(c).transpose() * model.means.row(c));
  // Any falling values stand for the order of the directions.
  const Vector order = Vector::LinSpaced(dim, static_cast<double>(dim), 1);
  const Matrix loudness = u * order.asDiagonal() * u.transpose();
  const auto range = theory::alignment_range((loudness + loudness.transpose()) / 2,
                                             (moment + moment.transpose()) / 2);
  return turn == "aligned" ? range.highest : range.lowest;
}

void turn(MixtureModel& model, const Matrix& w) {
  model.means = (model.means * w.transpose()).eval();
  for (Matrix& axes : model.axes) axes = axes.size() > 0 ? Matrix(w * axes) : w;
}

RawData generate(const Params& params, const RandomStream& stream) {
  RawData raw;
  const Index n = params.integer("n"), dim = params.integer("dimension");
  check_entries(n, dim);
  const MixtureModel model = mixture_model(params, stream);
  const Index k = model.means.rows();
  raw.shape = input_shape(params);
  raw.classes = k;
  for (Index c = 0; c < k; ++c) raw.class_names.push_back(text("component ", c));
  if (can_keep_law(k, dim)) {
    raw.law = std::make_shared<MixtureLaw>(MixtureLaw{model.weights, model.means, {}});
    for (Index c = 0; c < k; ++c) raw.law->covariances.push_back(model.covariance(c));
  }
  raw.labels.resize(n);
  std::vector<std::vector<Index>> rows(static_cast<std::size_t>(k));
  const RandomStream draws = stream.child("component");
  for (Index i = 0; i < n; ++i) {
    raw.labels[i] = component_of(model.weights, draws.uniform(static_cast<std::uint64_t>(i)));
    rows[static_cast<std::size_t>(raw.labels[i])].push_back(i);
  }
  raw.x = stream.child("points").normals(n, dim);
  for (Index c = 0; c < k; ++c) {
    const auto& members = rows[static_cast<std::size_t>(c)];
    const Matrix& axes = model.axes[static_cast<std::size_t>(c)];
    Matrix z = raw.x(members, Eigen::all) * model.variances.row(c).cwiseSqrt().asDiagonal();
    if (axes.size() > 0) z = z * axes.transpose();
    raw.x(members, Eigen::all) = z.rowwise() + model.means.row(c);
  }
  if (params.choice("means") == "circle" && params.choice("turn") == "none")
    raw.plane = {Vector::Zero(dim), Vector::Unit(dim, 0), Vector::Unit(dim, 1)};
  return raw;
}

ParamSchema params() {
  return {
      samples_param(2000),
      integer_param("components", 3).range(2, 64).about("Number of Gaussians; each is a class."),
      dimension_param(2, 2),
      layout_param("vector"),
      choice_param("means", "circle",
                   {{"circle", "On a circle", "Evenly spaced in the plane of the first two axes."},
                    {"simplex", "Simplex", "All equally far apart; needs D ≥ components − 1."},
                    {"random", "Random",
                     "Gaussian, separation apart from 0 in the root mean "
                     "square."}})
          .about("Where the components lie."),
      real_param("separation", 3).range(0, 100).about("Distance of the means from 0."),
      real_param("noise", 1)
          .titled("Spread")
          .range(0.001, 100)
          .in("std")
          .about("Standard deviation within a component: the root mean square over the axes."),
      real_param("anisotropy", 4)
          .range(1, 1e6)
          .log_scale()
          .in("ratio")
          .about("Largest over smallest variance of a component, geometric in between."),
      choice_param("orientation", "random",
                   {{"axis", "Along the axes",
                     "Component c is longest along axis c (mod D), then the following ones."},
                    {"random", "Random", "Every component has its own uniformly random axes."}})
          .about("How the components' axes lie."),
      reals_param("weights", {})
          .range(0, 1e6)
          .lengths(0, 64)
          .about("Relative frequency of each component; empty for equal ones."),
      choice_param(
          "turn", "none",
          {{"none", "None", "As it is."},
           {"aligned", "Aligned",
            "Turned so that it varies most where the architecture's fresh networks are "
            "loudest."},
           {"reversed", "Reversed", "Turned so that it varies most where they are quietest."}})
          .about("x → W x with W orthogonal, by the architecture's average geometry."),
      reals_param("turn_axes", {})
          .when("turn", {"aligned", "reversed"})
          .about("D² numbers, the directions row by row, loudest first; taken from the "
                 "architecture where there are none.")};
}

}  // namespace

Matrix MixtureModel::covariance(Index c) const {
  ANISO_CHECK(c >= 0 && c < means.rows(), "mixture: component ", c, " of ", means.rows());
  const Matrix& q = axes[static_cast<std::size_t>(c)];
  if (q.size() == 0) return variances.row(c).asDiagonal();
  return q * variances.row(c).asDiagonal() * q.transpose();
}

MixtureModel mixture_model(const Params& params, const RandomStream& stream) {
  MixtureModel model;
  const Index k = params.integer("components"), dim = params.integer("dimension");
  model.weights = weights_of(params, k);
  model.means = means_of(params, k, dim, stream.child("means"));
  const double ratio = params.real("anisotropy");
  const Vector falling = variances_of(params.real("noise"), ratio, dim);
  const bool random = params.choice("orientation") == "random" && ratio > 1;
  model.variances.resize(k, dim);
  for (Index c = 0; c < k; ++c) {
    for (Index j = 0; j < dim; ++j) model.variances(c, random ? j : (c + j) % dim) = falling[j];
    model.axes.push_back(random ? random_frame(dim, dim, stream.child("axes", c)) : Matrix());
  }
  if (params.choice("turn") != "none") turn(model, turn_of(params, model));
  return model;
}

DatasetType gaussian_mixture_type() {
  return {"gaussian_mixture", "Gaussian mixture",
          "One Gaussian per class, round or elongated, in any dimension. Its density, means and "
          "covariances are known exactly.",
          params(), generate};
}

}  // namespace aniso::data
