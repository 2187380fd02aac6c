#include "vtpu/isa/builder.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "vtpu/base/check.h"

namespace vtpu::isa {
namespace {

template <class T>
const T& expect(const OperandValue& value) {
  const T* found = std::get_if<T>(&value);
  VTPU_CHECK(found != nullptr, "an operand has the kind of the opcode's row");
  return *found;
}

std::uint8_t register_number(unsigned index, File file) {
  VTPU_CHECK(index < kFileSize[static_cast<std::size_t>(file)], "a register exists");
  return static_cast<std::uint8_t>(index);
}

std::uint8_t register_of(const OperandValue& value, File file) {
  switch (file) {
    case File::r: return register_number(expect<R>(value).index, file);
    case File::v: return register_number(expect<V>(value).index, file);
    case File::p: return register_number(expect<P>(value).index, file);
    default: return register_number(expect<M>(value).index, File::m);
  }
}

void put(Op& op, Field field, std::int64_t value) {
  switch (field) {
    case Field::d: op.d = static_cast<std::uint8_t>(value); break;
    case Field::a: op.a = static_cast<std::uint8_t>(value); break;
    case Field::b: op.b = static_cast<std::uint8_t>(value); break;
    case Field::c: op.c = static_cast<std::uint8_t>(value); break;
    case Field::mode: op.mode = static_cast<std::uint8_t>(value); break;
    case Field::imm: op.imm = value; break;
    case Field::none: break;
  }
}

void put_address(Op& op, Kind kind, const Address& address) {
  op.b = register_number(address.base.index, File::p);
  op.disp = address.displacement;
  VTPU_CHECK(address.lanes.has_value() == (kind == Kind::AddrV),
             "a vector of indices is given exactly where the row has one");
  if (address.lanes) {
    op.c = register_number(address.lanes->index, File::v);
    return;
  }
  VTPU_CHECK(std::has_single_bit(address.scale) && address.scale <= 8, "a scale is 1, 2, 4 or 8");
  VTPU_CHECK(address.index || address.scale == 1, "a scale belongs to a register");
  op.c = address.index ? register_number(address.index->index, File::r) : kNoRegister;
  op.mode = static_cast<std::uint8_t>(std::countr_zero(address.scale));
}

/// The value of a non-register operand's field.
std::int64_t number_of(const OperandValue& value, const KindInfo& kind) {
  switch (kind.kind) {
    case Kind::Cond: return static_cast<std::int64_t>(expect<Condition>(value));
    case Kind::AxisName: return static_cast<std::int64_t>(expect<phext::Axis>(value));
    case Kind::Reduction: return static_cast<std::int64_t>(expect<ReductionKind>(value));
    case Kind::Target: return expect<Label>(value).id;
    case Kind::Const: return expect<ConstantPlace>(value).index;
    case Kind::Coord: return expect<CoordinatePlace>(value).index;
    default: {
      const std::int64_t number = expect<std::int64_t>(value);
      VTPU_CHECK(number >= 0 && (kind.limit == 0 || static_cast<std::uint64_t>(number) < kind.limit),
                 "a number is within its kind's limit");
      return number;
    }
  }
}

void put_operand(Op& op, Kind kind, const OperandValue& value) {
  const KindInfo& row = info(kind);
  if (is_layout_address(kind)) {
    put_address(op, kind, expect<Address>(value));
  } else if (is_cell(kind)) {
    const Cell& where = expect<Cell>(value);
    op.b = register_number(where.base.index, File::p);
    op.c = where.steps ? register_number(where.steps->index, File::r) : kNoRegister;
    op.mode = static_cast<std::uint8_t>(where.axis);
  } else if (kind == Kind::Allocation) {
    const Allocation& region = expect<Allocation>(value);
    VTPU_CHECK(region.mask < (1u << phext::PackedCoordinate::kAxes) && region.cell_log2 <= 6,
               "an allocation is in range");
    op.imm = region.mask;
    op.mode = static_cast<std::uint8_t>(static_cast<unsigned>(region.layout) + 4 * region.cell_log2);
  } else if (row.may_be_immediate && std::holds_alternative<std::int64_t>(value)) {
    op.imm = std::get<std::int64_t>(value);
    op.flags |= Op::kImmediate;
  } else if (row.file != File::none) {
    put(op, row.field, register_of(value, row.file));
  } else {
    put(op, row.field, number_of(value, row));
  }
}

}  // namespace

Op make_op(Opcode opcode, std::initializer_list<OperandValue> operands) {
  const OpcodeInfo& row = info(opcode);
  VTPU_CHECK(operands.size() == row.operand_count, "an op has as many operands as its row");
  Op op;
  op.opcode = opcode;
  const Kind* kind = row.operands;
  for (const OperandValue& value : operands) put_operand(op, *kind++, value);
  return op;
}

Builder& Builder::append(std::initializer_list<Op> ops) {
  Word word;
  for (const Op& op : ops) {
    if (op.opcode == Opcode::nop) continue;
    Op& slot = word.slot(info(op.opcode).slot);
    VTPU_CHECK(slot.opcode == Opcode::nop, "the ops of a word are in different slots");
    slot = op;
  }
  program_.words.push_back(word);
  return *this;
}

Label Builder::label(std::string name) {
  places_.push_back({std::move(name), {}});
  return {static_cast<std::uint32_t>(places_.size() - 1)};
}

Builder& Builder::place(Label label) {
  VTPU_CHECK(label.id < places_.size() && !places_[label.id].word,
             "a label is placed once, by the builder that made it");
  const auto word = static_cast<std::uint32_t>(size());
  places_[label.id].word = word;
  program_.labels.try_emplace(word, places_[label.id].name);
  return *this;
}

Label Builder::here(std::string name) {
  const Label made = label(std::move(name));
  place(made);
  return made;
}

ConstantPlace Builder::constant(const Constant& value) {
  auto& pool = program_.constants;
  const auto found = std::find(pool.begin(), pool.end(), value);
  const auto index = static_cast<std::uint32_t>(found - pool.begin());
  if (found == pool.end()) pool.push_back(value);
  return {index};
}

CoordinatePlace Builder::coordinate(phext::PackedCoordinate value) {
  auto& pool = program_.coordinates;
  // Compares all bits, because operator== ignores the flags.
  const auto found =
      std::find_if(pool.begin(), pool.end(), [&](const auto& other) { return other.bits() == value.bits(); });
  const auto index = static_cast<std::uint32_t>(found - pool.begin());
  if (found == pool.end()) pool.push_back(value);
  return {index};
}

Builder& Builder::counted_loop(R counter, std::uint64_t count, const std::function<void()>& body) {
  VTPU_CHECK(count >= 1, "a counted loop runs at least once");
  word(op(Opcode::dmov_i64, counter, count));
  const Label start = here("loop" + std::to_string(places_.size()));
  const std::size_t first = size();
  body();
  const Op close = op(Opcode::dloop, counter, start);
  if (size() > first && program_.words.back().dense.opcode == Opcode::nop) {
    program_.words.back().dense = close;
  } else {
    word(close);
  }
  return *this;
}

Program Builder::build() {
  for (const Place& place : places_) VTPU_CHECK(place.word.has_value(), "every label is placed");
  for (Word& word : program_.words) {
    for (const Slot slot : {Slot::D, Slot::S, Slot::C}) {
      Op& op = word.slot(slot);
      if (!info(op.opcode).has_target()) continue;
      VTPU_CHECK(static_cast<std::size_t>(op.imm) < places_.size(), "a label belongs to the builder");
      op.imm = *places_[static_cast<std::size_t>(op.imm)].word;
    }
  }
  places_.clear();
  return std::exchange(program_, {});
}

}  // namespace vtpu::isa
