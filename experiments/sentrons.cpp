// Asks whether sentrons do what the source documents show of them: one passes a result to another, four meet at a
// barrier, a result outlives the sentron that wrote it, and a receive at a temperature takes a message nearby.
//
// Claims: sentron.pair, sentron.barrier, sentron.persist, sentron.fuzzy, sentron.ops. Each is a small program of words,
// run by the interpreter with the scheduler for one thread. Nothing is sampled; both modes do the same. Keys:
// sentron.*.
#include <fmt/core.h>

#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/machine.h"
#include "vtpu/isa/assembler.h"
#include "vtpu/isa/opcode.h"
#include "vtpu/isa/validator.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/runtime/scheduler.h"

namespace {

using vtpu::Error;
using vtpu::Result;
using vtpu::exec::Context;
using vtpu::exec::Machine;
using vtpu::exec::Status;
using vtpu::measure::Run;
using vtpu::phext::PackedCoordinate;

const std::string kPlaces =
    ".coord here = 1.1.1/1.1.1/1.1.1/1.1\n.coord near = 1.1.1/1.1.1/1.1.1/1.2\n"
    "  dmov.coord p0, here\n  dmov.coord p1, near\n";

/// Programs that are valid and stay where they are while engines refer to them.
class Programs {
 public:
  Result<void> add(const std::string& text) {
    Result<vtpu::isa::Program> program = vtpu::isa::assemble(text, "experiments/sentrons.cpp");
    if (!program) return program.error();
    auto valid = vtpu::isa::ValidProgram::make(*std::move(program));
    if (!valid) return Error{"sentrons", valid.error().message(), "a valid program"};
    valid_.push_back(std::make_unique<vtpu::isa::ValidProgram>(*std::move(valid)));
    engines_.push_back(std::make_unique<vtpu::exec::Interpreter>(*valid_.back()));
    return {};
  }
  const vtpu::exec::Engine* engine(std::size_t i) const { return engines_[i].get(); }

 private:
  std::vector<std::unique_ptr<vtpu::isa::ValidProgram>> valid_;
  std::vector<std::unique_ptr<vtpu::exec::Interpreter>> engines_;
};

/// A machine with a row of sixteen cells of eight bytes from 1.1.1/1.1.1/1.1.1 on.
Result<std::unique_ptr<Machine>> machine_with_cells() {
  vtpu::memory::PageTable::Limits limits;
  limits.bytes = std::uint64_t{1} << 26;
  auto machine = std::make_unique<Machine>(vtpu::memory::PageTable(limits));
  vtpu::memory::RegionSpec spec;
  spec.first = *PackedCoordinate::parse("1.1.1/1.1.1/1.1.1/1.1");
  spec.last = *PackedCoordinate::parse("1.1.1/1.1.1/1.1.1/1.16");
  spec.mask = 1;
  if (machine->memory().allocate(spec).fault) return Error{"sentrons", "no room for a region", "sixteen cells"};
  return machine;
}

/// Runs one sentron for each program, with its number in r15, until all have ended.
Result<std::unique_ptr<Machine>> run_together(const std::vector<std::string>& texts) {
  Programs programs;
  std::vector<const vtpu::exec::Engine*> engines;
  Result<std::unique_ptr<Machine>> machine = machine_with_cells();
  if (!machine) return machine.error();
  for (const std::string& text : texts) {
    if (const Result<void> added = programs.add(text); !added) return added.error();
    engines.push_back(programs.engine(engines.size()));
    (*machine)->spawn(10'000).r[15] = engines.size() - 1;
  }
  vtpu::runtime::CooperativeScheduler(**machine, engines).run();
  for (const auto& sentron : (*machine)->sentrons())
    if (sentron->status != Status::halted)
      return Error{fmt::format("sentrons, sentron {}", sentron->id), sentron->trap.message(), "a program that halts"};
  return machine;
}

/// One sentron multiplies three numbers, scatters and sends the product; another receives it and adds its own copy.
Result<std::pair<double, double>> pass_a_result(int first) {
  const std::string alice = kPlaces + fmt::format("  dmov.i64 r1, #{}\n", first) +
                            "  dmov.i64 r2, #7\n  dmov.i64 r3, #2\n  dmul.i64 r1, r1, r2\n  dmul.i64 r1, r1, r3\n"
                            "  sscattr.i64 r1, [p0]\n  cpack.i64 m0, 0, r1\n  csend m0, p1\n  dhalt\n";
  const std::string bob = kPlaces +
                          "  crecv m0, p1\n  cunpack.i64 r1, m0, 0\n  sgather.i64 r2, [p0]\n  dadd.i64 r1, r1, r2\n"
                          "  dhalt\n";
  const auto machine = run_together({alice, bob});
  if (!machine) return machine.error();
  const auto& sentrons = (*machine)->sentrons();
  return std::pair{double(sentrons[0]->r[1]), double(sentrons[1]->r[1])};
}

/// How many of four sentrons do not see the arrival of all four after the barrier, or without one.
Result<double> early_sentrons(bool barrier) {
  std::string text = kPlaces + "  dmov.i64 r1, #1\n  sscattrc.i64 r1, [p0 @ column r15]\n";
  if (barrier) text += "  cbar\n";
  text +=
      "  sgather.i64 r2, [p0]\n  sgather.i64 r3, [p0 + 8]\n  sgather.i64 r4, [p0 + 16]\n"
      "  sgather.i64 r5, [p0 + 24]\n  dadd.i64 r2, r2, r3\n  dadd.i64 r4, r4, r5\n  dadd.i64 r2, r2, r4\n  dhalt\n";
  const auto machine = run_together(std::vector<std::string>(4, text));
  if (!machine) return machine.error();
  double early = 0;
  for (const auto& sentron : (*machine)->sentrons()) early += sentron->r[2] < 4;
  return early;
}

/// What a sentron finds at the coordinate to which another wrote 42 before it ended; or did not write.
Result<double> find_later(bool written) {
  Programs programs;
  Result<std::unique_ptr<Machine>> machine = machine_with_cells();
  if (!machine) return machine.error();
  const std::string write = written ? "  sscattr.i64 r1, [p0]\n" : "";
  if (auto added = programs.add(kPlaces + "  dmov.i64 r1, #42\n" + write + "  dhalt\n"); !added) return added.error();
  if (auto added = programs.add(kPlaces + "  sgather.i64 r1, [p0]\n  dhalt\n"); !added) return added.error();
  // Each sentron runs to its end before the next one exists.
  for (const std::size_t i : {0u, 1u}) {
    Context& sentron = (*machine)->spawn(10'000);
    if (programs.engine(i)->run(**machine, sentron) != Status::halted)
      return Error{fmt::format("sentrons, sentron {}", i), sentron.trap.message(), "a program that halts"};
  }
  return double((*machine)->sentrons()[1]->r[1]);
}

/// Messages that a receive at the coordinate beside the message takes at a temperature.
Result<double> received_beside(double temperature) {
  const std::string text = kPlaces +
                           fmt::format("  dmov.i64 r1, #{}\n  ctemp r1\n  cpack.i64 m0, 0, r1\n  csend m0, p1\n",
                                       std::bit_cast<std::int64_t>(temperature)) +
                           "  crecv.try m1, p0\n  dhalt\n";
  const auto machine = run_together({text});
  if (!machine) return machine.error();
  return 1.0 - static_cast<double>((*machine)->exchange().pending().size());
}

/// How many of the C operations that the source names have an operation here, in a given slot.
double operations_found(vtpu::isa::Slot slot) {
  double found = 0;
  for (const std::string_view name : {"csend", "crecv", "cbar", "cpack", "cunpack", "ctemp", "cbeacon", "nop"})
    for (const vtpu::isa::OpcodeInfo& info : vtpu::isa::all_opcodes())
      if ((name == "nop" || info.slot == slot) &&
          (info.mnemonic == name || info.mnemonic.starts_with(std::string(name) + "."))) {
        ++found;
        break;
      }
  return found;
}

Result<void> study(Run& run) {
  const auto pair = pass_a_result(3), other = pass_a_result(4);
  if (!pair) return pair.error();
  if (!other) return other.error();
  run.computed("sentron.pair.alice", pair->first, "1", "product of 3, 7 and 2, by the first sentron");
  run.computed("sentron.pair.bob", pair->second, "1", "the message plus the value at the coordinate");
  run.computed("sentron.pair.control", other->second, "1", "with 4 in place of 3");

  const auto with = early_sentrons(true), without = early_sentrons(false);
  if (!with) return with.error();
  if (!without) return without.error();
  run.computed("sentron.barrier.early", *with, "sentrons", "of four, do not see all four arrivals after the barrier");
  run.computed("sentron.barrier.early.control", *without, "sentrons", "the same without the barrier");

  const auto found = find_later(true), nothing = find_later(false);
  if (!found) return found.error();
  if (!nothing) return nothing.error();
  run.computed("sentron.persist.value", *found, "1", "read by a sentron that starts after the writer has ended");
  run.computed("sentron.persist.value.control", *nothing, "1", "the same without the write");

  const auto warm = received_beside(1), cold = received_beside(0);
  if (!warm) return warm.error();
  if (!cold) return cold.error();
  run.computed("sentron.fuzzy.received", *warm, "messages", "one column away, temperature 1");
  run.computed("sentron.fuzzy.received.control", *cold, "messages", "one column away, temperature 0");

  const std::string names = "of the eight names, found among the operations of the ";
  run.computed("sentron.c_ops", operations_found(vtpu::isa::Slot::C), "operations", names + "C slot");
  run.computed("sentron.c_ops.control", operations_found(vtpu::isa::Slot::S), "operations", names + "S slot");
  return {};
}

const vtpu::measure::Experiment kExperiment{
    .name = "sentrons",
    .question = "Do sentrons exchange, wait, persist and match as the source documents show?",
    .claims = {"sentron.pair", "sentron.barrier", "sentron.persist", "sentron.fuzzy", "sentron.ops"},
    .inputs = {},
    .quick_seconds = 1,
    .full_seconds = 1,
    .run = study};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
