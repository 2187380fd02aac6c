#include "vtpu/net/network.h"

#include <algorithm>
#include <utility>

#include "vtpu/base/check.h"

namespace vtpu::net {

Network::Network(std::string name, int chips, int nodes, int ports, NodeNames names)
    : name_(std::move(name)),
      chips_(chips),
      nodes_(nodes),
      ports_(ports),
      names_(std::move(names)),
      dimensions_(ports, 0),
      target_(nodes * ports, Chip::none()),
      reverse_(nodes * ports, Channel::none()),
      kind_(nodes * ports, 0) {}

void Network::attach(Port from, Port to, const LinkModel& link) {
  const Channel number = channel(from.chip, from.number);
  target_[number] = to.chip;
  reverse_[number] = channel(to.chip, to.number);
  ++attached_;
  auto kind = std::find(kinds_.begin(), kinds_.end(), link);
  if (kind == kinds_.end()) {
    VTPU_CHECK(kinds_.size() < 255, "a network has at most 255 kinds of links");
    kind = kinds_.insert(kinds_.end(), link);
  }
  kind_[number] = static_cast<std::uint8_t>(kind - kinds_.begin());
}

}  // namespace vtpu::net
