#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/ports/port_model.h"

namespace vtpu::compiler {

/// One level of the memory hierarchy, as loads see it.
struct MemoryLevel {
  double bytes = 0;      ///< size; 0 for the last level
  double latency = 0;    ///< core cycles of a load served by this level
  double bandwidth = 0;  ///< bytes per core cycle that independent loads read from it; 0: not measured
  friend bool operator==(const MemoryLevel&, const MemoryLevel&) = default;
};

/// What the native engine takes to run a counted loop, in core cycles.
struct LoopCosts {
  /// A loop of this many iterations takes that many cycles beyond its iterations: its checks and counts, and the
  /// misprediction of its end if the host does not foresee it.
  struct Entry {
    std::int64_t trips = 0;
    double cycles = 0;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  double iteration = 0;  ///< least cycles of an iteration
  double pointer = 0;    ///< further cycles of an entry for each pointer whose accesses are checked before the loop
  std::vector<Entry> entries;  ///< by ascending trips

  /// Cycles that a loop takes beyond its iterations.
  double entry(std::int64_t trips, unsigned pointers) const;
  friend bool operator==(const LoopCosts&, const LoopCosts&) = default;
};

/// What the compiler knows about a host: a table of costs that `phextcc --measure-costs` has measured. The same text
/// and table give the same words everywhere. The folder `costs` holds the tables that are part of the compiler.
struct MachineModel {
  std::string host;    ///< class of the host: `amd-25-1`, maker, family and model
  std::string source;  ///< how the values were measured
  ports::PortMap ports;
  std::vector<MemoryLevel> ladder;  ///< nearest level first
  LoopCosts loops;

  /// The table that applies unless another is chosen.
  static const MachineModel& reference();
  /// The tables that are part of the compiler.
  static std::span<const MachineModel> shipped();
  /// The shipped table of this class. Null if there is none.
  static const MachineModel* find(std::string_view host);

  std::string to_json() const;
  /// Error: `name` and the key, the value found, and the values allowed.
  static Result<MachineModel> from_json(std::string_view text, const std::string& name = "cost table");
  /// Error: as `read_text`; as `from_json`.
  static Result<MachineModel> read(const std::filesystem::path& file);
  friend bool operator==(const MachineModel&, const MachineModel&) = default;
};

/// The map itself. Error: a class with implausibly many cycles, which would make schedules of as many words; `where`
/// names the map.
Result<ports::PortMap> plausible(ports::PortMap map, const std::string& where);

}  // namespace vtpu::compiler
