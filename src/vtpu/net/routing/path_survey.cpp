#include "vtpu/net/routing/path_survey.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"

namespace vtpu::net::routing {
namespace {

constexpr std::size_t kMostDigits = 31;

}  // namespace

PathSurvey::PathSurvey(const Network& network, Paths paths, Mark mark)
    : paths_(paths), mark_(std::move(mark)), chips_(at(network.chip_count())), arc_of_(network.channel_count(), 0) {
  for (const Chip node : network.nodes()) {
    for (const PortNumber port : network.ports()) {
      const Channel channel = network.channel(node, port);
      if (!network.attached(channel)) continue;
      arc_of_[channel] = static_cast<std::uint32_t>(channels_.size());
      channels_.push_back(channel);
      arcs_.heads.push_back(static_cast<std::uint32_t>(network.target(channel).value()));
    }
    arcs_.first.push_back(static_cast<std::uint32_t>(channels_.size()));
  }
  first_pair_.assign(1, 0);
  for (const std::uint32_t head : arcs_.heads) first_pair_.push_back(first_pair_.back() + arcs_.of(head).size());
  follows_.assign(first_pair_.back(), false);
}

int PathSurvey::most_falls(const ChannelOrder& order, const Part& part, int enough) {
  rank_.clear();
  for (const Channel channel : channels_) rank_.push_back(order.rank[channel]);
  int most = 0;
  const std::vector<std::uint32_t> destinations = topology::close_order(arcs_, chips_);
  topology::WideSearch search(arcs_);
  for (std::size_t first = 0; first < chips_; first += topology::WideSearch::kWidth) {
    if (part) part(static_cast<int>(first), static_cast<int>(chips_));
    const auto batch = std::span(destinations).subspan(first, std::min(topology::WideSearch::kWidth, chips_ - first));
    used_.assign(channels_.size(), 0);
    falls_.assign(channels_.size() * digits_, 0);
    if (paths_ == Paths::marked) {
      marked_.assign(channels_.size(), 0);
      for (std::size_t i = 0; i < batch.size(); ++i)
        mark_(Chip(static_cast<int>(batch[i])),
              [&](Channel channel) { marked_[arc_of_[channel]] |= std::uint64_t{1} << i; });
    }
    // Links are full duplex, so a search from a destination follows the paths to it backwards.
    search.run(batch, [&](int level, const std::vector<std::uint32_t>& nodes) {
      if (level > 0) add_level(search, nodes);
    });
    most = std::max(most, most_falls_of_batch());
    if (most >= enough) break;
  }
  return most;
}

void PathSurvey::add_level(const topology::WideSearch& search, const std::vector<std::uint32_t>& nodes) {
  for (const std::uint32_t node : nodes) {
    std::uint64_t left = search.now(node);
    for (std::uint32_t arc = arcs_.first[node]; arc < arcs_.first[node + 1]; ++arc) {
      const std::uint32_t head = arcs_.heads[arc];
      std::uint64_t through = left & search.before(head);
      if (paths_ == Paths::marked) through &= marked_[arc];
      if (through == 0) continue;
      if (paths_ == Paths::lowest) left &= ~through;
      used_[arc] |= through;
      const std::uint32_t onward = arcs_.first[head], end = arcs_.first[head + 1];
      for (std::uint32_t next = onward; next < end; ++next) {
        const std::uint64_t both = through & used_[next];
        if (both == 0) continue;
        follows_[first_pair_[arc] + (next - onward)] = true;
        add_pair(arc, next, both);
      }
    }
  }
}

/// Raises the falls from an arc on, for the destinations in `both`, to those from the next arc on and the one between.
void PathSurvey::add_pair(std::uint32_t arc, std::uint32_t next, std::uint64_t both) {
  const bool fall = rank_[next] < rank_[arc];
  if (fall) {
    std::uint64_t full = both;
    for (std::size_t digit = 0; digit < digits_; ++digit) full &= falls_[next * digits_ + digit];
    if (full != 0) add_digit();
  }
  std::uint64_t* mine = &falls_[arc * digits_];
  const std::uint64_t* theirs = &falls_[next * digits_];
  std::array<std::uint64_t, kMostDigits> sum;
  std::uint64_t carry = fall ? ~std::uint64_t{0} : 0, greater = 0, equal = both;
  for (std::size_t digit = 0; digit < digits_; ++digit) {
    sum[digit] = theirs[digit] ^ carry;
    carry &= theirs[digit];
  }
  for (std::size_t digit = digits_; digit-- > 0;) {
    greater |= equal & sum[digit] & ~mine[digit];
    equal &= ~(sum[digit] ^ mine[digit]);
  }
  if (greater == 0) return;
  for (std::size_t digit = 0; digit < digits_; ++digit) mine[digit] ^= (mine[digit] ^ sum[digit]) & greater;
}

void PathSurvey::add_digit() {
  VTPU_CHECK(digits_ < kMostDigits, "a path has fewer falls than there are channels");
  std::vector<std::uint64_t> wider(channels_.size() * (digits_ + 1), 0);
  for (std::size_t arc = 0; arc < channels_.size(); ++arc)
    std::copy_n(&falls_[arc * digits_], digits_, &wider[arc * (digits_ + 1)]);
  falls_ = std::move(wider);
  ++digits_;
}

int PathSurvey::most_falls_of_batch() const {
  int most = 0;
  for (std::size_t arc = 0; arc < channels_.size(); ++arc) {
    std::uint64_t with_most = ~std::uint64_t{0};
    int falls = 0;
    for (std::size_t digit = digits_; digit-- > 0;) {
      const std::uint64_t set = with_most & falls_[arc * digits_ + digit];
      if (set == 0) continue;
      with_most = set;
      falls |= 1 << digit;
    }
    most = std::max(most, falls);
  }
  return most;
}

}  // namespace vtpu::net::routing
