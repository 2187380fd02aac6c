// Does the quota count what the host really holds, and does running out of either end in a fault?
#include "vtpu/memory/quota.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model.h"
#include "vtpu/memory/coordinate_map.h"
#include "vtpu/memory/page_table.h"

namespace vtpu::memory {
namespace {

/// The named values of /proc/self/status, in bytes.
std::uint64_t bytes_of_process(const std::vector<std::string>& names) {
  std::ifstream status("/proc/self/status");
  std::uint64_t bytes = 0;
  for (std::string line; std::getline(status, line);)
    for (const std::string& name : names)
      if (line.starts_with(name + ":")) bytes += 1024 * std::stoull(line.substr(name.size() + 1));
  return bytes;
}

/// Runs the body in a process of its own and returns its exit status, or 128 + the signal that ended it.
int in_a_process(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/// A hostile use of a table, until it faults for lack of memory. Returns whether the last fault was that.
struct Use {
  std::string name;
  std::function<bool(PageTable&)> run;
};

std::optional<MemoryFault> write(PageTable& table, TranslationCache& cache, const RegionSpec& spec,
                                 PackedCoordinate at) {
  const auto place = table.cell(at, spec.cell_log2, true, cache);
  if (!place.fault) *place.at = std::byte{1};
  return place.fault;
}

bool fill_sparse(PageTable& table, const RegionSpec& spec, const std::function<PackedCoordinate(std::uint64_t)>& at) {
  TranslationCache cache;
  for (std::uint64_t k = 0;; ++k)
    if (const auto fault = write(table, cache, spec, at(k))) return *fault == MemoryFault::quota;
}

RegionSpec wide(Layout layout, unsigned cell_log2, std::uint32_t shelf) {
  return box({{Axis::shelf, shelf, 1}, {Axis::section, 0, 2048}, {Axis::line, 0, 2048}, {Axis::column, 0, 2048}},
             layout, cell_log2);
}
PackedCoordinate nth(const RegionSpec& spec, std::uint64_t k) {  // one in each page
  return spec.first.with(Axis::column, static_cast<std::uint32_t>(k % 32 * 64))
      .with(Axis::line, static_cast<std::uint32_t>(k / 32 % 2048))
      .with(Axis::section, static_cast<std::uint32_t>(k / 65536));
}

/// Writes to every page of a box.
bool touch(PageTable& table, const RegionSpec& spec) {
  TranslationCache cache;
  Pointer pointer;
  pointer.coordinate = spec.first;
  for (std::int64_t offset = 0;; offset += 4096) {
    const auto place = table.access(pointer, offset, 1, true, cache);
    if (place.fault) return true;  // past the end
    *place.at = std::byte{1};
  }
}

std::vector<Use> hostile_uses() {
  std::vector<Use> all;
  for (const unsigned log2 : {0u, 3u, 6u})
    all.push_back({fmt::format("sparse pages of {} bytes", 64 << log2), [log2](PageTable& table) {
                     const RegionSpec spec = wide(Layout::sparse, log2, 0);
                     return !table.allocate(spec).fault &&
                            fill_sparse(table, spec, [&](std::uint64_t k) { return nth(spec, k); });
                   }});
  all.push_back({"scattered sparse pages", [](PageTable& table) {
                   const RegionSpec spec = wide(Layout::sparse, 0, 0);
                   Random random(1);
                   return !table.allocate(spec).fault &&
                          fill_sparse(table, spec, [&](std::uint64_t) { return any_inside(spec, random); });
                 }});
  all.push_back({"boxes of one cell", [](PageTable& table) {
                   TranslationCache cache;
                   for (std::uint32_t k = 0;; ++k) {
                     const RegionSpec spec = box({{Axis::line, k % 2048, 1}, {Axis::column, k / 2048, 1}},
                                                 k % 2 == 0 ? Layout::row_major : Layout::sparse);
                     if (const auto fault = table.allocate(spec).fault) return *fault == MemoryFault::quota;
                     if (const auto fault = write(table, cache, spec, spec.first)) return *fault == MemoryFault::quota;
                   }
                 }});
  all.push_back({"boxes of half of the rest", [](PageTable& table) {
                   for (std::uint32_t k = 0; k < 2048; ++k) {
                     const std::uint64_t room = (table.quota().most() - table.quota().held()) / 2 / 2048;
                     const RegionSpec spec =
                         box({{Axis::shelf, k, 1},
                              {Axis::line, 0, static_cast<std::uint32_t>(1 + std::min<std::uint64_t>(room, 2047))},
                              {Axis::column, 0, 2048}},
                             Layout::row_major, 0);
                     if (const auto fault = table.allocate(spec).fault) return *fault == MemoryFault::quota;
                     touch(table, spec);
                   }
                   return false;
                 }});
  all.push_back({"a box in the place of every second page", [](PageTable& table) {
                   const RegionSpec one = wide(Layout::sparse, 3, 0), other = wide(Layout::sparse, 3, 1);
                   const auto first = table.allocate(one), second = table.allocate(other);
                   if (first.fault || second.fault) return false;
                   TranslationCache cache;
                   for (std::uint64_t k = 0;; ++k) {
                     const RegionSpec& spec = k % 2 == 0 ? one : other;
                     if (const auto fault = write(table, cache, spec, nth(spec, k / 2))) {
                       if (*fault != MemoryFault::quota) return false;
                       break;
                     }
                     if (table.quota().most() - table.quota().held() < 1 << 20) break;
                   }
                   if (table.free(first.handle)) return false;
                   const std::uint64_t lines = (table.quota().most() - table.quota().held() - 8192) / 2048;
                   const RegionSpec dense = box({{Axis::shelf, 9, 1},
                                                 {Axis::section, 0, static_cast<std::uint32_t>(lines / 256)},
                                                 {Axis::line, 0, 256},
                                                 {Axis::column, 0, 2048}},
                                                Layout::row_major, 0);
                   return !table.allocate(dense).fault && touch(table, dense);
                 }});
  return all;
}

TEST(Quota, CountsWhatTheHostHoldsToWithinATenth) {
  constexpr std::uint64_t kMost = 12 << 20;
  for (const Use& use : hostile_uses()) {
    const int status = in_a_process([&] {
      PageTable table(PageTable::Limits{.bytes = kMost});
      const std::vector<std::string> held{"VmRSS", "VmPTE"};
      const std::uint64_t before = bytes_of_process(held);
      if (!use.run(table)) return 1;
      const std::uint64_t real = bytes_of_process(held) - before, counted = table.quota().held();
      std::fprintf(stderr, "%s: %.2f MB held, %.2f MB counted\n", use.name.c_str(), static_cast<double>(real) / 1e6,
                   static_cast<double>(counted) / 1e6);
      if (counted > kMost) return 2;
      return real <= counted + counted / 10 + (256 << 10) ? 0 : 3;
    });
    EXPECT_EQ(status, 0) << use.name;
  }
}

TEST(Quota, IsFreeAgainWhenItsRegionsAre) {
  for (const Use& use : hostile_uses()) {
    PageTable table(PageTable::Limits{.bytes = 4 << 20});
    EXPECT_TRUE(use.run(table)) << use.name;
    for (const auto& region : table.regions()) EXPECT_EQ(table.free(region.handle), std::nullopt);
    EXPECT_EQ(table.quota().held(), 0u) << use.name;
  }
}

TEST(Quota, ASystemWithoutMoreMemoryGivesTheSameFault) {
  for (const Use& use : hostile_uses())
    for (std::uint64_t room = 0; room < 8 << 20; room += room < 48 << 10 ? 4096 : 1 << 21) {
      const int status = in_a_process([&] {
        PageTable table(PageTable::Limits{.bytes = 1 << 30});
        const rlimit limit{bytes_of_process({"VmSize"}) + room, RLIM_INFINITY};
        if (::setrlimit(RLIMIT_AS, &limit) != 0) return 9;
        try {
          return use.run(table) ? 0 : 1;
        } catch (const std::bad_alloc&) {
          return 0;  // of the test itself, or of an op, which the engine turns into a trap
        }
      });
      // The last use knows the quota, not the limit, and ends otherwise when its box is refused.
      EXPECT_LE(status, use.name.starts_with("a box in") ? 1 : 0) << use.name << ", " << room;
    }
}

TEST(CoordinateMap, NoListOfCoordinatesFillsOneSlot) {
  // These have one slot of the table under the multiplicative hash that the map had: multiples of the inverse of its
  // factor by small numbers, and pairs of words whose mix is equal.
  constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15U, kUpper = 0xd6e8feb86659fd93U;
  std::uint64_t inverse = kFactor;
  for (int i = 0; i < 6; ++i) inverse *= 2 - kFactor * inverse;
  constexpr std::uint64_t kCount = 1 << 16;
  const auto at = [](std::uint64_t low, std::uint64_t high) {
    return PackedCoordinate::from_bits(static_cast<PackedCoordinate::Bits>(high) << 64 | low);
  };
  for (const bool pairs : {false, true}) {
    CoordinateMap map;
    const auto begin = std::chrono::steady_clock::now();
    for (std::uint64_t k = 0; k < kCount; ++k) {
      map.insert(pairs ? at(std::rotl(k * kUpper, 32), k) : at(inverse * k, 0), k);
      // Quadratic time would be half a minute; a fraction of a second is usual.
      ASSERT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10)) << k;
    }
    EXPECT_EQ(map.size(), kCount);
  }
}

}  // namespace
}  // namespace vtpu::memory
