#include "vtpu/net/collective/cut.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "vtpu/base/check.h"

namespace vtpu::net::collective {
namespace {

__extension__ using Wide = unsigned __int128;  // products of weights, pieces and bytes

}  // namespace

Cut::Cut(std::vector<std::uint64_t> weights, int pieces_of_part)
    : pieces_of_part_(pieces_of_part), weights_(std::move(weights)), before_{0} {
  for (const std::uint64_t weight : weights_) before_.push_back(before_.back() + weight);
  VTPU_CHECK(before_.back() <= (std::uint64_t{1} << 63) / static_cast<std::uint64_t>(std::max(pieces_of_part_, 1)),
             "the weights of a cut and its pieces fit 64 bits");
}

std::uint64_t Cut::begin(int piece, std::uint64_t buffer_bytes) const {
  if (piece == pieces()) return buffer_bytes;
  const std::size_t part = static_cast<std::size_t>(piece / pieces_of_part_);
  const Wide n = static_cast<Wide>(pieces_of_part_);
  const Wide place = before_[part] * n + weights_[part] * static_cast<Wide>(piece % pieces_of_part_);
  const Wide all = before_.back() * n;
  // The quotient is handled separately, so that nothing overflows.
  return static_cast<std::uint64_t>(place * (buffer_bytes / all) + place * (buffer_bytes % all) / all);
}

std::uint64_t Cut::most(int part, int pieces, std::uint64_t buffer_bytes) const {
  const Wide some = weights_[static_cast<std::size_t>(part)] * static_cast<Wide>(pieces);
  const Wide all = before_.back() * static_cast<Wide>(pieces_of_part_);
  return static_cast<std::uint64_t>(some * (buffer_bytes / all) + (some * (buffer_bytes % all) + all - 1) / all);
}

}  // namespace vtpu::net::collective
