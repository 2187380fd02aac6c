#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/program.h"
#include "vtpu/isa/registers.h"

namespace vtpu::exec::jit {

/// The facts that decide whether an op becomes host code.
struct Features {
  Form form = Form::avx512;
  bool bf16 = false;          ///< VDPBF16PS on 512 bits
  bool vnni = false;          ///< VPDPBUSD on 512 bits
  OpcodeSet without_emitter;  ///< opcodes to treat as if they had no emitter
  bool check_accesses = false;
};
Features features_of(Form form);

/// Whether ops of each opcode become host code: whether it has an emitter, which has code for their operands on a host.
enum class Availability : std::uint8_t { never, depends, always };
const std::array<Availability, 256>& availability();
/// Whether the op becomes host code on this host. Opcodes that the features exclude have none.
bool can_emit(const isa::Op& op, const Features& features);

/// The work of compiling one program, in steps and bytes of host code, each with a limit.
class CompileWork {
 public:
  CompileWork(std::uint64_t most_steps, std::uint64_t most_code_bytes)
      : most_steps_(most_steps), most_code_bytes_(most_code_bytes) {}

  void step(std::uint64_t steps = 1) { steps_ += steps; }
  void code_bytes(std::uint64_t bytes) { code_bytes_ = bytes; }
  std::uint64_t steps() const { return steps_; }
  bool exceeded() const { return steps_ > most_steps_ || code_bytes_ > most_code_bytes_; }

 private:
  std::uint64_t steps_ = 0, code_bytes_ = 0;
  std::uint64_t most_steps_, most_code_bytes_;
};

/// Accesses that are checked together before their loop or straight segment.
struct HoistedGroup {
  std::uint8_t p = 0;
  std::uint8_t r = isa::kNoRegister;
  unsigned scale = 0;       ///< log2
  std::int64_t step = 0;    ///< increment of r in one iteration
  std::int64_t lowest = 0;  ///< displacement from p + r × scale of the first byte that an iteration accesses
  std::int64_t end = 0;     ///< and of the byte after the last
};

/// A check by one comparison in a loop that does not change the pointer. The largest r for which an access at p + r ×
/// scale + disp is in bounds is computed before the loop. The interpreter executes accesses with a negative r.
struct Guard {
  std::uint8_t p = 0;
  unsigned scale = 0;  ///< log2
  std::int32_t disp = 0;
  std::uint32_t bytes = 0;

  friend bool operator==(const Guard&, const Guard&) = default;
};
/// A register of a loop to which every op of the loop gives values from 0 to `most` only, as narrow loads do.
struct Bounded {
  std::uint8_t r = 0;
  std::uint32_t most = 0;
};
inline constexpr std::size_t kMaxGuards = 16;
/// The number of pointers of a loop for which look-ups of cells are prepared before it.
inline constexpr std::size_t kMaxProbed = 4;

/// Consecutive words that are entered only at the first. A called word is its own segment.
struct Segment {
  std::uint32_t first = 0;
  std::uint32_t end = 0;
  bool called = false;
  bool waits = false;         ///< its first word may wait; its words are counted once that word need not
  bool counted_loop = false;  ///< ends with a dloop to its first word; checked and counted before it starts
  std::vector<HoistedGroup> groups;
  std::vector<Guard> guards;  ///< at most kMaxGuards
  /// The loop has `Plan::bounded` accesses. It is emitted twice, and its start chooses: without their checks, or with
  /// them if the limit of a guard is below `enough`, or a register above its bound.
  bool twice = false;
  std::vector<std::uint32_t> enough;  ///< by guard
  std::vector<Bounded> bounded;       ///< registers whose value from before the loop matters
  std::uint8_t probed_pointers = 0;   ///< p-registers that the loop looks up cells from and does not change
  bool closed = false;                ///< no side exits: every access is hoisted
  std::uint8_t base_registers = 0;    ///< p-registers whose bases should be in host registers
  isa::RegisterSet used;              ///< registers that its words read or write
  Retired retired;                    ///< by one execution
  std::uint64_t probes = 0;           ///< accesses by coordinate in one execution

  std::uint32_t length() const { return end - first; }
};

/// Accesses by coordinate in words [first, end), which all hit the translation cache in host code.
std::uint64_t probes_in(const isa::Program& program, std::uint32_t first, std::uint32_t end);

/// What words [first, end) retire in one execution.
Retired retired_by(const isa::Program& program, std::uint32_t first, std::uint32_t end);

struct Plan {
  std::vector<Segment> segments;
  std::vector<std::uint32_t> segment_of;  ///< word → segment, for the first word of each; else kNone
  std::vector<std::uint8_t> hoisted;      ///< word → its S access needs no check of its own: hoisted, or made before
  std::vector<std::uint8_t> checked;      ///< word → its S access is checked in place
  std::vector<std::uint8_t> exchanges;    ///< word → its C op is between sentrons (of words that are not called)
  std::vector<std::int8_t> guard;         ///< word → index of its guard, or −1
  std::vector<std::uint8_t> bounded;      ///< word → its guard is needless if the limit is at least `enough`
  std::vector<std::array<isa::Slot, 3>> order;    ///< word → order of its slots (of words that are not called)
  std::vector<std::array<isa::UseBits, 3>> uses;  ///< word → uses of its slots D, S, C
  isa::RegisterSet used, written;
  std::size_t hoisted_accesses = 0, checked_accesses = 0;
  bool looks_up_cells = false;                           ///< some word accesses a cell by coordinate in host code
  std::array<std::uint64_t, 16> r_weight{}, v_weight{};  ///< static uses × 8^(loop depth)

  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
};
Plan make_plan(const isa::Program& program, const Features& features, CompileWork& work);

}  // namespace vtpu::exec::jit
