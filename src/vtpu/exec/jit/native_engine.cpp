#include "vtpu/exec/jit/native_engine.h"

#include <asmjit/x86.h>
#include <fmt/core.h>

#include <vector>

#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/jit/emitter.h"
#include "vtpu/exec/jit/plan.h"

namespace vtpu::exec::jit {
namespace {

using asmjit::CpuFeatures;

bool runs(Form form) {
  const CpuFeatures::X86& host = asmjit::CpuInfo::host().features().x86();
  const bool base = host.hasAVX2() && host.hasFMA() && host.hasBMI2();
  if (form == Form::avx2) return base;
  return base && host.hasAVX512_F() && host.hasAVX512_DQ() && host.hasAVX512_BW() && host.hasAVX512_VL();
}

/// Executes the word at the context's pc for compiled code. Returns where that continues; null when the sentron stops,
/// or when the word branched to a word at which compiled code has no entry.
const void* called_word(Frame* frame) {
  const Status status = execute_word(*frame->program, *frame->machine, *frame->context);
  return status == Status::ready ? frame->entries[frame->context->pc] : nullptr;
}

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

std::optional<Form> host_form() {
  if (runs(Form::avx512)) return Form::avx512;
  if (runs(Form::avx2)) return Form::avx2;
  return {};
}

Features features_of(Form form) {
  const CpuFeatures::X86& host = asmjit::CpuInfo::host().features().x86();
  return {form, host.hasAVX512_BF16(), host.hasAVX512_VNNI(), {}};
}

struct NativeEngine::Code {
  using Function = std::uint64_t (*)(Context*, const void* entry, Frame*);

  const isa::Program* program = nullptr;
  Plan plan;
  std::vector<isa::Constant> constants;
  std::vector<Exit> exits;
  std::vector<const void*> entries;
  asmjit::JitRuntime runtime;
  Function function = nullptr;
  Report report;

  ~Code() {
    if (function != nullptr) runtime.release(function);
  }

  /// Refunds what the code counted before the exit but did not execute.
  void settle(const Exit& exit, Context& context) const {
    if (!exit.counted) return;
    const Segment& segment = plan.segments[exit.segment];
    const Retired done = retired_by(*program, segment.first, exit.word);
    const Retired once = retired_by(*program, segment.first, segment.end);
    // A counted loop has counted all its iterations; its counter holds the remaining ones, including the current one.
    const std::uint64_t times = segment.counted_loop ? context.r[program->words[segment.end - 1].dense.d] : 1;
    context.fuel += times * once.words - done.words;
    context.retired.words -= times * once.words - done.words;
    for (std::size_t slot = 0; slot < 3; ++slot) context.retired.ops[slot] -= times * once.ops[slot] - done.ops[slot];
    context.retired.control -= times * once.control - done.control;
    context.cache->counters.hits -=
        times * probes_in(*program, segment.first, segment.end) - probes_in(*program, segment.first, exit.word);
  }
};

NativeEngine::NativeEngine(std::unique_ptr<Code> code) : code_(std::move(code)) {}
NativeEngine::NativeEngine(NativeEngine&&) noexcept = default;
NativeEngine::~NativeEngine() = default;
const NativeEngine::Report& NativeEngine::report() const { return code_->report; }
const isa::Program& NativeEngine::program() const { return *code_->program; }

Result<NativeEngine> NativeEngine::compile(const isa::ValidProgram& program, std::optional<Form> form,
                                           const OpcodeSet& without_emitter) {
  if (!form) form = host_form();
  if (!form || !runs(*form))
    return Error{"native engine", "this processor does not support the form",
                 "AVX-512 (F, DQ, BW, VL) or AVX2 with FMA and BMI2"};
  auto code = std::make_unique<Code>();
  code->program = &program.get();
  code->constants = program->constants;
  Features features = features_of(*form);
  features.without_emitter = without_emitter;
  code->plan = make_plan(*code->program, features);
  asmjit::CodeHolder holder;
  holder.init(code->runtime.environment());
  FirstError first_error;
  holder.setErrorHandler(&first_error);
  Emitter emitter(holder, *code->program, code->plan, features, code->constants.data(),
                  reinterpret_cast<const void*>(&called_word));
  emitter.emit_all();
  if (first_error.get() != asmjit::kErrorOk) return emission_error(first_error.get());
  if (const asmjit::Error error = code->runtime.add(&code->function, &holder); error != asmjit::kErrorOk) {
    code->function = nullptr;
    return emission_error(error);
  }
  code->exits = emitter.exits();
  code->entries.assign(code->program->words.size(), nullptr);
  Report& report = code->report;
  for (std::size_t i = 0; i < code->plan.segments.size(); ++i) {
    const Segment& segment = code->plan.segments[i];
    code->entries[segment.first] =
        reinterpret_cast<const char*>(code->function) + holder.labelOffset(emitter.segment_labels()[i]);
    report.called_words += segment.called;
    report.loops += segment.counted_loop;
  }
  report.form = *form;
  report.words = code->program->words.size();
  report.code_bytes = holder.codeSize();
  report.hot_bytes = emitter.hot_bytes();
  for (const Segment& segment : code->plan.segments)
    for (std::uint32_t w = segment.first; w < segment.end && !segment.called; ++w) {
      const isa::Effect effect = isa::info(code->program->words[w].sparse.opcode).effect;
      if (code->plan.hoisted[w])
        ++report.hoisted;
      else if (effect == isa::Effect::reads || effect == isa::Effect::writes)
        ++report.checked;
    }
  return NativeEngine(std::move(code));
}

Result<std::string> NativeEngine::listing(const isa::ValidProgram& program, std::optional<Form> form) {
  if (!form) form = host_form();
  if (!form) return Error{"native engine", "this processor supports no form", "AVX-512 or AVX2 with FMA and BMI2"};
  asmjit::StringLogger logger;
  asmjit::CodeHolder holder;
  holder.init(asmjit::Environment::host());
  holder.setLogger(&logger);
  const Features features = features_of(*form);
  const Plan plan = make_plan(program.get(), features);
  Emitter emitter(holder, program.get(), plan, features, program->constants.data(),
                  reinterpret_cast<const void*>(&called_word));
  emitter.emit_all();
  return std::string(logger.data(), logger.dataSize());
}

Status NativeEngine::run(Machine& machine, Context& context) const {
  if (context.status == Status::halted || context.status == Status::trapped) return context.status;
  context.status = Status::ready;
  Frame frame{code_->program, &machine, &context, code_->entries.data()};
  while (true) {
    if (const void* entry = code_->entries[context.pc]; entry != nullptr) {
      const std::uint64_t left = code_->function(&context, entry, &frame);
      if (left != kCalled) {
        const Exit& exit = code_->exits[left];
        code_->settle(exit, context);
        context.pc = exit.word;
      } else if (context.status != Status::ready) {
        return context.status;
      }
    }
    // Execute the word that compiled code left, and the following ones up to the next entry of compiled code.
    do {
      if (execute_word(*code_->program, machine, context) != Status::ready) return context.status;
    } while (code_->entries[context.pc] == nullptr);
  }
}

}  // namespace vtpu::exec::jit
