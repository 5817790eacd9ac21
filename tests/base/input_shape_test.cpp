#include "core/base/input_shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/errors.h"

namespace aniso {
namespace {

using testing::HasSubstr;

TEST(AsImage, SquaresBecomeOneChannelOthersTheFewest) {
  EXPECT_EQ(as_image(InputShape::vector(256), "x"), InputShape::image(1, 16, 16));
  EXPECT_EQ(as_image(InputShape::vector(4), "x"), InputShape::image(1, 2, 2));
  EXPECT_EQ(as_image(InputShape::vector(8), "x"), InputShape::image(2, 2, 2));
  EXPECT_EQ(as_image(InputShape::vector(3072), "x"), InputShape::image(3, 32, 32));
  // 4 × 16 is the square 64: one channel wins.
  EXPECT_EQ(as_image(InputShape::vector(64), "x"), InputShape::image(1, 8, 8));
}

TEST(AsImage, AnImageStaysWhatItIs) {
  const InputShape wide = InputShape::image(5, 3, 7);
  EXPECT_EQ(as_image(wide, "x"), wide);
}

std::string complaint(Index dim) {
  try {
    as_image(InputShape::vector(dim), "architecture 'resnet'");
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "";
}

TEST(AsImage, OthersAreRefusedWithTheNearestThatFit) {
  EXPECT_THAT(complaint(250), HasSubstr("architecture 'resnet' needs images, but 250 inputs"));
  EXPECT_THAT(complaint(250), HasSubstr("225 or 256"));
  EXPECT_THAT(complaint(2), HasSubstr("Use 4 inputs"));
  EXPECT_THAT(complaint(1), HasSubstr("1 input is"));
  EXPECT_THAT(complaint(3), HasSubstr("Use 4 inputs"));
  EXPECT_EQ(complaint(12), "") << "3 × 2 × 2";
}

TEST(InputShape, ReadsAsAPersonWouldWriteIt) {
  EXPECT_EQ(InputShape::image(3, 32, 32).text(), "3 × 32 × 32");
  EXPECT_EQ(InputShape::vector(3072).text(), "3,072");
}

}  // namespace
}  // namespace aniso
