// Asks whether the shell does what the sources show of it, and whether memory outlives a process.
//
// - commands: those that our specification names, in one session of a script; an operation counts only if the shell
//   shows its ops per measured cycle, or says what disturbs the measurement.
// - opcodes: every operation is typed into a shell of its own by its assembly form. Registers, memory, messages, place
//   and regions, as the shell shows them, are compared with those that the interpreter leaves.
// - start: the wall time of a shell without commands, beside Debian's Python (another one on PATH may be a script) and
//   bash.
// - persist: a process writes, flushes and is killed by SIGKILL; another one reads.
//
// Claims: shell.live, shell.opcodes, shell.start, mem.persist. Controls: a session after a command that does not exist;
// the state without the operation; a start after a wait; the flush left out.
// Parameters: processes. Outputs: keys shell.*; table shell. Cost: about 5 s quick, 10 s full.
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/analysis/inspect.h"
#include "vtpu/base/check.h"
#include "vtpu/base/file.h"
#include "vtpu/base/text.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/machine.h"
#include "vtpu/isa/assembler.h"
#include "vtpu/isa/disassembler.h"
#include "vtpu/isa/opcode.h"
#include "vtpu/isa/validator.h"
#include "vtpu/measure/child_process.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/measure/sampler.h"

namespace {

using namespace vtpu::measure;
using vtpu::Error;
using vtpu::Result;
using vtpu::exec::Context;
using vtpu::exec::Machine;
using vtpu::exec::Status;
using vtpu::phext::PackedCoordinate;
using Source = Column::Source;

namespace fs = std::filesystem;

/// Files of the experiment; removed at its end.
class Folder {
 public:
  Folder() {
    std::string name = fs::temp_directory_path() / "vtpu-shell-XXXXXX";
    VTPU_CHECK(::mkdtemp(name.data()) != nullptr, "a temporary folder can be made");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::string operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

const Dependency kShell{Dependency::Kind::tool, "asi"};

/// What the shell prints for a script, up to its first error.
std::string session(const Folder& folder, const std::string& script) {
  const std::string in = folder / "script", out = folder / "out";
  VTPU_CHECK(vtpu::write_file(in, script), "a temporary file can be written");
  static_cast<void>(output_of({"sh", "-c", R"(exec "$0" <"$1" >"$2" 2>/dev/null)", path_of(kShell), in, out}));
  return vtpu::read_file(out).value();
}

// ---- commands

/// A command of the specification, what it has to answer, and whether it is an operation.
struct Command {
  const char *name, *line, *answer;
  bool operation = false;
};
constexpr Command kCommands[] = {
    {"spawn", "spawn", "sentron 1"},
    {"select", "select 0", "sentron 0"},
    {"write", "write 1.1.1 42", "1.1.1/1.1.1/1.1.1/1.1 = 42"},
    {"mov", "mov r0 10", "r0 = 10", true},
    {"add", "add r1 r0 r0", "r1 = 20", true},
    {"mul", "mul r2 r0 r1", "r2 = 200", true},
    {"sub", "sub r3 r2 r1", "r3 = 180", true},
    {"fma", "fma r4 r1 r2 r3", "r4 = 4180", true},
    {"gather", "gather r5 1.1.1", "r5 = 42"},
    {"scatter", "scatter 1.1.1 r4", ""},
    {"x", "x 1.1.1", "1.1.1/1.1.1/1.1.1/1.1  4180"},
    {"reg", "reg r4", "r4 = 4180"},
    {"ppt", "ppt", "row_major"},
    {"status", "status", "ready"},
};

struct Answered {
  double commands = 0;
  std::string output;
};

/// How many of the commands answer as they should, in one session that begins with `first`. Sections of the output are
/// told apart by a register that no command uses.
Answered answered(const Folder& folder, const std::string& first) {
  std::string script = first;
  for (const Command& one : kCommands) {
    script += fmt::format("{}\nreg r14\n", one.line);
    script += one.operation ? fmt::format("time {}\nreg r14\n", one.line) : std::string();
  }
  Answered found;
  found.output = session(folder, script);
  std::string_view rest = found.output;
  const auto next = [&]() -> std::optional<std::string_view> {
    constexpr std::string_view kMark = "r14 = 0\n";
    const std::size_t at = rest.find(kMark);
    if (at == std::string_view::npos) return {};
    const std::string_view section = rest.substr(0, at);
    rest.remove_prefix(at + kMark.size());
    return section;
  };
  for (const Command& one : kCommands) {
    const auto answer = next();
    bool good = answer && answer->find(one.answer) != std::string_view::npos;
    if (one.operation) {
      const auto timed = next();
      good = good && timed &&
             (timed->find("ops per measured cycle") != std::string_view::npos ||
              timed->find("not measurable now") != std::string_view::npos);
    }
    found.commands += good;
  }
  return found;
}

// ---- opcodes

/// Gives registers, memory and messages values of which every operation can make something.
constexpr std::string_view kSetup = R"(.const numbers = f32 1.5, -2.25, 3.75, 100.5, -7.125
.const lanes = i32 0, 3, 1, 7, 2, 5
.coord cells = 1.1.1/1.1.1/1.1.1/1.1
.coord last = 1.1.1/1.1.1/1.1.1/1.64
.coord vectors = 1.1.1/1.1.1/1.1.2/1.1
.coord last_vector = 1.1.1/1.1.1/1.1.2/1.16
.coord new = 1.1.1/1.1.1/1.1.3/1.1
.coord last_new = 1.1.1/1.1.1/1.1.3/1.8
  dmov.coord p0, cells
  dmov.coord p1, last
  salloc r9, p0, p1, column, cell=8, layout=row_major
  dmov.coord p2, vectors
  dmov.coord p1, last_vector
  salloc r10, p2, p1, column, cell=64, layout=row_major
  dmov.coord p1, vectors
  dmov.coord p3, new
  dmov.coord p4, last_new
  sindex p6, p0, column, #1
  dmov.i64 r4, #3
  dmov.i64 r5, #1.5f64
  dmov.i64 r6, #2.5f64
  dmov.i64 r7, #-0.75f64
  dmov.i64 r8, #2
  dmov.const v3, numbers
  dmov.const v4, numbers
  dmov.const v5, lanes
  dmul.f32x16 v6, v4, v4
  dmov.const v7, lanes
  sscattr.v64 v4, [p0 + 64]
  sscattr.i64 r5, [p0 + 8]
  sscattr.v64 v6, [p2 + 128]
  cpack.i64 m0, 1, r5
  cpack.v m1, v4, 0
  csend m0, p0
  dhalt
)";
constexpr int kSetupWords = 26;

/// An operand of this kind in the registers of the setup.
std::string operand(vtpu::isa::Kind kind) {
  using enum vtpu::isa::Kind;
  switch (kind) {
    case none: return "";
    case Rd: return "r2";
    case Rd2: return "r3";
    case RdRw: return "r4";
    case Ra:
    case RaImm: return "r5";
    case Rb:
    case RbImm: return "r6";
    case Rc: return "r7";
    case Vd: return "v2";
    case VdRw: return "v3";
    case Va: return "v4";
    case Vb: return "v5";
    case Vc: return "v6";
    case Pd: return "p5";
    case Pa: return "p0";
    case Pb: return "p1";
    case Md: return "m2";
    case MdRw: return "m3";
    case Ma: return "m0";
    case Cond: return "lt";
    case AxisName: return "line";
    case Lane2:
    case Lane4:
    case Lane16: return "1";
    case Shift32: return "3";
    case Reduction: return "add";
    case Depth: return "8";
    case Rank: return "1";
    case Count: return "2";
    case Const: return "0";  // entries of the pools by number: a loaded program keeps no names of them
    case Coord: return "4";
    case Target: return "0";
    case Addr1:
    case Addr2:
    case Addr4:
    case Addr8:
    case Addr32:
    case Addr64: return "[p0 + 64]";
    case AddrV: return "[p0 + v7*4]";
    case Cell8: return "[p0 @ column r8]";
    case Cell64: return "[p2 @ column r8]";
    case Allocation: return "column, cell=8, layout=row_major";
  }
  return "";
}

std::string assembly_form(const vtpu::isa::OpcodeInfo& row) {
  // Those whose operands must name a region: a box that is free, or a handle.
  if (row.mnemonic == "salloc") return "salloc r2, p3, p4, column, cell=8, layout=row_major";
  if (row.mnemonic == "sfree" || row.mnemonic == "sflush") return std::string(row.mnemonic) + " r10";
  std::string text(row.mnemonic);
  for (bool first = true; const vtpu::isa::Kind kind : row.kinds())
    text += (std::exchange(first, false) ? " " : ", ") + operand(kind);
  return text;
}

/// Lines that show what registers and memory do not: beacons, and the temperature, by a message beside the receiver.
constexpr std::string_view kRevealing[] = {"croute r11, p0", "crecv.try m1, p6"};

/// The interpreter, word by word: the expected state.
class Mirror {
 public:
  Mirror() {
    sentron_ = &machine_.spawn();
    own_ = assembled("");
    for (int k = 0; k < kSetupWords; ++k)
      VTPU_CHECK(vtpu::exec::execute_word(own_, machine_, *sentron_) == Status::ready, "the setup runs");
  }
  /// Executes one word, which stands behind the setup.
  Result<void> execute(const std::string& text) {
    const vtpu::isa::Program program = assembled(text);
    const std::uint64_t here = std::exchange(sentron_->pc, own_.words.size());
    const Status status = vtpu::exec::execute_word(program, machine_, *sentron_);
    if (status == Status::trapped) return Error{text, sentron_->trap.message(), "an operation that runs"};
    if (status == Status::waiting) return Error{text, "the interpreter waits", "an operation that runs"};
    if (status == Status::halted || sentron_->pc == own_.words.size() + 1) sentron_->pc = here;
    return {};
  }
  bool halted() const { return sentron_->status == Status::halted; }

  /// As the shell shows it.
  std::string state() const {
    using vtpu::analysis::hex;
    std::string text;
    const auto add = [&](char file, std::size_t k, const std::string& value) {
      text += fmt::format("  {}{} = {}\n", file, k, value);
    };
    const Context fresh;
    for (std::size_t k = 0; k < std::size(fresh.r); ++k)
      if (sentron_->r[k] != 0) add('r', k, std::to_string(static_cast<std::int64_t>(sentron_->r[k])));
    for (std::size_t k = 0; k < std::size(fresh.v); ++k)
      if (!(sentron_->v[k] == fresh.v[k])) add('v', k, hex(sentron_->v[k].bytes));
    for (std::size_t k = 0; k < std::size(fresh.p); ++k)
      if (const std::string at = sentron_->p[k].coordinate.raw_text(); at != fresh.p[k].coordinate.raw_text())
        add('p', k, at);
    for (std::size_t k = 0; k < std::size(fresh.m); ++k)
      if (!(sentron_->m[k] == fresh.m[k])) add('m', k, hex(sentron_->m[k].bytes));
    if (sentron_->sr != 0) text += fmt::format("  sr = {:#x}\n", sentron_->sr);
    for (const int scroll : {1, 2, 3})
      for (int column = 1; column <= 32; ++column) {
        const auto at = *PackedCoordinate::parse(fmt::format("1.1.1/1.1.1/1.1.{}/1.{}", scroll, column));
        const auto bytes = machine_.memory().peek(at);
        std::int64_t number = 0;
        if (bytes.size() >= sizeof number) std::memcpy(&number, bytes.data(), sizeof number);
        text +=
            at.raw_text() + "  " +
            (bytes.size() < sizeof number && !machine_.memory().mapped(at) ? "not mapped" : std::to_string(number)) +
            "\n";
      }
    const auto pending = machine_.exchange().pending();
    for (const auto& message : pending)
      text += fmt::format("{}  {}\n", message.at.raw_text(), hex(message.payload.bytes));
    if (pending.empty()) text += "no messages\n";
    text += vtpu::analysis::regions_text(vtpu::analysis::regions_json(machine_.memory()));
    return text + (halted() ? "halted\n" : fmt::format("next word {}\n", sentron_->pc));
  }

 private:
  static vtpu::isa::Program assembled(const std::string& text) {
    auto program = vtpu::isa::assemble(std::string(kSetup) + "  " + text + (text.empty() ? "" : "\n  dhalt\n"), "");
    VTPU_CHECK(program, "the operation has an assembly form");
    return *std::move(program);
  }
  Machine machine_;
  Context* sentron_ = nullptr;
  vtpu::isa::Program own_;
};

/// The same state, from a shell in which the operation was typed.
std::string shown_state(const Folder& folder, const std::string& operation, bool reveal) {
  std::string script = fmt::format("load {}\nstep {}\n{}\n", folder / "setup.sasm", kSetupWords, operation);
  if (reveal)
    for (const std::string_view line : kRevealing) script += std::string(line) + "\n";
  script += "write 9.1.1 1\nback\n";  // marks the beginning; undone, since it maps a row
  script += "reg\n";
  for (const int scroll : {1, 2, 3}) script += fmt::format("x 1.1.1/1.1.1/1.1.{}/1.1 32\n", scroll);
  script += "info messages\nppt\ninfo\n";
  std::string text = session(folder, script);
  const std::size_t mark = text.find("\n", text.find("undone: 1\nsentron 0: ") + 10);
  if (mark == std::string::npos) return "the shell refused it: " + text;
  text.erase(0, mark + 1);
  for (std::size_t line = 0; line < text.size(); line = text.find('\n', line) + 1)
    if (text[line] == '*') text[line] = ' ';  // marks of changed registers
  // The last two lines are `program …` and `sentron 0: …`.
  const std::size_t program = text.rfind("program ");
  if (program == std::string::npos) return text;
  const std::string place = text.substr(program);
  text.erase(program);
  const std::size_t word = place.find("next word ");
  const std::size_t end = word == std::string::npos ? word : place.find_first_not_of("0123456789", word + 10);
  return text + (place.find("halted") != std::string::npos ? "halted\n" : place.substr(word, end - word) + "\n");
}

struct Compared {
  double operations = 0, same = 0, same_without = 0;
  std::string differences;  ///< the first of each operation
};

Result<Compared> compare_opcodes(const Folder& folder) {
  VTPU_CHECK(vtpu::write_file(folder / "setup.sasm", kSetup), "a temporary file can be written");
  Compared found;
  for (const vtpu::isa::OpcodeInfo& row : vtpu::isa::all_opcodes()) {
    if (row.mnemonic == "nop") continue;
    const std::string operation = assembly_form(row);
    Mirror with, without;
    if (const auto done = with.execute(operation); !done) return done.error();
    const bool reveal = !with.halted();
    if (reveal)
      for (const std::string_view line : kRevealing)
        for (Mirror* const one : {&with, &without})
          if (const auto done = one->execute(std::string(line)); !done) return done.error();
    const std::string shown = shown_state(folder, operation, reveal);
    ++found.operations;
    found.same += shown == with.state();
    found.same_without += shown == without.state();
    if (const std::string wanted = with.state(); shown != wanted) {
      const auto at = static_cast<std::size_t>(
          std::mismatch(shown.begin(), shown.end(), wanted.begin(), wanted.end()).first - shown.begin());
      const std::size_t line = at == 0 ? 0 : wanted.rfind('\n', at - 1) + 1;
      found.differences +=
          fmt::format("{}: shown '{}', expected '{}'\n", operation, shown.substr(line, shown.find('\n', line) - line),
                      wanted.substr(line, wanted.find('\n', line) - line));
    }
  }
  return found;
}

// ---- start

/// Runs a program to its end with nothing on standard input.
void run_to_the_end(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", 0, 0);
  pid_t process = 0;
  VTPU_CHECK(::posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ) == 0,
             "a program that was found can be started");
  ::posix_spawn_file_actions_destroy(&actions);
  ::waitpid(process, nullptr, 0);
}

// ---- memory that outlives a process

/// What a process reads from a file after another one has written 42 there, has flushed it or not, and was killed.
Result<double> read_after_kill(const std::string& file, bool flushed) {
  const auto run = [&](const std::string& words) -> Result<double> {
    auto program = vtpu::isa::assemble(
        ".coord first = 1.1.1/1.1.1/1.1.1/1.1\n.coord last = 1.1.1/1.1.1/1.1.1/1.8\n"
        "  dmov.coord p0, first\n  dmov.coord p1, last\n"
        "  salloc r9, p0, p1, column, cell=8, layout=row_major\n" +
            words + "  dhalt\n",
        "shell");
    if (!program) return program.error();
    Machine machine;
    machine.memory().back_next_region(file);
    Context& sentron = machine.spawn(100);
    while (sentron.status == Status::ready) vtpu::exec::execute_word(*program, machine, sentron);
    if (sentron.status != Status::halted) return Error{"shell", sentron.trap.message(), "a program that halts"};
    if (words.find("sscattr") != std::string::npos) ::kill(::getpid(), SIGKILL);
    return static_cast<double>(sentron.r[1]);
  };
  const std::string write = "  dmov.i64 r1, #42\n  sscattr.i64 r1, [p0]\n";
  const auto killed = in_child("shell, the writer", [&] {
    const auto done = run(write + (flushed ? "  sflush r9\n" : ""));
    return done ? std::string("it went on") : done.error().message();
  });
  if (killed || !killed.error().found.ends_with(fmt::format("signal {}", SIGKILL)))
    return Error{"shell, the writer", killed ? *killed : killed.error().message(), "a process that SIGKILL ends"};
  std::optional<Error> failed;
  const auto read = in_child("shell, the reader", [&] {
    const auto value = run("  sgather.i64 r1, [p0]\n");
    return value ? fmt::format("{}", *value) : value.error().message();
  });
  if (!read) return read.error();
  return vtpu::parse_number(*read, "shell, the reader");
}

// ---- the experiment

Result<void> study(Run& run) {
  SamplingRule rule;
  rule.least = rule.most = run.parameter("processes", kQuickProcesses, std::size_t{30});
  rule.rounds = rule.repeats = 1;
  rule.seed = run.random(1).next();
  warn_of_disturbance("shell");
  if (path_of(kShell).empty()) return Error{"shell", "no asi in the build's bin/", "the build's command"};
  const Folder folder;
  Table& table = run.table("shell", {{"what", "", Source::label},
                                     {"value", "", Source::measured},
                                     {"low", "", Source::measured},
                                     {"high", "", Source::measured},
                                     {"unit", "", Source::label}});

  const Answered all = answered(folder, "");
  run.computed("shell.commands", all.commands, "commands", "those of the specification that answer in one session");
  run.computed("shell.commands.control", answered(folder, "frobnicate\n").commands, "commands",
               "the same session after a command that does not exist, which ends it");
  // Lines such as "1.98 ops per measured cycle (1.95 to 2.01); …", in the order of the operations.
  std::string_view rest = all.output;
  for (const Command& one : kCommands) {
    if (!one.operation) continue;
    const std::size_t timed = std::min(rest.find(" ops per measured cycle ("), rest.find("not measurable now"));
    if (timed == std::string_view::npos) break;
    const bool measured = rest[timed] == ' ';
    const std::size_t begin = rest.rfind('\n', timed) + 1;
    const std::string line(rest.substr(begin, rest.find('\n', timed) - begin));
    rest.remove_prefix(timed + 1);
    double value = 0, low = 0, high = 0;
    if (measured && std::sscanf(line.c_str(), "%lf ops per measured cycle (%lf to %lf)", &value, &low, &high) == 3)
      table.add({fmt::format("time {}", one.line), value, low, high, "ops/cycle"});
  }

  const auto opcodes = compare_opcodes(folder);
  if (!opcodes) return opcodes.error();
  fmt::print(stderr, "{}", opcodes->differences);
  run.computed("shell.opcodes", opcodes->operations, "operations", "rows of the opcode table, typed by assembly form");
  run.computed("shell.opcodes.same", opcodes->same / opcodes->operations, "fraction",
               "whose state the shell shows as the interpreter leaves it");
  run.computed("shell.opcodes.same.control", opcodes->same_without / opcodes->operations, "fraction",
               "whose state the shell shows as it was without them");

  const auto kept = read_after_kill(folder / "kept", true), lost = read_after_kill(folder / "lost", false);
  if (!kept) return kept.error();
  if (!lost) return lost.error();
  run.computed("shell.persist.value", *kept, "1", "read by a process after the writer flushed and was killed");
  run.computed("shell.persist.value.control", *lost, "1", "the same without the flush");

  const std::string asi = path_of(kShell);
  struct Start {
    const char *name, *key;
    std::vector<std::string> words;
  };
  const Start starts[] = {{"asi", "shell.start_ms", {asi}},
                          {"python3 -c pass", "shell.python_ms", {"/usr/bin/python3", "-c", "pass"}},
                          {"bash -c :", "shell.bash_ms", {"bash", "-c", ":"}},
                          {"sleep, then asi", "shell.start_ms.control", {"sh", "-c", "sleep 0.06; exec \"$0\"", asi}}};
  const auto sampled = sample_in_processes(
      run,
      [&] {
        std::vector<Alternative> alternatives;
        for (const Start& start : starts)
          alternatives.push_back({start.name, 1, [&start] { run_to_the_end(start.words); }, {}, true});
        return alternatives;
      },
      rule);
  if (!sampled) return sampled.error();
  for (const Start& start : starts) {
    const Sampled& samples = named(*sampled, start.name);
    std::vector<double> ms;
    for (const double ns : samples.ns) ms.push_back(ns / 1e6);
    Estimate estimate = estimate_median(std::move(ms));
    estimate.method = samples.ns_per_unit().method + "; from the start of the process to its end";
    run.measured(start.key, estimate, "ms");
    table.add({start.name, estimate.value, estimate.ci.low, estimate.ci.high, "ms"});
  }
  return {};
}

const Experiment kExperiment{
    .name = "shell",
    .question =
        "Does the shell do what its help says, how fast does it start, and does "
        "memory outlive a process?",
    .claims = {"shell.live", "shell.opcodes", "shell.start", "mem.persist"},
    .inputs = {},
    .uses = {kShell, {Dependency::Kind::tool, "/usr/bin/python3"}, {Dependency::Kind::tool, "bash"}},
    .quick_seconds = 5,
    .full_seconds = 10,
    .times_the_host = true,
    .run = study};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
