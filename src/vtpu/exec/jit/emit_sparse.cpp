#include <array>
#include <limits>

#include "vtpu/exec/jit/emitter.h"
#include "vtpu/memory/translation_cache.h"

namespace vtpu::exec::jit {

using namespace asmjit;
using isa::Kind;
using isa::Opcode;
using memory::Pointer;
using memory::TranslationCache;

namespace {

constexpr unsigned kCell = 3;  // log2 of the bytes of a cell that host code looks up
constexpr unsigned kLog2Columns = 6;
static_assert(TranslationCache::kColumns == 1 << kLog2Columns);

const isa::KindInfo* address_of(const isa::Op& op) {
  for (const Kind kind : isa::info(op.opcode).kinds())
    if (isa::is_address(kind)) return &isa::info(kind);
  return nullptr;
}

std::int32_t member(std::size_t offset) { return static_cast<std::int32_t>(offset); }

bool is_column_step(const isa::Op& op) {
  return op.mode == static_cast<std::uint8_t>(phext::Axis::column) && op.c != isa::kNoRegister;
}

}  // namespace

/// Emits all checks of the word's S access, before the word writes anything; the checked address stays in rdx.
void Emitter::emit_check(std::uint32_t w, std::size_t segment, bool counted) {
  const isa::Op& op = program_.words[w].sparse;
  if (op.opcode == Opcode::slaplace) return emit_laplacian(op, exit_at(w, segment, counted));
  const isa::KindInfo* kind = address_of(op);
  if (kind == nullptr || isa::info(op.opcode).effect == isa::Effect::hint || plan_.hoisted[w]) return;
  const Label fail = exit_at(w, segment, counted);
  if (kind->kind == Kind::AddrV) return emit_lane_check(op, fail);
  if (isa::is_cell(kind->kind)) {
    if (probe_of_[op.b] >= 0) return emit_viewed_probe(op, w, fail);
    const Gp tag = kCellScratch[0], other = kCellScratch[1];
    // rdx: the column plus r, checked to be 0 to 2047. tag: the tag's low word. rax: the tag's hash.
    as_.mov(x86::rdx, p_field(op.b, offsetof(Pointer, coordinate)));
    as_.mov(tag, x86::rdx);
    as_.and_(x86::edx, 2047);
    as_.add(x86::rdx, source(op.c, x86::rcx));
    as_.cmp(x86::rdx, 2047);
    as_.ja(fail);
    as_.and_(tag, -2048);
    as_.or_(tag, x86::rdx);
    as_.and_(tag, -64);
    emit_tag_high(x86::rcx, op.b);
    as_.rorx(x86::rax, x86::rcx, 32);
    as_.xor_(x86::rax, tag);
    as_.mov(other, TranslationCache::kHashFactor);
    as_.imul(x86::rax, other);
    // The set is the upper eight bits of the hash.
    static_assert(sizeof(TranslationCache::Entry) * TranslationCache::kWays == 128);
    as_.shr(x86::rax, 56 - 7);
    as_.and_(x86::eax, 0xff << 7);
    as_.add(x86::rax, field(offsetof(Context, cache), 8));
    // The first way is compared here, the others in the cold code.
    cold_probes_.push_back({as_.newLabel(), as_.newLabel(), fail});
    const Label other_ways = cold_probes_.back().begin, hit = cold_probes_.back().hit;
    as_.cmp(tag, x86::ptr(x86::rax, member(offsetof(TranslationCache::Entry, tag_low))));
    as_.jne(other_ways);
    as_.cmp(x86::rcx, x86::ptr(x86::rax, member(offsetof(TranslationCache::Entry, tag_high))));
    as_.jne(other_ways);
    as_.bind(hit);
    as_.mov(other, x86::ptr(x86::rax, member(offsetof(TranslationCache::Entry, columns))));
    as_.bt(other, x86::rdx);
    as_.jnc(fail);
    as_.and_(x86::edx, 63);
    as_.mov(x86::rax, x86::ptr(x86::rax, member(offsetof(TranslationCache::Entry, base))));
    as_.lea(x86::rdx, x86::ptr(x86::rax, x86::rdx, kCell));
    return;
  }
  // begin ≤ base + r × scale + disp, and its last byte is below end, computed relative to begin.
  if (op.c != isa::kNoRegister) {
    if (op.mode == 0 && r_host_[op.c] < 0) {
      as_.mov(x86::rdx, r_home(op.c));
    } else if (r_host_[op.c] >= 0 && op.mode == 0) {
      as_.mov(x86::rdx, source(op.c, x86::rdx));
    } else {
      load_r(x86::rdx, op.c);
      as_.shl(x86::rdx, op.mode);
    }
    as_.add(x86::rdx, p_field(op.b, offsetof(Pointer, base)));
  } else {
    as_.mov(x86::rdx, p_field(op.b, offsetof(Pointer, base)));
  }
  if (op.disp != 0) as_.add(x86::rdx, op.disp);
  as_.mov(x86::rax, x86::rdx);
  as_.mov(x86::rcx, p_field(op.b, offsetof(Pointer, end)));
  as_.sub(x86::rax, p_field(op.b, offsetof(Pointer, begin)));
  as_.sub(x86::rcx, p_field(op.b, offsetof(Pointer, begin)));
  as_.sub(x86::rcx, kind->bytes);
  as_.jb(fail);  // fewer bytes than that, or not translated
  as_.cmp(x86::rax, x86::rcx);
  as_.ja(fail);
}

/// The check of a sixteen-lane access; the pointer's base stays in rdx. Every lane must lie between the first and the
/// last four bytes that the pointer covers, in units of four bytes from `base`.
void Emitter::emit_lane_check(const isa::Op& op, Label fail) {
  const Vec first = vector(scratch(0)), last = vector(scratch(1));
  const auto limit = [&](std::size_t from, std::int64_t more, const Vec& into) {
    as_.mov(x86::rax, p_field(op.b, from));
    as_.sub(x86::rax, p_field(op.b, offsetof(Pointer, base)));
    load_constant(x86::rcx, more - op.disp);
    as_.add(x86::rax, x86::rcx);
    as_.sar(x86::rax, 2);
    as_.mov(x86::ecx, 0x7fffffff);
    as_.cmp(x86::rax, x86::rcx);
    as_.cmovg(x86::rax, x86::rcx);
    as_.not_(x86::rcx);
    as_.cmp(x86::rax, x86::rcx);
    as_.cmovl(x86::rax, x86::rcx);
    if (features_.form == Form::avx512) {
      as_.vpbroadcastd(into, x86::eax);
    } else {
      as_.vmovd(x86::xmm(into.id()), x86::eax);
      as_.vpbroadcastd(into, x86::xmm(into.id()));
    }
  };
  limit(offsetof(Pointer, begin), 3, first);
  limit(offsetof(Pointer, end), -4, last);
  if (features_.form == Form::avx512) {
    const Vec index = v_source(op.c, 0, scratch(2));
    as_.vpcmpd(x86::k1, index, first, 1);  // below the first
    as_.vpcmpd(x86::k2, index, last, 6);   // after the last
    as_.kortestw(x86::k1, x86::k2);
  } else {
    const Vec least = vector(scratch(2)), most = vector(scratch(3));
    const auto extreme = [&](std::uint32_t instruction, const Vec& to) {
      const Vec index = v_source(op.c, 0, to.id());
      if (v_host_[op.c] >= 0)
        as_.emit(instruction, to, index, v_source(op.c, 1, to.id()));
      else
        as_.emit(instruction, to, index, v_home(op.c, 1));
    };
    extreme(x86::Inst::kIdVpminsd, least);
    extreme(x86::Inst::kIdVpmaxsd, most);
    as_.vpcmpgtd(least, first, least);
    as_.vpcmpgtd(most, most, last);
    as_.vpor(least, least, most);
    as_.vptest(least, least);
  }
  as_.jnz(fail);
  as_.mov(x86::rdx, p_field(op.b, offsetof(Pointer, base)));
  as_.test(x86::rdx, x86::rdx);
  as_.jz(fail);
}

/// The upper word of the tag of an 8-byte cell: the coordinate without its flags, and log2 of the cell's size.
void Emitter::emit_tag_high(const Gp& to, std::uint8_t p) {
  as_.mov(to, p_field(p, offsetof(Pointer, coordinate) + 8));
  as_.shl(to, 64 - TranslationCache::kCellShift);
  as_.shr(to, 64 - TranslationCache::kCellShift);
  as_.bts(to, TranslationCache::kCellShift);  // 3 is the log2 of 8
  as_.bts(to, TranslationCache::kCellShift + 1);
}

/// Calls the meaning of slaplace before the word writes anything; the result gets into rdx.
void Emitter::emit_laplacian(const isa::Op& op, Label fail) {
  save_registers(true);
  as_.mov(x86::rdi, x86::ptr(x86::rsp));  // the seat
  as_.mov(x86::esi, static_cast<std::uint32_t>(op.a));
  as_.vzeroupper();
  as_.mov(x86::rax, reinterpret_cast<std::uint64_t>(callees_.laplacian));
  as_.call(x86::rax);
  load_registers();
  for (std::uint8_t p = 0; p < 8; ++p)
    if (p_host_[p] >= 0) as_.mov(kPool[static_cast<std::size_t>(p_host_[p])], p_field(p, offsetof(Pointer, base)));
  as_.test(x86::al, x86::al);
  as_.jz(fail);
  as_.mov(x86::rdx, x86::ptr(x86::rsp));
  as_.mov(x86::rdx, x86::ptr(x86::rdx, static_cast<std::int32_t>(offsetof(Seat, result))));
}

/// Whether the access can use the two registers in which emit_viewed_probe leaves its address: nothing is emitted in
/// between, and it needs no other register.
bool Emitter::in_one_operand(const isa::Op& op, std::uint32_t w) const {
  if (isa::info(program_.words[w].coord.opcode).effect == isa::Effect::messages) return false;
  const bool reads = isa::info(op.opcode).effect == isa::Effect::reads;
  return plan_.order[w][0] == isa::Slot::S && (reads || r_host_[op.a] >= 0);
}

/// Looks up a cell through the view of a pointer. The address gets into rcx + 8 × rdx, or into rdx; see in_one_operand.
void Emitter::emit_viewed_probe(const isa::Op& op, std::uint32_t w, Label fail) {
  const int probed = probe_of_[op.b];
  cold_probes_.push_back({as_.newLabel(), as_.newLabel(), fail, probed, probe_registers_});
  const Label other = cold_probes_.back().begin, hit = cold_probes_.back().hit;
  if (probe_registers_ && probed == 0) {
    as_.lea(x86::rdx, x86::ptr(source(op.c, x86::rcx), kCellScratch[0]));
  } else {
    load_r(x86::rdx, op.c);
    as_.add(x86::rdx, probe_slot(probed, Probe::column));
  }
  if (probe_registers_) {
    as_.shrx(x86::rax, x86::rdx, kCellScratch[1]);
  } else {
    as_.mov(x86::rax, x86::rdx);
    as_.shr(x86::rax, kLog2Columns);
  }
  as_.cmp(x86::rax, static_cast<int>(kViewed));
  as_.jae(fail);
  as_.mov(x86::rcx, view_slot(probed, View::full, x86::rax));
  as_.test(x86::rcx, x86::rcx);
  as_.jz(other);
  as_.bind(hit);
  if (!in_one_operand(op, w)) as_.lea(x86::rdx, x86::ptr(x86::rcx, x86::rdx, kCell));
}

/// The cold code of a look-up.
void Emitter::emit_cold_probe(const ColdProbe& probe) {
  as_.bind(probe.begin);
  if (probe.probed >= 0) return emit_first_view(probe);
  // Compares the other ways; registers as in emit_check.
  for (unsigned way = 1; way < TranslationCache::kWays; ++way) {
    const Label next = as_.newLabel();
    as_.add(x86::rax, static_cast<int>(sizeof(TranslationCache::Entry)));
    as_.cmp(kCellScratch[0], x86::ptr(x86::rax, member(offsetof(TranslationCache::Entry, tag_low))));
    as_.jne(next);
    as_.cmp(x86::rcx, x86::ptr(x86::rax, member(offsetof(TranslationCache::Entry, tag_high))));
    as_.je(probe.hit);
    as_.bind(next);
  }
  as_.jmp(probe.missed);
}

/// Uses what is written down of an entry with some columns, or looks for the tag and writes down its entry. rdx: the
/// column. rax: the column / 64.
void Emitter::emit_first_view(const ColdProbe& probe) {
  const Gp low = kCellScratch[0], high = kCellScratch[1];
  const Label first = as_.newLabel(), found = as_.newLabel();
  as_.mov(x86::rcx, view_slot(probe.probed, View::columns, x86::rax));
  as_.bt(x86::rcx, x86::rdx);
  as_.jnc(first);
  as_.mov(x86::rcx, view_slot(probe.probed, View::line, x86::rax));
  as_.jmp(probe.hit);
  as_.bind(first);
  as_.mov(low, x86::rdx);
  as_.and_(low, -static_cast<int>(TranslationCache::kColumns));
  as_.mov(x86::rcx, low);
  as_.xor_(x86::rcx, probe_slot(probe.probed, Probe::mixed));
  as_.or_(low, probe_slot(probe.probed, Probe::low));
  as_.imul(x86::rcx, factor_slot());
  as_.mov(high, probe_slot(probe.probed, Probe::high));
  as_.shr(x86::rcx, 56 - 7);
  as_.and_(x86::ecx, 0xff << 7);
  as_.add(x86::rcx, cache_slot());
  for (unsigned way = 0; way < TranslationCache::kWays; ++way) {
    const Label next = as_.newLabel();
    if (way > 0) as_.add(x86::rcx, static_cast<int>(sizeof(TranslationCache::Entry)));
    as_.cmp(low, x86::ptr(x86::rcx, member(offsetof(TranslationCache::Entry, tag_low))));
    as_.jne(next);
    as_.cmp(high, x86::ptr(x86::rcx, member(offsetof(TranslationCache::Entry, tag_high))));
    as_.je(found);
    as_.bind(next);
  }
  as_.jmp(probe.missed);
  as_.bind(found);
  as_.mov(low, x86::ptr(x86::rcx, member(offsetof(TranslationCache::Entry, columns))));
  as_.bt(low, x86::rdx);
  as_.jnc(probe.missed);
  as_.mov(view_slot(probe.probed, View::columns, x86::rax), low);
  as_.mov(high, x86::rax);
  as_.shl(high, kLog2Columns + kCell);
  as_.mov(x86::rcx, x86::ptr(x86::rcx, member(offsetof(TranslationCache::Entry, base))));
  as_.sub(x86::rcx, high);
  as_.mov(view_slot(probe.probed, View::line, x86::rax), x86::rcx);
  as_.xor_(high.r32(), high.r32());
  as_.cmp(low, -1);
  as_.cmove(high, x86::rcx);
  as_.mov(view_slot(probe.probed, View::full, x86::rax), high);
  if (probe.registers) load_probe_registers();
  as_.jmp(probe.hit);
}

x86::Mem Emitter::probe_slot(int probed, Probe part) {
  return guard_slot(kMaxGuards + kSlotsOfProbed * static_cast<std::size_t>(probed) + static_cast<std::size_t>(part));
}
x86::Mem Emitter::view_slot(int probed, View part, const Gp& index) {
  const std::size_t first = kMaxGuards + kSlotsOfProbed * static_cast<std::size_t>(probed) + 4;
  Mem slot = guard_slot(first + kViewed * static_cast<std::size_t>(part));
  slot.setIndex(index, 3);
  return slot;
}

/// The column of the first pointer, and the shift from a column to its place in a view.
void Emitter::load_probe_registers() {
  as_.mov(kCellScratch[0], probe_slot(0, Probe::column));
  as_.mov(kCellScratch[1].r32(), kLog2Columns);
}

/// Computes before a loop what the look-ups from its pointers share, and clears their views. Preserves rcx.
void Emitter::emit_probe_head(const Segment& segment) {
  const std::uint8_t pointers = segment.probed_pointers;
  probe_registers_ = pointers != 0;
  if (pointers == 0) return;
  for (std::uint32_t w = segment.first; w < segment.end; ++w)
    if (const isa::Op& op = program_.words[w].sparse; isa::info(op.opcode).cost == isa::Cost::probe)
      probe_registers_ &= (pointers >> op.b & 1) != 0;
  const Vec zero = vector(scratch(0));
  as_.vxorps(zero, zero, zero);
  int next = 0;
  for (std::uint8_t p = 0; p < 8; ++p) {
    if ((pointers >> p & 1) == 0) continue;
    const int probed = probe_of_[p] = next++;
    as_.mov(x86::rax, p_field(p, offsetof(Pointer, coordinate)));
    as_.mov(x86::edx, x86::eax);
    as_.and_(x86::edx, 2047);
    as_.mov(probe_slot(probed, Probe::column), x86::rdx);
    as_.xor_(x86::rax, x86::rdx);
    as_.mov(probe_slot(probed, Probe::low), x86::rax);
    emit_tag_high(x86::rdx, p);
    as_.mov(probe_slot(probed, Probe::high), x86::rdx);
    as_.rorx(x86::rdx, x86::rdx, 32);
    as_.xor_(x86::rdx, x86::rax);
    as_.mov(probe_slot(probed, Probe::mixed), x86::rdx);
    const std::size_t full = kMaxGuards + kSlotsOfProbed * static_cast<std::size_t>(probed) + 4;
    for (std::size_t i = 0; i < 2 * kViewed; i += zero.size() / 8) {
      Mem slot = guard_slot(full + i);
      slot.setSize(zero.size());
      as_.vmovups(slot, zero);
    }
  }
  as_.mov(x86::rax, TranslationCache::kHashFactor);
  as_.mov(factor_slot(), x86::rax);
  as_.mov(x86::rax, field(offsetof(Context, cache), 8));
  as_.mov(cache_slot(), x86::rax);
  if (probe_registers_) load_probe_registers();
}

// All accesses of host code to a program's memory get their operands from the three functions below. An operand adds
// base, scaled index and displacement in 64 bits.

/// The operand of the first `bytes` of the word's access. It may use rcx and rdx.
x86::Mem Emitter::access(const isa::Op& op, std::uint32_t w, std::uint32_t bytes) {
  const Mem at = place_of(op, w, bytes);
  if (features_.check_accesses) emit_access_check(op, w, at, 0);
  return at;
}

/// The operand of as many bytes, `part` bytes after the first operand of the word's access. It may also use rax.
x86::Mem Emitter::access_part(const isa::Op& op, std::uint32_t w, const Mem& first, std::uint32_t part) {
  Mem at = first;
  if (first.offset() > std::numeric_limits<std::int32_t>::max() - std::int64_t{part}) {  // a displacement has 32 bits
    as_.lea(x86::rax, first);
    at = x86::Mem(x86::rax, static_cast<std::int32_t>(part), first.size());
  } else {
    at.addOffset(part);
  }
  if (features_.check_accesses) emit_access_check(op, w, at, part);
  return at;
}

x86::Mem Emitter::place_of(const isa::Op& op, std::uint32_t w, std::uint32_t bytes) {
  if (isa::info(op.opcode).cost == isa::Cost::probe && probe_of_[op.b] >= 0 && in_one_operand(op, w))
    return x86::Mem(x86::rcx, x86::rdx, kCell, 0, bytes);
  if (!plan_.hoisted[w] && plan_.guard[w] < 0) return x86::Mem(x86::rdx, 0, bytes);
  Gp base = x86::rdx;
  if (p_host_[op.b] >= 0)
    base = kPool[static_cast<std::size_t>(p_host_[op.b])];
  else
    as_.mov(base, p_field(op.b, offsetof(Pointer, base)));
  if (op.c == isa::kNoRegister) return x86::Mem(base, op.disp, bytes);
  return x86::Mem(base, source(op.c, x86::rcx), op.mode, op.disp, bytes);
}

/// With checked accesses: the check of a sixteen-lane access. The pointer's base is in rdx.
void Emitter::check_access_of_lanes(const isa::Op& op, std::uint32_t w) {
  if (!features_.check_accesses) return;
  as_.mov(x86::rax, x86::ptr(x86::rsp));  // the frame
  for (unsigned part = 0; part < parts(); ++part)
    as_.vmovups(x86::ptr(x86::rax, static_cast<std::int32_t>(offsetof(Seat, lanes) + 32 * part)),
                v_source(op.c, part, scratch(0)));
  emit_access_check(op, w, x86::Mem(x86::rdx, op.disp, 4), 0);
}

/// Calls check_access for an access by this operand and leaves the code if it must not happen. Changes the flags only.
void Emitter::emit_access_check(const isa::Op& op, std::uint32_t w, const Mem& at, std::uint32_t part) {
  as_.push(x86::rax);
  const bool indexed = op.c != isa::kNoRegister && address_of(op)->kind != Kind::AddrV;
  if (indexed && r_host_[op.c] < 0)
    as_.push(r_home(op.c));
  else
    as_.push(indexed ? source(op.c, x86::rcx) : Gp(x86::rcx));
  as_.lea(x86::rax, at);
  as_.push(x86::rax);
  as_.push(Imm(w));
  as_.push(Imm(at.size() | part << 8));
  as_.call(check_access_);
  as_.add(x86::rsp, static_cast<std::int32_t>(sizeof(HostAccess)));
  as_.pop(x86::rax);
}

/// What the checks of accesses call: it calls check_access and preserves all registers.
void Emitter::emit_access_thunk() {
  const std::array saved{x86::rbx, x86::rcx, x86::rdx, x86::rsi, x86::rdi, x86::r8, x86::r9, x86::r10, x86::r11};
  const unsigned vectors = features_.form == Form::avx512 ? 32 : 16;
  const auto slot = [&](unsigned i) { return x86::ptr(x86::rsp, static_cast<std::int32_t>(64 * i)); };
  constexpr auto kReturn = static_cast<std::int32_t>(8);
  const auto pushed = static_cast<std::int32_t>(8 * saved.size());
  as_.bind(check_access_);
  for (const Gp& reg : saved) as_.push(reg);
  as_.lea(x86::rsi, x86::ptr(x86::rsp, pushed + kReturn));
  as_.mov(x86::rdi, x86::ptr(x86::rsi, static_cast<std::int32_t>(sizeof(HostAccess)) + 8));  // the frame, below rax
  as_.mov(x86::rbx, x86::rsp);
  as_.sub(x86::rsp, 64 * vectors);
  as_.and_(x86::rsp, -64);
  for (unsigned i = 0; i < vectors; ++i) as_.vmovups(slot(i), vector(i));
  as_.vzeroupper();
  as_.mov(x86::rax, reinterpret_cast<std::uint64_t>(callees_.check_access));
  as_.call(x86::rax);
  for (unsigned i = 0; i < vectors; ++i) as_.vmovups(vector(i), slot(i));
  as_.mov(x86::rsp, x86::rbx);
  as_.test(x86::al, x86::al);
  for (std::size_t i = saved.size(); i-- > 0;) as_.pop(saved[i]);
  const Label stray = as_.newLabel();
  as_.jz(stray);
  as_.ret();
  as_.bind(stray);
  as_.add(x86::rsp, kReturn + static_cast<std::int32_t>(sizeof(HostAccess)) + 8);
  as_.vzeroupper();
  as_.jmp(leave_saved_);  // the sentron has trapped; its registers no longer matter
}

[[gnu::flatten]] void Emitter::emit_gather(const isa::Op& op, std::uint32_t w, std::uint32_t bytes) {
  const Gp to = target(op.d, x86::rax);
  const Mem at = access(op, w, bytes);
  if (bytes < 4)
    as_.movzx(to.r32(), at);
  else if (bytes == 4)
    as_.mov(to.r32(), at);
  else
    as_.mov(to, at);
  put(op.d, to);
}
[[gnu::flatten]] void Emitter::emit_scatter(const isa::Op& op, std::uint32_t w, std::uint32_t bytes) {
  const Mem at = access(op, w, bytes);
  const Gp from = source(op.a, x86::rax);
  if (bytes == 1)
    as_.mov(at, from.r8());
  else if (bytes == 2)
    as_.mov(at, from.r16());
  else if (bytes == 4)
    as_.mov(at, from.r32());
  else
    as_.mov(at, from);
}

EMITTER(sgather_i8) { emit_gather(op, w, 1); }
EMITTER(sgather_i16) { emit_gather(op, w, 2); }
EMITTER(sgather_i32) { emit_gather(op, w, 4); }
EMITTER(sgather_i64) { emit_gather(op, w, 8); }
EMITTER(sgather_v32) {
  const Mem at = access(op, w, 32);
  const Vec low = v_target(op.d, 0, scratch(0));
  if (features_.form == Form::avx512) {
    as_.vmovups(x86::ymm(low.id()), at);  // clears the upper half
    return v_put(op.d, 0, low);
  }
  as_.vmovups(low, at);
  v_put(op.d, 0, low);
  const Vec high = v_target(op.d, 1, scratch(0));
  as_.vxorps(high, high, high);
  v_put(op.d, 1, high);
}
EMITTER(sgather_v64) {
  const Mem at = access(op, w, 64 / parts());
  for (unsigned part = 0; part < parts(); ++part) {
    const Vec to = v_target(op.d, part, scratch(0));
    as_.vmovups(to, part == 0 ? at : access_part(op, w, at, 32));
    v_put(op.d, part, to);
  }
}
EMITTER(sgather_bcast) {
  const Mem at = access(op, w, 4);
  for (unsigned part = 0; part < parts(); ++part) {
    const Vec to = v_target(op.d, part, scratch(0));
    as_.vbroadcastss(to, at);
    v_put(op.d, part, to);
  }
}
EMITTER(sgather_x16) {
  check_access_of_lanes(op, w);
  // The instruction does not allow one register as two of index, result and mask.
  const Vec to = vector(scratch(1)), mask = vector(scratch(2));
  for (unsigned part = 0; part < parts(); ++part) {
    const Vec index = v_source(op.c, part, scratch(0));
    const Mem at(x86::rdx, index, 2, op.disp);
    if (features_.form == Form::avx512) {
      as_.kxnorw(x86::k1, x86::k1, x86::k1);
      as_.k(x86::k1).vpgatherdd(to, at);
    } else {
      as_.vpcmpeqd(mask, mask, mask);
      as_.vpgatherdd(to, at, mask);
    }
    v_put(op.d, part, to);
  }
}
EMITTER(sscattr_x16) {
  check_access_of_lanes(op, w);
  if (features_.form == Form::avx512) {
    const Vec index = v_source(op.c, 0, scratch(0)), from = v_source(op.a, 0, scratch(1));
    as_.kxnorw(x86::k1, x86::k1, x86::k1);
    as_.k(x86::k1).vpscatterdd(x86::Mem(x86::rdx, index, 2, op.disp), from);
    return;
  }
  // Lane by lane in ascending order, so that the highest lane of one address wins.
  const x86::Xmm index = x86::xmm(scratch(2)), from = x86::xmm(scratch(3));
  for (unsigned quarter = 0; quarter < 4; ++quarter) {
    as_.vextracti128(index, v_source(op.c, quarter / 2, scratch(0)), quarter % 2);
    as_.vextracti128(from, v_source(op.a, quarter / 2, scratch(1)), quarter % 2);
    for (unsigned lane = 0; lane < 4; ++lane) {
      as_.vpextrd(x86::eax, index, lane);
      as_.movsxd(x86::rax, x86::eax);
      as_.vpextrd(x86::Mem(x86::rdx, x86::rax, 2, op.disp, 4), from, lane);
    }
  }
}
EMITTER(sscattr_i8) { emit_scatter(op, w, 1); }
EMITTER(sscattr_i16) { emit_scatter(op, w, 2); }
EMITTER(sscattr_i32) { emit_scatter(op, w, 4); }
EMITTER(sscattr_i64) { emit_scatter(op, w, 8); }
EMITTER(sscattr_v32) {
  const Vec from = v_source(op.a, 0, scratch(0));
  as_.vmovups(access(op, w, 32), x86::ymm(from.id()));
}
EMITTER(sscattr_v64) {
  const Mem at = access(op, w, 64 / parts());
  for (unsigned part = 0; part < parts(); ++part)
    as_.vmovups(part == 0 ? at : access_part(op, w, at, 32), v_source(op.a, part, scratch(0)));
}
EMITTER(sprefch) {  // not through rdx, which may hold an r-register in a loop without checks
  as_.mov(x86::rax, p_field(op.b, offsetof(Pointer, base)));
  if (op.c == isa::kNoRegister)
    as_.prefetcht0(x86::ptr(x86::rax, op.disp));
  else
    as_.prefetcht0(x86::ptr(x86::rax, source(op.c, x86::rcx), op.mode, op.disp));
}

// ---- memory by coordinate: emit_check looks up cells along the columns only
EMITTER_IF(sgatherc_i64, is_column_step(op)) { emit_gather(op, w, 8); }
EMITTER_IF(sscattrc_i64, is_column_step(op)) { emit_scatter(op, w, 8); }

// ---- coordinates
// The bits of the book axis lie in two 64-bit words.
EMITTER_IF(sindex_get, op.mode != static_cast<std::uint8_t>(phext::Axis::book)) {
  const unsigned bit = (10u - op.mode) * phext::PackedCoordinate::kAxisBits;
  const Gp to = target(op.d, x86::rax);
  as_.mov(to, p_field(op.a, offsetof(Pointer, coordinate) + (bit >= 64 ? 8 : 0)));
  if (bit % 64 != 0) as_.shr(to, bit % 64);
  as_.and_(to.r32(), 2047);
  put(op.d, to);
}

// The result is in rdx: see emit_laplacian.
EMITTER(slaplace) { put(op.d, x86::rdx); }
// Five axes at a time: adding ten ones to ten bits carries into the eleventh unless all are 0.
EMITTER(shypdist) {
  constexpr unsigned kBits = phext::PackedCoordinate::kAxisBits;
  std::uint64_t lower_ten = 0;
  for (unsigned i = 0; i < 5; ++i) lower_ten |= std::uint64_t{0x3ff} << i * kBits;
  const auto differing = [&](const Gp& to, std::size_t word) {
    as_.mov(to, p_field(op.a, offsetof(Pointer, coordinate) + word));
    as_.xor_(to, p_field(op.b, offsetof(Pointer, coordinate) + word));
  };
  const auto count = [&] {  // of the five axes in the low bits of rax
    as_.shl(x86::rax, 64 - 5 * kBits);
    as_.shr(x86::rax, 64 - 5 * kBits);
    as_.mov(x86::rcx, x86::rax);
    as_.and_(x86::rcx, x86::rdx);
    as_.add(x86::rcx, x86::rdx);
    as_.or_(x86::rax, x86::rcx);
    as_.andn(x86::rax, x86::rdx, x86::rax);
    as_.popcnt(x86::rax, x86::rax);
  };
  if (in_closed_loop_) as_.push(x86::rdx);  // may hold an r-register there
  as_.mov(x86::rdx, lower_ten);
  differing(x86::rax, 0);
  count();
  as_.push(x86::rax);
  differing(x86::rax, 0);
  differing(x86::rcx, 8);
  as_.shrd(x86::rax, x86::rcx, 5 * kBits);
  count();
  as_.pop(x86::rcx);
  as_.add(x86::rcx, x86::rax);
  differing(x86::rax, 8);
  as_.shl(x86::rax, 64 - (11 * kBits - 64));  // leaves the flags out, which lie above the library
  as_.shr(x86::rax, 64 - kBits);
  as_.cmp(x86::rax, 1);
  as_.sbb(x86::rcx, -1);
  if (in_closed_loop_) as_.pop(x86::rdx);
  put(op.d, x86::rcx);
}

void Emitter::list_sparse(EmitterTable& table) {
#define LIST_D(id)
#define LIST_S(id) list<Opcode::id>(table);
#define LIST_C(id)
#define OPERANDS(...)
#define OP(slot, id, mnemonic, operands, cost, effect, summary) LIST_##slot(id)
#include "vtpu/isa/opcodes.def"
#undef OPERANDS
#undef LIST_D
#undef LIST_S
#undef LIST_C
}

}  // namespace vtpu::exec::jit
