#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/compiler/backend/code.h"
#include "vtpu/isa/program.h"
#include "vtpu/ports/port_model.h"

namespace vtpu::compiler::backend {

/// How ops become words.
enum class Packing : std::uint8_t {
  one_op,    ///< tier 0: one op a word, in order
  by_pipe,   ///< tier 1: an op joins the word of the one before while its slot is free and neither depends on the other
  list,      ///< tier 2: list scheduling within a block
  pipelined  ///< tier 3: as list, innermost loops by iterative modulo scheduling
};

/// What became of one innermost loop. Cycles and words are of one iteration of the loop in `Code`.
struct LoopReport {
  std::string name;
  std::uint32_t line = 0;
  std::uint64_t trip = 0;  ///< 0: known at run time only
  bool pipelined = false;
  std::string reason;                   ///< why not, where not
  unsigned initiation_interval = 0;     ///< words an iteration
  unsigned res_mii = 0;                 ///< words: the fullest slot
  unsigned rec_mii = 0;                 ///< words: recurrences with latencies in words
  unsigned stages = 1;                  ///< iterations in flight
  unsigned copies = 1;                  ///< of the kernel by modulo variable expansion
  unsigned attempts = 0;                ///< initiation intervals tried
  std::array<unsigned, 3> slots{};      ///< ops by slot in an iteration
  double slot_use = 0;                  ///< filled slots over all slots of the kernel's words
  std::array<unsigned, 5> registers{};  ///< most live at once, by isa::File
  double bound_cycles = 0;              ///< by the port map: ports
  double recurrence_cycles = 0;         ///< by the port map: recurrences, of the words as emitted
};

struct Words {
  isa::Program program;
  std::vector<LoopReport> loops;
  std::vector<std::uint32_t> lines;  ///< of the source, by word; 0: none
  unsigned spilled = 0;              ///< registers that did not find one of the machine's
};

/// Schedules, allocates registers, packs. Latencies are the map's, in cycles, taken as words. The same code gives the
/// same words. Code that finds no registers in this packing gets the next simpler one. Error: registers that cannot be
/// had even by spilling, which names the line.
Result<Words> make_words(const Code& code, Packing packing, const ports::PortMap& map);

}  // namespace vtpu::compiler::backend
