// Holds for every registered dataset.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <set>

#include "core/base/errors.h"
#include "tests/data/helpers.h"

namespace aniso::data {
namespace {

// A small instance of each type; the file type reads one that is written here.
class Contract : public testing::TestWithParam<std::string> {
 protected:
  // What the types that cannot make 203 samples out of nothing are given instead; without a
  // declared split, so that the common steps have something to do.
  Json small() const {
    if (GetParam() == "file") return {{"path", csv_file().string()}};
    if (GetParam() == "images") return {{"path", idx_files().string()}};
    if (GetParam() == "drawn") return {{"points", drawn_numbers()}, {"test_fraction", 0.2}};
    return {{"n", 203}};
  }
  bool is_given() const { return !small().contains("n"); }
  std::filesystem::path csv_file() const {
    const auto data = made("two_moons", {{"n", 200}});
    std::ofstream file(folder_ / "undeclared.csv");
    file << "a,b,label\n";
    for (Index i = 0; i < data->size(); ++i)
      file << data->x(i, 0) << "," << data->x(i, 1) << "," << data->labels[i] << "\n";
    return folder_ / "undeclared.csv";
  }
  std::filesystem::path idx_files() const {
    const RandomStream draws(1, "pixels");
    std::filesystem::create_directory(folder_ / "mnist");
    write_idx(folder_ / "mnist/train-images-idx3-ubyte", {120, 6, 5},
              [&](std::size_t i) { return draws.below(i, 256); });
    write_idx(folder_ / "mnist/train-labels-idx1-ubyte", {120},
              [](std::size_t i) { return i % 3; });
    return folder_ / "mnist";
  }
  static std::vector<double> drawn_numbers() {
    const RandomStream draws(1, "points");
    std::vector<double> numbers;
    for (std::uint64_t i = 0; i < 90; ++i)
      numbers.insert(numbers.end(),
                     {draws.normal(2 * i), draws.normal(2 * i + 1), static_cast<double>(i % 2)});
    return numbers;
  }
  DatasetPtr dataset(const Json& more = Json::object(), std::uint64_t seed = 1) {
    if (given_.is_null()) given_ = small();
    Json given = given_;
    given.update(more);
    return made(GetParam(), given, seed);
  }

 private:
  ScratchFolder folder_;
  Json given_;
};

bool same_bytes(const Matrix& a, const Matrix& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         (a.size() == 0 || std::memcmp(a.data(), b.data(),
                                       sizeof(double) * static_cast<std::size_t>(a.size())) == 0);
}

TEST_P(Contract, SameSeedSameBytes) {
  const Json noisy = {{"label_noise", 0.2}, {"normalisation", "standardise"}};
  const auto a = dataset(noisy), b = dataset(noisy);
  EXPECT_TRUE(same_bytes(a->x, b->x));
  EXPECT_TRUE(same_bytes(a->y, b->y));
  EXPECT_EQ(a->labels, b->labels);
  EXPECT_EQ(a->test, b->test);
  EXPECT_EQ(a->plane.u, b->plane.u);
}

TEST_P(Contract, AnotherSeedIsAnotherDatasetAndOwnSeedWins) {
  const auto a = dataset(Json::object(), 1), b = dataset(Json::object(), 2);
  EXPECT_NE(a->test, b->test);
  EXPECT_EQ(same_bytes(a->x, b->x), is_given());
  EXPECT_EQ(dataset({{"seed", 2}}, 1)->test, b->test);
  EXPECT_TRUE(same_bytes(dataset({{"seed", 2}}, 1)->x, b->x));
}

TEST_P(Contract, ShapesFitAndEverythingIsFinite) {
  const auto d = dataset();
  EXPECT_EQ(d->id, GetParam());
  EXPECT_EQ(d->x.cols(), d->shape.dim);
  if (d->shape.is_image()) {
    EXPECT_EQ(d->shape.dim, d->shape.channels * d->shape.height * d->shape.width);
  }
  EXPECT_TRUE(d->x.allFinite());
  EXPECT_GT(d->targets(), 0);
  if (d->is_classification()) {
    ASSERT_EQ(d->labels.size(), d->size());
    EXPECT_GE(d->labels.minCoeff(), 0);
    EXPECT_LT(d->labels.maxCoeff(), d->classes);
    EXPECT_EQ(d->y.size(), 0);
  } else {
    EXPECT_EQ(d->y.rows(), d->size());
    EXPECT_TRUE(d->y.allFinite());
    EXPECT_EQ(d->labels.size(), 0);
  }
}

TEST_P(Contract, PlaneIsOrthonormalUnderEveryNormalisation) {
  for (const char* kind : {"none", "centre", "standardise", "unit_scale"}) {
    const Plane plane = dataset({{"normalisation", kind}})->plane;
    EXPECT_NEAR(plane.u.norm(), 1, 1e-13) << kind;
    EXPECT_NEAR(plane.v.norm(), 1, 1e-13) << kind;
    EXPECT_NEAR(plane.u.dot(plane.v), 0, 1e-13) << kind;
    EXPECT_TRUE(plane.origin.allFinite());
    EXPECT_GE(plane.half_extent, 0);
  }
}

TEST_P(Contract, SplitIsDisjointCompleteAndStratified) {
  for (const double fraction : {0.0, 0.2, 0.37}) {
    const auto d = dataset({{"test_fraction", fraction}});
    EXPECT_TRUE(std::is_sorted(d->train.begin(), d->train.end()));
    EXPECT_TRUE(std::is_sorted(d->test.begin(), d->test.end()));
    std::set<Index> all(d->train.begin(), d->train.end());
    all.insert(d->test.begin(), d->test.end());
    EXPECT_EQ(all.size(), d->train.size() + d->test.size());
    EXPECT_EQ(static_cast<Index>(all.size()), d->size());
    EXPECT_NEAR(static_cast<double>(d->test.size()), fraction * static_cast<double>(d->size()),
                0.5 + 1e-9);
    for (Index c = 0; c < d->classes; ++c) {
      const auto count =
          static_cast<double>((d->labels.array() == static_cast<std::int32_t>(c)).count());
      const auto tested = std::count_if(d->test.begin(), d->test.end(),
                                        [&](Index row) { return d->labels[row] == c; });
      EXPECT_LT(std::abs(static_cast<double>(tested) - fraction * count), 1) << "class " << c;
    }
  }
}

TEST_P(Contract, NormalisationLooksAtTrainingRowsOnly) {
  const auto raw = dataset();
  const auto normal = dataset({{"normalisation", "standardise"}});
  ASSERT_EQ(raw->train, normal->train);
  const Matrix train = raw->x(raw->train, Eigen::all);
  const Eigen::RowVectorXd mean = train.colwise().mean();
  const Eigen::RowVectorXd deviation =
      ((train.rowwise() - mean).cwiseAbs2().colwise().mean()).cwiseSqrt();
  const Matrix expected = (raw->x.rowwise() - mean).array().rowwise() / deviation.array();
  EXPECT_LT((normal->x - expected).cwiseAbs().maxCoeff(), 1e-10);
  // What was done to the inputs can be undone.
  const Matrix back = normal->x.array().rowwise() / normal->input_scale.transpose().array();
  EXPECT_LT((back.rowwise() + normal->input_mean.transpose() - raw->x).cwiseAbs().maxCoeff(),
            1e-10);
  const auto scaled = dataset({{"normalisation", "unit_scale"}});
  const Matrix unit = scaled->x(scaled->train, Eigen::all);
  EXPECT_LT(unit.colwise().mean().cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_NEAR(unit.cwiseAbs2().mean(), 1, 1e-12);
}

TEST_P(Contract, LabelNoiseMovesExactlyTheFraction) {
  const auto clean = dataset(), noisy = dataset({{"label_noise", 0.3}});
  EXPECT_TRUE(same_bytes(clean->x, noisy->x));
  if (clean->is_classification()) {
    const auto moved = (clean->labels.array() != noisy->labels.array()).count();
    EXPECT_EQ(moved, std::llround(0.3 * static_cast<double>(clean->size())));
    EXPECT_THROW(dataset({{"label_noise", 1.5}}), InvalidInput);
  } else {
    const Matrix added = noisy->y - clean->y;
    EXPECT_NEAR(std::sqrt(added.cwiseAbs2().mean()), 0.3,
                5 * 0.3 / std::sqrt(2.0 * static_cast<double>(added.size())));
  }
}

TEST_P(Contract, ParametersAreDeclaredInFull) {
  const auto& type = dataset_type(GetParam());
  EXPECT_FALSE(type.title.empty());
  EXPECT_FALSE(type.doc.empty());
  const ParamSchema schema = schema_of(type);
  for (const auto& spec : schema) {
    EXPECT_FALSE(spec.title.empty()) << spec.name;
    EXPECT_FALSE(spec.doc.empty()) << spec.name;
    EXPECT_EQ(validated_value(spec, spec.fallback, spec.name), spec.fallback) << spec.name;
  }
  const Params defaults = validated(schema, Json::object(), "dataset");
  const Json back = Json::parse(defaults.json().dump());
  EXPECT_EQ(validated(schema, back, "dataset"), defaults);
  for (const char* name : {"label_noise", "test_fraction", "normalisation", "seed"})
    EXPECT_NE(find_param(schema, name), nullptr) << name;
  EXPECT_THROW(validated(schema, {{"no_such_key", 1}}, "dataset"), InvalidInput);
}

TEST_P(Contract, SurvivesSavingAndLoading) {
  const ScratchFolder folder;
  const auto d = dataset({{"label_noise", 0.1}});
  save_npz(*d, folder / "d.npz");
  save_csv(*d, folder / "d.csv");
  for (const char* name : {"d.npz", "d.csv"}) {
    const auto back = made("file", {{"path", (folder / name).string()}}, 99);
    EXPECT_TRUE(same_bytes(back->x, d->x)) << name;
    EXPECT_TRUE(same_bytes(back->y, d->y)) << name;
    EXPECT_EQ(back->labels, d->labels) << name;
    EXPECT_EQ(back->classes, d->classes) << name;
    EXPECT_EQ(back->train, d->train) << name;
    EXPECT_EQ(back->test, d->test) << name;
  }
  EXPECT_EQ(made("file", {{"path", (folder / "d.npz").string()}})->shape, d->shape);
}

std::vector<std::string> all_ids() {
  std::vector<std::string> ids;
  for (const auto& type : dataset_types()) ids.push_back(type.id);
  return ids;
}

INSTANTIATE_TEST_SUITE_P(Datasets, Contract, testing::ValuesIn(all_ids()),
                         [](const auto& instance) { return instance.param; });

TEST(Registry, IdsAreDistinctAndUnknownOnesNameTheNearest) {
  const auto ids = all_ids();
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
  try {
    dataset_type("two_mons");
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("two_moons"));
  }
}

}  // namespace
}  // namespace aniso::data
