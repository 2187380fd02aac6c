#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "vtpu/isa/operand.h"

namespace vtpu::isa {

enum class Slot : std::uint8_t { D, S, C };
inline constexpr std::size_t kSlots = 3;

/// The number of an opcode is its position in opcodes.def, from 1; 0 is the empty slot, which does nothing.
enum class Opcode : std::uint8_t {
  nop = 0,
#define OPERANDS(...)
#define OP(slot, id, mnemonic, operands, cost, effect, summary) id,
#include "vtpu/isa/opcodes.def"
};

/// Classes of host work. An opcode needs at least one host instruction of its class, except for the classes `slow`,
/// `probe`, `gather` and `message`. The port map measures the rates of these instructions; the scheduler uses
/// `latency_of`.
enum class Cost : std::uint8_t {
  none,
  alu,
  shift,
  mul,
  scalar_float,
  divide,
  vector_int,
  vector_float,
  vector_fma,
  vector_dot,
  shuffle,
  load,
  load32,  ///< into a vector register, 32 bytes
  load64,
  store,
  store32,  ///< from a vector register, 32 bytes
  store64,
  gather,
  probe,
  pointer,
  branch,
  message,
  slow
};
inline constexpr std::size_t kCosts = static_cast<std::size_t>(Cost::slow) + 1;

/// What an opcode does besides writing registers.
enum class Effect : std::uint8_t { pure, control, reads, writes, allocates, messages, hint };

inline constexpr std::size_t kMaxOperands = 4;

/// One row of opcodes.def.
struct OpcodeInfo {
  Opcode opcode = Opcode::nop;
  Slot slot = Slot::D;
  std::string_view id;        ///< as a C++ name
  std::string_view mnemonic;  ///< in assembly text
  Kind operands[kMaxOperands] = {};
  std::uint8_t operand_count = 0;
  Cost cost = Cost::none;
  Effect effect = Effect::pure;
  std::string_view summary;

  std::span<const Kind> kinds() const { return {operands, operand_count}; }
  /// Whether an operand is the number of a word to branch to.
  bool has_target() const {
    for (const Kind kind : kinds())
      if (kind == Kind::Target) return true;
    return false;
  }
  /// Whether executing it counts as an op: it has an architectural effect and is not a branch. Branches are counted
  /// apart, as for ordinary code.
  bool counts() const { return opcode != Opcode::nop && effect != Effect::hint && effect != Effect::control; }
};

/// All opcodes in the order of their numbers, the empty slot first.
std::span<const OpcodeInfo> all_opcodes();

/// The row of an opcode; for an undefined number, the row of the empty slot.
const OpcodeInfo& info(Opcode opcode);

/// Whether the number is that of an opcode or of the empty slot.
bool defined(std::uint8_t number);

/// The opcode with this mnemonic; none for `nop`.
std::optional<Opcode> find_opcode(std::string_view mnemonic);

std::string_view name_of(Slot slot);
std::string_view name_of(Cost cost);
std::string_view name_of(Effect effect);

/// Core cycles from operands to result, assumed where no port map gives them. These are round numbers for recent cores,
/// neither measured nor taken from a vendor. `vtpu bench --ports` measures a host.
unsigned latency_of(Cost cost);

}  // namespace vtpu::isa
