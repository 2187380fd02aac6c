#include "vtpu/analysis/cache_model.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/number.h"
#include "vtpu/base/text.h"

namespace vtpu::analysis {
namespace {

std::string quoted(const std::string& text) { return "found '" + text + "'"; }

}  // namespace

Result<void> check_geometry(const CacheGeometry& g) {
  if (!std::has_single_bit(g.line))
    return Error{g.name, "a line of " + std::to_string(g.line) + " bytes", "a power of two"};
  if (g.ways == 0) return Error{g.name, "no ways", "at least one"};
  const std::uint64_t set_bytes = std::uint64_t{g.line} * g.ways;
  if (g.bytes == 0 || g.bytes % set_bytes != 0) {
    return Error{g.name, std::to_string(g.bytes) + " bytes", "a multiple of a set's " + std::to_string(set_bytes)};
  }
  return {};
}

Result<CacheGeometry> parse_geometry(const std::string& text) {
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;
  const auto parts = split(text, ':');
  if (parts.size() != 3 || parts[0].empty()) return Error{"", quoted(text), "NAME:BYTES:WAYS, as L2:1MiB:16"};
  const auto bytes = parse_bytes(parts[1], quoted(text));
  if (!bytes) return bytes.error();
  if (*bytes < 1 || *bytes > kMostBytes)
    return Error{"", quoted(text) + " with bytes '" + std::string(parts[1]) + "'", "1 to 1GiB, as 49152 or 48KiB"};
  const auto ways = parse_between<unsigned>(parts[2], "", 1, kMostBytes);
  if (!ways) return Error{"", quoted(text) + " with ways '" + std::string(parts[2]) + "'", ways.error().expected};
  CacheGeometry geometry{std::string(parts[0]), *bytes, *ways};
  if (const auto checked = check_geometry(geometry); !checked)
    return Error{"", quoted(text) + " with " + checked.error().found, checked.error().expected};
  return geometry;
}

double CacheCounters::hit_rate() const {
  return accesses() == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(accesses());
}

Cache::Cache(CacheGeometry geometry) : geometry_(std::move(geometry)) {
  VTPU_CHECK(check_geometry(geometry_).ok(), "a cache has a sound geometry");
  sets_.resize(geometry_.sets());
}

Cache::Outcome Cache::access(std::uint64_t line_number, bool write) {
  auto& set = sets_[geometry_.set_of(line_number)];
  const auto found = std::find_if(set.begin(), set.end(), [&](const Line& line) { return line.number == line_number; });
  if (found != set.end()) {
    ++counters_.hits;
    found->dirty = found->dirty || write;
    std::rotate(set.begin(), found, found + 1);
    return {.hit = true};
  }
  ++counters_.misses;
  Outcome outcome;
  if (set.size() == geometry_.ways) {
    ++counters_.evictions;
    if (set.back().dirty) {
      ++counters_.write_backs;
      outcome.wrote_back = true;
      outcome.victim = set.back().number;
    }
    set.pop_back();
  }
  set.insert(set.begin(), Line{line_number, write});
  return outcome;
}

Result<CacheModel> CacheModel::make(const std::vector<CacheGeometry>& levels) {
  if (levels.empty()) return Error{"cache model", "no level", "at least one"};
  std::vector<Cache> caches;
  for (const CacheGeometry& geometry : levels) {
    if (auto checked = check_geometry(geometry); !checked) return checked.error();
    if (geometry.line != levels.front().line) {
      return Error{geometry.name, "lines of " + std::to_string(geometry.line) + " bytes",
                   std::to_string(levels.front().line) + ", as in " + levels.front().name};
    }
    caches.emplace_back(geometry);
  }
  return CacheModel(std::move(caches));
}

std::size_t CacheModel::access(std::uint64_t address, std::uint32_t bytes, bool write) {
  VTPU_CHECK(bytes >= 1, "an access touches a byte");
  const std::uint64_t line = levels_.front().geometry().line;
  std::size_t level = 0;
  for (std::uint64_t number = address / line; number <= (address + bytes - 1) / line; ++number) {
    level = access_line(0, number, write);
  }
  return level;
}

std::size_t CacheModel::access_line(std::size_t level, std::uint64_t line_number, bool write) {
  if (level == levels_.size()) return level;
  const Cache::Outcome outcome = levels_[level].access(line_number, write);
  if (outcome.hit) return level;
  if (outcome.wrote_back) access_line(level + 1, outcome.victim, true);
  return access_line(level + 1, line_number, false);
}

}  // namespace vtpu::analysis
