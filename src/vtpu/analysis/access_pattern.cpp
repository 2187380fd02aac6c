#include "vtpu/analysis/access_pattern.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "vtpu/base/check.h"

namespace vtpu::analysis {

std::string_view name_of(Pattern pattern) {
  constexpr std::string_view kNames[] = {"constant", "sequential", "strided", "random"};
  return kNames[static_cast<std::size_t>(pattern)];
}

void AccessPattern::access(std::uint32_t word, std::uint64_t address, std::uint32_t bytes, bool write) {
  VTPU_CHECK(bytes >= 1, "an access touches a byte");
  Track& track = tracks_[word];
  if (track.reads + track.writes > 0) ++track.strides[static_cast<std::int64_t>(address - track.last)];
  ++(write ? track.writes : track.reads);
  track.last = address;
  track.bytes = bytes;
  for (std::uint64_t line = address / line_; line <= (address + bytes - 1) / line_; ++line) {
    const auto distance = reuse_.access(line);
    if (!distance) continue;
    const auto bucket = static_cast<std::size_t>(std::bit_width(*distance));
    if (bucket >= reuse_histogram_.size()) reuse_histogram_.resize(bucket + 1);
    ++reuse_histogram_[bucket];
  }
}

std::vector<WordPattern> AccessPattern::words() const {
  std::vector<WordPattern> result;
  for (const auto& [word, track] : tracks_) {
    WordPattern pattern{.word = word, .reads = track.reads, .writes = track.writes};
    if (!track.strides.empty()) {
      const auto most = std::max_element(track.strides.begin(), track.strides.end(),
                                         [](const auto& a, const auto& b) { return a.second < b.second; });
      pattern.stride = most->first;
      pattern.share = static_cast<double>(most->second) / static_cast<double>(track.reads + track.writes - 1);
      if (pattern.share < kShare) {
        pattern.pattern = Pattern::random;
      } else if (pattern.stride != 0) {
        const bool next = std::abs(pattern.stride) == static_cast<std::int64_t>(track.bytes);
        pattern.pattern = next ? Pattern::sequential : Pattern::strided;
      }
    }
    result.push_back(pattern);
  }
  return result;
}

}  // namespace vtpu::analysis
