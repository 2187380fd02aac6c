#pragma once
#include <cstring>
#include <limits>
#include <optional>

#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/machine.h"
#include "vtpu/isa/program.h"

namespace vtpu::exec {

/// The register writes of one slot of a word. Only the value that `file` names is set.
struct SlotResult {
  isa::File file = isa::File::none;
  std::uint8_t index = 0;
  std::uint8_t second = isa::kNoRegister;  ///< a second result, in an r-register
  std::uint64_t r;
  std::uint64_t second_r;
  Vector v;
  memory::Pointer p;
  Message m;

  SlotResult() {}  // NOLINT: values are not initialised, because each word has three of these

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

/// The result of checking one slot against the state before the word.
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

/// The effects of a word, applied once all of its slots can execute.
struct Pending {
  SlotResult slots[3];
  std::optional<std::uint32_t> target;  ///< of a taken branch
  bool halt = false;
  std::uint64_t sr_clear = 0, sr_set = 0;
  const Exchange::Pending* taken = nullptr;
  std::uint64_t extra_fuel = 0;  ///< for work that grows with regions, cells or messages; see kItemsPerFuel
  Outcome failure;               ///< of the S slot's `perform`

  Pending() {}
};

/// A word takes one unit of fuel, and one more for every 64 items that it had to go through: cells, nodes of the index
/// of regions, messages, sentrons. The time for a unit of fuel is thereby bounded whatever a machine holds. The charge
/// depends on what a program can observe, never on how an engine found it: both engines take the same fuel.
inline constexpr std::uint64_t kItemsPerFuel = 64;

/// The state before a word, with its program and machine.
struct Before {
  const isa::Program& program;
  const Context& context;
  Machine& machine;  ///< `apply` must not change it, except that rendezvous operations arrive in it

  const AccessObserver* observer = nullptr;

  std::uint64_t r(std::uint8_t i) const { return context.r[i]; }
  /// The operand: a register or the immediate.
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

/// The meaning of an opcode, in two parts. `apply` reads the state before the word and either fills `pending` or
/// returns why the word cannot execute now. `perform`, which is optional, has the effects that cannot be undone and
/// accesses memory. It is called after `apply` succeeded for all three slots and before registers are written, for the
/// S slot first. It allocates nothing that `apply` has not secured, so it cannot fail, except for salloc when the
/// system refuses memory or the backing file is unusable, for sflush when the file cannot be written, and when another
/// worker has changed in between what `apply` found. It has then changed nothing that a program can see, and the word
/// traps before the C slot has any effect.
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
