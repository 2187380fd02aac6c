#include "vtpu/net/spare_map.h"

#include <fmt/format.h>

#include <algorithm>

#include "vtpu/base/check.h"

namespace vtpu::net {

SpareMap::SpareMap(const Machine& machine)
    : active_count_(machine.active_count()),
      chip_of_name_(static_cast<std::size_t>(machine.active_count())),
      name_of_chip_(static_cast<std::size_t>(machine.chip_count())),
      failed_(static_cast<std::size_t>(machine.chip_count()), false) {
  for (int chip = 0; chip < active_count_; ++chip) {
    chip_of_name_[static_cast<std::size_t>(chip)] = chip;
    name_of_chip_[static_cast<std::size_t>(chip)] = chip;
  }
}

Result<SpareMap::Move> SpareMap::fail(int chip) {
  if (chip < 0 || static_cast<std::size_t>(chip) >= failed_.size())
    return Error{"failure", fmt::format("found chip {}", chip), fmt::format("0 to {}", failed_.size() - 1)};
  const auto at = static_cast<std::size_t>(chip);
  if (failed_[at]) return Error{"failure", fmt::format("chip {} has failed before", chip), "a working chip"};
  failed_[at] = true;
  Move move{chip, name_of_chip_[at], std::nullopt};
  name_of_chip_[at].reset();
  if (!move.name) return move;
  for (std::size_t spare = static_cast<std::size_t>(active_count_); spare < failed_.size(); ++spare) {
    if (failed_[spare] || name_of_chip_[spare]) continue;
    move.to = static_cast<int>(spare);
    name_of_chip_[spare] = move.name;
    break;
  }
  chip_of_name_[static_cast<std::size_t>(*move.name)] = move.to;
  return move;
}

std::optional<int> SpareMap::chip_of(int name) const {
  VTPU_CHECK(name >= 0 && name < active_count_, "a name of this machine");
  return chip_of_name_[static_cast<std::size_t>(name)];
}

std::optional<int> SpareMap::name_of(int chip) const {
  VTPU_CHECK(chip >= 0 && static_cast<std::size_t>(chip) < failed_.size(), "a chip of this machine");
  return name_of_chip_[static_cast<std::size_t>(chip)];
}

int SpareMap::free_spares() const {
  int count = 0;
  for (std::size_t spare = static_cast<std::size_t>(active_count_); spare < failed_.size(); ++spare)
    count += !failed_[spare] && !name_of_chip_[spare];
  return count;
}

int SpareMap::lost_names() const {
  return static_cast<int>(std::count(chip_of_name_.begin(), chip_of_name_.end(), std::nullopt));
}

}  // namespace vtpu::net
