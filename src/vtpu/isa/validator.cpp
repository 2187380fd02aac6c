#include "vtpu/isa/validator.h"

#include <fmt/core.h>

#include <bit>
#include <initializer_list>
#include <utility>

#include "vtpu/isa/names.h"
#include "vtpu/isa/registers.h"

namespace vtpu::isa {
namespace {

constexpr std::int64_t kAxisMasks = 1 << 11;
constexpr std::uint8_t kCellSizes = 7;

/// Collects the faults of the slots, up to a number.
class Slots {
 public:
  Slots(const Program& program, std::size_t most, std::vector<Fault>& faults)
      : program_(program), most_(most), faults_(faults) {}

  bool full() const { return faults_.size() >= most_; }
  void add(std::uint32_t word, std::optional<Slot> slot, std::string found, std::string expected) {
    if (!full()) faults_.push_back({word, slot, std::move(found), std::move(expected)});
  }

  /// Returns whether the registers are in range, as `uses_of` requires.
  bool check(std::uint32_t word, Slot slot) {
    const Op& op = program_.words[word].slot(slot);
    word_ = word, slot_ = slot;
    const auto number = static_cast<std::uint8_t>(op.opcode);
    if (!defined(number)) {
      fault(fmt::format("opcode {} is not defined", number), fmt::format("0 to {}", all_opcodes().size() - 1));
      return false;
    }
    const OpcodeInfo& row = info(op.opcode);
    mnemonic_ = row.mnemonic;
    if (op.opcode != Opcode::nop && row.slot != slot) {
      fault(fmt::format("{} is in slot {}", mnemonic_, name_of(slot)), fmt::format("slot {}", name_of(row.slot)));
      return false;
    }
    Op rest = op;  // the fields that no operand uses
    registers_good_ = true;
    for (const Kind kind : row.kinds()) operand(kind, op, rest);
    unused("field d", rest.d), unused("field a", rest.a), unused("field b", rest.b), unused("field c", rest.c);
    unused("field mode", rest.mode), unused("field flags", rest.flags), unused("field disp", rest.disp);
    unused("field imm", rest.imm);
    return registers_good_;
  }

 private:
  void fault(std::string found, std::string expected) { add(word_, slot_, std::move(found), std::move(expected)); }

  void unused(std::string_view field, std::int64_t value) {
    if (value != 0) fault(fmt::format("{} of {} is {}", field, mnemonic_, value), "0, because nothing reads it");
  }

  void in_file(File file, std::uint8_t number) {
    const unsigned size = kFileSize[static_cast<std::size_t>(file)];
    if (number < size) return;
    registers_good_ = false;
    fault(fmt::format("{} names register {}{}", mnemonic_, letter_of(file), number),
          fmt::format("{0}0 to {0}{1}", letter_of(file), size - 1));
  }

  void below(std::string_view what, std::int64_t value, std::uint64_t limit) {
    if (static_cast<std::uint64_t>(value) < limit) return;  // a negative number converts to a large one
    fault(fmt::format("{} of {} is {}", what, mnemonic_, value),
          limit == 0 ? "a non-empty pool" : fmt::format("0 to {}", limit - 1));
  }

  void operand(Kind kind, const Op& op, Op& rest) {
    const KindInfo& row = info(kind);
    if (is_address(kind)) {
      address(kind, op, rest);
    } else if (kind == Kind::Allocation) {
      rest.imm = 0, rest.mode = 0;
      below("mask of axes", op.imm, static_cast<std::uint64_t>(kAxisMasks));
      below("cell and layout", op.mode, layout_names().size() * kCellSizes);
    } else if (row.file != File::none) {
      if (row.may_be_immediate && op.immediate()) {
        rest.imm = 0;
        rest.flags = static_cast<std::uint8_t>(rest.flags & ~Op::kImmediate);
        return;  // the register's field must be 0
      }
      std::uint8_t& field = row.field == Field::d   ? rest.d
                            : row.field == Field::a ? rest.a
                            : row.field == Field::b ? rest.b
                                                    : rest.c;
      in_file(row.file, field);
      field = 0;
    } else if (row.field == Field::mode) {
      rest.mode = 0;
      below(row.name, op.mode, row.limit);
    } else {
      rest.imm = 0;
      const std::uint64_t limit = kind == Kind::Const    ? program_.constants.size()
                                  : kind == Kind::Coord  ? program_.coordinates.size()
                                  : kind == Kind::Target ? program_.words.size()
                                                         : row.limit;
      below(row.name, op.imm, limit);
    }
  }

  void address(Kind kind, const Op& op, Op& rest) {
    rest.b = 0, rest.c = 0;
    in_file(File::p, op.b);
    if (kind == Kind::AddrV) {
      rest.disp = 0;
      in_file(File::v, op.c);
      return;
    }
    if (op.c != kNoRegister) in_file(File::r, op.c);
    if (is_cell(kind)) {
      rest.mode = 0;
      below("axis", op.mode, phext::PackedCoordinate::kAxes);
      return;
    }
    rest.disp = 0;
    if (op.c == kNoRegister) return;  // a scale without a register must be 0
    rest.mode = 0;
    below("logarithm of the scale", op.mode, 4);
  }

  const Program& program_;
  std::size_t most_;
  std::vector<Fault>& faults_;
  std::uint32_t word_ = 0;
  Slot slot_ = Slot::D;
  std::string_view mnemonic_;
  bool registers_good_ = true;
};

/// The first register that is in both sets, as text.
std::string common_register(const RegisterSet& a, const RegisterSet& b) {
  if (const unsigned r = a.r & b.r; r != 0) return fmt::format("r{}", std::countr_zero(r));
  if (const unsigned v = a.v & b.v; v != 0) return fmt::format("v{}", std::countr_zero(v));
  if (const unsigned p = static_cast<unsigned>(a.p & b.p); p != 0) return fmt::format("p{}", std::countr_zero(p));
  return fmt::format("m{}", std::countr_zero(static_cast<unsigned>(a.m & b.m)));
}

}  // namespace

std::string Fault::message() const {
  std::string text = fmt::format("word {}", word);
  if (slot) text += fmt::format(", slot {}", name_of(*slot));
  text += ": " + found;
  if (!expected.empty()) text += "; expected " + expected;
  return text;
}

std::vector<Fault> validate(const Program& program, std::size_t most) {
  std::vector<Fault> faults;
  Slots slots(program, most, faults);
  const std::size_t count = program.words.size();
  if (count == 0 || count > kMaxWords) {
    slots.add(0, std::nullopt, fmt::format("a program of {} words", count), fmt::format("1 to {} words", kMaxWords));
    return faults;
  }
  for (const auto& [pool, size] :
       {std::pair{"constants", program.constants.size()}, std::pair{"coordinates", program.coordinates.size()}})
    if (size > kMaxPool)
      slots.add(0, std::nullopt, fmt::format("a pool of {} {}", size, pool), fmt::format("at most {}", kMaxPool));
  for (std::uint32_t at = 0; at < count && !slots.full(); ++at) {
    RegisterSet written[kSlots];
    for (std::size_t s = 0; s < kSlots; ++s) {
      const auto slot = static_cast<Slot>(s);
      if (!slots.check(at, slot)) continue;
      const Op& op = program.words[at].slot(slot);
      written[s] = uses_of(op).writes;
      for (std::size_t before = 0; before < s; ++before)
        if (written[s].intersects(written[before]))
          slots.add(at, slot,
                    fmt::format("{} writes {}, which {} in slot {} also writes", info(op.opcode).mnemonic,
                                common_register(written[s], written[before]),
                                info(program.words[at].slot(static_cast<Slot>(before)).opcode).mnemonic,
                                name_of(static_cast<Slot>(before))),
                    "one writer for each register of a word");
    }
  }
  const Opcode last = program.words.back().dense.opcode;
  if (last != Opcode::dhalt && last != Opcode::dbr)
    slots.add(static_cast<std::uint32_t>(count - 1), Slot::D, fmt::format("the last word has {}", info(last).mnemonic),
              "dhalt or dbr, so that execution does not run past it");
  return faults;
}

Result<ValidProgram> ValidProgram::make(Program program) {
  const std::vector<Fault> faults = validate(program, 1);
  if (!faults.empty()) {
    const Fault& first = faults.front();
    std::string where = fmt::format("word {}", first.word);
    if (first.slot) where += fmt::format(", slot {}", name_of(*first.slot));
    return Error{program.name.empty() ? where : program.name + ": " + where, first.found, first.expected};
  }
  return ValidProgram(std::move(program));
}

}  // namespace vtpu::isa
