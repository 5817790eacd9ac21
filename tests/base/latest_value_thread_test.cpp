#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "core/base/latest_value.h"

namespace aniso {
namespace {

struct Snapshot {
  explicit Snapshot(int value) : first(value), entries(64, value) { ++alive; }
  ~Snapshot() { --alive; }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  int first;
  std::vector<int> entries;
  static inline std::atomic<int> alive{0};
};

TEST(LatestValue, StartsEmptyAndKeepsTheNewest) {
  LatestValue<int> slot;
  EXPECT_EQ(slot.read(), nullptr);
  EXPECT_EQ(slot.version(), 0u);
  slot.publish(std::make_shared<int>(1));
  const auto old = slot.read();
  slot.publish(std::make_shared<int>(2));
  EXPECT_EQ(*old, 1);
  EXPECT_EQ(*slot.read(), 2);
  EXPECT_EQ(slot.version(), 2u);
}

TEST(LatestValue, ReadersSeeWholeValuesInOrder) {
  constexpr int kValues = 20000;
  {
    LatestValue<Snapshot> slot;
    std::atomic<bool> torn{false}, backwards{false};
    std::latch everyone(4);
    {
      std::vector<std::jthread> readers;
      for (int r = 0; r < 3; ++r)
        readers.emplace_back([&] {
          everyone.arrive_and_wait();
          for (int last = 0; last < kValues;) {
            const auto value = slot.read();
            if (!value) continue;
            for (const int entry : value->entries)
              if (entry != value->first) torn = true;
            if (value->first < last) backwards = true;
            last = value->first;
          }
        });
      everyone.arrive_and_wait();
      for (int k = 1; k <= kValues; ++k) slot.publish(std::make_shared<Snapshot>(k));
    }
    EXPECT_FALSE(torn);
    EXPECT_FALSE(backwards);
    EXPECT_EQ(slot.version(), static_cast<std::uint64_t>(kValues));
    EXPECT_EQ(Snapshot::alive, 1);  // older ones were released
  }
  EXPECT_EQ(Snapshot::alive, 0);
}

}  // namespace
}  // namespace aniso
