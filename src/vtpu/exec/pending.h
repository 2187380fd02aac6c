#pragma once
#include <cstring>
#include <limits>
#include <optional>

#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/machine.h"
#include "vtpu/isa/program.h"

namespace vtpu::exec {

/// What one slot of a word will write. Only what `file` names is set.
struct SlotResult {
  isa::File file = isa::File::none;
  std::uint8_t index = 0;
  std::uint8_t second = isa::kNoRegister;  ///< an r-register besides
  std::uint64_t r;
  std::uint64_t second_r;
  Vector v;
  memory::Pointer p;
  Message m;

  SlotResult() {}  // NOLINT: the values stay as they are until set; a word has three of these

  void set_r(std::uint8_t to, std::uint64_t value) { file = isa::File::r, index = to, r = value; }
  template <class T>
  void set_v(std::uint8_t to, const T& lanes) {
    static_assert(sizeof(T) == sizeof(Vector));
    file = isa::File::v, index = to;
    std::memcpy(v.bytes.data(), &lanes, sizeof lanes);
  }
  void set_p(std::uint8_t to, const memory::Pointer& value) { file = isa::File::p, index = to, p = value; }
  void set_m(std::uint8_t to, const Message& value) { file = isa::File::m, index = to, m = value; }
};

/// How far a slot got with looking at the state before the word.
struct Outcome {
  enum class Kind : std::uint8_t { done, wait, trap } kind = Kind::done;
  TrapKind trap = TrapKind::none;
  phext::PackedCoordinate coordinate;
  std::int64_t offset = 0;

  static Outcome waiting() { return {Kind::wait, TrapKind::none, {}, 0}; }
  static Outcome trapped(TrapKind kind, phext::PackedCoordinate coordinate = {}, std::int64_t offset = 0) {
    return {Kind::trap, kind, coordinate, offset};
  }
  bool done() const { return kind == Kind::done; }
};

/// Everything a word will do once all of its slots have said that they can.
struct Pending {
  SlotResult slots[3];
  std::optional<std::uint32_t> target;  ///< of a taken branch
  bool halt = false;
  std::uint64_t sr_clear = 0, sr_set = 0;
  const Exchange::Pending* taken = nullptr;
  std::uint64_t extra_fuel = 0;
  Outcome failure;  ///< of salloc's second part

  Pending() {}
};

/// The state before a word, and the constant things around it.
struct Before {
  const isa::Program& program;
  const Context& context;
  Machine& machine;  ///< apply only looks at it; meetings, which are a looking-for-each-other, are the exception

  const AccessObserver* observer = nullptr;

  std::uint64_t r(std::uint8_t i) const { return context.r[i]; }
  /// The second operand: a register, or the immediate.
  std::uint64_t a_or_immediate(const isa::Op& op) const {
    return op.immediate() ? static_cast<std::uint64_t>(op.imm) : context.r[op.a];
  }
  std::uint64_t b_or_immediate(const isa::Op& op) const {
    return op.immediate() ? static_cast<std::uint64_t>(op.imm) : context.r[op.b];
  }
  template <class T>
  std::array<T, 64 / sizeof(T)> v(std::uint8_t i) const {
    std::array<T, 64 / sizeof(T)> lanes;
    std::memcpy(lanes.data(), context.v[i].bytes.data(), 64);
    return lanes;
  }
};

/// What an opcode of a slot does, in two parts. `apply` looks at the state before the word and fills `pending`, or says
/// why the word cannot be executed now. `perform`, where an opcode has it, does what cannot be undone, and moves
/// memory: it is called when all three slots have said done, before registers are written, the S slot's first. It
/// cannot fail, but for salloc's where the system gives no address space; that has then changed nothing, and the word
/// traps.
template <isa::Opcode opcode>
Outcome apply(const Before& before, const isa::Op& op, Pending& pending);
template <isa::Opcode opcode>
void perform(Before& before, Context& context, const isa::Op& op, Pending& pending);
template <isa::Opcode opcode>
inline constexpr bool kHasSecondPart = false;

#define MEANING(id)                                                                                           \
  template <>                                                                                                 \
  inline Outcome apply<isa::Opcode::id>([[maybe_unused]] const Before& s, [[maybe_unused]] const isa::Op& op, \
                                        [[maybe_unused]] Pending& pending)
#define PERFORMED(id)                                                                                   \
  template <>                                                                                           \
  inline constexpr bool kHasSecondPart<isa::Opcode::id> = true;                                         \
  template <>                                                                                           \
  inline void perform<isa::Opcode::id>([[maybe_unused]] Before & s, [[maybe_unused]] Context & context, \
                                       [[maybe_unused]] const isa::Op& op, [[maybe_unused]] Pending& pending)

}  // namespace vtpu::exec
