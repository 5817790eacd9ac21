#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/base/errors.h"
#include "core/io/npy.h"
#include "core/io/npz.h"
#include "tests/data/helpers.h"

namespace aniso::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class FileDataset : public testing::Test {
 protected:
  Json csv(const std::string& text, Json more = Json::object()) const {
    std::ofstream(folder_ / "d.csv") << text;
    more["path"] = (folder_ / "d.csv").string();
    return whole(more);
  }
  Json npz(const io::NpzWriter& arrays, Json more = Json::object()) const {
    arrays.write(folder_ / "d.bin");  // the content decides, not the name
    more["path"] = (folder_ / "d.bin").string();
    return whole(more);
  }
  static Json whole(Json given) {
    if (!given.contains("test_fraction")) given["test_fraction"] = 0;
    return given;
  }
  static Matrix counted(Index rows, Index cols) {
    Matrix m(rows, cols);
    for (Index k = 0; k < m.size(); ++k) m.data()[k] = 0.5 * static_cast<double>(k);
    return m;
  }
  ScratchFolder folder_;
};

TEST_F(FileDataset, CsvWithTextLabelsIsClassification) {
  const auto d = made("file", csv("width,species,height\n1,cat,2\n3,ant,4\n5,cat,6\n"));
  EXPECT_THAT(d->class_names, ElementsAre("ant", "cat"));
  EXPECT_EQ(d->labels, (Labels(3) << 1, 0, 1).finished());
  EXPECT_EQ(d->x, (Matrix(3, 2) << 1, 2, 3, 4, 5, 6).finished());
}

TEST_F(FileDataset, CsvTargetsAreFoundByNameOrTakenFromTheEnd) {
  const auto several = made("file", csv("a,y0,b,y1\n1,.1,2,.2\n3,.3,4,.4\n"));
  EXPECT_EQ(several->y, (Matrix(2, 2) << .1, .2, .3, .4).finished());
  EXPECT_EQ(several->x, (Matrix(2, 2) << 1, 2, 3, 4).finished());
  const auto last = made("file", csv("1,2,.5\n3,4,.7\n"));
  EXPECT_EQ(last->y, (Matrix(2, 1) << .5, .7).finished());
  EXPECT_THAT(last->notes, testing::Contains(HasSubstr("read as the target")));
}

TEST_F(FileDataset, CsvColumnsCanBeChosen) {
  const auto d =
      made("file", csv("a,b,c,d\n1,2,3,0\n4,5,6,1\n", {{"inputs", "c, a"}, {"targets", "b"}}));
  EXPECT_EQ(d->x, (Matrix(2, 2) << 3, 1, 6, 4).finished());
  EXPECT_EQ(d->classes, 6);
  EXPECT_EQ(d->labels, (Labels(2) << 2, 5).finished());
  const auto two = made("file", csv("a,b,c\n1,2.5,3\n4,5,6\n", {{"targets", "b,c"}}));
  EXPECT_EQ(two->y, (Matrix(2, 2) << 2.5, 3, 5, 6).finished());
}

TEST_F(FileDataset, WholeNumbersAreClassesUnlessTooManyOrOverruled) {
  std::string many = "x,label\n", few = "x,label\n";
  for (int i = 0; i < 300; ++i) {
    many += "1," + std::to_string(i) + "\n";
    few += "1," + std::to_string(i % 7) + "\n";
  }
  EXPECT_EQ(made("file", csv(few))->classes, 7);
  EXPECT_FALSE(made("file", csv(many))->is_classification());
  EXPECT_EQ(made("file", csv(many, {{"task", "classification"}}))->classes, 300);
  const auto regression = made("file", csv(few, {{"task", "regression"}}));
  EXPECT_EQ(regression->y(8, 0), 1);
}

TEST_F(FileDataset, NegativeLabelsAreNumbered) {
  io::NpzWriter arrays;
  arrays.add("x", counted(3, 2));
  arrays.add("y", (Labels(3) << 1, -1, 1).finished());
  const auto d = made("file", npz(arrays));
  EXPECT_EQ(d->labels, (Labels(3) << 1, 0, 1).finished());
  EXPECT_THAT(d->class_names, ElementsAre("-1", "1"));
}

TEST_F(FileDataset, NpzImagesKeepTheirShapeInBothChannelOrders) {
  io::NpzWriter arrays;
  const Matrix x = counted(2, 5 * 6 * 3);
  arrays.add("X", {2, 5, 6, 3}, std::span<const double>(x.data(), 180));
  arrays.add("labels", (Labels(2) << 0, 1).finished());
  const auto d = made("file", npz(arrays));
  EXPECT_EQ(d->shape, InputShape::image(3, 5, 6));
  EXPECT_EQ(d->x(1, 2 * 30 + 7), x(1, 7 * 3 + 2));
  EXPECT_EQ(made("file", npz(arrays, {{"layout", "channels_first"}}))->shape,
            InputShape::image(5, 6, 3));
  EXPECT_EQ(made("file", npz(arrays, {{"layout", "vector"}}))->shape, InputShape::vector(90));
  EXPECT_THAT(complaint("file", npz(arrays, {{"layout", "square"}})), HasSubstr("no square"));
}

TEST_F(FileDataset, TrainAndTestArraysAreTheDeclaredSplit) {
  io::NpzWriter arrays;
  arrays.add("x_train", counted(3, 2));
  arrays.add("x_test", counted(2, 2));
  arrays.add("y_train", (Labels(3) << 0, 1, 2).finished());
  arrays.add("y_test", (Labels(2) << 2, 0).finished());
  const auto d = made("file", npz(arrays, {{"test_fraction", 0.5}}));
  EXPECT_THAT(d->train, ElementsAre(0, 1, 2));
  EXPECT_THAT(d->test, ElementsAre(3, 4));
  EXPECT_EQ(d->labels, (Labels(5) << 0, 1, 2, 2, 0).finished());
}

TEST_F(FileDataset, OneHotRowsBecomeClasses) {
  io::NpzWriter arrays;
  arrays.add("x", counted(3, 2));
  arrays.add("y", Matrix((Matrix(3, 3) << 0, 0, 1, 1, 0, 0, 0, 1, 0).finished()));
  EXPECT_EQ(made("file", npz(arrays))->labels, (Labels(3) << 2, 0, 1).finished());
  EXPECT_EQ(made("file", npz(arrays, {{"task", "regression"}}))->y.cols(), 3);
}

TEST_F(FileDataset, NpyTakesOneColumnAsTarget) {
  io::write_npy(folder_ / "d.npy", io::array_of(counted(4, 3)));
  const std::string path = (folder_ / "d.npy").string();
  const auto last = made("file", whole({{"path", path}}));
  EXPECT_EQ(last->y.col(0), counted(4, 3).col(2));
  const auto first = made("file", whole({{"path", path}, {"targets", "0"}}));
  EXPECT_EQ(first->x, Matrix(counted(4, 3).rightCols(2)));
  EXPECT_THAT(complaint("file", {{"path", path}, {"targets", "3"}}), HasSubstr("0 to 2"));
}

TEST_F(FileDataset, SayWhatIsWrong) {
  EXPECT_THAT(complaint("file", Json::object()), HasSubstr("dataset.path"));
  EXPECT_THAT(complaint("file", {{"path", (folder_ / "absent.csv").string()}}),
              HasSubstr("absent.csv"));
  EXPECT_THAT(complaint("file", csv("a,b,label\n1,2,0\n3,4\n")), HasSubstr("line 3"));
  EXPECT_THAT(complaint("file", csv("alpha,beta,label\n1,2,0\n", {{"inputs", "alhpa"}})),
              HasSubstr("'alpha'"));
  EXPECT_THAT(complaint("file", csv("a,b,c\n1,2,.5\n", {{"targets", "b,c"}, {"inputs", "c"}})),
              HasSubstr("target or split"));
  EXPECT_THAT(complaint("file", csv("a,b,c\n1,2,.5\n2,3,.1\n",
                                    {{"targets", "b,c"}, {"task", "classification"}})),
              HasSubstr("one-hot"));
  std::ofstream(folder_ / "noise.bin") << std::string("\x89\x01\x00\x02", 4);
  EXPECT_THAT(complaint("file", {{"path", (folder_ / "noise.bin").string()}}),
              HasSubstr("CSV, NPY and NPZ"));
}

TEST_F(FileDataset, ArraysThatDoNotFitAreRefused) {
  io::NpzWriter odd;
  odd.add("weights", counted(3, 2));
  EXPECT_THAT(complaint("file", npz(odd)), HasSubstr("weights"));
  io::NpzWriter lengths;
  lengths.add("x", counted(3, 2));
  lengths.add("y", (Labels(2) << 0, 1).finished());
  EXPECT_THAT(complaint("file", npz(lengths)), HasSubstr("3 rows of inputs, but 2"));
  io::NpzWriter holes;
  Matrix x = counted(3, 2);
  x(1, 1) = std::numeric_limits<double>::quiet_NaN();
  holes.add("x", x);
  holes.add("y", (Labels(3) << 0, 1, 0).finished());
  EXPECT_THAT(complaint("file", npz(holes)), HasSubstr("(1, 1)"));
  io::NpzWriter rows;
  rows.add("x", counted(3, 2));
  rows.add("y", (Labels(3) << 0, 1, 0).finished());
  rows.add("test", (Labels(2) << 1, 3).finished());
  EXPECT_THAT(complaint("file", npz(rows)), HasSubstr("0 … 2"));
}

TEST_F(FileDataset, SavingToAMissingFolderLeavesNothing) {
  const auto d = made("two_moons", {{"n", 20}});
  EXPECT_THROW(save_npz(*d, folder_ / "no/such/d.npz"), IoError);
  EXPECT_THROW(save_csv(*d, folder_ / "no/such/d.csv"), IoError);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "no"));
}

}  // namespace
}  // namespace aniso::data
