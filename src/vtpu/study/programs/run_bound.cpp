#include "vtpu/study/programs/run_bound.h"

#include <algorithm>
#include <string>

#include "vtpu/exec/interpreter.h"
#include "vtpu/study/host/host_mix.h"
#include "vtpu/study/programs/mapped_tensors.h"

namespace vtpu::study::programs {
namespace {

/// Whether an op calls the runtime, to find a cell, neighbours or a message. Slow ops without an effect do not: each is
/// several host instructions.
bool calls_the_runtime(const isa::OpcodeInfo& info) {
  return info.cost == isa::Cost::probe || info.cost == isa::Cost::message ||
         (info.cost == isa::Cost::slow && info.effect != isa::Effect::pure);
}

}  // namespace

Result<RunBound> bound_of_run(const kernels::CompiledProgram& kernel, const kernels::Parameters& parameters,
                              const isa::Program& words, const std::vector<compiler::ir::Tensor>& tensors,
                              const ports::PortMap& map) {
  exec::Machine machine;
  auto mapped = MappedTensors::map(machine, tensors);
  if (!mapped) return mapped.error();
  kernel.fill(kernels::complete(kernel, parameters), 1, mapped->bytes());
  if (auto done = mapped->write_sparse(); !done) return done.error();

  std::vector<double> executed(words.words.size());
  const std::vector<ports::Loop> loops = ports::innermost_loops(words);
  std::vector<double> entries(loops.size());
  exec::Context& sentron = machine.spawn();
  for (std::uint32_t before = 0; sentron.status == exec::Status::ready;) {
    const std::uint32_t word = sentron.pc;
    for (std::size_t k = 0; k < loops.size(); ++k)
      if (word == loops[k].first && (before != loops[k].last || executed[word] == 0)) ++entries[k];
    ++executed[word];
    exec::execute_word(words, machine, sentron);
    before = word;
  }
  if (sentron.status != exec::Status::halted)
    return Error{std::string(kernel.name), sentron.trap.message(), "a run to the end"};

  RunBound bound;
  bound.ops = static_cast<double>(sentron.retired.total());
  for (std::uint32_t word = 0; word < words.words.size(); ++word)
    for (const isa::Slot slot : {isa::Slot::D, isa::Slot::S, isa::Slot::C})
      if (calls_the_runtime(isa::info(words.words[word].slot(slot).opcode))) bound.calls += executed[word];
  ports::Mix rest{};
  const auto add = [&](ports::Loop part, double times) {
    const ports::Mix mix = ports::mix_of(words, part);
    for (std::size_t k = 0; k < mix.size(); ++k) rest[k] += times * mix[k];
  };
  std::uint32_t next = 0;
  const auto add_until = [&](std::uint32_t end) {
    for (; next < end; ++next) add({next, next}, executed[next]);
  };
  double waiting = 0;
  for (std::size_t k = 0; k < loops.size(); ++k) {
    const ports::Loop loop = loops[k];
    add_until(loop.first);
    next = loop.last + 1;
    RunBound::Part part{loop, executed[loop.last],           entries[k],
                        0,    host::pattern_of(words, loop), ports::predict(map, words, loop)};
    const double alone = part.iterations - part.entries * RunBound::kWindow / part.prediction.ops;
    if (part.prediction.ops > 0) waiting += std::max(0.0, alone) * part.prediction.recurrence;
    part.share = part.iterations * part.prediction.ops / bound.ops;
    if (part.share >= RunBound::kLeast)
      bound.loops.push_back(std::move(part));
    else
      add(loop, part.iterations);
  }
  add_until(static_cast<std::uint32_t>(words.words.size()));
  bound.rest = ports::bound(map, rest);
  bound.mix = rest;
  for (const RunBound::Part& part : bound.loops) {
    const ports::Mix mix = ports::mix_of(words, part.loop);
    for (std::size_t k = 0; k < mix.size(); ++k) bound.mix[k] += part.iterations * mix[k];
  }
  const ports::Constraint hard = ports::hard_limit(map, bound.mix);
  bound.least = std::max(hard.cycles, waiting);
  bound.least_limit = waiting > hard.cycles ? "recurrence" : hard.name();
  std::stable_sort(bound.loops.begin(), bound.loops.end(),
                   [](const RunBound::Part& a, const RunBound::Part& b) { return a.share > b.share; });
  return bound;
}

}  // namespace vtpu::study::programs
