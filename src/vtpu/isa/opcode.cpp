#include "vtpu/isa/opcode.h"

#include <array>
#include <initializer_list>

#include "vtpu/base/check.h"

namespace vtpu::isa {
namespace {

constexpr OpcodeInfo row(Opcode opcode, Slot slot, std::string_view id, std::string_view mnemonic,
                         std::initializer_list<Kind> kinds, Cost cost, Effect effect, std::string_view summary) {
  OpcodeInfo info{opcode, slot, id, mnemonic, {}, 0, cost, effect, summary};
  for (const Kind kind : kinds) info.operands[info.operand_count++] = kind;
  return info;
}

constexpr auto make_table() {
  using enum Kind;
#undef OPERANDS
#define OPERANDS(...) \
  { __VA_ARGS__ }
#define OP(slot, id, mnemonic, operands, cost, effect, summary) \
  row(Opcode::id, Slot::slot, #id, mnemonic, operands, Cost::cost, Effect::effect, summary),
  return std::to_array<OpcodeInfo>({
      row(Opcode::nop, Slot::D, "nop", "nop", {}, Cost::none, Effect::hint, "nothing"),
#include "vtpu/isa/opcodes.def"
  });
#undef OPERANDS
}

constexpr auto kTable = make_table();
static_assert(kTable.size() <= 256, "an opcode is one byte");

}  // namespace

std::span<const OpcodeInfo> all_opcodes() { return kTable; }

const OpcodeInfo& info(Opcode opcode) {
  const auto number = static_cast<std::size_t>(opcode);
  return kTable[number < kTable.size() ? number : 0];
}

bool defined(std::uint8_t number) { return number < kTable.size(); }

std::optional<Opcode> find_opcode(std::string_view mnemonic) {
  for (const OpcodeInfo& candidate : kTable)
    if (candidate.opcode != Opcode::nop && candidate.mnemonic == mnemonic) return candidate.opcode;
  return std::nullopt;
}

std::string_view name_of(Slot slot) {
  constexpr std::array<std::string_view, kSlots> kNames = {"D", "S", "C"};
  return kNames[static_cast<std::size_t>(slot)];
}

std::string_view name_of(Cost cost) {
  switch (cost) {
    case Cost::none: return "none";
    case Cost::alu: return "alu";
    case Cost::shift: return "shift";
    case Cost::mul: return "mul";
    case Cost::scalar_float: return "scalar_float";
    case Cost::divide: return "divide";
    case Cost::vector_int: return "vector_int";
    case Cost::vector_float: return "vector_float";
    case Cost::vector_fma: return "vector_fma";
    case Cost::vector_dot: return "vector_dot";
    case Cost::shuffle: return "shuffle";
    case Cost::load: return "load";
    case Cost::load32: return "load32";
    case Cost::load64: return "load64";
    case Cost::store: return "store";
    case Cost::store32: return "store32";
    case Cost::store64: return "store64";
    case Cost::gather: return "gather";
    case Cost::probe: return "probe";
    case Cost::pointer: return "pointer";
    case Cost::branch: return "branch";
    case Cost::message: return "message";
    case Cost::slow: return "slow";
  }
  check_failed("cost", "every cost class has a name");
}

std::string_view name_of(Effect effect) {
  switch (effect) {
    case Effect::pure: return "pure";
    case Effect::control: return "control";
    case Effect::reads: return "reads";
    case Effect::writes: return "writes";
    case Effect::allocates: return "allocates";
    case Effect::messages: return "messages";
    case Effect::hint: return "hint";
  }
  check_failed("effect", "every effect has a name");
}

unsigned latency_of(Cost cost) {
  switch (cost) {
    case Cost::none: return 0;
    case Cost::alu:
    case Cost::shift:
    case Cost::vector_int:
    case Cost::shuffle:
    case Cost::store:
    case Cost::store32:
    case Cost::store64:
    case Cost::pointer:
    case Cost::branch: return 1;
    case Cost::mul:
    case Cost::scalar_float:
    case Cost::vector_float: return 3;
    case Cost::vector_fma:
    case Cost::vector_dot:
    case Cost::load: return 4;
    case Cost::load32:
    case Cost::load64: return 7;
    case Cost::divide: return 10;
    // Not single instructions. A probe is a multiplication and two dependent loads; the others call code that accesses
    // memory at least twice.
    case Cost::probe: return 3 + 4 + 4;
    case Cost::gather:
    case Cost::message:
    case Cost::slow: return 4 + 4;
  }
  check_failed("cost", "every cost class has a latency");
}

}  // namespace vtpu::isa
