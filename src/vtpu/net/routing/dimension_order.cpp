#include "vtpu/net/routing/dimension_order.h"

#include <fmt/core.h>

#include <algorithm>

namespace vtpu::net::routing {
namespace {

std::string name_of(Dateline dateline) {
  switch (dateline) {
    case Dateline::none: return "no dateline";
    case Dateline::plain: return "plain dateline";
    case Dateline::balanced: return "balanced datelines";
    case Dateline::crossing: return "dateline crossing";
  }
  return "";
}

Result<void> check_hops(const std::string& topology, const Shape& sides, bool closed) {
  for (int d = 0; d < sides.dimensions(); ++d) {
    const int longest = closed ? 2 * Steps::kMostHops + 1 : Steps::kMostHops + 1;
    if (sides.side(d) > longest)
      return Error{topology, fmt::format("side {} of {} chips", d + 1, sides.side(d)),
                   fmt::format("at most {}, for paths of at most {} hops in a dimension", longest, Steps::kMostHops)};
  }
  return {};
}

}  // namespace

Result<DimensionOrder> DimensionOrder::make(const topology::Torus& torus, Dateline dateline, Ties ties) {
  if (const Result<void> fits = check_hops(torus.name(), torus.sides, true); !fits) return fits.error();
  DimensionOrder routing(torus.sides, dateline, ties);
  routing.name_ = fmt::format("dimension order, {}{}", name_of(dateline),
                              ties == Ties::positive ? ", ties in the positive direction" : "");
  routing.rings_ = routing.sides_;
  routing.mark_datelines();
  return routing;
}

Result<DimensionOrder> DimensionOrder::make(const topology::Mesh& mesh) {
  if (const Result<void> fits = check_hops(mesh.name(), mesh.sides, false); !fits) return fits.error();
  DimensionOrder routing(mesh.sides, Dateline::none, Ties::positive);
  routing.name_ = "dimension order";
  return routing;
}

Result<DimensionOrder> DimensionOrder::make(const topology::TwistedTorus& torus, Dateline dateline) {
  if (const Result<void> fits = check_hops(torus.name(), torus.sides(), true); !fits) return fits.error();
  DimensionOrder routing(torus.sides(), dateline, Ties::split);
  routing.name_ = fmt::format("dimension order, {}", name_of(dateline));
  routing.twist_ = torus.twist();
  routing.rings_ = routing.sides_;
  for (std::size_t d = 0; d < 2; ++d)
    if (routing.twist_[d][2] > 0) routing.rings_[d] *= 2;
  routing.vectors_ = std::make_shared<const StepVectors>(torus);
  routing.mark_datelines();
  return routing;
}

DimensionOrder::DimensionOrder(const Shape& sides, Dateline dateline, Ties ties)
    : dimensions_(sides.dimensions()),
      classes_(dateline == Dateline::none ? 1 : 2),
      dateline_(dateline),
      ties_(ties),
      places_(sides.count()) {
  for (int d = 0; d < dimensions_; ++d) sides_[at(d)] = sides.side(d);
  for (const Chip node : places_.indices()) {
    const Coordinates coordinates = sides.coordinates_of(node.value());
    for (int d = 0; d < dimensions_; ++d) places_[node][at(d)] = static_cast<std::int16_t>(coordinates[at(d)]);
  }
}

/// Use of the channels of a ring by the packets in its dimension: [sign][position of the channel's source].
struct DimensionOrder::RingUse {
  using Classes = std::array<bool, 2>;
  std::array<std::vector<Classes>, 2> used;                 // by class
  std::array<std::vector<Classes>, 2> first, last;          // as the first or last of a packet's channels
  std::array<std::vector<std::array<Classes, 2>>, 2> next;  // by class and the next channel's class
};

DimensionOrder::RingUse DimensionOrder::ring_use(int dimension, const Whole* whole) const {
  const bool closed = rings_[at(dimension)] > 0;
  const int length = closed ? rings_[at(dimension)] : sides_[at(dimension)];
  const int middle = (length - 1) / 2;
  const auto channel_at = [&](int position) { return at((position + length) % length); };
  /// Whether `hops` channels from a position on can be crossed.
  const auto crossed = [&](int from, int step, int hops) {
    for (int hop = 0; hop < hops; ++hop)
      if (!(*whole)[step > 0 ? 0 : 1][channel_at(from + step * hop)]) return false;
    return true;
  };
  RingUse use;
  for (int sign = 0; sign < 2; ++sign) {
    const std::size_t s = at(sign);
    for (auto* channels : {&use.used[s], &use.first[s], &use.last[s]}) channels->resize(at(length));
    use.next[s].resize(at(length));
    const int step = sign == 0 ? 1 : -1;
    for (int from = 0; from < length; ++from) {
      const int most = closed ? length / 2 : sign == 0 ? length - 1 - from : from;
      // A packet's channels include those of every shorter packet of the same class, so only the longest counts, except
      // for the last channels.
      std::array<int, 2> longest{};  // by class, where all channels of a packet have the same
      for (int hops = 1; hops <= most; ++hops) {
        const int last = from + step * (hops - 1), to = from + step * hops;
        if (whole != nullptr) {
          if (!(*whole)[s][channel_at(last)]) break;
          const bool tie = closed && 2 * hops == length;
          if (tie && (ties_ == Ties::positive ? sign == 1 : !crossed(from, -step, hops))) break;
        }
        const bool wraps = to < 0 || to >= length;
        const bool either = dateline_ == Dateline::balanced && !wraps && (from <= middle) == (to <= middle);
        const auto goes = [&](std::size_t vc_class) {
          longest[vc_class] = hops;
          use.first[s][at(from)][dateline_ == Dateline::crossing ? 0 : vc_class] = true;
          use.last[s][channel_at(last)][vc_class] = true;
        };
        switch (dateline_) {
          case Dateline::none: goes(0); break;
          case Dateline::plain: goes(wraps); break;
          case Dateline::balanced:
            goes(wraps);
            if (either) goes(1);
            break;
          case Dateline::crossing: goes(last < 0 || last >= length); break;
        }
      }
      const auto mark = [&](int hops, auto class_at) {
        for (int hop = 0; hop < hops; ++hop) {
          const int position = from + step * hop;
          const std::size_t channel = channel_at(position), held = class_at(position);
          use.used[s][channel][held] = true;
          if (hop + 1 < hops) use.next[s][channel][held][class_at(position + step)] = true;
        }
      };
      if (dateline_ == Dateline::crossing) {
        mark(std::max(longest[0], longest[1]),
             [&](int position) -> std::size_t { return position < 0 || position >= length; });
      } else {
        for (const std::size_t vc_class : {0, 1}) mark(longest[vc_class], [&](int) { return vc_class; });
      }
    }
  }
  return use;
}

void DimensionOrder::for_each_dependency(const Network& network,
                                         const std::function<void(ChannelClass, ChannelClass)>& visit) const {
  std::vector<RingUse> rings;
  for (int d = 0; d < dimensions_; ++d) rings.push_back(ring_use(d));
  const auto used = [&](Chip node, int port, std::size_t vc_class) {
    const int position = ring_position(places_[node], port / 2);
    return rings[at(port / 2)].used[at(port % 2)][at(position)][vc_class];
  };
  for (const Channel channel : network.channels()) {
    if (!network.attached(channel)) continue;
    const int port = network.port(channel).value();
    const int here = ring_position(places_[network.source(channel)], port / 2);
    const Chip node = network.target(channel);
    for (std::size_t held = 0; held < at(classes_); ++held) {
      if (!used(network.source(channel), port, held)) continue;
      for (int next = 0; next < 2 * dimensions_; ++next) {
        if (next / 2 < port / 2 || next == (port ^ 1)) continue;
        const Channel onward = network.channel(node, PortNumber(next));
        for (std::size_t asked = 0; asked < at(classes_); ++asked) {
          const bool can_be = next == port ? rings[at(port / 2)].next[at(port % 2)][at(here)][held][asked]
                                           : network.attached(onward) && used(node, next, asked);
          if (can_be) visit({channel, static_cast<int>(held)}, {onward, static_cast<int>(asked)});
        }
      }
    }
  }
}

bool DimensionOrder::add_dependencies(const Network& network, DependencyGraph& dependencies) const {
  if (vectors_) return false;
  // All rings of a dimension without a failure are used alike. The row of a chip is that of its place in which the
  // coordinate of the dimension is 0.
  std::vector<RingUse> uses;
  std::array<std::vector<std::uint32_t>, kMaxDimensions> use_of_row;  // by the chip at coordinate 0
  std::array<int, kMaxDimensions> stride{};
  for (int d = dimensions_ - 1, chips = 1; d >= 0; --d) {
    stride[at(d)] = chips;
    chips *= sides_[at(d)];
  }
  const auto row_of = [&](Chip node, int d) { return at(node.value() - coordinate(node, d) * stride[at(d)]); };
  for (int d = 0; d < dimensions_; ++d) {
    const int side = sides_[at(d)];
    const bool closed = rings_[at(d)] > 0;
    Whole whole;
    for (auto& of_sign : whole) of_sign.assign(at(side), true);
    const auto without_failure = static_cast<std::uint32_t>(uses.size());
    uses.push_back(ring_use(d, &whole));
    use_of_row[at(d)].assign(at(places_.size()), without_failure);
    for (const Chip row : places_.indices()) {
      if (coordinate(row, d) != 0) continue;
      bool failed = false;
      for (int place = 0; place < side; ++place)
        for (int sign = 0; sign < 2; ++sign) {
          const Channel channel = network.channel(Chip(row.value() + place * stride[at(d)]), PortNumber(2 * d + sign));
          whole[at(sign)][at(place)] = network.attached(channel);
          const bool exists = side > 1 && (closed || (sign == 0 ? place + 1 < side : place > 0));
          failed = failed || (exists && !network.attached(channel));
        }
      if (!failed) continue;
      use_of_row[at(d)][at(row.value())] = static_cast<std::uint32_t>(uses.size());
      uses.push_back(ring_use(d, &whole));
    }
  }
  const auto use_at = [&](Chip node, int d) -> const RingUse& { return uses[use_of_row[at(d)][row_of(node, d)]]; };
  for (const Channel channel : network.channels()) {
    if (!network.attached(channel)) continue;
    const int d = network.dimension(channel);
    const std::size_t sign = at(network.port(channel).value() % 2);
    const RingUse& here = use_at(network.source(channel), d);
    const std::size_t place = at(coordinate(network.source(channel), d));
    const Chip node = network.target(channel);
    for (int held = 0; held < classes_; ++held) {
      if (!here.used[sign][place][at(held)]) continue;
      dependencies.use({channel, held});
      for (int asked = 0; asked < classes_; ++asked)
        if (here.next[sign][place][at(held)][at(asked)])
          dependencies.add({channel, held}, {network.channel(node, network.port(channel)), asked});
      if (!here.last[sign][place][at(held)]) continue;
      for (int e = d + 1; e < dimensions_; ++e)
        for (int onward = 0; onward < 2; ++onward)
          for (int asked = 0; asked < classes_; ++asked)
            if (use_at(node, e).first[at(onward)][at(coordinate(node, e))][at(asked)])
              dependencies.add({channel, held}, {network.channel(node, PortNumber(2 * e + onward)), asked});
    }
  }
  return true;
}

void DimensionOrder::walk(Place& place, int dimension, int hops) const {
  const int side = sides_[at(dimension)];
  const int there = place[at(dimension)] + hops;
  const int wraps = there < 0 ? -1 : there >= side ? 1 : 0;
  place[at(dimension)] = static_cast<std::int16_t>(there - wraps * side);
  if (wraps == 0) return;
  for (std::size_t e = 0; e < 3; ++e) {
    int moved = place[e] + wraps * twist_[at(dimension)][e];
    if (moved < 0) moved += sides_[e];
    if (moved >= sides_[e]) moved -= sides_[e];
    place[e] = static_cast<std::int16_t>(moved);
  }
}

void DimensionOrder::mark_datelines() {
  if (dateline_ != Dateline::crossing) return;
  dateline_channels_.assign(at(places_.size()) * at(2 * dimensions_) / 64 + 1, 0);
  for (const Chip node : places_.indices())
    for (int d = 0; d < dimensions_; ++d) {
      const int position = ring_position(places_[node], d);
      for (int sign = 0; sign < 2; ++sign) {
        if (position != (sign == 0 ? rings_[at(d)] - 1 : 0)) continue;
        const std::size_t channel = at(node.value()) * at(2 * dimensions_) + at(2 * d + sign);
        dateline_channels_[channel >> 6] |= std::uint64_t{1} << (channel & 63);
      }
    }
}

}  // namespace vtpu::net::routing
