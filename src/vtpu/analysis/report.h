#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "vtpu/analysis/cache_model.h"
#include "vtpu/base/result.h"
#include "vtpu/exec/machine.h"
#include "vtpu/isa/validator.h"
#include "vtpu/ports/port_model.h"

namespace vtpu::analysis {

/// The caches that a report simulates by default: a 12-way L1 of 48 KiB and a 16-way L2 of 1 MiB with lines of 64
/// bytes. Source: AMD's Zen 5 optimisation guide (publication 58455).
std::vector<CacheGeometry> default_caches();

/// The demands of a program on a host, in three parts. `static`: filled slots, classes of ops, innermost loops with
/// their recurrences and, with a port map, predicted cycles, their limits and port conflicts. `native`: the size and
/// checks of the host code, or why there is none. `dynamic`: one run by the interpreter as a new sentron of the machine
/// with this fuel, which a trap may end: hits in simulated caches, misses by cause, the sets with the most conflicts,
/// the pattern of each word, reuse distances, working set, translation counters, and the ops whose result nothing used
/// (`liveness.h`; memory and registers at the end count as used). Addresses are host addresses, so that values by set
/// can differ between runs. Error: a geometry that `CacheModel::make` refuses.
Result<nlohmann::ordered_json> report(const isa::ValidProgram& program, exec::Machine& machine, std::uint64_t fuel,
                                      const ports::PortMap* map = nullptr,
                                      const std::vector<CacheGeometry>& caches = default_caches());

/// The result of `report` as tables. Long lists are cut, which is stated.
std::string report_text(const nlohmann::ordered_json& report);

}  // namespace vtpu::analysis
