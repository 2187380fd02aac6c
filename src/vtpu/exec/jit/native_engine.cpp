#include "vtpu/exec/jit/native_engine.h"

#include <asmjit/x86.h>
#include <fmt/core.h>

#include <algorithm>
#include <new>
#include <vector>

#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/jit/emitter.h"
#include "vtpu/exec/jit/executable_memory.h"
#include "vtpu/exec/jit/native_exchange.h"
#include "vtpu/exec/jit/plan.h"
#include "vtpu/exec/ops_sparse.h"

namespace vtpu::exec::jit {
namespace {

using asmjit::CpuFeatures;

/// Executes the word at the context's pc for compiled code. Returns where that continues; null when the sentron stops,
/// or when the word branched to a word at which compiled code has no entry.
const void* called_word(Seat* seat) {
  const Status status = execute_word(*seat->program, *seat->machine, *seat->context);
  return status == Status::ready ? seat->entries[seat->context->pc] : nullptr;
}

/// The result of slaplace for a pointer. False if the word traps or takes more than a unit of fuel, which the
/// interpreter finds again.
bool laplacian(Seat* seat, std::uint32_t p) {
  const auto cells = seat->machine->memory().neighbourhood(seat->context->p[p].coordinate, kItemsPerFuel);
  if (cells.fault || cells.items >= kItemsPerFuel) return false;
  seat->result = bits_of(laplacian_of(cells));
  return true;
}

/// Whether an access of host code, which is about to happen, is one that its word makes: the place is computed again
/// from the registers and the page table. If not, the sentron traps.
bool check_access(Seat* seat, const HostAccess* access) {
  Context& context = *seat->context;
  const memory::PageTable& memory = seat->machine->memory();
  const isa::Op& op = seat->program->words[access->word].sparse;
  const memory::Pointer& p = context.p[op.b];
  const std::uint64_t bytes = access->bytes_and_part & 255, part = access->bytes_and_part >> 8;
  const auto number = [](const std::byte* at) { return reinterpret_cast<std::uint64_t>(at); };
  bool good = false;
  std::uint64_t from = number(p.base);
  if (isa::info(op.opcode).cost == isa::Cost::probe) {
    const phext::Step cell = phext::step(p.coordinate, phext::Axis::column, static_cast<std::int64_t>(access->index));
    const auto there = memory.peek(cell.to);
    from = number(there.data());
    good = !cell.saturated && access->address == from && there.size() >= bytes;
  } else if (p.translated() && memory.peek(p.coordinate).data() == p.base) {
    const auto covered = [&](std::uint64_t address) {
      return address >= number(p.begin) && address <= number(p.end) && number(p.end) - address >= bytes;
    };
    const auto displacement = static_cast<std::uint64_t>(std::int64_t{op.disp});
    if (isa::info(op.opcode).cost == isa::Cost::gather) {
      std::array<std::int32_t, 16> lanes;
      std::memcpy(lanes.data(), seat->lanes.bytes.data(), sizeof lanes);
      good = access->address == from + displacement;
      for (const std::int32_t lane : lanes)
        good &= covered(access->address + static_cast<std::uint64_t>(4 * std::int64_t{lane}));
    } else {
      const std::uint64_t index = op.c == isa::kNoRegister ? 0 : access->index << op.mode;
      good = access->address == from + index + displacement + part && covered(access->address);
    }
  }
  if (good) return true;
  context.pc = access->word;
  context.status = Status::trapped;
  context.trap = {TrapKind::stray_access, static_cast<std::uint32_t>(access->word), isa::Slot::S, p.coordinate,
                  static_cast<std::int64_t>(access->address - from)};
  seat->exchange->leave(context.id);
  return false;
}

const Emitter::Callees kCallees{reinterpret_cast<const void*>(&called_word), reinterpret_cast<const void*>(&laplacian),
                                reinterpret_cast<const void*>(&check_access)};

/// Keeps the first error of the assembler, which would otherwise omit the instruction and continue.
class FirstError final : public asmjit::ErrorHandler {
 public:
  void handleError(asmjit::Error error, const char*, asmjit::BaseEmitter*) override {
    if (first_ == asmjit::kErrorOk) first_ = error;
  }
  asmjit::Error get() const { return first_; }

 private:
  asmjit::Error first_ = asmjit::kErrorOk;
};

Error emission_error(asmjit::Error error) {
  return {"native engine", fmt::format("cannot generate host code: {}", asmjit::DebugUtils::errorAsString(error)), {}};
}

}  // namespace

std::string_view name_of(Form form) { return form == Form::avx512 ? "avx512" : "avx2"; }

bool host_runs(Form form) {
  const CpuFeatures::X86& host = asmjit::CpuInfo::host().features().x86();
  const bool base = host.hasAVX2() && host.hasFMA() && host.hasBMI2();
  if (form == Form::avx2) return base;
  return base && host.hasAVX512_F() && host.hasAVX512_DQ() && host.hasAVX512_BW() && host.hasAVX512_VL();
}

std::optional<Form> host_form() {
  if (host_runs(Form::avx512)) return Form::avx512;
  if (host_runs(Form::avx2)) return Form::avx2;
  return {};
}

Features features_of(Form form) {
  const CpuFeatures::X86& host = asmjit::CpuInfo::host().features().x86();
  return {form, host.hasAVX512_BF16(), host.hasAVX512_VNNI(), {}, false};
}

struct NativeEngine::Code {
  using Function = Left (*)(Context*, const void* entry, Seat*);

  const isa::Program* program = nullptr;
  Plan plan;
  std::vector<isa::Constant> constants;
  std::vector<Exit> exits;
  std::vector<const void*> entries;
  ExecutableMemory memory;
  Function function = nullptr;
  const void* resume = nullptr;
  Report report;

  /// Refunds what the code counted before the exit but did not execute.
  void settle(const Exit& exit, Context& context) const {
    if (!exit.counted) return;
    const Segment& segment = plan.segments[exit.segment];
    const Retired done = retired_by(*program, segment.first, exit.word);
    const Retired& once = segment.retired;
    // A counted loop has counted all its iterations; its counter holds the remaining ones, including the current one.
    const std::uint64_t times = segment.counted_loop ? context.r[program->words[segment.end - 1].dense.d] : 1;
    context.fuel += times * once.words - done.words;
    context.retired.words -= times * once.words - done.words;
    for (std::size_t slot = 0; slot < 3; ++slot) context.retired.ops[slot] -= times * once.ops[slot] - done.ops[slot];
    context.retired.control -= times * once.control - done.control;
    context.cache->counters.hits -= times * segment.probes - probes_in(*program, segment.first, exit.word);
  }
};

NativeEngine::NativeEngine(std::unique_ptr<Code> code) : code_(std::move(code)) {}
NativeEngine::NativeEngine(NativeEngine&&) noexcept = default;
NativeEngine::~NativeEngine() = default;
const NativeEngine::Report& NativeEngine::report() const { return code_->report; }
const isa::Program& NativeEngine::program() const { return *code_->program; }

Result<NativeEngine> NativeEngine::compile(const isa::ValidProgram& program, const CompileOptions& options) try {
  std::optional<Form> form = options.form;
  if (!form) form = host_form();
  if (!form || !host_runs(*form))
    return Error{"native engine", "this processor does not support the form",
                 "AVX-512 (F, DQ, BW, VL) or AVX2 with FMA and BMI2"};
  auto code = std::make_unique<Code>();
  code->program = &program.get();
  code->constants = program->constants;
  Features features = features_of(*form);
  features.without_emitter = options.without_emitter;
  features.check_accesses = options.check_accesses;
  const std::uint64_t words = code->program->words.size();
  const std::uint64_t most_steps = std::min(words * CompileOptions::kStepsPerWord, options.most_steps);
  CompileWork work(most_steps, CompileOptions::kMostCodeBytes);
  const auto too_much = [&] {
    return Error{"native engine", fmt::format("compiling {} words takes too long or gives too much host code", words),
                 fmt::format("at most {} steps and {} bytes; the interpreter runs any program", most_steps,
                             CompileOptions::kMostCodeBytes)};
  };
  code->plan = make_plan(*code->program, features, work);
  if (work.exceeded()) return too_much();
  asmjit::CodeHolder holder;
  holder.init(asmjit::Environment::host());
  FirstError first_error;
  holder.setErrorHandler(&first_error);
  Emitter emitter(holder, *code->program, code->plan, features, code->constants.data(), kCallees, work);
  emitter.emit_all();
  if (work.exceeded()) return too_much();
  if (first_error.get() != asmjit::kErrorOk) return emission_error(first_error.get());
  const void* const at = code->memory.hold(emitter.code());
  if (at == nullptr) return emission_error(asmjit::kErrorOutOfMemory);
  code->function = reinterpret_cast<Code::Function>(const_cast<void*>(at));
  code->exits = emitter.exits();
  code->entries.assign(code->program->words.size(), nullptr);
  Report& report = code->report;
  for (std::size_t i = 0; i < code->plan.segments.size(); ++i) {
    const Segment& segment = code->plan.segments[i];
    code->entries[segment.first] = static_cast<const char*>(at) + emitter.offset_of(i);
    report.called_words += segment.called;
    report.loops += segment.counted_loop;
  }
  code->resume = reinterpret_cast<const char*>(code->function) + emitter.resume_offset();
  report.form = *form;
  report.words = words;
  report.steps = work.steps();
  report.code_bytes = emitter.code().size();
  report.hot_bytes = emitter.hot_bytes();
  report.hoisted = code->plan.hoisted_accesses;
  report.checked = code->plan.checked_accesses;
  return NativeEngine(std::move(code));
} catch (const std::bad_alloc&) {
  return Error{"native engine", "the system refuses memory for compiling", "the interpreter runs any program"};
}

Result<std::string> NativeEngine::listing(const isa::ValidProgram& program, std::optional<Form> form) {
  if (!form) form = host_form();
  if (!form) return Error{"native engine", "this processor supports no form", "AVX-512 or AVX2 with FMA and BMI2"};
  asmjit::StringLogger logger;
  asmjit::CodeHolder holder;
  holder.init(asmjit::Environment::host());
  holder.setLogger(&logger);
  const Features features = features_of(*form);
  CompileWork work(~std::uint64_t{0}, ~std::uint64_t{0});
  const Plan plan = make_plan(program.get(), features, work);
  Emitter emitter(holder, program.get(), plan, features, program->constants.data(), kCallees, work, Encoder::asmjit);
  emitter.emit_all();
  return std::string(logger.data(), logger.dataSize());
}

Status NativeEngine::run(Machine& machine, Context& context) const {
  if (context.status == Status::halted || context.status == Status::trapped) return context.status;
  machine.see_frees(context);
  Seat seat;
  seat.machine = &machine;
  seat.context = &context;
  seat.exchange = &machine.exchange(context);
  prepare(seat);
  go_on(seat);
  return context.status;
}

void NativeEngine::prepare(Seat& seat) const {
  seat.engine = this;
  seat.program = code_->program;
  seat.entries = code_->entries.data();
  seat.resume = code_->resume;
  seat.frees = &seat.machine->memory().frees();
}

void NativeEngine::take_turn(Seat& seat) const { go_on(seat); }

/// Runs a sentron until it stops, and those of its crew whose turn comes when one waits in compiled code.
void NativeEngine::go_on(Seat& first) {
  Seat* seat = &first;
  while (true) {
    Context* context = seat->context;
    const Code* code = static_cast<const NativeEngine*>(seat->engine)->code_.get();
    if (const void* entry = seat->entries[context->pc]; entry != nullptr) {
      const Left left = code->function(context, entry, seat);
      if (left.why == kWaiting) return;
      seat = left.seat;
      context = seat->context;
      code = static_cast<const NativeEngine*>(seat->engine)->code_.get();
      if (left.why != kCalled) {
        const Exit& exit = code->exits[left.why];
        code->settle(exit, *context);
        context->pc = exit.word;
      } else if (context->status != Status::ready) {
        break;
      }
    }
    // Execute the word that compiled code left, and the following ones up to the next entry of compiled code.
    do {
      if (execute_word(*seat->program, *seat->machine, *context) != Status::ready) break;
    } while (seat->entries[context->pc] == nullptr);
    if (context->status != Status::ready) break;
  }
  if (seat->crew != nullptr && seat->context->status == Status::waiting) seat->crew->wait(*seat);
}

// ---- operations between sentrons (native_exchange.h)

Went meet(Seat* seat, const isa::Op* op) {
  const auto holder = contributed_register(*op);
  const std::uint64_t number = holder ? seat->context->r[*holder & 15] : static_cast<std::uint64_t>(op->imm);
  return meet_as(seat, op, number, [](Exchange& exchange, std::uint32_t sentron, const auto& contribution) {
    return exchange.arrive(sentron, contribution);
  });
}

}  // namespace vtpu::exec::jit
