#include "vtpu/compiler/phextcc.h"

#include "vtpu/base/check.h"
#include "vtpu/compiler/ir/verify.h"
#include "vtpu/compiler/language/frontend.h"
#include "vtpu/compiler/passes/cost_model.h"
#include "vtpu/compiler/passes/passes.h"
#include "vtpu/compiler/select/select.h"

namespace vtpu::compiler {
namespace {

backend::Packing packing_of(const Options& options) {
  switch (options.level) {
    case 0: return backend::Packing::one_op;
    case 1: return backend::Packing::by_pipe;
    case 2: return backend::Packing::list;
    default: return options.pipeline ? backend::Packing::pipelined : backend::Packing::list;
  }
}

/// A pass that leaves an invalid module is a bug of the compiler.
void check(const ir::Module& module, ir::Places places) {
  const Result<void> verified = ir::verify(module, places);
  VTPU_CHECK(verified.ok(), verified.ok() ? "" : verified.error().message().c_str());
}

void optimise(ir::Module& module, const Options& options) {
  if (options.level >= 2) passes::simplify(module);
  if (options.level >= 3) {
    passes::contract(module);
    passes::simplify(module);
    passes::unroll_fully(module, passes::Reductions::kept);
    passes::simplify(module);
    passes::jam(module, options.machine);
    passes::simplify(module);
    passes::vectorize(module, options.machine);
    passes::choose_by_extrema(module);
    passes::simplify(module);
    passes::clear_lanes_by_masks(module);
    passes::simplify(module);
    passes::unroll_fully(module, passes::Reductions::unrolled);
    passes::simplify(module);
    passes::unroll(module, options.machine);
    passes::simplify(module);
    passes::insert_prefetches(module, options.machine);
    passes::simplify(module);
    passes::spread_floats(module);
    passes::simplify(module);
    passes::relieve_registers(module);
  }
  check(module, ir::Places::anywhere);
}

}  // namespace

Result<Compiled> compile(std::string_view name, std::string_view text, const Options& options) {
  language::Read read = language::read(name, text, options.parameters);
  if (!read.module) {
    std::string all;
    for (const language::Diagnostic& diagnostic : read.diagnostics) all += language::render(diagnostic, name, text);
    while (!all.empty() && all.back() == '\n') all.pop_back();
    return Error{"", all, ""};
  }
  Compiled compiled;
  compiled.source_ir = std::move(*read.module);
  check(compiled.source_ir, ir::Places::inside);
  compiled.ir = compiled.source_ir;
  optimise(compiled.ir, options);
  compiled.tensors = compiled.ir.tensors;
  compiled.predicted_cycles = passes::CostModel(compiled.ir, options.machine).list(compiled.ir.body);
  const backend::Code code = select::select(compiled.ir, {options.allocate, options.pipeline_everywhere});
  Result<backend::Words> words = backend::make_words(code, packing_of(options), options.machine.ports);
  if (!words.ok()) {
    Error error = words.error();
    error.where = error.where.empty() ? std::string(name) : std::string(name) + ":" + error.where;
    return error;
  }
  compiled.program = std::move(words->program);
  compiled.loops = std::move(words->loops);
  compiled.lines = std::move(words->lines);
  compiled.spilled = words->spilled;
  return compiled;
}

}  // namespace vtpu::compiler
