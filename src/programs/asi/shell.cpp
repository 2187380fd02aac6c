#include "programs/asi/shell.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <regex>

#include "programs/command/engines.h"
#include "programs/command/files.h"
#include "vtpu/analysis/inspect.h"
#include "vtpu/analysis/liveness.h"
#include "vtpu/base/number.h"
#include "vtpu/base/text.h"
#include "vtpu/isa/assembler.h"
#include "vtpu/isa/cursor.h"
#include "vtpu/isa/disassembler.h"
#include "vtpu/isa/opcode.h"
#include "vtpu/isa/word.h"
#include "vtpu/runtime/scheduler.h"
#include "vtpu/runtime/who_waits.h"

namespace vtpu::asi {

using exec::Status;
using phext::PackedCoordinate;

namespace {

constexpr std::uint64_t kInterruptWords = 1024;  // words between two looks at the interrupt

/// A coordinate of eleven or nine parts, or its first three, of which the others are 1.
Result<PackedCoordinate> coordinate_of(const std::string& text) {
  static const std::regex three(R"(\d+\.\d+\.\d+)");
  auto place = analysis::parse_place(std::regex_match(text, three) ? text + "/1.1.1/1.1.1" : text);
  if (!place) return Error{"coordinate '" + text + "'", place.error().message(), ""};
  return place;
}

bool is_register(const std::string& text) {
  static const std::regex name("[rv]([0-9]|1[0-5])|p[0-7]|m[0-3]|sr");
  return std::regex_match(text, name);
}
bool is_number(const std::string& text) { return isa::parse_bits(text).ok(); }

/// The mnemonic that a short name stands for, with this register as first operand: `add` is `dadd.i64` for r and
/// `dadd.f32x16` for v; empty if there is none.
std::string mnemonic_of(const std::string& name, const std::vector<std::string>& operands) {
  if (isa::find_opcode(name)) return name;
  const char file = operands.empty() ? 'r' : operands[0][0];
  if (name == "mov" && file == 'p') return operands.size() > 1 && is_register(operands[1]) ? "dmov.p" : "dmov.coord";
  if (name == "mov" && file == 'v') return "dmov.v";
  for (const char* type : {file == 'v' ? ".f32x16" : ".i64", ""})
    for (const char* slot : {"d", "s", "c"})
      if (isa::find_opcode(slot + name + type)) return slot + name + type;
  return "";
}

std::vector<std::string> register_names() {
  std::vector<std::string> names;
  for (const isa::File file : {isa::File::r, isa::File::v, isa::File::p, isa::File::m})
    for (unsigned k = 0; k < isa::kFileSize[static_cast<std::size_t>(file)]; ++k)
      names.push_back(fmt::format("{}{}", isa::letter_of(file), k));
  names.emplace_back("sr");
  return names;
}

/// `name` is one of register_names.
std::string register_text(const exec::Context& sentron, const std::string& name) {
  if (name == "sr") return fmt::format("{:#x}", sentron.sr);
  const std::size_t k = std::stoul(name.substr(1));
  switch (name[0]) {
    case 'r': return std::to_string(static_cast<std::int64_t>(sentron.r[k]));
    case 'v': return analysis::hex(sentron.v[k].bytes);
    case 'p': return sentron.p[k].coordinate.raw_text();
    default: return analysis::hex(sentron.m[k].bytes);
  }
}

std::string cell_text(const exec::Machine& machine, PackedCoordinate at) {
  const auto bytes = machine.memory().peek(at);
  std::int64_t number = 0;
  if (bytes.size() < sizeof number) return machine.memory().mapped(at) ? "0" : "not mapped";
  std::memcpy(&number, bytes.data(), sizeof number);
  return std::to_string(number);
}

Error usage(const std::string& command, const std::string& arguments) {
  return {command, "wrong arguments", arguments.empty() ? "none" : command + " " + arguments};
}

}  // namespace

// ---- the table of commands

const std::vector<Shell::Command>& Shell::commands() {
  static const std::vector<Command> kCommands = {
      {"spawn", "", "add a sentron and select it", &Shell::spawn},
      {"select", "N", "the sentron that commands act on", &Shell::select},
      {"run", "FILE", "load a program (.sasm or .siw), time it, and run all sentrons", &Shell::run_file},
      {"load", "FILE", "give the selected sentron a program, to step through it", &Shell::load},
      {"continue", "", "run all sentrons to a break, a change of what is watched, or the end", &Shell::go_on},
      {"step", "[N]", "execute one word, or N, of the selected sentron", &Shell::step},
      {"back", "[N]", "undo the last word or other change, or N", &Shell::back},
      {"time", "[OPERATION]", "ops per measured cycle of copies of an operation, or live ops of the loaded program",
       &Shell::time},
      {"break", "[LABEL|WORD]", "stop before a word of the selected sentron's program; list the breaks",
       &Shell::set_break},
      {"watch", "[REGISTER|COORDINATE]", "stop when it changes; list what is watched", &Shell::watch},
      {"delete", "", "forget all breaks and what is watched", &Shell::drop},
      {"gather", "REGISTER COORDINATE", "read a cell into a register (or: gather r1 [p0 + 8])", &Shell::gather},
      {"scatter", "COORDINATE REGISTER", "write a register to a cell (or: scatter [p0 + 8] r1)", &Shell::scatter},
      {"write", "COORDINATE NUMBER", "write a cell, and map its row if nothing is mapped there", &Shell::write},
      {"x", "COORDINATE [N]", "examine N cells of 8 bytes along the columns", &Shell::examine},
      {"reg", "[REGISTER]", "registers that are not 0; * marks those that the last command changed", &Shell::registers},
      {"ppt", "", "the mapped regions", &Shell::regions},
      {"status", "", "every sentron: status, words, ops by slot", &Shell::status},
      {"info", "[breaks|messages]", "program and place of the selected sentron; breaks; pending messages",
       &Shell::info},
      {"bt", "", "who waits for what", &Shell::waiting},
      {"disasm", "[FIRST [COUNT]]", "words of the program, the next one marked", &Shell::disassembly},
      {"help", "[NAME]", "this list, or a command or operation", &Shell::help},
      {"quit", "", "end", &Shell::quit},
  };
  return kCommands;
}

const Shell::Command* Shell::find(const std::string& name) {
  const auto& all = commands();
  const auto at = std::find_if(all.begin(), all.end(), [&](const Command& one) { return one.name == name; });
  return at == all.end() ? nullptr : &*at;
}

Result<std::string> Shell::execute(std::string_view line) {
  line = trim(line.substr(0, line.find(';')));
  if (line.empty() || line[0] == '#') return std::string();
  Words words;
  static const std::regex word(R"(\[[^\]]*\]|[^\s,]+)");
  const std::string text(line);
  for (std::sregex_iterator at(text.begin(), text.end(), word), end; at != end; ++at) words.push_back(at->str());
  if (words.empty()) return Error{"", "found '" + text + "'", "a command; try help"};
  const std::string name = words[0];
  words.erase(words.begin());
  rest_ = trim(std::string_view(text).substr(text.find(name) + name.size()));
  const std::map<std::string, std::string> before = named_registers();
  const std::size_t sentron = selected_;
  Result<std::string> answer = std::string();
  if (const Command* const command = find(name)) {
    answer = (this->*command->run)(words);
  } else {
    words.insert(words.begin(), name);
    const Result<std::string> assembly = as_assembly(words, line);
    if (!assembly) return assembly.error();
    if (const Result<void> done = perform(*assembly); !done) return done.error();
  }
  if (!answer) return answer;
  const std::map<std::string, std::string> after = named_registers();
  if (after == before || sentron != selected_) return answer;
  before_ = before;
  std::string changed;
  for (const auto& [register_name, value] : after)
    if (before.at(register_name) != value) changed += fmt::format("  {} = {}\n", register_name, value);
  return *answer + changed;
}

// ---- operations

Result<std::string> Shell::as_assembly(const Words& words, std::string_view line) const {
  const std::string& name = words[0];
  if (line.find('|') != std::string_view::npos) return std::string(line);
  const Words operands(words.begin() + 1, words.end());
  const std::string mnemonic = mnemonic_of(name, operands);
  if (mnemonic.empty()) {
    Words known;
    for (const Command& one : commands()) known.push_back(one.name);
    for (const isa::OpcodeInfo& one : isa::all_opcodes()) known.emplace_back(one.mnemonic);
    return Error{"", "found " + quoted_with_hint(name, known), "a command or an operation; help lists them"};
  }
  // Allocations have an operand with commas and blanks of its own.
  if (line.find(',') != std::string_view::npos && name == mnemonic) return std::string(line);
  const isa::OpcodeInfo& row = isa::info(*isa::find_opcode(mnemonic));
  std::string text = mnemonic;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const bool immediate = k < row.operand_count && isa::info(row.operands[k]).may_be_immediate;
    text += (k == 0 ? " " : ", ") + std::string(immediate && is_number(operands[k]) ? "#" : "") + operands[k];
  }
  return text;
}

Result<SharedProgram> Shell::assembled(std::string text) const {
  const SharedProgram& own = session_.program(selected_);
  // Coordinates become entries of the pool.
  static const std::regex literal(R"((\s|,)(\d+\.\d+\.\d+(?:/[\d.]+)*))");
  std::string pool;
  for (std::smatch found; std::regex_search(text, found, literal);) {
    const auto at = coordinate_of(found[2]);
    if (!at) return at.error();
    const std::string name = fmt::format("typed{}", pool.size());
    const auto bits = at->bits();
    pool += fmt::format(".coord {} = raw 0x{:016x}{:016x}\n", name, static_cast<std::uint64_t>(bits >> 64),
                        static_cast<std::uint64_t>(bits));
    text = found.prefix().str() + found[1].str() + name + found.suffix().str();
  }
  auto program = isa::assemble((own ? isa::disassemble(own->get()) : "") + pool + "  " + text + "\n  dhalt\n", "");
  if (!program) {
    const Error& error = program.error();
    const std::size_t column = error.where.rfind(':');
    return Error{column == std::string::npos ? "" : "column " + error.where.substr(column + 1), error.found,
                 error.expected};
  }
  auto valid = isa::ValidProgram::make(*std::move(program));
  if (!valid) return Error{"", valid.error().found, valid.error().expected};
  return std::make_shared<const isa::ValidProgram>(*std::move(valid));
}

std::uint64_t Shell::own_words() const {
  const SharedProgram& own = session_.program(selected_);
  return own ? own->get().words.size() : 0;
}

Result<void> Shell::perform(std::string text) {
  auto program = assembled(std::move(text));
  if (!program) return program.error();
  const std::uint64_t first = own_words();
  const isa::Opcode coordination = (*program)->get().words[first].coord.opcode;
  if (session_.sentron(selected_).status == Status::halted && isa::info(coordination).effect == isa::Effect::messages)
    return Error{"", fmt::format("sentron {} has halted", selected_),
                 "a sentron that is ready; load gives it a program"};
  return session_.perform(selected_, *std::move(program), first);
}

Result<std::string> Shell::gather(const Words& arguments) {
  if (arguments.size() != 2) return usage("gather", find("gather")->arguments);
  if (arguments[1][0] == '[') {
    const Result<void> done = perform("sgather.i64 " + arguments[0] + ", " + arguments[1]);
    return done ? Result<std::string>(std::string()) : done.error();
  }
  const auto at = coordinate_of(arguments[1]);
  if (!at) return at.error();
  // p7 comes back afterwards.
  const std::string kept = session_.sentron(selected_).p[7].coordinate.raw_text();
  const Result<void> done = perform("dmov.coord p7, " + at->raw_text() + "\n  sgather.i64 " + arguments[0] +
                                    ", [p7]\n  dmov.coord p7, " + kept);
  return done ? Result<std::string>(std::string()) : done.error();
}

Result<std::string> Shell::scatter(const Words& arguments) {
  if (arguments.size() != 2) return usage("scatter", find("scatter")->arguments);
  const bool register_first = is_register(arguments[0]);
  const std::string &what = arguments[register_first ? 0 : 1], &where = arguments[register_first ? 1 : 0];
  if (where[0] == '[') {
    const Result<void> done = perform("sscattr.i64 " + what + ", " + where);
    return done ? Result<std::string>(std::string()) : done.error();
  }
  const auto at = coordinate_of(where);
  if (!at) return at.error();
  const std::string kept = session_.sentron(selected_).p[7].coordinate.raw_text();
  const Result<void> done =
      perform("dmov.coord p7, " + at->raw_text() + "\n  sscattr.i64 " + what + ", [p7]\n  dmov.coord p7, " + kept);
  return done ? Result<std::string>(std::string()) : done.error();
}

Result<std::string> Shell::write(const Words& arguments) {
  if (arguments.size() != 2) return usage("write", find("write")->arguments);
  const auto at = coordinate_of(arguments[0]);
  if (!at) return at.error();
  const auto number = isa::parse_bits(arguments[1]);
  if (!number) return number.error();
  if (const Result<void> done = session_.write(*at, *number); !done) return done.error();
  return fmt::format("{} = {}\n", at->raw_text(), cell_text(session_.machine(), *at));
}

// ---- programs

Result<std::string> Shell::spawn(const Words& arguments) {
  if (!arguments.empty()) return usage("spawn", "");
  if (session_.size() == 1024) return Error{"spawn", "there are 1024 sentrons", "at most 1024"};
  session_.spawn();
  selected_ = session_.size() - 1;
  return fmt::format("sentron {}\n", selected_);
}

Result<std::string> Shell::select(const Words& arguments) {
  if (arguments.size() != 1) return usage("select", "N");
  const auto number = parse_between<std::size_t>(arguments[0], "select", 0, session_.size() - 1);
  if (!number) return number.error();
  selected_ = *number;
  return place();
}

Result<std::string> Shell::load(const Words& arguments) {
  if (arguments.size() != 1) return usage("load", "FILE");
  auto program = command::load_valid(arguments[0]);
  if (!program) return program.error();
  session_.load(selected_, std::make_shared<const isa::ValidProgram>(*std::move(program)));
  breaks_[selected_].clear();
  return place();
}

Result<std::string> Shell::run_file(const Words& arguments) {
  if (arguments.size() != 1) return usage("run", "FILE");
  if (const auto loaded = load(arguments); !loaded) return loaded;
  auto ran = run_words(~std::uint64_t{0}, true);
  if (!ran || session_.sentron(selected_).status != Status::halted) return ran;
  const auto timed = time({});
  return *ran + (timed ? *timed : "not timed: " + timed.error().message() + "\n");
}

Result<void> Shell::need_program() const {
  if (session_.program(selected_)) return {};
  return Error{"", fmt::format("sentron {} has no program", selected_), "load FILE or run FILE before"};
}

Result<std::string> Shell::go_on(const Words& arguments) {
  if (!arguments.empty()) return usage("continue", "");
  if (const auto has = need_program(); !has) return has.error();
  return run_words(~std::uint64_t{0}, true);
}

Result<std::string> Shell::step(const Words& arguments) {
  if (arguments.size() > 1) return usage("step", "[N]");
  if (const auto has = need_program(); !has) return has.error();
  std::uint64_t count = 1;
  if (!arguments.empty()) {
    const auto number = parse_between<std::uint64_t>(arguments[0], "step", 1, ~std::uint64_t{0});
    if (!number) return number.error();
    count = *number;
  }
  return run_words(count, false);
}

Result<std::string> Shell::back(const Words& arguments) {
  if (arguments.size() > 1) return usage("back", "[N]");
  std::uint64_t count = 1;
  if (!arguments.empty()) {
    const auto number = parse_between<std::uint64_t>(arguments[0], "back", 1, ~std::uint64_t{0});
    if (!number) return number.error();
    count = *number;
  }
  const std::uint64_t undone = session_.back(count);
  selected_ = std::min(selected_, session_.size() - 1);
  if (undone == 0) return Error{"back", "nothing is left to undo", ""};
  return fmt::format("undone: {}\n", undone) + place();
}

Result<std::string> Shell::run_words(std::uint64_t most, bool everyone) {
  std::string why;
  const auto watched_values = [&] {
    std::vector<std::string> now;
    for (const auto& [sentron, text] : watched_) now.push_back(value_of(sentron, text));
    return now;
  };
  const std::vector<std::string> values = watched_values();
  std::uint64_t words = 0;
  const auto retired = [&] {
    std::uint64_t sum = 0;
    for (std::size_t k = 0; k < session_.size(); ++k) sum += session_.sentron(k).retired.total();
    return sum;
  };
  const std::uint64_t before = retired();
  const auto run_one = [&](std::size_t number) {
    const exec::Context& sentron = session_.sentron(number);
    const std::set<std::uint64_t>& breaks = breaks_[number];
    std::uint64_t since = 0;
    return session_.run(number, most, [&] {
      if (++since % kInterruptWords == 0 && interrupt_.exchange(false)) why = "interrupted";
      if (breaks.contains(sentron.pc) && sentron.status == Status::ready)
        why = fmt::format("break in sentron {}", number);
      if (!watched_.empty())
        if (std::vector<std::string> now = watched_values(); now != values)
          for (std::size_t k = 0; k < now.size(); ++k)
            if (now[k] != values[k]) why = fmt::format("{} was {}, is {}", watched_[k].second, values[k], now[k]);
      return !why.empty();
    });
  };
  if (!everyone) {
    words = run_one(selected_);
  } else {
    for (std::uint64_t round = 1; round > 0 && why.empty();) {
      round = 0;
      for (std::size_t k = 0; k < session_.size() && why.empty(); ++k)
        if (session_.program(k)) round += run_one(k);
      words += round;
    }
  }
  const std::uint64_t ops = retired() - before;
  std::string text = why.empty() ? "" : why + "\n";
  text += fmt::format("{} words, {} ops", words, ops);
  if (words > 0) text += fmt::format(", {:.2f} per word", static_cast<double>(ops) / static_cast<double>(words));
  text += "\n" + place();
  const auto waits = waiting({});
  if (why.empty() && waits && *waits != "nobody waits\n") text += *waits;
  return text;
}

Result<std::string> Shell::time(const Words& arguments) {
  if (!arguments.empty()) return time_operation(arguments);
  if (const auto has = need_program(); !has) return has.error();
  const SharedProgram& program = session_.program(selected_);
  for (std::size_t k = 0; k < session_.size(); ++k)
    if (session_.program(k) != program && session_.size() > 1)
      return Error{"time", "the sentrons have different programs or none", "one program, loaded last"};
  const auto traced = session_.before_the_run();
  analysis::ExecutionTrace trace;
  const analysis::TracingEngine tracing(*program, trace);
  command::run_sentrons(*traced, tracing);
  for (const auto& sentron : traced->sentrons())
    if (sentron->status != Status::halted)
      return Error{"time", "the program does not halt: " + sentron->trap.message(), ""};
  if (!trace.complete()) return Error{"time", "the program is too long to find its live ops", ""};
  const auto live = trace.liveness(analysis::EndState::memory_and_registers).total();
  const auto chosen = command::choose_engine(command::EngineKind::automatic, {}, *program);
  if (!chosen) return chosen.error();
  const auto timing = command::time_sentrons(
      [&]() -> Result<std::unique_ptr<exec::Machine>> { return session_.before_the_run(); }, *chosen->engine, 20);
  if (!timing) return timing.error();
  if (timing->is_string()) return timing->get<std::string>() + "\n";
  const auto per_cycle = [&](const char* key) {
    return significant(static_cast<double>(live.live) / timing->at("cycles").at(key).get<double>(), 3);
  };
  return fmt::format(
      "{} live ops per measured cycle ({} to {}); {} of {} ops are live\n"
      "  {}; {} timings, cycles from: {}\n",
      per_cycle("value"), per_cycle("high"), per_cycle("low"), live.live, live.executed, chosen->name,
      timing->at("samples").get<std::size_t>(), timing->at("cycle_source").get<std::string>());
}

Result<std::string> Shell::time_operation(const Words& words) {
  constexpr int kCopies = 32, kIterations = 4096;
  const auto operation = as_assembly(words, rest_);
  if (!operation) return operation.error();
  const auto uses = [&](const std::string& name) {
    return std::regex_search(*operation, std::regex("\\b" + name + "\\b"));
  };
  unsigned counter = 0;
  while (uses(fmt::format("r{}", counter))) ++counter;  // a word names fewer registers than there are
  std::string text = fmt::format("dmov.i64 r{}, #{}\ntimed_operation:\n", counter, kIterations);
  for (int k = 0; k < kCopies; ++k) text += "  " + *operation + "\n";
  const auto program = assembled(text + fmt::format("  dloop r{}, timed_operation", counter));
  if (!program) return program.error();
  const std::uint64_t first = own_words();
  for (const isa::Slot slot : {isa::Slot::D, isa::Slot::S, isa::Slot::C}) {
    const isa::OpcodeInfo& row = isa::info((*program)->get().words[first + 1].slot(slot).opcode);
    using enum isa::Effect;
    if (row.effect == control || row.effect == allocates || row.effect == messages)
      return Error{"time", fmt::format("{} cannot be repeated alone", row.mnemonic),
                   "arithmetic, or an access to memory"};
  }
  const auto make = [&]() -> Result<std::unique_ptr<exec::Machine>> {
    auto machine = session_.copy();
    for (const auto& sentron : machine->sentrons()) {
      sentron->retired = {};
      sentron->status = sentron->id == selected_ ? Status::ready : Status::halted;
      sentron->pc = first;
    }
    return machine;
  };
  const auto chosen = command::choose_engine(command::EngineKind::automatic, {}, **program);
  if (!chosen) return chosen.error();
  const auto tried = *make();
  command::run_sentrons(*tried, *chosen->engine);
  if (const exec::Context& sentron = *tried->sentrons()[selected_]; sentron.status == Status::trapped)
    return Error{"time", "the operation traps: " + sentron.trap.message(), ""};
  const auto timing = command::time_sentrons(make, *chosen->engine, 20);
  if (!timing) return timing.error();
  if (timing->is_string()) return timing->get<std::string>() + "\n";
  const auto per_cycle = [&](const char* key) {
    return significant(timing->at("ops_per_cycle").at(key).get<double>(), 3);
  };
  return fmt::format(
      "{} ops per measured cycle ({} to {}); {} copies in a loop, each after the last\n"
      "  {}; {} timings, cycles from: {}\n",
      per_cycle("value"), per_cycle("low"), per_cycle("high"), kCopies, chosen->name,
      timing->at("samples").get<std::size_t>(), timing->at("cycle_source").get<std::string>());
}

// ---- breaks and watches

Result<std::uint64_t> Shell::word_number(const std::string& text) const {
  const isa::Program& program = session_.program(selected_)->get();
  for (const auto& [word, label] : program.labels)
    if (label == text) return std::uint64_t{word};
  const auto number = parse_between<std::uint64_t>(text, "word", 0, program.words.size() - 1);
  if (!number)
    return Error{"'" + text + "'", "neither a label nor a word of the program",
                 fmt::format("a label or 0 to {}", program.words.size() - 1)};
  return *number;
}

Result<std::string> Shell::set_break(const Words& arguments) {
  if (arguments.size() > 1) return usage("break", "[LABEL|WORD]");
  if (arguments.empty()) return info({"breaks"});
  if (const auto has = need_program(); !has) return has.error();
  const auto word = word_number(arguments[0]);
  if (!word) return word.error();
  breaks_[selected_].insert(*word);
  return fmt::format("break before word {} of sentron {}\n", *word, selected_);
}

Result<std::string> Shell::watch(const Words& arguments) {
  if (arguments.size() > 1) return usage("watch", "[REGISTER|COORDINATE]");
  if (arguments.empty()) return info({"breaks"});
  if (!is_register(arguments[0]))
    if (const auto at = coordinate_of(arguments[0]); !at) return at.error();
  watched_.emplace_back(selected_, arguments[0]);
  return fmt::format("watching {}\n", arguments[0]);
}

Result<std::string> Shell::drop(const Words& arguments) {
  if (!arguments.empty()) return usage("delete", "");
  breaks_.clear(), watched_.clear();
  return std::string();
}

// ---- what there is

std::string Shell::value_of(std::size_t sentron, const std::string& watched) const {
  if (is_register(watched)) return register_text(session_.sentron(sentron), watched);
  return cell_text(session_.machine(), *coordinate_of(watched));
}

std::map<std::string, std::string> Shell::named_registers() const {
  std::map<std::string, std::string> named;
  for (const std::string& name : register_names()) named[name] = register_text(session_.sentron(selected_), name);
  return named;
}

std::string Shell::place() const {
  const exec::Context& sentron = session_.sentron(selected_);
  std::string text = fmt::format("sentron {}: {}", selected_, exec::name_of(sentron.status));
  if (sentron.status == Status::trapped) return text + ", " + sentron.trap.message() + "\n";
  if (const SharedProgram& program = session_.program(selected_); program && sentron.status != Status::halted)
    text += fmt::format(", next word {}: {}", sentron.pc, isa::text_of((*program)->words[sentron.pc]));
  return text + "\n";
}

Result<std::string> Shell::examine(const Words& arguments) {
  if (arguments.empty() || arguments.size() > 2) return usage("x", find("x")->arguments);
  const auto first = coordinate_of(arguments[0]);
  if (!first) return first.error();
  std::uint32_t count = 1;
  if (arguments.size() == 2) {
    const auto number = parse_between<std::uint32_t>(arguments[1], "x", 1, PackedCoordinate::kMax + 1);
    if (!number) return number.error();
    count = *number;
  }
  std::string text;
  const std::uint32_t column = first->get(phext::Axis::column);
  for (std::uint32_t k = 0; k < count && column + k <= PackedCoordinate::kMax; ++k) {
    const PackedCoordinate at = first->with(phext::Axis::column, column + k);
    text += fmt::format("{}  {}\n", at.raw_text(), cell_text(session_.machine(), at));
  }
  return text;
}

Result<std::string> Shell::registers(const Words& arguments) {
  if (arguments.size() > 1) return usage("reg", "[REGISTER]");
  const std::map<std::string, std::string> now = named_registers();
  if (!arguments.empty()) {
    if (!now.contains(arguments[0]))
      return Error{"reg", "found '" + arguments[0] + "'", "r0 to r15, v0 to v15, p0 to p7, m0 to m3 or sr"};
    return fmt::format("{} = {}\n", arguments[0], now.at(arguments[0]));
  }
  static const exec::Context kNew;
  std::string text;
  for (const std::string& name : register_names()) {
    const std::string& value = now.at(name);
    const bool changed = before_.contains(name) && before_.at(name) != value;
    if (changed || value != register_text(kNew, name))
      text += fmt::format("{} {} = {}\n", changed ? '*' : ' ', name, value);
  }
  return text.empty() ? "all registers are 0\n" : text;
}

Result<std::string> Shell::regions(const Words& arguments) {
  if (!arguments.empty()) return usage("ppt", "");
  return analysis::regions_text(analysis::regions_json(session_.machine().memory()));
}

Result<std::string> Shell::status(const Words& arguments) {
  if (!arguments.empty()) return usage("status", "");
  std::string text;
  for (std::size_t k = 0; k < session_.size(); ++k) {
    const exec::Context& sentron = session_.sentron(k);
    const SharedProgram& program = session_.program(k);
    text += fmt::format("{}{}  {}  {} words, ops D {}, S {}, C {}  {}\n", k == selected_ ? '>' : ' ', k,
                        exec::name_of(sentron.status), sentron.retired.words, sentron.retired.ops[0],
                        sentron.retired.ops[1], sentron.retired.ops[2], program ? (*program)->name : "no program");
  }
  return text;
}

Result<std::string> Shell::info(const Words& arguments) {
  if (arguments.size() > 1) return usage("info", find("info")->arguments);
  std::string text;
  if (arguments.empty()) {
    const SharedProgram& program = session_.program(selected_);
    if (program) text += fmt::format("program {}, {} words\n", (*program)->name, (*program)->words.size());
    return text + place();
  }
  if (arguments[0] == "breaks") {
    for (const auto& [sentron, words] : breaks_)
      if (!words.empty()) text += fmt::format("sentron {}: before words {}\n", sentron, fmt::join(words, " "));
    for (const auto& [sentron, what] : watched_)
      text += fmt::format("sentron {}: {} = {}\n", sentron, what, value_of(sentron, what));
    return text.empty() ? "no breaks\n" : text;
  }
  if (arguments[0] == "messages") {
    for (const auto& pending : session_.machine().exchange().pending())
      text += fmt::format("{}  {}\n", pending.at.raw_text(), analysis::hex(pending.payload.bytes));
    return text.empty() ? "no messages\n" : text;
  }
  return usage("info", find("info")->arguments);
}

Result<std::string> Shell::waiting(const Words& arguments) {
  if (!arguments.empty()) return usage("bt", "");
  std::string text;
  for (std::size_t k = 0; k < session_.size(); ++k)
    if (session_.sentron(k).status == Status::waiting)
      text += runtime::where_it_waits(session_.program(k)->get(), session_.sentron(k),
                                      session_.machine().exchange().missing()) +
              "\n";
  return text.empty() ? "nobody waits\n" : text;
}

Result<std::string> Shell::disassembly(const Words& arguments) {
  if (arguments.size() > 2) return usage("disasm", find("disasm")->arguments);
  if (const auto has = need_program(); !has) return has.error();
  const isa::Program& program = session_.program(selected_)->get();
  std::uint64_t first = 0, count = program.words.size();
  if (!arguments.empty()) {
    const auto word = word_number(arguments[0]);
    if (!word) return word.error();
    first = *word;
  }
  if (arguments.size() == 2) {
    const auto number = parse_between<std::uint64_t>(arguments[1], "disasm", 1, program.words.size());
    if (!number) return number.error();
    count = *number;
  }
  std::string text;
  const exec::Context& sentron = session_.sentron(selected_);
  for (std::uint64_t word = first; word < program.words.size() && word - first < count; ++word) {
    if (const auto label = program.labels.find(static_cast<std::uint32_t>(word)); label != program.labels.end())
      text += label->second + ":\n";
    text += fmt::format("{}{:4}  {}\n", word == sentron.pc ? '>' : ' ', word, isa::text_of(program.words[word]));
  }
  return text;
}

Result<std::string> Shell::help(const Words& arguments) {
  if (arguments.size() > 1) return usage("help", "[NAME]");
  std::string text;
  if (arguments.empty()) {
    for (const Command& one : commands())
      text += fmt::format("  {:32} {}\n", one.name + " " + one.arguments, one.summary);
    return text +
           "Any operation runs by its assembly form, as in `dadd.i64 r1, r1, #2 | sgather.i64 r2, [p0]`, or by a\n"
           "short name: mov r0 10, mov p0 1.1.1, add r1 r0 r0, mul, sub, fma. help NAME explains one.\n";
  }
  if (const Command* const command = find(arguments[0]))
    return fmt::format("{} {}\n  {}\n", command->name, command->arguments, command->summary);
  const std::string mnemonic = mnemonic_of(arguments[0], {"r0"});
  if (mnemonic.empty()) {
    Words known;
    for (const isa::OpcodeInfo& one : isa::all_opcodes()) known.emplace_back(one.mnemonic);
    return Error{"help", "found " + quoted_with_hint(arguments[0], known), "a command or an operation"};
  }
  const isa::OpcodeInfo& row = isa::info(*isa::find_opcode(mnemonic));
  Words kinds;
  for (const isa::Kind kind : row.kinds())
    kinds.push_back(fmt::format("{} ({})", isa::info(kind).name, isa::info(kind).help));
  return fmt::format("{}, slot {}: {}\n  operands: {}\n", row.mnemonic, isa::name_of(row.slot), row.summary,
                     kinds.empty() ? "none" : fmt::format("{}", fmt::join(kinds, "; ")));
}

Result<std::string> Shell::quit(const Words& arguments) {
  if (!arguments.empty()) return usage("quit", "");
  ended_ = true;
  return std::string();
}

std::vector<std::string> Shell::completions(std::string_view line) const {
  const std::size_t blank = line.find_last_of(" ,");
  const std::string start(blank == std::string_view::npos ? line : line.substr(blank + 1));
  std::vector<std::string> all;
  if (blank == std::string_view::npos) {
    for (const Command& one : commands()) all.push_back(one.name);
    for (const isa::OpcodeInfo& one : isa::all_opcodes()) all.emplace_back(one.mnemonic);
    for (const char* name : {"mov", "add", "sub", "mul", "fma"}) all.emplace_back(name);
  } else {
    all = register_names();
    if (const SharedProgram& program = session_.program(selected_))
      for (const auto& [word, label] : (*program)->labels) all.push_back(label);
    if (line.starts_with("help "))
      for (const isa::OpcodeInfo& one : isa::all_opcodes()) all.emplace_back(one.mnemonic);
  }
  std::erase_if(all, [&](const std::string& one) { return !one.starts_with(start); });
  return all;
}

}  // namespace vtpu::asi
