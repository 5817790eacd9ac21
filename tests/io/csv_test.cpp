#include "core/io/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/base/errors.h"
#include "core/base/random.h"
#include "tests/support/scratch_folder.h"

namespace aniso::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing_support::message_of;
using testing_support::ScratchFolder;

CsvTable parsed(std::string_view text, const CsvOptions& options = {}) {
  return parse_csv(text, "data.csv", options);
}

std::string refusal(std::string_view text, const CsvOptions& options = {}) {
  return message_of<IoError>([&] { parsed(text, options); });
}

Matrix matrix(std::initializer_list<std::initializer_list<double>> rows) {
  Matrix m(static_cast<Index>(rows.size()), static_cast<Index>(rows.begin()->size()));
  Index i = 0;
  for (const auto& row : rows) {
    Index j = 0;
    for (const double value : row) m(i, j++) = value;
    ++i;
  }
  return m;
}

std::vector<int> ints(const Labels& labels) { return {labels.begin(), labels.end()}; }

TEST(Csv, EveryDelimiterAndLineEnding) {
  const Matrix expected = matrix({{1, 2.5}, {-3, 4e-3}});
  for (const char* text :
       {"1,2.5\n-3,4e-3\n", "1;2.5\n-3;4e-3", "1\t2.5\r\n-3\t4e-3\r\n", "1,2.5\r-3,4e-3\r",
        "\xEF\xBB\xBF 1 , +2.5 \n\n  \n# a comment, with comma\n -3 ,4E-3\n\n",
        "# first\n\"1\",\"2.5\"\n\"-3\",\"4e-3\"\n"}) {
    const CsvTable table = parsed(text);
    EXPECT_EQ(table.values, expected) << text;
    EXPECT_THAT(table.columns, ElementsAre("c0", "c1"));
    EXPECT_EQ(table.labels.size() + table.targets.size(), 0);
  }
}

TEST(Csv, Headers) {
  EXPECT_THAT(parsed("width,\"height, cm\",\n1,2,3\n").columns,
              ElementsAre("width", "height, cm", "c2"));
  EXPECT_THAT(parsed("\"say \"\"x\"\"\",\"two\nlines\"\n1,2\n").columns,
              ElementsAre("say \"x\"", "two\nlines"));
  const CsvTable pandas = parsed("0,1,label\n5,6,1\n");
  EXPECT_THAT(pandas.columns, ElementsAre("0", "1"));
  EXPECT_EQ(pandas.values, matrix({{5, 6}}));
  CsvOptions options;
  options.header = true;
  EXPECT_EQ(parsed("0,1\n2,3\n", options).values, matrix({{2, 3}}));
  options.header = false;
  EXPECT_THAT(refusal("a,b\n2,3\n", options), HasSubstr("line 1, column 1: 'a' is not a number"));
}

TEST(Csv, TextLabelsInSortedOrder) {
  const CsvTable table = parsed("x,y,Species\n1,2,wolf\n3,4,cat\n5,6,wolf\n");
  EXPECT_EQ(table.label_name, "Species");
  EXPECT_THAT(table.columns, ElementsAre("x", "y"));
  EXPECT_THAT(ints(table.labels), ElementsAre(1, 0, 1));
  EXPECT_THAT(table.class_names, ElementsAre("cat", "wolf"));
  EXPECT_EQ(table.values, matrix({{1, 2}, {3, 4}, {5, 6}}));
}

TEST(Csv, LabelColumnAnywhereByNameOrIndex) {
  const char* text = "kind,x,y\nb,1,2\na,3,4\n";
  for (const char* chosen : {"kind", "0", "-3"}) {
    CsvOptions options;
    options.label = chosen;
    const CsvTable table = parsed(text, options);
    EXPECT_THAT(ints(table.labels), ElementsAre(1, 0)) << chosen;
    EXPECT_EQ(table.values, matrix({{1, 2}, {3, 4}}));
  }
  EXPECT_THAT(ints(parsed("class,x\n1,9\n0,8\n").labels), ElementsAre(1, 0));
  EXPECT_THAT(ints(parsed("1,2,b\n3,4,a\n").labels), ElementsAre(1, 0));  // last, no header
  CsvOptions none;
  none.label = "none";
  EXPECT_EQ(parsed("x,label\n1,2\n", none).values, matrix({{1, 2}}));
}

TEST(Csv, UnknownLabelColumnNamesTheNearest) {
  CsvOptions options;
  options.label = "specis";
  EXPECT_THAT(message_of<InvalidInput>([&] { parsed("x,species\n1,a\n", options); }),
              HasSubstr("has no column 'specis'. Did you mean 'species'?"));
  options.label = "2";
  EXPECT_THAT(message_of<InvalidInput>([&] { parsed("x,species\n1,a\n", options); }),
              HasSubstr("has 2 columns, numbered from 0; there is no column 2"));
  options.label = "-3";
  EXPECT_THROW(parsed("x,species\n1,a\n", options), InvalidInput);
}

TEST(Csv, WholeNumbersStayClassIndices) {
  const CsvTable kept = parsed("x,label\n1,3\n1,0\n1,3.0\n");
  EXPECT_THAT(ints(kept.labels), ElementsAre(3, 0, 3));
  EXPECT_THAT(kept.class_names, ElementsAre("0", "1", "2", "3"));
  const CsvTable mapped = parsed("x,label\n1,1\n1,-1\n1,1\n");
  EXPECT_THAT(ints(mapped.labels), ElementsAre(1, 0, 1));
  EXPECT_THAT(mapped.class_names, ElementsAre("-1", "1"));
  const CsvTable years = parsed("x,label\n1,10000\n1,2024\n");  // numeric, not byte-wise order
  EXPECT_THAT(years.class_names, ElementsAre("2024", "10000"));
  EXPECT_THAT(ints(years.labels), ElementsAre(1, 0));
}

TEST(Csv, OtherNumbersAreTargets) {
  const CsvTable table = parsed("x,target\n1,0.5\n2,-3\n");
  EXPECT_EQ(table.targets, Vector(Eigen::Vector2d(0.5, -3)));
  EXPECT_EQ(table.labels.size(), 0);
  EXPECT_EQ(table.values, matrix({{1}, {2}}));
}

TEST(Csv, ErrorsNameLineColumnAndText) {
  EXPECT_EQ(refusal("x,y\n1,2\n3,abc\n"),
            "'data.csv', line 3, column 2 (y): 'abc' is not a number.");
  EXPECT_EQ(refusal("1,2\n\n# note\n3,4x\n"),
            "'data.csv', line 4, column 2: '4x' is not a number.");
  EXPECT_EQ(refusal("x,\"a\nb\"\n1,2\n1,z\n"),  // lines within quotes count
            "'data.csv', line 4, column 2 (a\nb): 'z' is not a number.");
  EXPECT_EQ(refusal("1,2\r\n3,4\r\n5\r\n"),
            "'data.csv', line 3: 1 field (the first is '5'), but line 1 has 2. Every row needs the "
            "same number.");
  EXPECT_THAT(refusal("x,y\n1,2,3\n"), HasSubstr("line 2: 3 fields (the first is '1')"));
  EXPECT_THAT(refusal("1.0,oops,3\n4,5,6\n"),
              HasSubstr("'oops' is not a number. (A header line must hold no number at all.)"));
}

TEST(Csv, AdviceForCommonMistakes) {
  EXPECT_THAT(refusal("1,2\n3,\n"), HasSubstr("line 2, column 2: a value is missing"));
  EXPECT_THAT(refusal("1,2\n,4\n"), HasSubstr("line 2, column 1: a value is missing"));
  for (const char* word : {"nan", "NaN", "inf", "-Infinity", "NA", "null"})
    EXPECT_THAT(refusal(std::string("1,2\n3,") + word + "\n"),
                HasSubstr("is no finite number. Fill in a number or remove the row."))
        << word;
  EXPECT_THAT(refusal("1,2\n3,1e999\n"), HasSubstr("beyond the range of float64"));
  EXPECT_THAT(
      refusal("1,5;2,5\n3;4\n"),
      HasSubstr(
          "line 1, column 1: '1,5' is not a number. Write a decimal point instead of the comma"));
  EXPECT_THAT(refusal("0 1\n1.5 2.5\n", {.label = {}, .header = true, .limit = 100}),
              HasSubstr("Separate columns by"));
  EXPECT_THAT(refusal("x,label\n1,\n"), HasSubstr("line 2, column 2 (label): a value is missing"));
  EXPECT_THAT(refusal("x,label\n1,nan\n"), HasSubstr("no finite number"));
}

TEST(Csv, EmptyAndHeaderOnly) {
  for (const char* text : {"", "\n\n", "# only a comment", "\xEF\xBB\xBF"})
    EXPECT_THAT(refusal(text), HasSubstr("'data.csv' is empty"));
  EXPECT_THAT(refusal("x,y\n"), HasSubstr("a header line but no row of data"));
  EXPECT_THAT(refusal("label\na\n"), HasSubstr("only the label column"));
}

TEST(Csv, HostileText) {
  EXPECT_THAT(refusal(std::string_view("1,2\n3,\0\n", 8)), HasSubstr("line 2: a NUL byte"));
  EXPECT_THAT(refusal("1,2\n3,\xE9\n"), HasSubstr("line 2: a letter that is not UTF-8"));
  for (const char* bad : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"})
    EXPECT_THAT(refusal(std::string("x\n") + bad), HasSubstr("not UTF-8"));
  EXPECT_THAT(refusal("1,\"2\n3,4\n"), HasSubstr("line 1, column 2: the quote that opens here"));
  EXPECT_THAT(refusal("1,\"2\"x\n"), HasSubstr("text follows the closing quote of '2'"));
  EXPECT_THAT(refusal("1," + std::string(70000, '2')), HasSubstr("more than 64 KiB"));
  EXPECT_THAT(refusal("1,\"" + std::string(70000, '2')), HasSubstr("more than 64 KiB"));
  const std::string shown = refusal("1,2\n3," + std::string(5000, 'z') + "\n");
  EXPECT_LT(shown.size(), 200u);
  EXPECT_THAT(shown, HasSubstr("zzz…'"));
}

TEST(Csv, FieldsAreQuotedWhereNeeded) {
  EXPECT_EQ(csv_field("plain words"), "plain words");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv_field("#1"), "\"#1\"");
  EXPECT_EQ(csv_field(" x"), "\" x\"");
}

TEST(Csv, WrittenTablesReadBackExactly) {
  const ScratchFolder folder;
  CsvTable table;
  table.columns = {"a,b", "#y", "\"z\""};
  table.values = RandomStream(1, "csv").normals(Index{50}, Index{3});
  table.values(0, 0) = 0.1;
  table.values(1, 1) = std::numeric_limits<double>::denorm_min();
  table.values(2, 2) = -std::numeric_limits<double>::max();
  table.label_name = "class";
  table.class_names = {"cat", "dog, big", "wolf"};
  table.labels.resize(50);
  for (Index i = 0; i < 50; ++i) table.labels[i] = static_cast<std::int32_t>(i % 3);
  write_csv(folder / "t.csv", table);
  const CsvTable back = read_csv(folder / "t.csv");
  EXPECT_EQ(back.columns, table.columns);
  EXPECT_EQ(back.values, table.values);
  EXPECT_EQ(back.label_name, "class");
  EXPECT_EQ(back.class_names, table.class_names);
  EXPECT_EQ(ints(back.labels), ints(table.labels));
}

TEST(Csv, WrittenTargetsReadBack) {
  CsvTable table;
  table.columns = {"x"};
  table.values = matrix({{1}, {2}});
  table.targets.resize(2);
  table.targets << 0.25, 1e-7;
  EXPECT_EQ(csv_text(table), "x,target\n1,0.25\n2,1e-07\n");
  EXPECT_EQ(parsed(csv_text(table)).targets, table.targets);
}

TEST(Csv, InconsistentTablesAreNotWritten) {
  CsvTable good;
  good.columns = {"x"};
  good.values = matrix({{1}, {2}});
  EXPECT_EQ(csv_text(good), "x\n1\n2\n");
  const auto refused = [&](auto change) {
    CsvTable bad = good;
    change(bad);
    EXPECT_THROW(csv_text(bad), InvalidInput);
  };
  refused([](CsvTable& t) { t.columns = {"x", "y"}; });
  refused([](CsvTable& t) { t.columns = {"3"}; });
  refused([](CsvTable& t) { t.values(0, 0) = std::numeric_limits<double>::quiet_NaN(); });
  refused([](CsvTable& t) { t.labels = Labels::Zero(3); });
  refused([](CsvTable& t) { t.labels = Labels::Constant(2, -1); });
  refused([](CsvTable& t) {
    t.labels = Labels::Constant(2, 1);
    t.class_names = {"only"};
  });
  refused([](CsvTable& t) { t.values.resize(0, 1); });
}

TEST(Csv, MutatedFilesOnlyGiveErrors) {
  const std::string seed = "x,\"y \"\"q\"\"\",label\n1,2e3,a\n-4,5.5,\"b\nc\"\n# note\n7,8,a\n";
  const RandomStream stream(11, "mutations");
  int accepted = 0;
  for (std::uint64_t round = 0; round < 4000; ++round) {
    const RandomStream draw = stream.at_step(round);
    std::string text = seed;
    for (std::uint64_t k = 0; k < 1 + round % 4; ++k) {
      if (text.empty()) break;
      const auto at = draw.below(3 * k, text.size());
      const std::string_view alphabet = "0123456789.,;\t\n\r\"#eE+-naif \xE9";
      const char c = alphabet[draw.below(3 * k + 1, alphabet.size())];
      switch (draw.below(3 * k + 2, 4)) {
        case 0:
          text[at] = c;
          break;
        case 1:
          text.insert(at, 1, c);
          break;
        case 2:
          text.erase(at, 1);
          break;
        default:
          text.resize(at + 1);
      }
    }
    try {
      const CsvTable table = parsed(text);
      ++accepted;
      ASSERT_EQ(static_cast<Index>(table.columns.size()), table.values.cols());
      ASSERT_TRUE(table.values.allFinite());
      if (table.labels.size() > 0) {
        ASSERT_EQ(table.labels.size(), table.values.rows());
        ASSERT_GE(table.labels.minCoeff(), 0);
        ASSERT_LT(table.labels.maxCoeff(), static_cast<Index>(table.class_names.size()));
      }
    } catch (const Error&) {
      // the only exception that may leave the reader
    }
  }
  EXPECT_GT(accepted, 400);
  EXPECT_LT(accepted, 3600);
}

}  // namespace
}  // namespace aniso::io
