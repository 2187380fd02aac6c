#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/compiler/backend/code.h"
#include "vtpu/isa/program.h"
#include "vtpu/ports/port_model.h"

namespace vtpu::compiler::backend {

/// How ops are packed into words.
enum class Packing : std::uint8_t {
  one_op,    ///< tier 0: one op per word, in order
  by_pipe,   ///< tier 1: an op joins the previous op's word if its slot is free and it does not depend on that word
  list,      ///< tier 2: list scheduling within a block
  pipelined  ///< tier 3: as list, with iterative modulo scheduling of innermost loops
};

/// Result for one innermost loop. Cycles and words are per iteration of the loop in `Code`.
struct LoopReport {
  std::string name;
  std::uint32_t line = 0;
  std::uint64_t trip = 0;  ///< 0: known only at run time
  bool pipelined = false;
  std::string reason;                   ///< why the loop was not pipelined; empty if it was
  unsigned initiation_interval = 0;     ///< words per iteration
  unsigned res_mii = 0;                 ///< words: ops in the fullest slot
  unsigned rec_mii = 0;                 ///< words: recurrences, with latencies in words
  unsigned stages = 1;                  ///< iterations in flight
  unsigned copies = 1;                  ///< of the kernel, by modulo variable expansion
  unsigned attempts = 0;                ///< initiation intervals tried
  std::array<unsigned, 3> slots{};      ///< ops per iteration, by slot
  double slot_use = 0;                  ///< share of the kernel's slots that hold an op
  std::array<unsigned, 5> registers{};  ///< maximum number live at once, by isa::File
  double bound_cycles = 0;              ///< bound of the execution ports, by the port map
  double recurrence_cycles = 0;         ///< bound of the recurrences in the emitted words, by the port map
};

struct Words {
  isa::Program program;
  std::vector<LoopReport> loops;
  std::vector<std::uint32_t> lines;  ///< source line of each word; 0: none
  unsigned spilled = 0;              ///< number of spilled registers
};

/// Schedules, allocates registers and packs. Latencies come from the map, in cycles; one cycle counts as one word. The
/// result is deterministic. If register allocation fails with this packing, the next simpler one is tried. Error:
/// values that do not fit the registers even with spilling, with the source line.
Result<Words> make_words(const Code& code, Packing packing, const ports::PortMap& map);

}  // namespace vtpu::compiler::backend
