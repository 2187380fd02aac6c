#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "vtpu/analysis/cache_model.h"
#include "vtpu/ports/port_model.h"
#include "vtpu/base/result.h"
#include "vtpu/exec/machine.h"
#include "vtpu/isa/validator.h"

namespace vtpu::analysis {

/// The caches that a report simulates unless told otherwise: L1 of 48 KiB in 12 ways, L2 of 1 MiB in 16 ways, lines of
/// 64 bytes. Source: AMD's Zen 5 optimisation guide (publication 58455).
std::vector<CacheGeometry> default_caches();

/// What a program asks of a host, in three parts. `static`: slots filled, classes of ops, innermost loops with their
/// recurrence and, with a map, predicted cycles, what limits them and what competes. `native`: what compiling it gave,
/// or why it was not compiled. `dynamic`: one run by the interpreter as a new sentron of the machine with that much
/// fuel, which may be cut short by a trap: hits in simulated caches, misses by reason, the sets with the most
/// conflicts, the pattern of each word, reuse distances, working set, translation counters. Addresses are those of the
/// host's memory, so that figures by set can differ between runs.
/// Error: a geometry that `CacheModel::make` refuses.
Result<nlohmann::ordered_json> report(const isa::ValidProgram& program, exec::Machine& machine, std::uint64_t fuel,
                                      const ports::PortMap* map = nullptr,
                                      const std::vector<CacheGeometry>& caches = default_caches());

/// The same in tables. Long lists are cut, and say so. `report`: made by `report`.
std::string report_text(const nlohmann::ordered_json& report);

}  // namespace vtpu::analysis
