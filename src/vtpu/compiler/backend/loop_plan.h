#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vtpu/compiler/backend/backend.h"
#include "vtpu/compiler/backend/modulo_schedule.h"

namespace vtpu::compiler::backend {

/// A plan to software-pipeline an innermost loop.
struct LoopPlan {
  ModuloSchedule schedule;
  std::vector<Register> locals;       ///< registers with copies, sorted
  std::vector<unsigned> copies;       ///< number of copies of each local register
  std::vector<Induction> inductions;  ///< sorted by register
  unsigned factor = 1;                ///< iterations per pass of the kernel: a power of two
  unsigned stages = 1;
  std::array<unsigned, 5> live{};  ///< maximum number of the loop's own registers live at once, by file
  bool merged(const Induction& induction) const { return induction.addresses_only; }
};

/// Inputs of the planning.
struct LoopRequest {
  const Block* block = nullptr;
  const std::vector<isa::File>* files = nullptr;
  const ports::PortMap* map = nullptr;
  bool status_read = false;
  bool pipeline = true;     ///< false: only fill in the report
  unsigned list_words = 0;  ///< words per iteration of the list schedule
  unsigned rejected = 0;    ///< earlier plans that failed to get registers; the new plan must spare this many of each
                            ///< file
};

/// A plan that takes fewer words per iteration than the list schedule. If there is none, `report.reason` says why.
/// Intervals are tried from the lower bound upwards, each with full latencies, halved latencies and latencies of one
/// word: an out-of-order host hides latencies itself, so registers matter more. The report's intervals, slots and
/// attempts are filled in either way.
std::optional<LoopPlan> plan_loop(const LoopRequest& request, LoopReport& report);

/// Number of words of the kernel without empty ones.
unsigned kernel_words(const Block& block, const LoopPlan& plan);

}  // namespace vtpu::compiler::backend
