#pragma once
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/assembler.h"
#include "vtpu/isa/registers.h"
#include "vtpu/isa/validator.h"

// Runs one program on every engine of this host: the interpreter, compiled code in each form, and each form again with
// most registers of the program left in the context, for which emitters generate other host code.
namespace vtpu::exec {

inline isa::ValidProgram valid(isa::Program program) {
  auto checked = isa::ValidProgram::make(std::move(program));
  if (!checked) throw std::runtime_error(checked.error().message());
  return *std::move(checked);
}
inline isa::ValidProgram program_of(const std::string& text) {
  auto program = isa::assemble(text, "test.sasm");
  if (!program) throw std::runtime_error(program.error().message() + "\n" + text);
  return valid(*std::move(program));
}

/// The program followed by loops that are never entered and use the other registers so often that these get the host
/// registers.
inline isa::Program crowded(isa::Program program) {
  isa::RegisterSet used;
  for (const isa::Word& word : program.words)
    for (const isa::Slot slot : {isa::Slot::D, isa::Slot::S, isa::Slot::C}) {
      used |= isa::uses_of(word.slot(slot)).reads;
      used |= isa::uses_of(word.slot(slot)).writes;
    }
  const auto start = static_cast<std::int64_t>(program.words.size());
  for (std::uint8_t i = 0; i < 16; ++i) {
    isa::Word word;
    if ((used.r >> i & 1) == 0) word.dense.opcode = isa::Opcode::dmov_i64, word.dense.d = word.dense.a = i;
    program.words.push_back(word);
    word = {};
    if ((used.v >> i & 1) == 0) word.dense.opcode = isa::Opcode::dmov_v, word.dense.d = word.dense.a = i;
    program.words.push_back(word);
  }
  for (int depth = 0; depth < 6; ++depth) {
    program.words.emplace_back();
    program.words.back().dense.opcode = isa::Opcode::dbr;
    program.words.back().dense.imm = start;
  }
  return program;
}

struct NamedEngine {
  std::string name;
  std::unique_ptr<Engine> engine;
};

/// The engines of a program, the interpreter first. Owns the programs that they run.
class Engines {
 public:
  /// `withheld`: also compiles the program as if this opcode had no emitter.
  explicit Engines(isa::ValidProgram program, isa::Opcode withheld = isa::Opcode::nop) : programs_{std::move(program)} {
    programs_.push_back(valid(crowded(programs_[0].get())));
    all_.push_back({"interpreter", std::make_unique<Interpreter>(programs_[0])});
    for (const jit::Form form : {jit::Form::avx2, jit::Form::avx512}) {
      if (!jit::host_form() || (form == jit::Form::avx512 && *jit::host_form() != form)) continue;
      const std::string name(name_of(form));
      add_native(name, 0, form, {});
      add_native(name + ", crowded", 1, form, {});
      if (withheld == isa::Opcode::nop) continue;
      jit::OpcodeSet without_emitter;
      without_emitter.set(static_cast<std::size_t>(withheld));
      add_native(name + ", without emitter", 0, form, without_emitter);
      add_native(name + ", crowded, without emitter", 1, form, without_emitter);
    }
  }
  explicit Engines(const std::string& text, isa::Opcode withheld = isa::Opcode::nop)
      : Engines(program_of(text), withheld) {}

  auto begin() const { return all_.begin(); }
  auto end() const { return all_.end(); }
  const isa::Program& program() const { return programs_[0].get(); }

 private:
  void add_native(const std::string& name, std::size_t program, jit::Form form, const jit::OpcodeSet& without_emitter) {
    auto native = jit::NativeEngine::compile(programs_[program], {.form = form, .without_emitter = without_emitter});
    if (!native) throw std::runtime_error(native.error().message());
    if (without_emitter.any() && native->report().called_words == 0)
      throw std::runtime_error(name + ": no word is called");
    all_.push_back({name, std::make_unique<jit::NativeEngine>(*std::move(native))});
  }

  std::vector<isa::ValidProgram> programs_;  // complete before any engine refers to one
  std::vector<NamedEngine> all_;
};

template <std::size_t N>
std::string hex(const std::array<std::byte, N>& bytes) {
  std::string text;
  for (const std::byte b : bytes) {
    text += "0123456789abcdef"[std::to_integer<unsigned>(b) >> 4];
    text += "0123456789abcdef"[std::to_integer<unsigned>(b) & 15];
  }
  return text;
}

/// The state of a sentron, its machine's memory and its exchange, by name. Host addresses appear as positions within
/// what a pointer covers.
using Snapshot = std::map<std::string, std::string>;

inline Snapshot snapshot(const Machine& machine, const Context& context) {
  Snapshot all;
  const auto number = [](auto x) { return std::to_string(x); };
  for (std::size_t i = 0; i < 16; ++i) all["r" + number(i)] = number(context.r[i]);
  for (std::size_t i = 0; i < 16; ++i) all["v" + number(i)] = hex(context.v[i].bytes);
  for (std::size_t i = 0; i < 4; ++i) all["m" + number(i)] = hex(context.m[i].bytes);
  for (std::size_t i = 0; i < 8; ++i) {
    const memory::Pointer& p = context.p[i];
    all["p" + number(i)] = p.coordinate.raw_text() + " flags " + number(p.coordinate.flags()) +
                           (p.translated() ? " at " + number(p.base - p.begin) + " of " + number(p.end - p.begin) : "");
  }
  all["sr"] = number(context.sr);
  all["pc"] = number(context.pc);
  all["fuel"] = number(context.fuel);
  all["status"] = number(static_cast<int>(context.status));
  all["trap"] = context.trap.message();
  std::uint64_t bits;
  std::memcpy(&bits, &context.temperature, 8);
  all["temperature"] = number(bits);
  const Retired& retired = context.retired;
  all["retired"] = number(retired.words) + " words, " + number(retired.ops[0]) + " D, " + number(retired.ops[1]) +
                   " S, " + number(retired.ops[2]) + " C, " + number(retired.control) + " control";
  const memory::TranslationCounters& counters = context.cache->counters;
  all["translation"] = number(counters.hits) + " hits, " + number(counters.misses) + " misses, " +
                       number(counters.evictions) + " evictions";
  for (std::size_t set = 0; set < memory::TranslationCache::kSets; ++set)
    for (std::size_t way = 0; way < memory::TranslationCache::kWays; ++way)
      if (const auto& entry = context.cache->sets[set][way]; entry.tag_low != memory::TranslationCache::kInvalid)
        all["translation " + number(set) + "." + number(way)] =
            number(entry.tag_low) + " " + number(entry.tag_high) + " " + number(entry.columns);
  all["memory"] = number(machine.memory().digest());
  for (const auto& region : machine.memory().regions()) all["region " + number(region.handle)] = number(region.bytes);
  for (const auto& message : machine.exchange().pending())
    all["message " + number(message.number)] = message.at.raw_text() + " " + hex(message.payload.bytes);
  all["sent"] = number(machine.exchange().sent());
  return all;
}

/// The differences of two snapshots, one per line.
inline std::string differences(const Snapshot& a, const Snapshot& b) {
  std::string text;
  for (const auto& [name, value] : a)
    if (const auto other = b.find(name); other == b.end())
      text += name + ": " + value + " against none\n";
    else if (other->second != value)
      text += name + ": " + value + " against " + other->second + "\n";
  for (const auto& [name, value] : b)
    if (!a.contains(name)) text += name + ": none against " + value + "\n";
  return text;
}

struct Conditions {
  std::uint64_t fuel = 100000;
  std::uint64_t memory_bytes = std::uint64_t{1} << 22;
  std::size_t pending = 64;  ///< the limit of the exchange
  std::function<void(Machine&, Context&)> given;
};

/// A machine after a run, and its first sentron.
struct Ran {
  std::string engine;
  std::unique_ptr<Machine> machine;
  Context* context = nullptr;

  Snapshot state() const { return snapshot(*machine, *context); }
};

inline Ran run_by(const NamedEngine& engine, const Conditions& conditions) {
  memory::PageTable::Limits limits;
  limits.bytes = conditions.memory_bytes;
  Ran ran{engine.name, std::make_unique<Machine>(memory::PageTable(limits), Exchange::Limits{conditions.pending}),
          nullptr};
  ran.context = &ran.machine->spawn(conditions.fuel);
  if (conditions.given) conditions.given(*ran.machine, *ran.context);
  engine.engine->run(*ran.machine, *ran.context);
  return ran;
}

/// Runs on every engine, each in its own machine, and expects equal final states.
inline std::vector<Ran> run_all(const Engines& engines, const Conditions& conditions = {}) {
  std::vector<Ran> all;
  for (const NamedEngine& engine : engines) {
    all.push_back(run_by(engine, conditions));
    EXPECT_EQ(differences(all[0].state(), all.back().state()), "") << engine.name;
  }
  return all;
}
inline std::vector<Ran> run_all(const std::string& text, const Conditions& conditions = {}) {
  return run_all(Engines(text), conditions);
}

/// Lanes of a vector or message.
template <class T, class Register>
auto lanes(const Register& x) {
  std::array<T, sizeof(x.bytes) / sizeof(T)> all;
  std::memcpy(all.data(), x.bytes.data(), sizeof all);
  return all;
}
template <class Register, class T, std::size_t N>
void set_lanes(Register& x, const std::array<T, N>& all) {
  static_assert(sizeof all == sizeof x.bytes);
  std::memcpy(x.bytes.data(), all.data(), sizeof all);
}

}  // namespace vtpu::exec
