#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/program.h"
#include "vtpu/isa/registers.h"

namespace vtpu::exec::jit {

/// What decides whether an op becomes host code.
struct Features {
  Form form = Form::avx512;
  bool bf16 = false;          ///< VDPBF16PS on 512 bits
  bool vnni = false;          ///< VPDPBUSD on 512 bits
  OpcodeSet without_emitter;  ///< opcodes to treat as if they had no emitter
};
Features features_of(Form form);

/// Whether the op becomes host code: its opcode has an emitter, which has code for these operands on this host.
bool can_emit(const isa::Op& op, const Features& features);

/// The order in which the slots of a word may be executed one after the other, so that none reads what another has
/// written; nothing where there is none (a swap), or where the branch could not come last.
/// `uses`: of the slots D, S, C.
std::optional<std::array<isa::Slot, 3>> slot_order(const isa::Word& word, const std::array<isa::Uses, 3>& uses);

/// Accesses whose checks stand before their loop or straight segment.
struct HoistedGroup {
  std::uint8_t p = 0;
  std::uint8_t r = isa::kNoRegister;
  unsigned scale = 0;       ///< log2
  std::int64_t step = 0;    ///< of r in one iteration
  std::int64_t lowest = 0;  ///< displacement from p + r × scale of the first byte accessed in an iteration
  std::int64_t behind = 0;  ///< and of the byte behind the last
};

/// A check that a loop makes in place by one comparison, since its pointer stays as it is: the greatest r for which an
/// access at p + r × scale + disp stays within bounds is computed before the loop. A negative r is left to the
/// interpreter.
struct Guard {
  std::uint8_t p = 0;
  unsigned scale = 0;  ///< log2
  std::int32_t disp = 0;
  std::uint32_t bytes = 0;

  friend bool operator==(const Guard&, const Guard&) = default;
};
inline constexpr std::size_t kMaxGuards = 16;
/// Pointers of a loop whose part of the look-up of cells is computed before it.
inline constexpr std::size_t kMaxProbed = 2;

/// Words executed one after the other that are entered at the first only. A called word is one of its own.
struct Segment {
  std::uint32_t first = 0;
  std::uint32_t behind = 0;
  bool called = false;
  bool counted_loop = false;  ///< ends with a dloop to its own first word; its checks and counts stand before it
  std::vector<HoistedGroup> groups;
  std::vector<Guard> guards;         ///< at most kMaxGuards
  std::uint8_t probed_pointers = 0;  ///< p-registers from which cells are looked up, unchanged in the loop
  bool closed = false;               ///< no exit but at its end: every access is hoisted
  std::uint8_t base_registers = 0;   ///< p-registers that the loop wants in host registers

  std::uint32_t length() const { return behind - first; }
};

/// Accesses by coordinate in words [first, behind), each of which is a hit of the translation cache in host code.
std::uint64_t probes_in(const isa::Program& program, std::uint32_t first, std::uint32_t behind);

/// What one execution of words [first, behind) retires.
Retired retired_by(const isa::Program& program, std::uint32_t first, std::uint32_t behind);

struct Plan {
  std::vector<Segment> segments;
  std::vector<std::uint32_t> segment_of;        ///< word → segment, for the first word of each; else kNone
  std::vector<bool> hoisted;                    ///< word → its S access has no check of its own
  std::vector<int> guard;                       ///< word → number of its guard, or −1
  std::vector<std::array<isa::Slot, 3>> order;  ///< word → slots in order (of words that are not called)
  std::vector<std::array<isa::Uses, 3>> uses;   ///< word → of its slots D, S, C
  isa::RegisterSet used, written;
  bool looks_up_cells = false;                           ///< some word accesses a cell by coordinate in host code
  std::array<std::uint64_t, 16> r_weight{}, v_weight{};  ///< static uses × 8^(loop depth)

  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
};
Plan make_plan(const isa::Program& program, const Features& features);

}  // namespace vtpu::exec::jit
