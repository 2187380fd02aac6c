#include "vtpu/runtime/places.h"

#include <hwloc.h>
#include <sched.h>

#include <algorithm>
#include <tuple>

namespace vtpu::runtime {
namespace {

/// A processor with its rank among those of its core.
struct Processor {
  unsigned number = 0, core = 0, rank = 0;
};

/// All processors of the host; empty if hwloc cannot tell.
std::vector<Processor> processors_of_host() {
  std::vector<Processor> all;
  hwloc_topology_t topology = nullptr;
  if (hwloc_topology_init(&topology) != 0) return all;
  if (hwloc_topology_load(topology) == 0) {
    for (hwloc_obj_t unit = nullptr; (unit = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, unit)) != nullptr;) {
      const hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, unit);
      all.push_back({unit->os_index, core == nullptr ? unit->logical_index : core->logical_index, 0});
    }
  }
  hwloc_topology_destroy(topology);
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i].rank = static_cast<unsigned>(std::count_if(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i),
                                                      [&](const Processor& p) { return p.core == all[i].core; }));
  std::sort(all.begin(), all.end(), [](const Processor& a, const Processor& b) {
    return std::tie(a.rank, a.core, a.number) < std::tie(b.rank, b.core, b.number);
  });
  return all;
}

}  // namespace

Places Places::choose(unsigned workers) {
  static const std::vector<Processor> host = processors_of_host();
  cpu_set_t usable;
  CPU_ZERO(&usable);
  Places places;
  if (::sched_getaffinity(0, sizeof usable, &usable) != 0) return places;
  places.processors_ = static_cast<unsigned>(std::max(1, CPU_COUNT(&usable)));
  if (workers > places.processors_) return places;
  for (const Processor& one : host)
    if (places.chosen_.size() < workers && one.number < CPU_SETSIZE && CPU_ISSET(one.number, &usable))
      places.chosen_.push_back(one.number);
  if (places.chosen_.size() < workers) places.chosen_.clear();
  return places;
}

bool Places::bind(unsigned worker) const {
  if (worker >= chosen_.size()) return false;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(chosen_[worker], &one);
  return ::sched_setaffinity(0, sizeof one, &one) == 0;
}

}  // namespace vtpu::runtime
