#include "vtpu/analysis/thrash.h"

#include <algorithm>

#include "vtpu/base/check.h"

namespace vtpu::analysis {

void ThrashDetector::access(std::uint32_t word, std::uint64_t address, std::uint32_t bytes, bool write) {
  VTPU_CHECK(bytes >= 1, "an access touches a byte");
  const CacheGeometry& geometry = cache_.geometry();
  for (std::uint64_t line = address / geometry.line; line <= (address + bytes - 1) / geometry.line; ++line) {
    const auto distance = reuse_.access(line);
    if (cache_.access(line, write).hit) continue;
    if (!distance) {
      ++misses_.compulsory;
    } else if (*distance >= geometry.sets() * geometry.ways) {
      ++misses_.capacity;
    } else {
      ++misses_.conflict;
      ++conflicts_[geometry.set_of(line)][word];
    }
  }
}

std::vector<ThrashDetector::Set> ThrashDetector::sets() const {
  std::vector<Set> result;
  for (const auto& [set, words] : conflicts_) {
    Set& entry = result.emplace_back(Set{set, 0, words});
    for (const auto& [word, count] : words) entry.conflicts += count;
  }
  std::stable_sort(result.begin(), result.end(), [](const Set& a, const Set& b) { return a.conflicts > b.conflicts; });
  return result;
}

}  // namespace vtpu::analysis
