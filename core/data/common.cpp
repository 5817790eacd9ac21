#include "core/data/common.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "core/base/check.h"
#include "core/base/names.h"
#include "core/data/direction.h"
#include "core/data/registry.h"
#include "core/geometry/pca.h"

namespace aniso::data {
namespace {

constexpr Index kMaxEntries = Index{1} << 28;
constexpr Index kPlaneRows = 1000;

ParamSchema common_params() {
  return {real_param("label_noise", 0)
              .range(0, 10)
              .in("fraction or std")
              .about("Classes: the fraction (at most 1) of labels moved to a random other class. "
                     "Regression: the std of Gaussian noise added to the targets."),
          test_fraction_param(0.2),
          choice_param("normalisation", "none",
                       {{"none", "None", "Inputs as they are."},
                        {"centre", "Centre", "Subtract the mean of the training inputs."},
                        {"standardise", "Standardise",
                         "Subtract the mean, divide every feature by its standard deviation."},
                        {"unit_scale", "Unit scale",
                         "Subtract the mean, divide everything by one number so that features have "
                         "variance 1 on average; keeps the geometry."}})
              .about("Applied to the inputs, with statistics of the training rows only."),
          integer_param("seed", -1)
              .titled("Data seed")
              .range(-1, 4294967295.0)
              .about("Seed of the points, label noise and split; −1 follows the experiment.")};
}

void check_raw(const DatasetType& type, const RawData& raw) {
  const Index n = raw.x.rows();
  const std::string where = "dataset '" + type.id + "'";
  ANISO_CHECK((n > 0 || raw.by_hand) && raw.x.cols() > 0, where, " has no samples or no inputs");
  check_size("dataset: inputs", raw.x.cols(), raw.shape.dim);
  check_finite((where + ", inputs").c_str(), raw.x);
  if (raw.classes > 0) {
    check_size("dataset: labels", raw.labels.size(), n);
    ANISO_CHECK(n == 0 || (raw.labels.minCoeff() >= 0 && raw.labels.maxCoeff() < raw.classes),
                where, ": labels must lie in 0 … ", raw.classes - 1, ", found ",
                n == 0 ? 0 : raw.labels.minCoeff(), " … ", n == 0 ? 0 : raw.labels.maxCoeff());
  } else {
    check_shape("dataset: targets", raw.y, n, -1);
    ANISO_CHECK(raw.y.cols() > 0, where, " has neither labels nor targets");
    check_finite((where + ", targets").c_str(), raw.y);
  }
}

void add_label_noise(Dataset& data, double amount, const RandomStream& stream) {
  if (amount == 0) return;
  if (!data.is_classification()) {
    data.y += amount * stream.normals(data.y.rows(), data.y.cols());
    data.notes.push_back(text("Gaussian noise of std ", number(amount), " added to the targets"));
    return;
  }
  ANISO_CHECK(amount <= 1, "dataset.label_noise: ", number(amount),
              " is out of range; with classes it is a fraction of the labels, between 0 and 1");
  ANISO_CHECK(data.classes > 1, "dataset.label_noise: needs a second class to move labels to");
  const auto moved =
      static_cast<std::size_t>(std::llround(amount * static_cast<double>(data.size())));
  // The first rows of one permutation: a larger fraction moves the same labels and some more.
  const auto order = stream.child("rows").permutation(data.size());
  for (std::size_t k = 0; k < moved; ++k) {
    const auto other = stream.child("class").below(static_cast<std::uint64_t>(order[k]),
                                                   static_cast<std::uint64_t>(data.classes - 1));
    auto& label = data.labels[order[k]];
    label = static_cast<std::int32_t>((label + 1 + static_cast<Index>(other)) % data.classes);
  }
  data.notes.push_back(text(grouped(static_cast<long long>(moved)), " of ", grouped(data.size()),
                            " labels moved to another class"));
}

// Rows per stratum: the classes, or everything for regression; each in random order.
std::vector<std::vector<Index>> shuffled_strata(Index n, const Labels& labels, Index classes,
                                                const RandomStream& stream) {
  std::vector<std::vector<Index>> strata(static_cast<std::size_t>(std::max<Index>(1, classes)));
  for (const Index row : stream.permutation(n))
    strata[classes > 0 ? static_cast<std::size_t>(labels[row]) : 0].push_back(row);
  return strata;
}

// How many of each stratum are tested: round(fraction·n) in all, by largest remainder.
std::vector<std::size_t> test_counts(const std::vector<std::vector<Index>>& strata, double fraction,
                                     Index n) {
  std::vector<std::size_t> counts, by_remainder(strata.size());
  std::vector<double> remainders;
  for (const auto& rows : strata) {
    const double share = fraction * static_cast<double>(rows.size());
    counts.push_back(static_cast<std::size_t>(share));
    remainders.push_back(share - std::floor(share));
  }
  std::iota(by_remainder.begin(), by_remainder.end(), std::size_t{0});
  std::stable_sort(by_remainder.begin(), by_remainder.end(),
                   [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  const auto wanted = static_cast<std::size_t>(std::llround(fraction * static_cast<double>(n)));
  std::size_t have = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  for (std::size_t k = 0; have < wanted && k < by_remainder.size(); ++k) {
    if (remainders[by_remainder[k]] == 0) break;
    ++counts[by_remainder[k]];
    ++have;
  }
  return counts;
}

void split(Dataset& data, const RawData& raw, double fraction, const RandomStream& stream) {
  data.test = raw.test ? *raw.test
                       : stratified_rows(data.size(), data.labels, data.classes, fraction, stream);
  if (raw.test && !raw.test_is_fraction)
    data.notes.push_back(
        "Training and test rows as the source declares them; test_fraction is not used");
  std::sort(data.test.begin(), data.test.end());
  ANISO_CHECK(std::adjacent_find(data.test.begin(), data.test.end()) == data.test.end() &&
                  (data.test.empty() || (data.test.front() >= 0 && data.test.back() < data.size())),
              "dataset: the declared test rows must be distinct and lie in 0 … ", data.size() - 1);
  std::size_t next = 0;
  for (Index row = 0; row < data.size(); ++row)
    if (next < data.test.size() && data.test[next] == row)
      ++next;
    else
      data.train.push_back(row);
  ANISO_CHECK(!data.train.empty() || data.by_hand, "dataset: no training rows are left of ",
              data.size(), "; use more samples or a smaller test_fraction");
}

struct Moments {
  Vector mean;
  Vector deviation;  // population standard deviation; 0 where a feature is constant
};

Moments training_moments(const Dataset& data) {
  const auto n = static_cast<double>(data.train.size());
  Moments out{Vector::Zero(data.shape.dim), Vector::Zero(data.shape.dim)};
  Vector largest = Vector::Zero(data.shape.dim);
  for (const Index row : data.train) {
    out.mean += data.x.row(row).transpose() / n;
    largest = largest.cwiseMax(data.x.row(row).transpose().cwiseAbs());
  }
  for (const Index row : data.train)
    out.deviation += (data.x.row(row).transpose() - out.mean).cwiseAbs2() / n;
  out.deviation = out.deviation.cwiseSqrt();
  // What is left of a constant after subtracting its rounded mean is not variation.
  for (Index k = 0; k < out.deviation.size(); ++k)
    if (out.deviation[k] <= 1e-12 * largest[k]) out.deviation[k] = 0;
  return out;
}

// Factors by which centred inputs are multiplied.
Vector scale_factors(const std::string& kind, const Moments& moments,
                     std::vector<std::string>& notes) {
  const Index dim = moments.mean.size();
  if (kind == "centre") return Vector::Ones(dim);
  if (kind == "unit_scale") {
    const double rms = std::sqrt(moments.deviation.cwiseAbs2().mean());
    if (rms > 0) return Vector::Constant(dim, 1 / rms);
    notes.push_back("All training inputs coincide: they are centred, not scaled");
    return Vector::Ones(dim);
  }
  const auto constant = (moments.deviation.array() == 0).count();
  if (constant > 0)
    notes.push_back(text(constant, " of ", dim,
                         " features are constant over the training rows: centred, not scaled"));
  return (moments.deviation.array() == 0).select(1.0, moments.deviation).cwiseInverse();
}

std::shared_ptr<const MixtureLaw> normalised_law(MixtureLaw law, const Vector& mean,
                                                 const Vector& factors) {
  law.means = (law.means.rowwise() - mean.transpose()) * factors.asDiagonal();
  for (Matrix& covariance : law.covariances)
    covariance = factors.asDiagonal() * covariance * factors.asDiagonal();
  return std::make_shared<const MixtureLaw>(std::move(law));
}

void normalise(Dataset& data, const std::string& kind) {
  if (kind == "none") return;
  const Moments moments = training_moments(data);
  const Vector factors = scale_factors(kind, moments, data.notes);
  for (Index row = 0; row < data.size(); ++row)
    data.x.row(row) =
        (data.x.row(row) - moments.mean.transpose()).cwiseProduct(factors.transpose());
  if (data.plane.u.size() > 0) {
    const double half_extent = data.plane.half_extent * factors.maxCoeff();
    data.plane = orthonormal_plane((data.plane.origin - moments.mean).cwiseProduct(factors),
                                   data.plane.u.cwiseProduct(factors),
                                   data.plane.v.cwiseProduct(factors), "normalised plane");
    data.plane.half_extent = half_extent;
  }
  data.input_mean = moments.mean;
  data.input_scale = factors;
  if (data.law) data.law = normalised_law(*data.law, moments.mean, factors);
  data.notes.push_back(kind == "centre" ? "Inputs centred; the plane moved with them"
                                        : "Inputs centred and scaled; the plane moved with them");
  if (!data.is_classification()) data.notes.push_back("Targets are not normalised");
}

Plane principal_plane(const Dataset& data) {
  const auto rows = static_cast<Index>(data.train.size());
  const Index used = std::min(rows, kPlaneRows);
  Matrix sample(used, data.shape.dim);
  for (Index k = 0; k < used; ++k)
    sample.row(k) = data.x.row(data.train[static_cast<std::size_t>(k * rows / used)]);
  const geometry::Pca axes = geometry::pca(sample, geometry::Centring::mean, 2);
  Matrix uv(2, data.shape.dim);
  const Index found = axes.directions.rows();
  uv.topRows(found) = axes.directions;
  // Points on a line or all the same: complete with the coordinate axis farthest from the line.
  for (Index k = found; k < 2; ++k) {
    Index free = k;
    if (k == 1) uv.row(0).cwiseAbs().minCoeff(&free);
    uv.row(k) = Vector::Unit(data.shape.dim, free).transpose();
  }
  return orthonormal_plane(axes.centre, uv.row(0).transpose(), uv.row(1).transpose(),
                           "principal plane");
}

Plane default_plane(const Dataset& data) {
  const Index dim = data.shape.dim;
  if (dim == 1) return {Vector::Zero(1), Vector::Ones(1), Vector::Zero(1)};
  if (dim == 2) return {Vector::Zero(2), Vector::Unit(2, 0), Vector::Unit(2, 1)};
  return principal_plane(data);
}

// Column k of the frame: u without its components along the columns before.
void append_orthogonal(Matrix& frame, Index k, Vector u, const std::string& path) {
  // Twice: after the first pass nearly dependent directions are orthogonal to rounding/rest only.
  for (int pass = 0; pass < 2; ++pass) {
    const Vector along = frame.leftCols(k).transpose() * u;
    u -= frame.leftCols(k) * along;
    const double rest = u.norm();
    ANISO_CHECK(rest > 1e-8, path,
                ": lies in the span of the directions before it. Choose another one");
    u /= rest;
  }
  frame.col(k) = u;
}

}  // namespace

ParamSpec samples_param(std::int64_t fallback) {
  return integer_param("n", fallback)
      .titled("Samples")
      .range(4, 1e6)
      .log_scale()
      .about("Number of samples, training and test together.");
}

ParamSpec layout_param(std::string fallback) {
  return choice_param("layout", std::move(fallback),
                      {{"image", "Image",
                        "One channel of √D × √D pixels where D is a square, else the fewest "
                        "channels of a square."},
                       {"vector", "Vector", "D numbers without neighbourhood."}})
      .about("What the inputs are to architectures and to the DFT, DCT and Hadamard bases.");
}

ParamSpec test_fraction_param(double fallback) {
  return real_param("test_fraction", fallback)
      .range(0, 0.9)
      .in("fraction")
      .about("Share of the samples kept for testing, the same in every class.");
}

std::vector<Index> stratified_rows(Index n, const Labels& labels, Index classes, double fraction,
                                   const RandomStream& stream) {
  std::vector<Index> rows;
  if (fraction <= 0) return rows;
  const auto strata = shuffled_strata(n, labels, classes, stream);
  const auto counts = test_counts(strata, fraction, n);
  for (std::size_t c = 0; c < strata.size(); ++c)
    rows.insert(rows.end(), strata[c].begin(),
                strata[c].begin() + static_cast<std::ptrdiff_t>(counts[c]));
  std::sort(rows.begin(), rows.end());
  return rows;
}

InputShape input_shape(const Params& params) {
  const InputShape flat = InputShape::vector(params.integer("dimension"));
  return params.choice("layout") == "image" ? as_image(flat, "dataset.layout = image") : flat;
}

ParamSpec dimension_param(std::int64_t fallback, std::int64_t low) {
  return integer_param("dimension", fallback)
      .range(static_cast<double>(low), 65536)
      .log_scale()
      .about("Number of inputs, D.");
}

void check_entries(Index n, Index dim) {
  ANISO_CHECK(n <= kMaxEntries / dim, "dataset: ", grouped(n), " samples of ", grouped(dim),
              " inputs do not fit: at most ", grouped(kMaxEntries), " numbers (2 GiB). With ",
              grouped(dim), " inputs, use n ≤ ", grouped(kMaxEntries / dim));
}

std::shared_ptr<MixtureLaw> gaussian_law(Matrix covariance) {
  auto law = std::make_shared<MixtureLaw>();
  law->weights = Vector::Ones(1);
  law->means = Matrix::Zero(1, covariance.rows());
  law->covariances.push_back(std::move(covariance));
  return law;
}

bool can_keep_law(Index components, Index dim) {
  constexpr Index kMost = Index{1} << 24;
  return dim <= kMost / dim && components <= kMost / (dim * dim);
}

double median(const Vector& values) {
  std::vector<double> all(values.data(), values.data() + values.size());
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end());
  return *middle;
}

Plane orthonormal_plane(Vector origin, const Vector& u, const Vector& v, const std::string& what) {
  const double u_norm = u.stableNorm(), v_norm = v.stableNorm();
  ANISO_CHECK(u_norm > 0 && v_norm > 0, what, ": a direction of the plane is 0");
  Plane plane{std::move(origin), u / u_norm, v / v_norm};
  plane.v -= plane.v.dot(plane.u) * plane.u;
  const double rest = plane.v.norm();
  ANISO_CHECK(rest > 1e-8, what,
              ": the two directions are parallel, so they span a line, not a plane. Choose another "
              "direction or angle");
  plane.v /= rest;
  // A second pass: after the first, nearly parallel directions are orthogonal to rounding/rest
  // only.
  plane.v = (plane.v - plane.v.dot(plane.u) * plane.u).normalized();
  return plane;
}

Plane plane_along(const Vector& u) {
  Index farthest = 0;
  u.cwiseAbs().minCoeff(&farthest);
  return orthonormal_plane(Vector::Zero(u.size()), u, Vector::Unit(u.size(), farthest),
                           "plane along a direction");
}

Matrix frame_of(const Params& params, const std::vector<std::string>& names,
                const InputShape& shape) {
  Matrix frame(shape.dim, static_cast<Index>(names.size()));
  for (Index k = 0; k < frame.cols(); ++k) {
    const std::string path = "dataset." + names[static_cast<std::size_t>(k)];
    append_orthogonal(
        frame, k,
        resolve_direction(params.direction(names[static_cast<std::size_t>(k)]), shape, path), path);
  }
  return frame;
}

Matrix successive_frame(const Json& first, Index count, const InputShape& shape,
                        const std::string& path) {
  ANISO_CHECK(count == 1 || first.contains("index"), path,
              ": given numbers are one direction and have no next one, but ", count,
              " are wanted. Choose a basis");
  ANISO_CHECK(count <= shape.dim, path, ": ", count, " directions, but only ", shape.dim,
              " dimensions");
  Matrix frame(shape.dim, count);
  Json element = first;
  for (Index k = 0; k < count; ++k) {
    if (k > 0) element["index"] = first.at("index").get<Index>() + k;
    append_orthogonal(frame, k, resolve_direction(element, shape, path), path);
  }
  return frame;
}

void add_complement_noise(Matrix& x, const Matrix& frame, double deviation,
                          const RandomStream& stream) {
  if (deviation == 0) return;
  const Eigen::MatrixXd basis = frame;
  Matrix noise = stream.normals(x.rows(), x.cols());
  noise -= (noise * basis) * basis.transpose();
  x += deviation * noise;
}

Matrix random_frame(Index dim, Index k, const RandomStream& stream) {
  ANISO_CHECK(k > 0 && k <= dim, "random frame: ", k, " directions in ", dim, " dimensions");
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(stream.normals(dim, k));
  Matrix frame = qr.householderQ() * Eigen::MatrixXd::Identity(dim, k);
  for (Index j = 0; j < k; ++j)
    if (qr.matrixQR()(j, j) < 0) frame.col(j) = -frame.col(j);
  return frame;
}

ParamSchema schema_of(const DatasetType& type) {
  ParamSchema common = common_params();
  std::erase_if(common, [&](const ParamSpec& spec) { return find_param(type.params, spec.name); });
  return joined(type.params, common);
}

RandomStream dataset_stream(const DatasetType& type, const Params& params,
                            std::uint64_t experiment_seed) {
  const auto seed = params.integer("seed");
  return {seed < 0 ? experiment_seed : static_cast<std::uint64_t>(seed), "dataset/" + type.id};
}

DatasetPtr make_dataset(const DatasetType& type, const Params& params,
                        std::uint64_t experiment_seed) {
  const RandomStream stream = dataset_stream(type, params, experiment_seed);
  RawData raw = type.generate(params, stream);
  check_raw(type, raw);
  auto data = std::make_shared<Dataset>();
  data->id = type.id;
  data->shape = raw.shape;
  data->x = std::move(raw.x);
  data->labels = std::move(raw.labels);
  data->classes = raw.classes;
  data->y = std::move(raw.y);
  data->plane = std::move(raw.plane);
  data->class_names = std::move(raw.class_names);
  data->notes = std::move(raw.notes);
  data->by_hand = raw.by_hand;
  data->law = std::move(raw.law);
  add_label_noise(*data, params.real("label_noise"), stream.child("label noise"));
  split(*data, raw, params.real("test_fraction"), stream.child("split"));
  normalise(*data, params.choice("normalisation"));
  if (data->plane.u.size() == 0) data->plane = default_plane(*data);
  return data;
}

}  // namespace aniso::data
