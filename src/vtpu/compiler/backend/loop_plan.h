#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vtpu/compiler/backend/backend.h"
#include "vtpu/compiler/backend/modulo_schedule.h"

namespace vtpu::compiler::backend {

/// How an innermost loop is software-pipelined.
struct LoopPlan {
  ModuloSchedule schedule;
  std::vector<Register> locals;       ///< registers with copies, sorted
  std::vector<unsigned> copies;       ///< of each
  std::vector<Induction> inductions;  ///< sorted by register
  unsigned factor = 1;                ///< iterations in the kernel: a power of two
  unsigned stages = 1;
  std::array<unsigned, 5> live{};  ///< registers of the loop's own that are live at once, by file
  bool merged(const Induction& induction) const { return induction.addresses_only; }
};

/// What a loop is planned with.
struct LoopRequest {
  const Block* block = nullptr;
  const std::vector<isa::File>* files = nullptr;
  const ports::PortMap* map = nullptr;
  bool status_read = false;
  bool pipeline = true;     ///< else the report alone is wanted
  unsigned list_words = 0;  ///< an iteration takes as it is list-scheduled
  unsigned rejected = 0;    ///< plans that did not find registers: so many of each file are to be spared now
};

/// A plan that takes fewer words an iteration than the list schedule; else none, and `report.reason` says why. Tries
/// intervals from the lower bound on, each with latencies as they are, halved, and of one word: a host that reorders
/// hides latencies itself, so registers are worth more. Fills in the report's intervals, slots and attempts either way.
std::optional<LoopPlan> plan_loop(const LoopRequest& request, LoopReport& report);

/// Words of the kernel, empty ones left out.
unsigned kernel_words(const Block& block, const LoopPlan& plan);

}  // namespace vtpu::compiler::backend
