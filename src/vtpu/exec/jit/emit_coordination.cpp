#include <algorithm>
#include <optional>

#include "vtpu/exec/jit/emitter.h"
#include "vtpu/exec/jit/native_exchange.h"

namespace vtpu::exec::jit {

using namespace asmjit;
using isa::Opcode;

namespace {

/// An operation between sentrons that host code calls a function for.
struct Called {
  Went (*quickly)(Seat*, const isa::Op*, std::uint64_t) = nullptr;
  std::size_t number = 0;
};
std::optional<Called> called_for(Opcode opcode) {
  switch (opcode) {
    case Opcode::csend: return Called{send_quickly, 0};
    case Opcode::crecv:
    case Opcode::crecv_try: return Called{receive_quickly, 1};
    case Opcode::cbar:
    case Opcode::creduce_i64:
    case Opcode::creduce_f64:
    case Opcode::ccast: return Called{meet_quickly, 2};
    default: return {};
  }
}
constexpr std::size_t kMeets = 2;

std::int32_t of_seat(std::size_t offset) { return static_cast<std::int32_t>(offset); }

}  // namespace

/// Emits the word's operation between sentrons, after all checks of the word and before its effects: the other slots
/// neither read nor change what it does, except that a number that it yields is written in its turn.
void Emitter::emit_exchange(std::uint32_t w, std::size_t segment, bool counted) {
  const isa::Op& op = program_.words[w].coord;
  if (op.opcode == Opcode::cfence) return emit_frees_check(exit_at(w, segment, counted));
  const auto called = called_for(op.opcode);
  if (!called) return;
  cold_exchanges_.push_back({w, as_.newLabel(), as_.newLabel(), exit_at(w, segment, counted)});
  const ColdExchange& cold = cold_exchanges_.back();
  if (const auto number = contributed_register(op))
    load_r(x86::rcx, *number);
  else if (op.immediate())
    load_constant(x86::rcx, op.imm);
  as_.mov(x86::rax, reinterpret_cast<std::uint64_t>(&op));
  as_.call(quick_calls_[called->number]);
  as_.test(x86::eax, x86::eax);
  as_.jnz(cold.begin);
  as_.bind(cold.done);
}

void Emitter::emit_cold_exchange(const ColdExchange& cold) {
  const isa::Op& op = program_.words[cold.word].coord;
  const Label waits = as_.newLabel();
  as_.bind(cold.begin);
  const bool meets = called_for(op.opcode)->number == kMeets;
  if (op.opcode != Opcode::csend && op.opcode != Opcode::crecv_try) {
    as_.cmp(x86::eax, kWaits);
    as_.je(waits);
  }
  if (!meets) {
    as_.jmp(cold.not_here);
  } else {
    save_registers(true);
    as_.push(x86::rdx);  // the stack is aligned for calls without it
    as_.push(x86::rdx);
    as_.mov(x86::rdi, x86::ptr(x86::rsp, 16));
    as_.mov(x86::rsi, reinterpret_cast<std::uint64_t>(&op));
    as_.vzeroupper();
    as_.mov(x86::rax, reinterpret_cast<std::uint64_t>(&meet));
    as_.call(x86::rax);
    as_.pop(x86::rdx);
    as_.pop(x86::rdx);
    load_registers();
    as_.test(x86::eax, x86::eax);
    as_.jz(cold.done);
  }
  if (op.opcode == Opcode::csend || op.opcode == Opcode::crecv_try) return;
  as_.bind(waits);
  as_.mov(field(offsetof(Context, pc), 8), cold.word);
  as_.mov(x86::rax, reinterpret_cast<std::uint64_t>(&op));
  as_.jmp(wait_);
}

/// For each function called: (rax: the op, rcx: a value) → rax. Keeps all registers but rax and rcx.
void Emitter::emit_quick_calls() {
  const std::array<const void*, 3> functions{reinterpret_cast<const void*>(&send_quickly),
                                             reinterpret_cast<const void*>(&receive_quickly),
                                             reinterpret_cast<const void*>(&meet_quickly)};
  std::vector<Gp> kept{x86::rdx};
  for (std::size_t i = 0; i < kSharedPool; ++i) {
    const bool callee_saves = kPool[i].id() == Gp::kIdBx || kPool[i].id() >= Gp::kIdR12;
    const bool holds_r = std::find(r_host_.begin(), r_host_.end(), static_cast<int>(i)) != r_host_.end();
    if (!callee_saves && (holds_r || i >= r_hosts_)) kept.push_back(kPool[i]);
  }
  for (std::size_t k = 0; k < functions.size(); ++k) {
    if (std::none_of(cold_exchanges_.begin(), cold_exchanges_.end(), [&](const ColdExchange& cold) {
          return called_for(program_.words[cold.word].coord.opcode)->number == k;
        }))
      continue;
    as_.bind(quick_calls_[k]);
    for (const Gp& reg : kept) as_.push(reg);
    as_.mov(x86::rdi, x86::ptr(x86::rsp, static_cast<std::int32_t>(8 * kept.size() + 8)));
    as_.mov(x86::rsi, x86::rax);
    as_.mov(x86::rdx, x86::rcx);
    as_.mov(x86::rax, reinterpret_cast<std::uint64_t>(functions[k]));
    as_.call(x86::rax);
    for (auto reg = kept.rbegin(); reg != kept.rend(); ++reg) as_.pop(*reg);
    as_.ret();
  }
}

/// wait_: (rax: the op that waits) goes on with the sentron whose turn it is, or leaves. resume_: (rax: a seat of this
/// program).
void Emitter::emit_wait_and_resume() {
  const Label leave_waiting = as_.newLabel();
  as_.bind(wait_);
  save_registers(true);
  as_.mov(x86::rdi, x86::ptr(x86::rsp));
  as_.mov(x86::rsi, x86::rax);
  as_.vzeroupper();
  as_.mov(x86::rax, reinterpret_cast<std::uint64_t>(&wait_and_switch));
  as_.call(x86::rax);
  as_.test(x86::rax, x86::rax);
  as_.jz(leave_waiting);
  as_.mov(x86::ptr(x86::rsp), x86::rax);
  as_.mov(x86::rbp, x86::ptr(x86::rax, of_seat(offsetof(Seat, context))));
  as_.add(x86::rbp, kBias);
  as_.jmp(x86::ptr(x86::rax, of_seat(offsetof(Seat, resume))));
  as_.bind(leave_waiting);
  as_.mov(x86::rax, kWaiting);
  as_.jmp(dispatch_);
  as_.bind(resume_);
  as_.mov(x86::rax, x86::ptr(x86::rax, of_seat(offsetof(Seat, entry))));
  load_registers();
  as_.jmp(x86::rax);
}

EMITTER(csend) {}
EMITTER(crecv) {}
EMITTER(crecv_try) {}
EMITTER(cbar) {}
EMITTER(ccast) {}
EMITTER(creduce_i64) { emit_outcome(op); }
EMITTER(creduce_f64) { emit_outcome(op); }
EMITTER(cfence) { as_.mfence(); }

/// Leaves the code if another worker has freed a region since the sentron last asked: the interpreter drops the
/// translations to it. What earlier words have read was read before.
void Emitter::emit_frees_check(Label changed) {
  as_.mov(x86::rax, x86::ptr(x86::rsp));
  as_.mov(x86::rax, x86::ptr(x86::rax, of_seat(offsetof(Seat, frees))));
  as_.mov(x86::rax, x86::ptr(x86::rax));
  as_.cmp(x86::rax, field(offsetof(Context, frees), 8));
  as_.jne(changed);
}

void Emitter::emit_outcome(const isa::Op& op) {
  const Gp to = target(op.d, x86::rax);
  as_.mov(x86::rax, x86::ptr(x86::rsp));
  as_.mov(to, x86::ptr(x86::rax, of_seat(offsetof(Seat, value))));
  put(op.d, to);
}

// ---- message buffers
EMITTER(cpack_i64) { as_.mov(m_home(op.d, 8u * op.mode, 8), source(op.a, x86::rax)); }
EMITTER(cunpack_i64) {
  const Gp to = target(op.d, x86::rax);
  as_.mov(to, m_home(op.a, 8u * op.mode, 8));
  put(op.d, to);
}
EMITTER(cpack_v) {
  if (features_.form == Form::avx2)
    as_.vmovups(m_home(op.d, 0, 32), v_source(op.a, op.mode, scratch(0)));
  else if (op.mode == 0)
    as_.vmovups(m_home(op.d, 0, 32), x86::ymm(v_source(op.a, 0, scratch(0)).id()));
  else
    as_.vextractf64x4(m_home(op.d, 0, 32), v_source(op.a, 0, scratch(0)), 1);
}
EMITTER(cunpack_v) {
  const Vec to = v_target(op.d, 0, scratch(0));
  as_.vmovups(x86::ymm(to.id()), m_home(op.a, 0, 32));
  v_put(op.d, 0, to);
  if (features_.form == Form::avx512) return;
  const Vec high = v_target(op.d, 1, scratch(0));
  as_.vxorps(high, high, high);
  v_put(op.d, 1, high);
}

void Emitter::list_coordination(EmitterTable& table) {
#define LIST_D(id)
#define LIST_S(id)
#define LIST_C(id) list<Opcode::id>(table);
#define OPERANDS(...)
#define OP(slot, id, mnemonic, operands, cost, effect, summary) LIST_##slot(id)
#include "vtpu/isa/opcodes.def"
#undef OPERANDS
#undef LIST_D
#undef LIST_S
#undef LIST_C
}

}  // namespace vtpu::exec::jit
