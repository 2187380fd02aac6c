#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "vtpu/measure/host.h"

namespace vtpu::measure {

/// What two hosts must have in common before their measured values are compared: processor, caches, virtualisation,
/// SMT, clock. The stepping is left out: it changes errata, not speed.
struct HostClass {
  std::string vendor;                          ///< "amd", "intel", or the name that the processor gives itself
  std::string family, model;                   ///< numbers as the kernel prints them
  std::string virtualisation;                  ///< "metal", a hypervisor ("kvm"), or "vm" when that is unknown
  std::array<std::uint64_t, 3> cache_bytes{};  ///< one instance of L1 data, L2 and L3; 0 without one
  bool smt = false;                            ///< two visible processors share a core
  double ghz = 0;                              ///< calibrated core clock; 0 when it was not recorded

  /// For messages and folders, such as "amd-25-17-kvm-32K-1M-32M-3.5GHz"; "-smt" precedes the clock where SMT is
  /// visible.
  std::string name() const;
};

HostClass class_of(const Host& host, double ghz);

/// Whether all but the clocks are equal, and the clocks are within 10 % of each other. Cycles of the caches hardly
/// depend on the clock, but those of memory grow with it, and neighbours on the same socket can move a clock by a
/// quarter. A clock that was not recorded agrees with none.
bool same_class(const HostClass& a, const HostClass& b);

}  // namespace vtpu::measure
