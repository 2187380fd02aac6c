#include "vtpu/compiler/select/selector.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/compiler/box.h"
#include "vtpu/compiler/passes/edit.h"

namespace vtpu::compiler::select {

using ir::kNone;
using ir::Loop;
using ir::Node;
using ir::Op;
using ir::OpKind;
using ir::Type;
using ir::Value;
using isa::File;

namespace {

/// Below this number of iterations, filling and draining a pipeline costs more than it hides on an out-of-order host.
constexpr std::int64_t kWorthPipelining = 64, kFew = 10;
/// With at least this many ops in the body, that cost weighs less.
constexpr std::size_t kLongBody = 64;

}  // namespace

backend::Code select(const ir::Module& module, const SelectOptions& options) { return Selector(module, options).run(); }

Selector::Selector(const ir::Module& module, const SelectOptions& options)
    : module_(module),
      options_(options),
      registers_(module.types.size(), kNoRegister),
      uses_(passes::count_uses(module, module.body)),
      depth_(module.types.size()),
      shared_(module.types.size()),
      constant_(module.types.size()),
      needs_register_(module.types.size()),
      number_(module.types.size()),
      whole_(module.types.size()),
      place_only_(module.types.size()),
      pointers_(module.tensors.size(), kNoRegister) {}

backend::Code Selector::run() {
  code_.name = module_.name;
  code_.blocks.emplace_back();
  frames_.emplace_back();
  find_depths(module_.body, 0);
  find_constants();
  find_whole();
  find_places();
  begin_program();
  list(module_.body);
  end_program();
  return std::move(code_);
}

void Selector::begin_program() {
  std::vector<bool> used(module_.tensors.size());
  bool numbered = false;
  ir::for_each_op(module_.body, [&](const Op& o) {
    numbered |= o.kind == OpKind::sentron;
    if (o.access.tensor != ir::kNoTensor && o.access.cell == kNone) used[o.access.tensor] = true;
  });
  if (numbered) {
    code_.number_on_entry = fresh(File::r);
    emit(Opcode::dmov_i64, {own_number_ = fresh(File::r), code_.number_on_entry});
  }
  for (std::size_t k = 0; k < module_.tensors.size(); ++k) {
    const ir::Tensor& tensor = module_.tensors[k];
    const bool made = tensor.role == ir::Tensor::Role::local || options_.allocate;
    if (!made && !used[k]) continue;
    const Box box = box_of(tensor);
    const std::uint32_t first = coordinate(box.first);
    const Register pointer = fresh(File::p);
    emit(Opcode::dmov_coord, {pointer, Number{first}});
    if (made) {
      const Register last = fresh(File::p), handle = fresh(File::r);
      emit(Opcode::dmov_coord, {last, Number{coordinate(box.last)}});
      const isa::Layout layout = tensor.sparse ? isa::Layout::sparse : isa::Layout::row_major;
      emit(Opcode::salloc, {handle, pointer, last, isa::Allocation{box.mask, box.cell_log2, layout}});
      // `vtpu run --backing` gives the first region that a program allocates a file.
      if (tensor.role == ir::Tensor::Role::local)
        handles_.push_back(handle);
      else if (k == 0)
        durable_ = handle;
    }
    if (!used[k]) continue;
    // A first access translates the pointer before the loops use it.
    emit(Opcode::sgather_i8, {fresh(File::r), Address{pointer, kNoRegister, 0, 0}});
    block().ops.back().memory = {static_cast<std::uint32_t>(k), false, 0, 0, 0, 1};
    pointers_[k] = pointer;
    code_.rematerializable.emplace_back(pointer, first);
  }
  // Memory for spilled registers, beyond all other chapters.
  code_.spill_coordinate =
      coordinate(phext::PackedCoordinate().with(phext::Axis::chapter, phext::PackedCoordinate::kMax));
}

void Selector::end_program() {
  if (durable_ != kNoRegister) emit(Opcode::sflush, {durable_});
  for (const Register handle : handles_) emit(Opcode::sfree, {handle});
  block().exit = machine_op(Opcode::dhalt, {});
}

void Selector::new_block() {
  code_.blocks.emplace_back();
  block().depth = static_cast<unsigned>(frames_.size() - 1);
}

void Selector::emit(Opcode opcode, std::initializer_list<Operand> operands) {
  block().ops.push_back(machine_op(opcode, operands));
  block().ops.back().line = line_;
}

std::uint32_t Selector::coordinate(phext::PackedCoordinate place) {
  const auto [found, fresh] =
      coordinates_.try_emplace(place.bits(), static_cast<std::uint32_t>(code_.coordinates.size()));
  if (fresh) code_.coordinates.push_back(place);
  return found->second;
}

// ---- registers of values

File Selector::file_of(Type type) {
  if (ir::is_vector(type)) return File::v;
  if (type == Type::coordinate) return File::p;
  return type == Type::message ? File::m : File::r;
}

Register Selector::define(Value value) {
  if (registers_[value] == kNoRegister) registers_[value] = fresh(file_of(module_.types[value]));
  return registers_[value];
}

/// Whether a value has one use only and its register is free after that. The value must be defined in the current list
/// and share its register with no other value.
bool Selector::only_use(Value value) const {
  return uses_[value] == 1 && depth_[value] == frames_.size() - 1 && !shared_[value] && !constant_[value];
}

/// For an op that modifies a register: returns the result's register, which holds `value`.
Register Selector::take_over(Value value, Value result) {
  const Register from = reg(value);
  if (only_use(value) && registers_[result] == kNoRegister) return registers_[result] = from;
  if (registers_[result] == from) return from;
  move(define(result), from);
  return registers_[result];
}

Register Selector::reg(Value value) {
  VTPU_CHECK(registers_[value] != kNoRegister, "a value is defined before it is read");
  return registers_[value];
}

Operand Selector::reg_or_number(Value value) {
  if (constant_[value]) return Number{number_[value]};
  return reg(value);
}

namespace {

/// Whether the result may be the first operand under another name.
bool is_the_same_register(const Op& o) {
  return o.kind == OpKind::bits || o.kind == OpKind::extend ||
         (o.kind == OpKind::convert && ir::is_float(o.type) == ir::is_float(o.operand_type) && !ir::is_float(o.type));
}

/// Whether the op writes its result into the register of its first operand (Selector::take_over).
bool modifies_operand(OpKind kind) {
  return kind == OpKind::dot_bf16 || kind == OpKind::dot_u8i8 || kind == OpKind::pack;
}

}  // namespace

void Selector::find_constants() {
  ir::for_each_op(module_.body, [&](const Op& o) {
    if (o.kind == OpKind::constant && !ir::is_vector(o.type)) {
      constant_[o.result] = true;
      number_[o.result] = o.type == Type::f32 ? o.imm & 0xffffffff : o.imm;
    }
    if (is_the_same_register(o)) shared_[o.result] = shared_[o.operands[0]] = true;
  });
  const auto need = [&](Value value) {
    if (value != kNone && constant_[value]) needs_register_[value] = true;
  };
  const auto scan = [&](const auto& self, const std::vector<Node>& nodes) -> void {
    for (const Node& node : nodes) {
      if (const Loop* inner = node.loop()) {
        if (inner->iteration != kNone) shared_[inner->iteration] = true;  // shared with addresses
        need(inner->trip_value);
        for (const auto& carried : inner->carried) need(carried.next);
        self(self, inner->body);
        continue;
      }
      const Op& o = *node.op();
      const Type type = o.operand_type == Type::none || o.kind != OpKind::compare ? o.type : o.operand_type;
      const bool whole = type == Type::i64 || type == Type::i32;
      for (std::size_t k = 0; k < o.operands.size(); ++k) {
        bool immediate = false;
        switch (o.kind) {
          case OpKind::add:
          case OpKind::mul:
          case OpKind::min:
          case OpKind::max:
          case OpKind::bit_and:
          case OpKind::bit_or:
          case OpKind::bit_xor:
            // One operand may be immediate. If both are constants, the other needs a register.
            immediate = (whole || type == Type::lanes) && (k == 1 || !constant_[o.operands[1]]);
            break;
          case OpKind::sub:
          case OpKind::shl:
          case OpKind::shr:
          case OpKind::sar: immediate = k == 1 && (whole || ir::is_vector(type)); break;
          case OpKind::compare: immediate = whole && k == 1; break;
          case OpKind::step:
          case OpKind::set_axis:
          case OpKind::cast: immediate = k == 1; break;
          default: break;
        }
        if (!immediate) need(o.operands[k]);
      }
      need(o.access.index), need(o.access.cell);
    }
  };
  scan(scan, module_.body);
}

// ---- lists and loops

void Selector::list(const std::vector<Node>& nodes) {
  for (const Node& node : nodes) {
    if (const Op* o = node.op()) {
      line_ = o->source.line;
      op(*o);
    } else {
      loop(*node.loop());
    }
  }
}

void Selector::move(Register to, Register from) {
  switch (code_.files[to]) {
    case File::r: return emit(Opcode::dmov_i64, {to, from});
    case File::v: return emit(Opcode::dmov_v, {to, from});
    case File::p: return emit(Opcode::dmov_p, {to, from});
    case File::m: {  // via a vector, because there is no direct move
      const Register through = fresh(File::v);
      emit(Opcode::cunpack_v, {through, from});
      return emit(Opcode::cpack_v, {to, through, Number{0}});
    }
    case File::none: break;
  }
  VTPU_CHECK(false, "every register has a file");
}

/// A parallel move: no move may overwrite a register that another still has to read.
void Selector::move_all(std::vector<std::pair<Register, Register>> moves) {
  std::erase_if(moves, [](const auto& m) { return m.first == m.second; });
  std::unordered_map<Register, std::size_t> reads;    // how many moves still read a register
  std::unordered_map<Register, std::size_t> written;  // the move that writes it
  for (std::size_t k = 0; k < moves.size(); ++k) ++reads[moves[k].second], written[moves[k].first] = k;
  std::set<std::size_t> left, free;
  for (std::size_t k = 0; k < moves.size(); ++k) {
    left.insert(k);
    if (!reads.contains(moves[k].first)) free.insert(k);
  }
  const auto no_longer_read = [&](Register source) {
    if (--reads[source] > 0) return;
    reads.erase(source);
    if (const auto found = written.find(source); found != written.end()) free.insert(found->second);
  };
  while (!left.empty()) {
    if (!free.empty()) {
      const std::size_t k = *free.begin();
      free.erase(free.begin());
      left.erase(k);
      move(moves[k].first, moves[k].second);
      no_longer_read(moves[k].second);
      continue;
    }
    Register& source = moves[*left.begin()].second;  // a cycle: save one value in a temporary
    const Register kept = fresh(code_.files[source]);
    move(kept, source);
    no_longer_read(std::exchange(source, kept));
    ++reads[kept];
  }
}

/// Assigns registers to carried values. The argument reuses the initial value's register if that is free. The next
/// value reuses the argument's register if the argument is not read after it.
void Selector::begin_carried(const Loop& inner) {
  for (const Loop::Carried& carried : inner.carried) {
    if (only_use(carried.initial)) {
      registers_[carried.argument] = reg(carried.initial);
    } else {
      const Register argument = define(carried.argument);
      if (constant_[carried.initial])
        emit(Opcode::dmov_i64, {argument, Number{number_[carried.initial]}});
      else
        move(argument, reg(carried.initial));
    }
    registers_[carried.result] = registers_[carried.argument];
  }
  if (inner.carried.empty()) return;
  std::unordered_map<Value, std::size_t> nexts, last_read, defined;  // nexts: how often; the others: place in the body
  for (const Loop::Carried& carried : inner.carried) ++nexts[carried.next], last_read[carried.argument] = 0;
  // Values that may lie in an argument's register: to read one is to read the argument.
  std::unordered_map<Value, Value> inside;
  const auto held_by = [&](Value value) {
    const auto found = inside.find(value);
    return found == inside.end() ? value : found->second;
  };
  const auto put_inside = [&](Value value, Value operand) {
    if (last_read.contains(held_by(operand)) && !nexts.contains(value)) inside[value] = held_by(operand);
  };
  const auto read = [&](Value value, std::size_t place) {
    if (const auto found = last_read.find(held_by(value)); found != last_read.end()) found->second = place;
  };
  for (std::size_t place = 0; place < inner.body.size(); ++place) {
    const Node& node = inner.body[place];
    passes::for_each_read(node, [&](Value value) { read(value, place); });
    if (const Loop* loop = node.loop()) {
      for (const Loop::Carried& carried : loop->carried) put_inside(carried.result, carried.initial);
      continue;
    }
    const Op& o = *node.op();
    if (nexts.contains(o.result)) defined[o.result] = place;
    if (!o.operands.empty() && o.operands[0] != kNone && (is_the_same_register(o) || modifies_operand(o.kind)))
      put_inside(o.result, o.operands[0]);
  }
  for (const Loop::Carried& carried : inner.carried) {
    const bool shared_next = shared_[carried.next] || shared_[carried.argument] || constant_[carried.next] ||
                             registers_[carried.next] != kNoRegister;
    const bool handed_on = nexts.contains(carried.argument);
    if (shared_next || nexts[carried.next] != 1 || handed_on) continue;
    // The argument must not be read afterwards: an op of several instructions may write its result before reading all
    // operands.
    const auto place = defined.find(carried.next);
    if (place != defined.end() && last_read[carried.argument] <= place->second)
      registers_[carried.next] = registers_[carried.argument];
  }
}

void Selector::end_carried(const Loop& inner) {
  std::vector<std::pair<Register, Register>> moves;
  for (const Loop::Carried& carried : inner.carried)
    moves.emplace_back(registers_[carried.argument], reg(carried.next));
  move_all(std::move(moves));
}

void Selector::loop(const Loop& inner) {
  if (inner.counted() && inner.trip <= 0) {
    for (const Loop::Carried& carried : inner.carried) {
      if (constant_[carried.initial])
        emit(Opcode::dmov_i64, {define(carried.result), Number{number_[carried.initial]}});
      else
        move(define(carried.result), reg(carried.initial));
    }
    return;
  }
  line_ = inner.source.line;
  begin_carried(inner);
  frames_.push_back({&inner, {}, {}});
  begin_inductions(inner);
  const Register counter = fresh(File::r);
  std::size_t skips = 0;
  if (inner.counted()) {
    emit(Opcode::dmov_i64, {counter, Number{inner.trip}});
  } else {
    emit(Opcode::dmov_i64, {counter, reg(inner.trip_value)});
    const Register none = fresh(File::r);
    emit(Opcode::dcmp_i64, {none, Number{static_cast<std::int64_t>(isa::Condition::le)}, counter, Number{0}});
    block().exit = machine_op(Opcode::dbr_nz, {none, Number{0}});
    block().exit->line = line_;
    skips = code_.blocks.size() - 1;
  }
  const auto first = static_cast<std::uint32_t>(code_.blocks.size());
  new_block();
  list(inner.body);
  line_ = inner.source.line;
  end_carried(inner);
  end_inductions();
  block().exit = machine_op(Opcode::dloop, {counter, Number{0}});
  block().exit->line = line_;
  block().target = first;
  if (passes::innermost(inner)) {
    backend::Block::Loop about;
    about.trip = inner.counted() ? static_cast<std::uint64_t>(inner.trip) : 0;
    about.pipeline = options_.pipeline_everywhere ||
                     (inner.counted() &&
                      (inner.trip >= kWorthPipelining || (inner.trip >= kFew && block().ops.size() >= kLongBody)));
    about.name = inner.name;
    about.line = inner.source.line;
    block().loop = about;
  }
  frames_.pop_back();
  new_block();
  if (!inner.counted()) code_.blocks[skips].target = static_cast<std::uint32_t>(code_.blocks.size() - 1);
}

}  // namespace vtpu::compiler::select
