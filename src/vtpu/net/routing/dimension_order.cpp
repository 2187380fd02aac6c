#include "vtpu/net/routing/dimension_order.h"

#include <fmt/core.h>

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

/// Use of the channels of any one ring of a dimension: [sign][position of the channel's source].
struct DimensionOrder::RingUse {
  std::array<std::vector<std::array<bool, 2>>, 2> used;                 // by class
  std::array<std::vector<std::array<std::array<bool, 2>, 2>>, 2> next;  // by class and the next channel's class
};

DimensionOrder::RingUse DimensionOrder::ring_use(int dimension) const {
  const bool closed = rings_[at(dimension)] > 0;
  const int length = closed ? rings_[at(dimension)] : sides_[at(dimension)];
  const int middle = (length - 1) / 2;
  RingUse use;
  for (int sign = 0; sign < 2; ++sign) {
    use.used[at(sign)].resize(at(length));
    use.next[at(sign)].resize(at(length));
    const int step = sign == 0 ? 1 : -1;
    for (int from = 0; from < length; ++from) {
      const int most = closed ? length / 2 : sign == 0 ? length - 1 - from : from;
      for (int hops = 1; hops <= most; ++hops) {
        const int to = from + step * hops;
        const bool wraps = to < 0 || to >= length;
        const bool is_free = dateline_ == Dateline::balanced && !wraps && (from <= middle) == (to <= middle);
        for (int choice = 0; choice <= (is_free ? 1 : 0); ++choice) {
          const auto class_at = [&](int position) -> std::size_t {
            switch (dateline_) {
              case Dateline::none: return 0;
              case Dateline::plain: return wraps;
              case Dateline::balanced: return is_free ? at(choice) : wraps;
              case Dateline::crossing: return position < 0 || position >= length;
            }
            return 0;
          };
          for (int hop = 0; hop < hops; ++hop) {
            const int position = from + step * hop;
            const std::size_t channel = at((position + length) % length);
            use.used[at(sign)][channel][class_at(position)] = true;
            if (hop + 1 < hops) use.next[at(sign)][channel][class_at(position)][class_at(position + step)] = true;
          }
        }
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
