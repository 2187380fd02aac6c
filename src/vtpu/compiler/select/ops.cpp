#include <bit>
#include <cstring>

#include "vtpu/base/check.h"
#include "vtpu/compiler/select/selector.h"

/// Selects one or more instructions for each op of the intermediate representation. If there are several, only the last
/// writes the result's register, because that may be the register of an operand.
namespace vtpu::compiler::select {

using ir::kNone;
using ir::Op;
using ir::OpKind;
using ir::Type;
using ir::Value;
using isa::File;

namespace {

constexpr std::int64_t kHigh = 32;  // bits above an i32

/// The opcode for a kind of arithmetic on a type; nop if there is none.
isa::Opcode opcode_of(OpKind kind, Type type) {
  using O = isa::Opcode;
  struct Row {
    OpKind kind;
    O i64, f64, f32, f64x8, f32x16, i32x16;
  };
  static constexpr Row kRows[] = {
      {OpKind::add, O::dadd_i64, O::dadd_f64, O::dadd_f32, O::dadd_f64x8, O::dadd_f32x16, O::dadd_i32x16},
      {OpKind::sub, O::dsub_i64, O::dsub_f64, O::dsub_f32, O::dsub_f64x8, O::dsub_f32x16, O::dsub_i32x16},
      {OpKind::mul, O::dmul_i64, O::dmul_f64, O::dmul_f32, O::dmul_f64x8, O::dmul_f32x16, O::dmul_i32x16},
      {OpKind::fma, O::dfma_i64, O::dfma_f64, O::dfma_f32, O::dfma_f64x8, O::dfma_f32x16, O::nop},
      {OpKind::div, O::nop, O::ddiv_f64, O::ddiv_f32, O::ddiv_f64x8, O::ddiv_f32x16, O::nop},
      {OpKind::sqrt, O::nop, O::dsqrt_f64, O::dsqrt_f32, O::dsqrt_f64x8, O::dsqrt_f32x16, O::nop},
      {OpKind::min, O::dmin_i64, O::dmin_f64, O::dmin_f32, O::nop, O::dmin_f32x16, O::dmin_i32x16},
      {OpKind::max, O::dmax_i64, O::dmax_f64, O::dmax_f32, O::nop, O::dmax_f32x16, O::dmax_i32x16},
      {OpKind::bit_and, O::dand_i64, O::dand_i64, O::dand_i64, O::dand_x16, O::dand_x16, O::dand_x16},
      {OpKind::bit_or, O::dor_i64, O::dor_i64, O::dor_i64, O::dor_x16, O::dor_x16, O::dor_x16},
      {OpKind::bit_xor, O::dxor_i64, O::dxor_i64, O::dxor_i64, O::dxor_x16, O::dxor_x16, O::dxor_x16},
      {OpKind::shl, O::dshl_i64, O::nop, O::nop, O::nop, O::nop, O::dshl_i32x16},
      {OpKind::shr, O::dshr_i64, O::nop, O::nop, O::nop, O::nop, O::dshr_i32x16},
      {OpKind::sar, O::dsar_i64, O::nop, O::nop, O::nop, O::nop, O::dsar_i32x16},
      {OpKind::compare, O::dcmp_i64, O::dcmp_f64, O::dcmp_f32, O::dcmp_f64x8, O::dcmp_f32x16, O::dcmp_i32x16}};
  for (const Row& row : kRows) {
    if (row.kind != kind) continue;
    switch (type) {
      case Type::i64:
      case Type::i32:
      case Type::lanes: return row.i64;
      case Type::f64: return row.f64;
      case Type::f32: return row.f32;
      case Type::f64x8: return row.f64x8;
      case Type::f32x16: return row.f32x16;
      case Type::i32x16:
      case Type::bytes64: return row.i32x16;
      default: return O::nop;
    }
  }
  return O::nop;
}

bool commutes(OpKind kind) {
  switch (kind) {
    case OpKind::add:
    case OpKind::mul:
    case OpKind::min:
    case OpKind::max:
    case OpKind::bit_and:
    case OpKind::bit_or:
    case OpKind::bit_xor: return true;
    default: return false;
  }
}

Number condition_of(isa::Condition condition) { return {static_cast<std::int64_t>(condition)}; }

}  // namespace

void Selector::op(const Op& o) {
  switch (o.kind) {
    case OpKind::constant:
      if (ir::is_vector(o.type)) {
        isa::Constant bytes{};
        const std::size_t size = o.type == Type::f64x8 ? 8 : 4;
        for (std::size_t at = 0; at < bytes.size(); at += size) std::memcpy(&bytes[at], &o.imm, size);
        return emit(Opcode::dmov_const, {define(o.result), Number{constant(bytes)}});
      }
      if (needs_register_[o.result]) emit(Opcode::dmov_i64, {define(o.result), Number{number_[o.result]}});
      return;
    case OpKind::iota: {
      isa::Constant bytes{};
      for (std::uint32_t lane = 0; lane < 16; ++lane) std::memcpy(&bytes[4 * lane], &lane, 4);
      return emit(Opcode::dmov_const, {define(o.result), Number{constant(bytes)}});
    }
    case OpKind::compare: return compare(o);
    case OpKind::convert: return convert(o);
    case OpKind::bits:
      if (o.type == Type::f32)
        return emit(Opcode::dand_i64, {define(o.result), reg(o.operands[0]), Number{0xffffffff}});
      return alias(o);
    case OpKind::extend: return extend(o);
    case OpKind::splat: return splat(o);
    case OpKind::extract: return extract(o);
    case OpKind::permute: return emit(Opcode::dperm_i32, {define(o.result), reg(o.operands[0]), reg(o.operands[1])});
    case OpKind::reduce: return reduce(o);
    case OpKind::dot_bf16:
    case OpKind::dot_u8i8: {
      const Register sum = take_over(o.operands[0], o.result);
      const Opcode opcode = o.kind == OpKind::dot_bf16 ? Opcode::ddot_bf16 : Opcode::ddot_u8i8;
      return emit(opcode, {sum, reg(o.operands[1]), reg(o.operands[2])});
    }
    case OpKind::load:
    case OpKind::load_splat:
    case OpKind::store:
    case OpKind::prefetch: return memory(o);
    case OpKind::coordinate:
    case OpKind::step:
    case OpKind::set_axis:
    case OpKind::get_axis:
    case OpKind::distance:
    case OpKind::occupied:
    case OpKind::simplices:
    case OpKind::laplace: return coordinates(o);
    case OpKind::pack:
    case OpKind::unpack:
    case OpKind::send:
    case OpKind::receive:
    case OpKind::barrier:
    case OpKind::fence:
    case OpKind::group_reduce:
    case OpKind::cast:
    case OpKind::temperature:
    case OpKind::beacon:
    case OpKind::route: return messages(o);
    case OpKind::sentron: return emit(Opcode::dmov_i64, {define(o.result), own_number_});
    default: return arithmetic(o);
  }
}

std::uint32_t Selector::constant(const isa::Constant& bytes) {
  const auto [found, fresh] = pool_.try_emplace(bytes, static_cast<std::uint32_t>(code_.constants.size()));
  if (fresh) code_.constants.push_back(bytes);
  return found->second;
}

/// Makes the result share the operand's register.
void Selector::alias(const Op& o) {
  if (constant_[o.operands[0]] || registers_[o.result] != kNoRegister)
    move(define(o.result), reg(o.operands[0]));
  else
    registers_[o.result] = reg(o.operands[0]);
}

void Selector::arithmetic(const Op& o) {
  if (o.kind == OpKind::select) {
    const Register chosen = reg(o.operands[0]), a = reg(o.operands[1]), b = reg(o.operands[2]);
    const Opcode opcode = o.type == Type::f64x8   ? Opcode::dsel_x8
                          : ir::is_vector(o.type) ? Opcode::dsel_x16
                                                  : Opcode::dsel_i64;
    return emit(opcode, {define(o.result), a, b, chosen});
  }
  if (o.type == Type::i32 && (o.kind == OpKind::min || o.kind == OpKind::max || o.kind == OpKind::shl ||
                              o.kind == OpKind::shr || o.kind == OpKind::sar))
    return narrow(o);
  const Opcode opcode = opcode_of(o.kind, o.type);
  if (opcode == Opcode::nop) {
    VTPU_CHECK(o.kind == OpKind::fma || o.type == Type::f64x8, "every op has an opcode or a selection rule");
    if (o.kind == OpKind::fma) {
      const Register product = fresh(File::v);
      emit(Opcode::dmul_i32x16, {product, reg(o.operands[0]), reg(o.operands[1])});
      return emit(Opcode::dadd_i32x16, {define(o.result), product, reg(o.operands[2])});
    }
    return extremum_of_f64x8(define(o.result), reg(o.operands[0]), reg(o.operands[1]), o.kind == OpKind::min);
  }
  const bool whole = o.type == Type::i64 || o.type == Type::i32 || o.type == Type::lanes;
  if (o.operands.size() == 1) {
    if (ir::is_vector(o.type) && o.kind != OpKind::sqrt)  // lanes are shifted by imm
      return emit(opcode, {define(o.result), reg(o.operands[0]), Number{o.imm & 31}});
    return emit(opcode, {define(o.result), reg(o.operands[0])});
  }
  if (o.operands.size() == 3)
    return emit(opcode, {define(o.result), reg(o.operands[0]), reg(o.operands[1]), reg(o.operands[2])});
  if (ir::is_vector(o.type) && (o.kind == OpKind::shl || o.kind == OpKind::shr || o.kind == OpKind::sar))
    return emit(opcode, {define(o.result), reg(o.operands[0]), Number{number_[o.operands[1]] & 31}});
  Value a = o.operands[0], b = o.operands[1];
  if (whole && constant_[a] && !constant_[b] && commutes(o.kind)) std::swap(a, b);
  if (!ir::is_vector(o.type) && ir::is_float(o.type) && o.kind >= OpKind::bit_and && o.kind <= OpKind::bit_xor)
    return emit(opcode, {define(o.result), reg(a), reg(b)});
  emit(opcode, {define(o.result), reg(a), whole ? reg_or_number(b) : Operand(reg(b))});
}

/// Puts an i32 into the upper half of a register and 0 into the lower half. The order of comparisons is preserved.
Register Selector::shifted_up(Value value) {
  const Register up = fresh(File::r);
  if (constant_[value])
    emit(Opcode::dmov_i64,
         {up, Number{static_cast<std::int64_t>(static_cast<std::uint64_t>(number_[value]) << kHigh)}});
  else
    emit(Opcode::dshl_i64, {up, reg(value), Number{kHigh}});
  return up;
}

/// Finds the i32 values that are already sign-extended, so that no extension is needed where it matters.
void Selector::find_whole() {
  ir::for_each_op(module_.body, [&](const Op& o) {
    if (o.result == kNone || module_.types[o.result] != Type::i32) return;
    bool whole = false;
    switch (o.kind) {
      case OpKind::constant:
      case OpKind::min:
      case OpKind::max:
      case OpKind::sar: whole = true; break;
      case OpKind::load: {
        const ir::Element element = module_.tensors[o.access.tensor].element;
        whole = element == ir::Element::u8 || element == ir::Element::u16 || element == ir::Element::i8;
        break;
      }
      case OpKind::bit_and:  // a non-negative operand makes the result non-negative
        for (const Value value : o.operands) whole |= constant_[value] && number_[value] >= 0;
        break;
      case OpKind::shr: whole = constant_[o.operands[1]] && (number_[o.operands[1]] & 31) != 0; break;
      case OpKind::select: whole = whole_[o.operands[1]] && whole_[o.operands[2]]; break;
      case OpKind::convert: whole = o.operand_type == Type::f64 || o.operand_type == Type::f32; break;
      default: break;
    }
    whole_[o.result] = whole;
  });
}

/// Finds the loaded i32 indices that need no sign. A negative one selects a place before the tensor, and its bits
/// without the sign one behind the tensor: either traps.
void Selector::find_places() {
  constexpr std::int64_t kNegative = std::int64_t{1} << 31;
  std::vector<bool> loaded(module_.types.size()), other(module_.types.size());
  const auto use = [&](Value value) { other[value] = true; };
  const auto scan = [&](const auto& self, const std::vector<ir::Node>& nodes) -> void {
    for (const ir::Node& node : nodes) {
      if (const ir::Loop* inner = node.loop()) {
        if (inner->trip_value != kNone) use(inner->trip_value);
        for (const auto& carried : inner->carried) use(carried.initial), use(carried.next);
        self(self, inner->body);
        continue;
      }
      const Op& o = *node.op();
      loaded[o.result == kNone ? 0 : o.result] =
          o.kind == OpKind::load && o.type == Type::i32 && o.access.cell == kNone;
      for (const Value value : o.operands)
        if (value != kNone && !(o.kind == OpKind::extend && loaded[value])) use(value);
      if (o.kind == OpKind::extend) place_only_[o.result] = loaded[o.operands[0]];
      if (o.access.index == kNone) continue;
      const bool behind = o.kind != OpKind::prefetch && o.access.scale < kNegative && o.access.cell == kNone &&
                          o.access.offset.terms.empty() && o.access.offset.constant >= 0 &&
                          o.access.offset.constant < o.access.scale &&
                          module_.tensors[o.access.tensor].bytes() / o.access.scale < kNegative;
      if (!behind) use(o.access.index);
    }
  };
  scan(scan, module_.body);
  for (Value value = 0; value < place_only_.size(); ++value)
    if (other[value]) place_only_[value] = false;
}

Register Selector::sign_extended(Value value) {
  if (whole_[value] && !constant_[value]) return reg(value);
  const Register up = shifted_up(value), extended = fresh(File::r);
  emit(Opcode::dsar_i64, {extended, up, Number{kHigh}});
  return extended;
}

void Selector::extend(const Op& o) {
  const Value value = o.operands[0];
  if (whole_[value] || place_only_[o.result]) return alias(o);
  emit(Opcode::dsar_i64, {define(o.result), shifted_up(value), Number{kHigh}});
}

/// Arithmetic on i32 where the upper half of the registers matters.
void Selector::narrow(const Op& o) {
  if (o.kind == OpKind::min || o.kind == OpKind::max) {
    const Opcode opcode = o.kind == OpKind::min ? Opcode::dmin_i64 : Opcode::dmax_i64;
    Value a = o.operands[0], b = o.operands[1];
    if (constant_[a] && !constant_[b]) std::swap(a, b);
    if (whole_[a] && whole_[b]) return emit(opcode, {define(o.result), reg(a), reg_or_number(b)});
    const Register up = shifted_up(a), other = shifted_up(b), chosen = fresh(File::r);
    emit(opcode, {chosen, up, other});
    return emit(Opcode::dsar_i64, {define(o.result), chosen, Number{kHigh}});
  }
  Operand amount = Number{0};
  if (constant_[o.operands[1]]) {
    amount = Number{number_[o.operands[1]] & 31};
  } else {
    const Register masked = fresh(File::r);
    emit(Opcode::dand_i64, {masked, reg(o.operands[1]), Number{31}});
    amount = masked;
  }
  if (o.kind == OpKind::shl) return emit(Opcode::dshl_i64, {define(o.result), reg(o.operands[0]), amount});
  if (o.kind == OpKind::sar) return emit(Opcode::dsar_i64, {define(o.result), sign_extended(o.operands[0]), amount});
  const Register low = fresh(File::r);
  emit(Opcode::dand_i64, {low, reg(o.operands[0]), Number{0xffffffff}});
  emit(Opcode::dshr_i64, {define(o.result), low, amount});
}

void Selector::compare(const Op& o) {
  const Opcode opcode = opcode_of(OpKind::compare, o.operand_type);
  const Value a = o.operands[0], b = o.operands[1];
  if (o.operand_type == Type::i32 && !(whole_[a] && whole_[b])) {
    const Register up = shifted_up(a);
    const Operand other =
        constant_[b] ? Operand(Number{static_cast<std::int64_t>(static_cast<std::uint64_t>(number_[b]) << kHigh)})
                     : Operand(shifted_up(b));
    return emit(opcode, {define(o.result), condition_of(o.condition), up, other});
  }
  if (o.operand_type == Type::i64 || o.operand_type == Type::i32)
    return emit(opcode, {define(o.result), condition_of(o.condition), reg(a), reg_or_number(b)});
  emit(opcode, {define(o.result), condition_of(o.condition), reg(a), reg(b)});
}

void Selector::convert(const Op& o) {
  const Type from = o.operand_type, to = o.type;
  const Value value = o.operands[0];
  if (ir::is_vector(to)) {
    const Opcode opcode = to == Type::f32x16 ? Opcode::dcvt_i32_f32 : Opcode::dcvt_f32_i32;
    return emit(opcode, {define(o.result), reg(value)});
  }
  if (from == to) return move(define(o.result), reg(value));
  const bool from_whole = from == Type::i64 || from == Type::i32, to_whole = to == Type::i64 || to == Type::i32;
  if (from_whole && to_whole) {
    if (to == Type::i32) return alias(o);
    return extend(o);
  }
  // By way of f64, which represents every i32 and f32 exactly.
  Register wide = kNoRegister;
  if (from == Type::f64) {
    wide = reg(value);
  } else {
    wide = to == Type::f64 ? define(o.result) : fresh(File::r);
    const Register source = from == Type::i32 ? sign_extended(value) : reg(value);
    emit(from_whole ? Opcode::dcvt_i64_f64 : Opcode::dcvt_f32_f64, {wide, source});
  }
  if (to == Type::f64) return;
  if (to == Type::f32) return emit(Opcode::dcvt_f64_f32, {define(o.result), wide});
  if (to == Type::i64) return emit(Opcode::dcvt_f64_i64, {define(o.result), wide});
  const Register cut = fresh(File::r), up = fresh(File::r), back = fresh(File::r), same = fresh(File::r);
  const Register least = fresh(File::r);
  emit(Opcode::dcvt_f64_i64, {cut, wide});
  emit(Opcode::dshl_i64, {up, cut, Number{kHigh}});
  emit(Opcode::dsar_i64, {back, up, Number{kHigh}});
  emit(Opcode::dcmp_i64, {same, condition_of(isa::Condition::eq), back, cut});
  emit(Opcode::dmov_i64, {least, Number{std::int64_t{-1} << 31}});
  emit(Opcode::dsel_i64, {define(o.result), cut, least, same});
}

void Selector::splat(const Op& o) {
  emit(o.type == Type::f64x8 ? Opcode::dbcast_i64 : Opcode::dbcast_i32, {define(o.result), reg(o.operands[0])});
}

void Selector::extract(const Op& o) { extract_lane(define(o.result), reg(o.operands[0]), o.operand_type, o.imm); }

void Selector::extract_lane(Register to, Register from, Type vector, std::int64_t lane) {
  if (vector != Type::f64x8) return emit(Opcode::dextr_i32, {to, from, Number{lane}});
  const Register low = fresh(File::r), high = fresh(File::r), up = fresh(File::r);
  emit(Opcode::dextr_i32, {low, from, Number{2 * lane}});
  emit(Opcode::dextr_i32, {high, from, Number{2 * lane + 1}});
  emit(Opcode::dshl_i64, {up, high, Number{kHigh}});
  emit(Opcode::dor_i64, {to, up, low});
}

/// f64x8 has no opcode for this.
void Selector::extremum_of_f64x8(Register to, Register a, Register b, bool least) {
  const Register chosen = fresh(File::r);
  emit(Opcode::dcmp_f64x8, {chosen, condition_of(least ? isa::Condition::lt : isa::Condition::gt), a, b});
  emit(Opcode::dsel_x8, {to, a, b, chosen});
}

void Selector::reduce(const Op& o) {
  const Type vector = o.operand_type;
  if (o.reduction == isa::ReductionKind::add) {
    const Opcode opcode = vector == Type::f64x8    ? Opcode::dred_add_f64x8
                          : vector == Type::i32x16 ? Opcode::dred_add_i32x16
                                                   : Opcode::dred_add_f32x16;
    return emit(opcode, {define(o.result), reg(o.operands[0])});
  }
  const bool least = o.reduction == isa::ReductionKind::min;
  if (!least && vector == Type::f32x16) return emit(Opcode::dred_max_f32x16, {define(o.result), reg(o.operands[0])});
  // No opcode reduces these. Halves are exchanged, and every lane takes the better of two.
  Register lanes = reg(o.operands[0]);
  const std::uint32_t words = vector == Type::f64x8 ? 2 : 1;  // 32-bit lanes of a lane
  for (std::uint32_t half = 8; half >= words; half /= 2) {
    isa::Constant bytes{};
    for (std::uint32_t lane = 0; lane < 16; ++lane) {
      const std::uint32_t other = lane ^ half;
      std::memcpy(&bytes[4 * lane], &other, 4);
    }
    const Register order = fresh(File::v), upper = fresh(File::v), better = fresh(File::v);
    emit(Opcode::dmov_const, {order, Number{constant(bytes)}});
    emit(Opcode::dperm_i32, {upper, lanes, order});
    if (vector == Type::f64x8)
      extremum_of_f64x8(better, lanes, upper, least);
    else
      emit(opcode_of(least ? OpKind::min : OpKind::max, vector), {better, lanes, upper});
    lanes = better;
  }
  extract_lane(define(o.result), lanes, vector, 0);
}

void Selector::memory_op(const Op& o, backend::MachineOp made) {
  made.memory = reference(o);
  made.line = line_;
  block().ops.push_back(std::move(made));
}

void Selector::memory(const Op& o) {
  if (o.kind == OpKind::prefetch) {
    emit(Opcode::sprefch, {address(o)});  // hints do not order anything
    return;
  }
  const bool stores = o.kind == OpKind::store;
  if (o.access.cell != kNone) {
    if (stores) return memory_op(o, machine_op(Opcode::sscattrc_i64, {reg(o.operands[0]), cell(o.access)}));
    return memory_op(o, machine_op(Opcode::sgatherc_i64, {define(o.result), cell(o.access)}));
  }
  if (ir::is_vector(o.type)) {
    const bool scattered = o.access.index != kNone && ir::is_vector(module_.types[o.access.index]);
    const Address place = scattered ? lane_address(o) : address(o);
    const Register data = stores ? reg(o.operands[0]) : define(o.result);
    const Opcode opcode = o.kind == OpKind::load_splat ? Opcode::sgather_bcast
                          : scattered                  ? (stores ? Opcode::sscattr_x16 : Opcode::sgather_x16)
                          : o.width == 32              ? (stores ? Opcode::sscattr_v32 : Opcode::sgather_v32)
                                                       : (stores ? Opcode::sscattr_v64 : Opcode::sgather_v64);
    return memory_op(o, machine_op(opcode, {data, place}));
  }
  const ir::Element element = module_.tensors[o.access.tensor].element;
  const Address place = address(o);
  static constexpr Opcode kLoads[] = {Opcode::sgather_i8, Opcode::sgather_i16, Opcode::sgather_i32,
                                      Opcode::sgather_i64};
  static constexpr Opcode kStores[] = {Opcode::sscattr_i8, Opcode::sscattr_i16, Opcode::sscattr_i32,
                                       Opcode::sscattr_i64};
  const auto size = static_cast<std::size_t>(std::countr_zero(ir::size_of(element)));
  if (stores) {
    Register data = reg(o.operands[0]);
    if (element == ir::Element::bf16) {
      const Register cut = fresh(File::r);
      emit(Opcode::dshr_i64, {cut, data, Number{16}});
      data = cut;
    }
    return memory_op(o, machine_op(kStores[size], {data, place}));
  }
  if (element == ir::Element::bf16 || element == ir::Element::i8) {
    const Register raw = fresh(File::r);
    memory_op(o, machine_op(kLoads[size], {raw, place}));
    if (element == ir::Element::bf16) return emit(Opcode::dshl_i64, {define(o.result), raw, Number{16}});
    const Register up = fresh(File::r);
    emit(Opcode::dshl_i64, {up, raw, Number{56}});
    return emit(Opcode::dsar_i64, {define(o.result), up, Number{56}});
  }
  memory_op(o, machine_op(kLoads[size], {define(o.result), place}));
}

void Selector::coordinates(const Op& o) {
  const auto axis = Number{static_cast<std::int64_t>(o.axis)};
  switch (o.kind) {
    case OpKind::coordinate: return emit(Opcode::dmov_coord, {define(o.result), Number{coordinate(o.place)}});
    case OpKind::step:
      return emit(Opcode::sindex, {define(o.result), reg(o.operands[0]), axis, reg_or_number(o.operands[1])});
    case OpKind::set_axis:
      return emit(Opcode::sindex_set, {define(o.result), reg(o.operands[0]), axis, reg_or_number(o.operands[1])});
    case OpKind::get_axis: return emit(Opcode::sindex_get, {define(o.result), reg(o.operands[0]), axis});
    case OpKind::distance: return emit(Opcode::shypdist, {define(o.result), reg(o.operands[0]), reg(o.operands[1])});
    case OpKind::occupied: return emit(Opcode::shyper, {define(o.result), reg(o.operands[0]), Number{o.imm}});
    case OpKind::simplices: return emit(Opcode::ssimplex, {define(o.result), reg(o.operands[0]), Number{o.imm}});
    default: return emit(Opcode::slaplace, {define(o.result), reg(o.operands[0])});
  }
}

void Selector::messages(const Op& o) {
  switch (o.kind) {
    case OpKind::pack: {
      const Register made = o.operands[0] == kNone ? define(o.result) : take_over(o.operands[0], o.result);
      Register word = reg(o.operands[1]);
      if (module_.types[o.operands[1]] == Type::i32) word = sign_extended(o.operands[1]);
      return emit(Opcode::cpack_i64, {made, Number{o.imm}, word});
    }
    case OpKind::unpack: return emit(Opcode::cunpack_i64, {define(o.result), reg(o.operands[0]), Number{o.imm}});
    case OpKind::send: return emit(Opcode::csend, {reg(o.operands[0]), reg(o.operands[1])});
    case OpKind::receive: return emit(Opcode::crecv, {define(o.result), reg(o.operands[0])});
    case OpKind::barrier: return emit(Opcode::cbar, {});
    case OpKind::fence: return emit(Opcode::cfence, {});
    case OpKind::group_reduce: {
      const Opcode opcode = o.type == Type::f64 ? Opcode::creduce_f64 : Opcode::creduce_i64;
      return emit(opcode, {define(o.result), reg(o.operands[0]), Number{static_cast<std::int64_t>(o.reduction)}});
    }
    case OpKind::cast: return emit(Opcode::ccast, {define(o.result), reg(o.operands[0]), reg_or_number(o.operands[1])});
    case OpKind::temperature: return emit(Opcode::ctemp, {reg(o.operands[0])});
    case OpKind::beacon: return emit(Opcode::cbeacon, {reg(o.operands[0])});
    default: return emit(Opcode::croute, {define(o.result), reg(o.operands[0])});
  }
}

}  // namespace vtpu::compiler::select
