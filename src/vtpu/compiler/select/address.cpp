#include <algorithm>
#include <bit>

#include "vtpu/base/check.h"
#include "vtpu/compiler/ir/integers.h"
#include "vtpu/compiler/passes/edit.h"
#include "vtpu/compiler/passes/memory.h"
#include "vtpu/compiler/select/selector.h"

/// Address selection. An address consists of the tensor's pointer, a displacement, and a register for the part that
/// depends on loops: what the iteration numbers add, in units of the access's scale. Addresses with the same
/// loop-dependent part share the register, also across tensors. Every loop on which the part depends has its own
/// register, which starts from the outer loop's and is stepped at the end of an iteration. Addresses therefore need no
/// multiplication inside a loop.
namespace vtpu::compiler::select {

using ir::kNone;
using ir::Loop;
using ir::Node;
using ir::Op;
using ir::OpKind;
using ir::Value;
using isa::File;

void Selector::find_depths(const std::vector<Node>& nodes, std::size_t depth) {
  for (const Node& node : nodes) {
    if (const Op* o = node.op()) {
      if (o->result != kNone) depth_[o->result] = depth;
      continue;
    }
    const Loop& inner = *node.loop();
    if (inner.iteration != kNone) depth_[inner.iteration] = depth + 1;
    for (const auto& carried : inner.carried) depth_[carried.argument] = depth + 1, depth_[carried.result] = depth;
    find_depths(inner.body, depth + 1);
  }
}

/// Bytes per unit of an access's loop-dependent part: 8, 4, 2 or 1, the largest that divides all terms.
std::int64_t Selector::unit_of(const ir::Access& access) const {
  const auto size = static_cast<std::int64_t>(ir::size_of(module_.tensors[access.tensor].element));
  const bool whole = std::all_of(access.offset.terms.begin(), access.offset.terms.end(),
                                 [&](const auto& term) { return term.coefficient % size == 0; }) &&
                     (access.index == kNone || access.scale % size == 0);
  return whole ? size : 1;
}

namespace {

/// The part of a constant offset that becomes the displacement: all of it if it fits, otherwise the rest beyond a
/// multiple of 2^31.
std::int32_t displacement_of(std::int64_t offset) {
  if (ir::fits_i32(offset)) return static_cast<std::int32_t>(offset);
  constexpr std::int64_t kHalf = std::int64_t{1} << 30;
  return static_cast<std::int32_t>((ir::wrapped_add(offset, kHalf) & (2 * kHalf - 1)) - kHalf);
}

}  // namespace

Selector::LoopPart Selector::loop_part_of(const ir::Access& access, std::int64_t unit) const {
  LoopPart part;
  part.far = ir::wrapped_sub(access.offset.constant, displacement_of(access.offset.constant)) / unit;
  for (const auto& term : access.offset.terms) part.terms.push_back({term.loop, term.coefficient / unit});
  if (access.index != kNone && !ir::is_vector(module_.types[access.index])) {
    part.index = access.index;
    part.index_scale = access.scale / unit;
  }
  return part;
}

namespace {

std::int64_t coefficient_of(const std::vector<ir::Affine::Term>& terms, ir::LoopId loop) {
  const auto at = std::find_if(terms.begin(), terms.end(), [&](const auto& term) { return term.loop == loop; });
  return at == terms.end() ? 0 : at->coefficient;
}

}  // namespace

std::optional<Register> Selector::along(const LoopPart& part, std::size_t depth) {
  if (part.index != kNone && depth_of(part.index) == depth) {
    const auto found = frames_[depth].sums.find(part);
    if (found != frames_[depth].sums.end()) return found->second;
    Register sum = reg(part.index);
    if (part.index_scale != 1) {
      const Register scaled = fresh(File::r);
      const auto scale = static_cast<std::uint64_t>(part.index_scale);
      if (std::has_single_bit(scale))
        emit(Opcode::dshl_i64, {scaled, sum, Number{std::countr_zero(scale)}});
      else
        emit(Opcode::dmul_i64, {scaled, sum, Number{part.index_scale}});
      sum = scaled;
    }
    LoopPart rest = part;
    rest.index = kNone;
    rest.index_scale = 0;
    if (const auto base = along(rest, depth)) {
      const Register both = fresh(File::r);
      emit(Opcode::dadd_i64, {both, sum, *base});
      sum = both;
    }
    frames_[depth].sums[part] = sum;
    return sum;
  }
  if (depth == 0) {
    if (part.far == 0) return {};
    const auto [place, inserted] = frames_[0].sums.try_emplace(LoopPart{{}, kNone, 0, part.far}, kNoRegister);
    if (inserted) emit(Opcode::dmov_i64, {place->second = fresh(File::r), Number{part.far}});
    return place->second;
  }
  const ir::LoopId loop = frames_[depth].loop->id;
  LoopPart here = part;
  std::erase_if(here.terms, [&](const auto& term) {
    return std::none_of(frames_.begin() + 1, frames_.begin() + static_cast<std::ptrdiff_t>(depth) + 1,
                        [&](const Frame& frame) { return frame.loop->id == term.loop; });
  });
  if (here.index != kNone && depth_of(here.index) > depth) here.index = kNone, here.index_scale = 0;
  if (coefficient_of(here.terms, loop) != 0) {
    const auto found = frames_[depth].inductions.find(here);
    VTPU_CHECK(found != frames_[depth].inductions.end(), "a loop has a register for each part that varies with it");
    return found->second;
  }
  return along(here, depth - 1);
}

void Selector::begin_inductions(const Loop& inner) {
  const std::size_t depth = frames_.size() - 1;
  Frame& frame = frames_.back();
  const auto want = [&](LoopPart part) {
    const bool moves = coefficient_of(part.terms, inner.id) != 0;
    std::erase_if(part.terms, [&](const auto& term) {
      return std::none_of(frames_.begin() + 1, frames_.end(),
                          [&](const Frame& around) { return around.loop->id == term.loop; });
    });
    // An index defined in this loop or deeper is added there.
    if (part.index != kNone && depth_of(part.index) >= depth) part.index = kNone, part.index_scale = 0;
    if (!moves) {  // what comes from outside is added before the loop, not in it
      if (part.index != kNone || part.far != 0) (void)along(part, depth - 1);
      return;
    }
    const auto [place, inserted] = frame.inductions.try_emplace(part, kNoRegister);
    if (!inserted) return;
    place->second = fresh(File::r);
    LoopPart before = part;
    std::erase_if(before.terms, [&](const auto& term) { return term.loop == inner.id; });
    const auto start = along(before, depth - 1);
    if (start)
      move(place->second, *start);
    else
      emit(Opcode::dmov_i64, {place->second, Number{0}});
  };
  ir::for_each_op(inner.body, [&](const Op& o) {
    if (o.access.tensor == ir::kNoTensor || o.access.cell != kNone) return;
    want(loop_part_of(o.access, unit_of(o.access)));
  });
  if (inner.iteration != kNone && uses_[inner.iteration] != 0) {
    const LoopPart count{{{inner.id, 1}}, kNone, 0, 0};
    want(count);
    registers_[inner.iteration] = frame.inductions.at(count);
  }
}

void Selector::end_inductions() {
  const Frame& frame = frames_.back();
  for (const auto& [part, r] : frame.inductions)
    emit(Opcode::dadd_i64, {r, r, Number{coefficient_of(part.terms, frame.loop->id)}});
}

Address Selector::address(const Op& o) {
  const std::int64_t unit = unit_of(o.access);
  const std::size_t depth = frames_.size() - 1;
  const auto part = along(loop_part_of(o.access, unit), depth);
  return {pointers_[o.access.tensor], part.value_or(kNoRegister),
          part ? static_cast<unsigned>(std::countr_zero(static_cast<std::uint64_t>(unit))) : 0,
          displacement_of(o.access.offset.constant)};
}

/// Sixteen addresses: what the loops add goes into every lane.
Address Selector::lane_address(const Op& o) {
  ir::Access scalar = o.access;
  scalar.index = kNone;
  Register lanes = reg(o.access.index);
  if (const auto part = along(loop_part_of(scalar, 4), frames_.size() - 1)) {
    const Register base = fresh(File::v), sum = fresh(File::v);
    emit(Opcode::dbcast_i32, {base, *part});
    emit(Opcode::dadd_i32x16, {sum, lanes, base});
    lanes = sum;
  }
  return {pointers_[o.access.tensor], lanes, 0, displacement_of(o.access.offset.constant)};
}

CellAddress Selector::cell(const ir::Access& access) {
  return {reg(access.cell), access.axis, access.index == kNone ? kNoRegister : reg(access.index)};
}

backend::MemoryReference Selector::reference(const Op& o) {
  const ir::Access& access = o.access;
  backend::MemoryReference reference;
  reference.tensor = access.tensor;
  const std::size_t depth = frames_.size() - 1;
  const bool lanes = access.index != kNone && ir::is_vector(module_.types[access.index]);
  if (access.cell != kNone || lanes || (access.index != kNone && depth_of(access.index) >= depth && depth > 0))
    return reference;
  const ir::LoopId loop = depth == 0 ? 0 : frames_.back().loop->id;
  std::vector<std::int64_t> key{static_cast<std::int64_t>(access.index), access.scale};
  for (const auto& term : access.offset.terms) key.push_back(term.loop), key.push_back(term.coefficient);
  reference.affine = true;
  reference.group = groups_.try_emplace(key, static_cast<std::uint32_t>(groups_.size())).first->second;
  reference.offset = access.offset.constant;
  reference.step = depth == 0 ? 0 : access.offset.coefficient(loop);
  reference.bytes = passes::bytes_of(module_, o);
  return reference;
}

}  // namespace vtpu::compiler::select
