#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <map>

#include "vtpu/base/random.h"
#include "vtpu/net/packet/timing_wheel.h"

namespace vtpu::net::packet {
namespace {

/// Compares random pushes and pops with a map that keeps events in order.
void compare_with_map(TimingWheel wheel, Picoseconds longest, std::uint64_t seed) {
  Random random(seed);
  std::multimap<Picoseconds, std::uint32_t> expected;
  const auto push = [&](std::uint32_t event) {
    Picoseconds delay = static_cast<Picoseconds>(random.below(static_cast<std::uint64_t>(longest)));
    if (random.below(3) == 0) delay /= 64;
    if (random.below(5) == 0) delay = 0;
    wheel.push(wheel.now() + delay, event);
    expected.emplace(wheel.now() + delay, event);
  };
  for (std::uint32_t event = 0; event < 20; ++event) push(event);
  for (std::uint32_t event = 20; wheel.next(); ++event) {
    ASSERT_FALSE(expected.empty());
    ASSERT_EQ(wheel.now(), expected.begin()->first);
    auto [first, last] = expected.equal_range(wheel.now());
    while (first != last && first->second != wheel.event()) ++first;
    ASSERT_NE(first, last);
    expected.erase(first);
    if (event < 20'000)
      for (std::uint64_t more = random.below(3); more > 0; --more) push(event);
  }
  EXPECT_TRUE(expected.empty());
}

TEST(TimingWheel, EventsComeInOrderOfTimeForAnySizeOfTheWheel) {
  std::uint64_t seed = 0;
  for (const Picoseconds shortest : {1, 100, 81'920})
    for (const Picoseconds longest : {100'000, 100'000'000})
      for (const std::size_t pending : {0u, 100u, 100'000u})
        compare_with_map(TimingWheel(shortest, longest, pending), 300'000, ++seed);
}

TEST(TimingWheel, EventsFarBeyondTheWheelAreDelivered) {
  compare_with_map(TimingWheel(10, 1000, 100), Picoseconds{1} << 50, 1);
}

TEST(TimingWheel, EventsOfEqualTimeComeInOrderOfTheirNumbers) {
  for (const std::uint32_t events : {10u, 5000u}) {
    TimingWheel wheel(1000, 1000, 10);
    for (std::uint32_t i = 0; i < events; ++i) wheel.push(7000 + i % 2, (i * 7919) % events);
    for (std::uint32_t i = 0, before = 0; i < events; ++i) {
      ASSERT_TRUE(wheel.next());
      EXPECT_EQ(wheel.now(), 7000 + (i >= (events + 1) / 2));
      if (i != 0 && i != (events + 1) / 2) {
        EXPECT_GT(wheel.event(), before);
      }
      before = wheel.event();
    }
    EXPECT_FALSE(wheel.next());
  }
}

}  // namespace
}  // namespace vtpu::net::packet
