#include "vtpu/exec/jit/emitter.h"

#include <algorithm>
#include <numeric>

namespace vtpu::exec::jit {

using namespace asmjit;
using isa::Opcode;
using isa::Slot;

namespace {

constexpr std::size_t kMaxBases = 4;
/// Room for the host code of most programs; the buffer grows for the others.
constexpr std::size_t kCodeBytes = 4096, kCodeBytesPerWord = 48;
/// Offset of the hit counter in the translation cache.
constexpr auto kHits = static_cast<std::int32_t>(offsetof(memory::TranslationCache, counters) +
                                                 offsetof(memory::TranslationCounters, hits));
/// The interpreter executes accesses with larger indices, so that no address overflows in the code before a loop.
constexpr unsigned kIndexBits = 44;

}  // namespace

Emitter::Emitter(CodeHolder& code, const isa::Program& program, const Plan& plan, const Features& features,
                 const isa::Constant* constants, const Callees& callees, CompileWork& work, Encoder encoder)
    : as_(code, encoder, kCodeBytesPerWord * program.words.size() + kCodeBytes),
      program_(program),
      plan_(plan),
      features_(features),
      constants_(constants),
      callees_(callees),
      work_(work),
      emitters_(emitters()) {
  exits_.reserve(plan.segments.size() + plan.checked_accesses);
  labels_.reserve(plan.segments.size());
  leave_ = as_.newLabel();
  leave_saved_ = as_.newLabel();
  dispatch_ = as_.newLabel();
  call_ = as_.newLabel();
  check_access_ = as_.newLabel();
  wait_ = as_.newLabel();
  resume_ = as_.newLabel();
  for (Label& label : quick_calls_) label = as_.newLabel();
  for (std::size_t i = 0; i < plan.segments.size(); ++i) labels_.push_back(as_.newLabel());
  assign_registers();
}

void Emitter::assign_registers() {
  std::size_t bases = 0;
  for (const Segment& segment : plan_.segments)
    bases = std::max(bases, static_cast<std::size_t>(__builtin_popcount(segment.base_registers)));
  pool_size_ = kSharedPool - (plan_.looks_up_cells ? kCellScratch.size() : 0);
  r_hosts_ = pool_size_ - std::min(bases, kMaxBases);
  const auto by_weight = [](const std::array<std::uint64_t, 16>& weight) {
    std::array<std::size_t, 16> order{};
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return weight[a] > weight[b]; });
    return order;
  };
  r_host_.fill(-1);
  v_host_.fill(-1);
  p_host_.fill(-1);
  int next = 0;
  for (const std::size_t r : by_weight(plan_.r_weight))
    if (plan_.r_weight[r] > 0 && next < static_cast<int>(r_hosts_)) r_host_[r] = next++;
  next = 0;
  for (const std::size_t v : by_weight(plan_.v_weight)) {
    if (plan_.v_weight[v] == 0) continue;
    if (features_.form == Form::avx512)
      v_host_[v] = static_cast<int>(v);
    else if (next < 12)
      v_host_[v] = next, next += 2;
  }
}

void Emitter::load_constant(const Gp& to, std::int64_t value) {
  if (value == 0)
    as_.xor_(to.r32(), to.r32());
  else if (value > 0 && value <= 0xffffffffLL)
    as_.mov(to.r32(), static_cast<std::uint32_t>(value));
  else
    as_.mov(to, value);
}

void Emitter::enter_function() {
  // (context, entry, seat): the seat's address stays on the stack, for calls.
  for (const x86::Gp& reg : {x86::rbp, x86::rbx, x86::r12, x86::r13, x86::r14, x86::r15}) as_.push(reg);
  as_.sub(x86::rsp, static_cast<std::int32_t>(8 * (kMaxGuards + kProbeSlots)));
  as_.push(x86::rdx);
  as_.lea(x86::rbp, x86::Mem(x86::rdi, static_cast<std::int32_t>(kBias)));
  as_.mov(x86::rax, x86::rsi);
  load_registers();
  as_.jmp(x86::rax);
}

void Emitter::save_registers(bool dirty_only) {
  for (std::uint8_t r = 0; r < 16; ++r)
    if (r_host_[r] >= 0 && (!dirty_only || (plan_.written.r >> r & 1) != 0))
      as_.mov(r_home(r), kPool[static_cast<std::size_t>(r_host_[r])]);
  for (std::uint8_t v = 0; v < 16; ++v)
    if (v_host_[v] >= 0 && (!dirty_only || (plan_.written.v >> v & 1) != 0))
      for (unsigned part = 0; part < parts(); ++part)
        as_.vmovups(v_home(v, part), vector(static_cast<unsigned>(v_host_[v]) + part));
}
void Emitter::load_registers() {
  for (std::uint8_t r = 0; r < 16; ++r)
    if (r_host_[r] >= 0) as_.mov(kPool[static_cast<std::size_t>(r_host_[r])], r_home(r));
  for (std::uint8_t v = 0; v < 16; ++v)
    if (v_host_[v] >= 0)
      for (unsigned part = 0; part < parts(); ++part)
        as_.vmovups(vector(static_cast<unsigned>(v_host_[v]) + part), v_home(v, part));
}

Label Emitter::exit_at(std::uint32_t word, std::size_t segment, bool counted) {
  exits_.push_back({word, static_cast<std::uint32_t>(segment), counted});
  return as_.new_exit();
}

/// Counts what the words retire; their fuel has been taken.
void Emitter::count(const Retired& retired, std::uint32_t words, std::uint64_t probes) {
  if (probes != 0) {
    as_.mov(x86::rax, field(offsetof(Context, cache), 8));
    as_.add(x86::qword_ptr(x86::rax, kHits), static_cast<std::uint32_t>(probes));
  }
  as_.add(field(offsetof(Context, retired) + offsetof(Retired, words), 8), words);
  for (std::size_t slot = 0; slot < 3; ++slot)
    if (retired.ops[slot] != 0)
      as_.add(field(offsetof(Context, retired) + offsetof(Retired, ops) + 8 * slot, 8),
              static_cast<std::uint32_t>(retired.ops[slot]));
  if (retired.control != 0)
    as_.add(field(offsetof(Context, retired) + offsetof(Retired, control), 8),
            static_cast<std::uint32_t>(retired.control));
}

/// Emits the bounds checks of the hoisted accesses of a segment. rcx: iterations − 1, if any group steps; it is
/// changed.
void Emitter::emit_group_checks(const Segment& segment, Label fail) {
  // The bytes of all iterations must lie within [begin, end). No bytes do for a pointer that is not translated, all
  // three of whose addresses are 0. Comparisons are signed: a displacement may lead below address 0, and no host
  // address has its top bit set.
  const auto at = [&](const HoistedGroup& group, std::int64_t displacement, const Gp* index) {
    const bool near = displacement == static_cast<std::int32_t>(displacement);
    if (near) {
      as_.mov(x86::rdx, p_field(group.p, offsetof(memory::Pointer, base)));
      const auto by = static_cast<std::int32_t>(displacement);
      if (index != nullptr)
        as_.lea(x86::rdx, x86::ptr(x86::rdx, *index, 0, by));
      else if (by != 0)
        as_.add(x86::rdx, by);
      return;
    }
    load_constant(x86::rdx, displacement);
    as_.add(x86::rdx, p_field(group.p, offsetof(memory::Pointer, base)));
    if (index != nullptr) as_.add(x86::rdx, *index);
  };
  const auto check = [&](const HoistedGroup& group, const Gp* lowest, const Gp* highest) {
    at(group, group.lowest, lowest);
    as_.cmp(x86::rdx, p_field(group.p, offsetof(memory::Pointer, begin)));
    as_.jl(fail);
    at(group, group.end, highest);
    as_.cmp(x86::rdx, p_field(group.p, offsetof(memory::Pointer, end)));
    as_.jg(fail);
  };
  const auto in_range = [&](const Gp& index, unsigned scale) {  // −2^43 ≤ index < 2^43, then × scale
    as_.mov(x86::rdx, index);
    as_.sar(x86::rdx, kIndexBits - 1);
    as_.add(x86::rdx, 1);
    as_.cmp(x86::rdx, 1);
    as_.ja(fail);
    if (scale != 0) as_.shl(index, scale);
  };
  bool counter_changed = false;
  for (auto first = segment.groups.begin(); first != segment.groups.end(); ++first) {
    // Groups with the same index share its first and last value, in rax and rcx.
    const auto shares = [&first](const HoistedGroup& other) {
      return other.r == first->r && other.scale == first->scale;
    };
    if (std::any_of(segment.groups.begin(), first, shares)) continue;
    if (first->r == isa::kNoRegister) {
      for (auto one = first; one != segment.groups.end(); ++one)
        if (shares(*one)) check(*one, nullptr, nullptr);
      continue;
    }
    load_r(x86::rax, first->r);
    in_range(x86::rax, first->scale);
    if (first->step != 0) {
      if (counter_changed) load_iterations(segment);
      counter_changed = true;
      as_.imul(x86::rcx, x86::rcx, static_cast<std::int32_t>(first->step));
      as_.jo(fail);
      if (r_host_[first->r] >= 0)
        as_.add(x86::rcx, source(first->r, x86::rdx));
      else
        as_.add(x86::rcx, r_home(first->r));
      as_.jo(fail);
      in_range(x86::rcx, first->scale);
    }
    const Gp begins = x86::rax, ends = first->step == 0 ? x86::rax : x86::rcx;
    const bool ascends = first->step >= 0;
    for (auto one = first; one != segment.groups.end(); ++one)
      if (shares(*one)) check(*one, ascends ? &begins : &ends, ascends ? &ends : &begins);
  }
}

/// rcx = iterations − 1 of a counted loop.
void Emitter::load_iterations(const Segment& segment) {
  load_r(x86::rcx, program_.words[segment.end - 1].dense.d);
  as_.dec(x86::rcx);
}

/// Emits the code before a counted loop: checks fuel and bounds for all iterations, counts them, loads the pointers'
/// bases.
void Emitter::emit_loop_head(const Segment& segment, Label fail) {
  const Mem fuel = field(offsetof(Context, fuel), 8);
  load_iterations(segment);  // below 2^44
  as_.mov(x86::rax, x86::rcx);
  as_.shr(x86::rax, kIndexBits - 1);
  as_.jnz(fail);
  emit_group_checks(segment, fail);
  for (std::size_t i = 0; i < segment.guards.size(); ++i) {
    const Guard& guard = segment.guards[i];
    // A pointer that is not translated covers no bytes.
    as_.mov(x86::rdx, p_field(guard.p, offsetof(memory::Pointer, base)));
    if (guard.disp != 0) as_.add(x86::rdx, guard.disp);
    as_.cmp(x86::rdx, p_field(guard.p, offsetof(memory::Pointer, begin)));
    as_.jb(fail);
    as_.mov(x86::rax, p_field(guard.p, offsetof(memory::Pointer, end)));
    as_.sub(x86::rax, x86::rdx);
    as_.jb(fail);
    as_.sub(x86::rax, guard.bytes);
    as_.jb(fail);
    if (guard.scale != 0) as_.shr(x86::rax, guard.scale);
    as_.mov(guard_slot(i), x86::rax);
  }
  load_r(x86::rcx, program_.words[segment.end - 1].dense.d);
  as_.imul(x86::rax, x86::rcx, static_cast<std::int32_t>(segment.length()));
  as_.jo(fail);
  as_.cmp(x86::rax, fuel);
  as_.ja(fail);
  as_.sub(fuel, x86::rax);
  const Retired& once = segment.retired;
  as_.add(field(offsetof(Context, retired) + offsetof(Retired, words), 8), x86::rax);
  for (std::size_t slot = 0; slot < 3; ++slot)
    if (once.ops[slot] != 0) {
      as_.imul(x86::rax, x86::rcx, static_cast<std::int32_t>(once.ops[slot]));
      as_.add(field(offsetof(Context, retired) + offsetof(Retired, ops) + 8 * slot, 8), x86::rax);
    }
  as_.add(field(offsetof(Context, retired) + offsetof(Retired, control), 8), x86::rcx);
  if (segment.probes != 0) {
    as_.imul(x86::rax, x86::rcx, static_cast<std::int32_t>(segment.probes));
    as_.mov(x86::rdx, field(offsetof(Context, cache), 8));
    as_.add(x86::qword_ptr(x86::rdx, kHits), x86::rax);
  }
  emit_probe_head(segment);
  if (segment.closed && wants_more(segment)) return enter_closed_loop(segment);
  load_bases(segment);
}

/// Loads as many bases as there are free host registers.
void Emitter::load_bases(const Segment& segment) {
  std::size_t next = r_hosts_;
  for (std::uint8_t p = 0; p < 8; ++p)
    if ((segment.base_registers >> p & 1) != 0 && next < pool_size_) {
      as_.mov(kPool[next], p_field(p, offsetof(memory::Pointer, base)));
      p_host_[p] = static_cast<int>(next++);
    }
}

/// Whether the shared allocation leaves a register of the loop in the context, or a base without a host register.
bool Emitter::wants_more(const Segment& segment) const {
  for (std::uint8_t r = 0; r < 16; ++r)
    if ((segment.used.r >> r & 1) != 0 && r_host_[r] < 0) return true;
  return static_cast<std::size_t>(__builtin_popcount(segment.base_registers)) > pool_size_ - r_hosts_;
}

void Emitter::enter_closed_loop(const Segment& segment) {
  loop_ = allocate_loop(plan_, segment, kPool.size(), work_);
  for (std::uint8_t r = 0; r < 16; ++r)
    if (r_host_[r] >= 0 && (plan_.written.r >> r & 1) != 0)
      as_.mov(r_home(r), kPool[static_cast<std::size_t>(r_host_[r])]);
  for (std::uint8_t p = 0; p < 8; ++p) {
    p_host_[p] = loop_.bases[p];
    if (p_host_[p] >= 0)
      as_.mov(kPool[static_cast<std::size_t>(p_host_[p])], p_field(p, offsetof(memory::Pointer, base)));
  }
  r_host_outside_ = r_host_;
  r_host_ = loop_.at_start;
  for (std::uint8_t r = 0; r < 16; ++r)
    if ((loop_.loaded >> r & 1) != 0) as_.mov(kPool[static_cast<std::size_t>(r_host_[r])], r_home(r));
  next_move_ = next_store_ = 0;
  in_closed_loop_ = true;
}

void Emitter::leave_closed_loop() {
  for (std::uint8_t r = 0; r < 16; ++r)
    if ((loop_.stored >> r & 1) != 0) as_.mov(r_home(r), kPool[static_cast<std::size_t>(loop_.at_start[r])]);
  r_host_ = r_host_outside_;
  for (std::uint8_t r = 0; r < 16; ++r)
    if (r_host_[r] >= 0) as_.mov(kPool[static_cast<std::size_t>(r_host_[r])], r_home(r));
  in_closed_loop_ = false;
}

void Emitter::emit_called(const Segment& segment) {
  as_.mov(x86::eax, segment.first);
  as_.jmp(call_);
}

/// What called words share: calls called_word for the word in eax. All of it for each word would make most of the code
/// of some programs.
void Emitter::emit_call() {
  as_.bind(call_);
  save_registers(true);
  as_.mov(field(offsetof(Context, pc), 8), x86::rax);
  as_.mov(x86::rdi, x86::ptr(x86::rsp));
  as_.vzeroupper();
  as_.mov(x86::rax, reinterpret_cast<std::uint64_t>(callees_.called_word));
  as_.call(x86::rax);
  // rax: where to continue; 0: leave the code
  as_.test(x86::rax, x86::rax);
  as_.jz(leave_saved_);
  load_registers();
  as_.jmp(x86::rax);
}

void Emitter::emit_segment(const Segment& segment, std::size_t number) {
  as_.bind(labels_[number]);
  present_segment_ = number;
  p_host_.fill(-1);
  probe_of_.fill(-1);
  if (segment.called) return emit_called(segment);
  in_counted_segment_ = segment.counted_loop;
  const Label fail = exit_at(segment.first, number, false);
  if (segment.counted_loop) {
    emit_loop_head(segment, fail);
    if (segment.twice) return emit_both_loops(segment, number);
    loop_body_ = as_.newLabel();
    as_.bind(loop_body_);
  } else {
    const Mem fuel = field(offsetof(Context, fuel), 8);
    emit_group_checks(segment, fail);
    as_.cmp(fuel, segment.length());
    as_.jb(fail);
    if (segment.waits) {
      emit_checks(segment.first, number, false);
      // Until here, a sentron that waited is one that waits: `execute_word` asks it otherwise.
      as_.mov(field(offsetof(Context, status), 1), static_cast<int>(Status::ready));
    }
    as_.sub(fuel, segment.length());
    count(segment.retired, segment.length(), segment.probes);
    load_bases(segment);
  }
  emit_words(segment, number);
  if (in_closed_loop_) leave_closed_loop();
}

void Emitter::emit_words(const Segment& segment, std::size_t number) {
  for (std::uint32_t w = segment.first; w < segment.end; ++w) {
    if (!segment.waits || w != segment.first) emit_checks(w, number, true);
    emit_word(w);
  }
}

/// The loop without the checks that the limits of its guards make needless, and with them.
void Emitter::emit_both_loops(const Segment& segment, std::size_t number) {
  const Label with_checks = as_.newLabel(), end = as_.newLabel();
  for (std::size_t i = 0; i < segment.guards.size(); ++i) {
    if (segment.enough[i] == 0) continue;
    as_.cmp(guard_slot(i), segment.enough[i]);
    as_.jb(with_checks);
  }
  for (const Bounded& one : segment.bounded) {
    if (r_host_[one.r] >= 0)
      as_.cmp(source(one.r, x86::rax), one.most);
    else
      as_.cmp(r_home(one.r), one.most);
    as_.ja(with_checks);
  }
  for (const bool hold : {true, false}) {
    if (!hold) as_.bind(with_checks);
    bounds_hold_ = hold;
    loop_body_ = as_.newLabel();
    as_.bind(loop_body_);
    emit_words(segment, number);
    if (hold) as_.jmp(end);
  }
  as_.bind(end);
}

/// Emits a check by one comparison with the limit that emit_loop_head has computed.
[[gnu::flatten]] void Emitter::emit_guard(std::uint32_t w, std::size_t segment) {
  as_.cmp(source(program_.words[w].sparse.c, x86::rcx), guard_slot(static_cast<std::size_t>(plan_.guard[w])));
  as_.ja(exit_at(w, segment, true));
}

/// Everything that may keep the word from being executed. The operation between sentrons comes last, so that it happens
/// only if the word does.
void Emitter::emit_checks(std::uint32_t w, std::size_t segment, bool counted) {
  if (plan_.guard[w] >= 0) {
    if (!bounds_hold_ || !plan_.bounded[w]) emit_guard(w, segment);
  } else if (plan_.checked[w]) {
    emit_check(w, segment, counted);
  }
  if (plan_.exchanges[w]) emit_exchange(w, segment, counted);
}

void Emitter::emit_word(std::uint32_t w) {
  if (work_.exceeded()) return;
  work_.step(4);                   // a check and three slots
  work_.code_bytes(as_.offset());  // a segment may be the whole program
  const isa::Word& word = program_.words[w];
  const std::array ops{&word.dense, &word.sparse, &word.coord};
  for (const Slot slot : plan_.order[w]) {
    const isa::Op& op = *ops[static_cast<std::size_t>(slot)];
    if (op.opcode == Opcode::nop) continue;
    if (in_closed_loop_) emit_moves(w, slot);
    (this->*emitters_[static_cast<std::size_t>(op.opcode)].emit)(op, w);
    if (in_closed_loop_) emit_stores(w, slot);
  }
}

/// In a closed loop: registers that this op begins to keep elsewhere.
void Emitter::emit_moves(std::uint32_t w, Slot slot) {
  for (; next_move_ < loop_.moves.size() && loop_.moves[next_move_].word == w && loop_.moves[next_move_].slot == slot;
       ++next_move_)
    r_host_[loop_.moves[next_move_].r] = loop_.moves[next_move_].host;
}

/// In a closed loop: values of this op that the context needs.
void Emitter::emit_stores(std::uint32_t w, Slot slot) {
  for (; next_store_ < loop_.stores.size() && loop_.stores[next_store_].word == w &&
         loop_.stores[next_store_].slot == slot;
       ++next_store_) {
    const std::uint8_t r = loop_.stores[next_store_].r;
    as_.mov(r_home(r), kPool[static_cast<std::size_t>(r_host_[r])]);
  }
}

const Emitter::EmitterTable& Emitter::emitters() {
  static const EmitterTable kTable = [] {
    EmitterTable table{};
    list_dense(table);
    list_sparse(table);
    list_coordination(table);
    return table;
  }();
  return kTable;
}

const std::array<Availability, 256>& availability() {
  static const std::array<Availability, 256> kTable = [] {
    std::array<Availability, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
      const Emitter::OpEmitter& emitter = Emitter::emitters()[i];
      if (emitter.available != nullptr)
        table[i] = emitter.available == Available{&always} ? Availability::always : Availability::depends;
    }
    table[static_cast<std::size_t>(Opcode::nop)] = Availability::always;
    return table;
  }();
  return kTable;
}

bool can_emit(const isa::Op& op, const Features& features) {
  const auto number = static_cast<std::size_t>(op.opcode);
  if (features.without_emitter.test(number)) return false;
  const Availability available = availability()[number];
  return available == Availability::always ||
         (available == Availability::depends && Emitter::emitters()[number].available(op, features));
}

void Emitter::emit_all() {
  enter_function();
  for (std::size_t i = 0; i < plan_.segments.size(); ++i) {
    emit_segment(plan_.segments[i], i);
    work_.step();
    work_.code_bytes(as_.offset());
    if (work_.exceeded()) return;
  }
  as_.ud2();  // the last word branches or halts
  hot_bytes_ = as_.offset();
  // Cold parts come last, so that they take no room between hot cache lines.
  for (const ColdProbe& probe : cold_probes_) emit_cold_probe(probe);
  for (const ColdExchange& cold : cold_exchanges_) emit_cold_exchange(cold);
  emit_quick_calls();
  emit_wait_and_resume();
  emit_call();
  as_.bind(leave_);
  save_registers(true);
  as_.vzeroupper();
  as_.jmp(dispatch_);
  as_.bind(leave_saved_);
  as_.mov(x86::rax, kCalled);
  as_.bind(dispatch_);
  as_.mov(x86::rdx, x86::ptr(x86::rsp));
  as_.add(x86::rsp, static_cast<std::int32_t>(8 + 8 * (kMaxGuards + kProbeSlots)));
  for (const x86::Gp& reg : {x86::r15, x86::r14, x86::r13, x86::r12, x86::rbx, x86::rbp}) as_.pop(reg);
  as_.ret();
  as_.put_exits(leave_);
  if (features_.check_accesses) emit_access_thunk();
}

}  // namespace vtpu::exec::jit
