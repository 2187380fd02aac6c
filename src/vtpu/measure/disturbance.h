#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "vtpu/base/choice.h"

namespace vtpu::measure {

/// What disturbed a timing, in the order in which it is looked for.
enum class Disturbance : std::uint8_t {
  preempted,    ///< the kernel gave a share of the time to another thread
  suspended,    ///< the thread did not have the processor for a share of the time, and no thread of this kernel had it
  clock,        ///< the clock frequency before the timing differs from the one after it
  shared_core,  ///< the core executed fewer independent additions per cycle than it can: a sibling thread was busy
};

}  // namespace vtpu::measure

template <>
inline constexpr vtpu::Choices<vtpu::measure::Disturbance, 4> vtpu::kChoices<vtpu::measure::Disturbance>{
    {{vtpu::measure::Disturbance::preempted, "preempted"},
     {vtpu::measure::Disturbance::suspended, "suspended"},
     {vtpu::measure::Disturbance::clock, "clock"},
     {vtpu::measure::Disturbance::shared_core, "shared-core"}}};

namespace vtpu::measure {

/// How fast the core was at one moment.
struct Calibration {
  double ghz = 0;             ///< from a chain of dependent additions
  double adds_per_cycle = 0;  ///< from independent additions; a busy sibling thread takes a share of them
};

/// What one timing took.
struct Elapsed {
  double ns = 0;                  ///< wall time
  double cpu_ns = 0;              ///< processor time of the thread, read outside of the wall time
  std::uint64_t preemptions = 0;  ///< involuntary context switches of the thread
};

/// When a timing between two calibrations is valid.
struct SteadyRule {
  double clock = 0.02;        ///< largest difference of the two clock frequencies, as a share of the smaller one
  double adds = 0.03;         ///< largest loss of independent additions per cycle, as a share of `adds_per_cycle`
  double lost = 0.02;         ///< largest share of the wall time without the processor; more than 1: unchecked
  double adds_per_cycle = 0;  ///< what this core reaches undisturbed
  int attempts = 30;          ///< timings taken at most
  double pause_ms = 0;        ///< waited after a discarded timing, because disturbances last for milliseconds
};

/// What disturbed a timing between two calibrations, if anything did.
std::optional<Disturbance> disturbance(const Calibration& before, const Elapsed& during, const Calibration& after,
                                       const SteadyRule& rule);

/// Timings that were kept, and those that were discarded by what had disturbed them.
struct Tally {
  std::size_t kept = 0;
  std::size_t unmeasurable = 0;  ///< samplings that found too few undisturbed processes
  std::array<std::size_t, kChoices<Disturbance>.size()> discarded{};

  std::size_t& operator[](Disturbance reason) { return discarded[static_cast<std::size_t>(reason)]; }
  std::size_t operator[](Disturbance reason) const { return discarded[static_cast<std::size_t>(reason)]; }
  std::size_t all_discarded() const;
  Tally& operator+=(const Tally& other);
  bool operator==(const Tally&) const = default;
};

/// As "12 of 40 timings discarded: 10 shared-core, 2 clock".
std::string to_string(const Tally& tally);

}  // namespace vtpu::measure
