// Two sentrons: Alice multiplies 3, 7 and 2, keeps the 42 at a coordinate and sends it; Bob receives it, adds what she
// kept, and stores 84. The results are in memory when both have ended, and with a third argument in a file.
//
//   build/bin/examples/alice_and_bob examples/alice.sasm examples/bob.sasm [FILE]
//
// The program shows the library in the order in which it is used: assemble and validate words, give a machine its
// memory, spawn sentrons, run them, look at what is left.
#include <fmt/core.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "vtpu/base/file.h"
#include "vtpu/base/program.h"
#include "vtpu/base/result.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/machine.h"
#include "vtpu/isa/assembler.h"
#include "vtpu/isa/disassembler.h"
#include "vtpu/isa/validator.h"
#include "vtpu/memory/page_table.h"
#include "vtpu/runtime/scheduler.h"

namespace {

using vtpu::Error;
using vtpu::Result;
using vtpu::exec::Machine;
using vtpu::phext::PackedCoordinate;

/// The cell of a column: 8 bytes at 1.1.1/1.1.1/1.1.1/1.<column>.
PackedCoordinate column(unsigned number) {
  return *PackedCoordinate::parse(fmt::format("1.1.1/1.1.1/1.1.1/1.{}", number));
}

/// Words come from text. Engines accept only a program that the validator has checked.
Result<vtpu::isa::ValidProgram> load(const std::string& file) {
  const Result<std::string> text = vtpu::read_file(file);
  if (!text) return text.error();
  Result<vtpu::isa::Program> program = vtpu::isa::assemble(*text, file);
  if (!program) return program.error();
  return vtpu::isa::ValidProgram::make(*std::move(program));
}

/// Maps eight columns, in a file if one is named, and returns the handle of the region.
Result<std::uint64_t> map_columns(Machine& machine, const std::string& file) {
  const vtpu::memory::RegionSpec spec{.first = column(1), .last = column(8), .mask = 1};  // bit 0: the column varies
  if (!file.empty()) return machine.memory().attach(spec, file);
  const auto allocated = machine.memory().allocate(spec);
  if (allocated.fault) return Error{"memory", "no room for eight cells", ""};
  return allocated.handle;
}

std::int64_t number_at(const Machine& machine, unsigned at) {
  std::int64_t number = 0;
  const auto bytes = machine.memory().peek(column(at));
  if (bytes.size() >= sizeof number) std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

/// What a sentron has done. A word without an empty slot does three operations; a cycle does not appear here, since
/// none was measured.
void describe(const char* name, const vtpu::isa::Program& program, const vtpu::exec::Context& sentron) {
  fmt::print("{}, sentron {}:\n", name, sentron.id);
  for (const vtpu::isa::Word& word : program.words) fmt::print("    {}\n", vtpu::isa::text_of(word));
  const auto operations = static_cast<double>(sentron.retired.total()),
             words = static_cast<double>(sentron.retired.words);
  fmt::print("  {} operations in {} words, {:.2f} per word\n", operations, words, operations / words);
}

Result<void> run(const std::string& alice_file, const std::string& bob_file, const std::string& memory_file) {
  const auto alice = load(alice_file), bob = load(bob_file);
  if (!alice) return alice.error();
  if (!bob) return bob.error();

  Machine machine;
  const auto region = map_columns(machine, memory_file);
  if (!region) return region.error();
  if (const std::int64_t kept = number_at(machine, 5); kept != 0) fmt::print("from an earlier run: {}\n", kept);
  vtpu::exec::Context& first = machine.spawn();
  for (unsigned at = 1; const std::int64_t number : {3, 7, 2}) {
    const auto cell = machine.memory().cell(column(at++), 3, true, *first.cache);  // 2^3 bytes, for writing
    std::memcpy(cell.at, &number, sizeof number);
  }
  vtpu::exec::Context& second = machine.spawn();

  // The interpreter defines what words mean. The native engine gives the same bits faster; see docs/learn.
  const vtpu::exec::Interpreter alice_engine(*alice), bob_engine(*bob);
  vtpu::runtime::CooperativeScheduler scheduler(machine, {&alice_engine, &bob_engine});
  const vtpu::runtime::Summary summary = scheduler.run();
  if (!summary.deadlock.empty()) return Error{"scheduler", summary.deadlock, ""};
  for (const auto& sentron : machine.sentrons())
    if (sentron->status == vtpu::exec::Status::trapped)
      return Error{fmt::format("sentron {}", sentron->id), sentron->trap.message(), ""};

  describe("Alice", alice->get(), first);
  describe("Bob", bob->get(), second);
  fmt::print("at {}: {}\n", column(4).raw_text(), number_at(machine, 4));
  fmt::print("at {}: {}\n", column(5).raw_text(), number_at(machine, 5));
  if (machine.memory().flush(*region)) return Error{memory_file, "cannot be written", ""};
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  return vtpu::guarded_main([&] {
    if (argc < 3 || argc > 4) {
      fmt::print(stderr, "usage: alice_and_bob ALICE.sasm BOB.sasm [FILE]\n");
      return 2;
    }
    const Result<void> done = run(argv[1], argv[2], argc == 4 ? argv[3] : "");
    if (!done) fmt::print(stderr, "alice_and_bob: {}\n", done.error().message());
    return done ? 0 : 1;
  });
}
