#include "programs/asi/session.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/exec/interpreter.h"

namespace vtpu::asi {

using exec::Context;
using exec::Machine;
using exec::Status;

namespace {

bool stopped(const Context& sentron) { return sentron.status == Status::halted || sentron.status == Status::trapped; }

Result<void> perform_words(const isa::Program& program, std::uint64_t first, Machine& machine, Context& sentron) {
  const Status status = std::exchange(sentron.status, Status::ready);
  const std::uint64_t pc = std::exchange(sentron.pc, first);
  const std::uint64_t end = program.words.size() - 1;  // the last word only halts, so that the program is valid
  while (sentron.pc >= first && sentron.pc < end) {
    const std::uint64_t at = sentron.pc;
    const Status now = exec::execute_word(program, machine, sentron);
    if (now == Status::halted) {
      sentron.pc = pc;
      return {};
    }
    if (now == Status::trapped) {
      exec::Trap trap = sentron.trap;
      trap.word = static_cast<std::uint32_t>(at - first);
      return Error{"", trap.message(), ""};
    }
    if (now == Status::waiting) return Error{"", "the word would have to wait", "a message, or the other sentrons"};
  }
  if (sentron.pc == end) sentron.pc = pc, sentron.status = status;  // else it has branched into its own program
  return {};
}

Result<void> write_cell(Machine& machine, phext::PackedCoordinate at, std::uint64_t value) {
  if (!machine.memory().mapped(at)) {
    memory::RegionSpec row;
    row.first = at.with(phext::Axis::column, 0);
    row.last = at.with(phext::Axis::column, phext::PackedCoordinate::kMax);
    row.mask = 1;
    if (machine.memory().allocate(row).fault) return Error{at.raw_text(), "the row around it cannot be mapped", ""};
  }
  memory::TranslationCache cache;  // of its own, so that the counters of the sentrons stay
  const auto place = machine.memory().cell(at, 3, true, cache);
  if (place.fault) return Error{at.raw_text(), "its cells have another size", "cells of 8 bytes"};
  std::memcpy(place.at, &value, sizeof value);
  return {};
}

}  // namespace

Result<void> Session::apply(const Change& change, Machine& machine, std::vector<SharedProgram>& programs) {
  const auto context = [&](std::size_t number) -> Context& { return *machine.sentrons()[number]; };
  if (std::holds_alternative<Spawn>(change)) {
    Context& sentron = machine.spawn();
    sentron.r[isa::kNumberRegister] = sentron.id;
    programs.emplace_back();
    return {};
  }
  if (const auto* const load = std::get_if<Load>(&change)) {
    Context& sentron = context(load->sentron);
    if (sentron.status == Status::halted) machine.exchange().enter(sentron.id);
    sentron.status = Status::ready, sentron.pc = 0, sentron.trap = {};
    programs[load->sentron] = load->program;
    return {};
  }
  if (const auto* const perform = std::get_if<Perform>(&change))
    return perform_words(perform->program->get(), perform->first, machine, context(perform->sentron));
  if (const auto* const write = std::get_if<Write>(&change)) return write_cell(machine, write->at, write->value);
  const Run& run = std::get<Run>(change);
  for (std::uint64_t word = 0; word < run.words + run.attempt; ++word)
    exec::execute_word(programs[run.sentron]->get(), machine, context(run.sentron));
  return {};
}

Result<void> Session::change(Change made) {
  Result<void> done = apply(made, *machine_, programs_);
  if (done)
    journal_.push_back(std::move(made));
  else
    repeat();  // what was done before the error is undone
  return done;
}

void Session::repeat() {
  machine_ = std::make_unique<Machine>();
  programs_.clear();
  for (const Change& one : journal_) VTPU_CHECK(apply(one, *machine_, programs_), "a change can be repeated");
}

void Session::spawn() { VTPU_CHECK(change(Spawn{}), "a sentron can be added"); }

void Session::load(std::size_t sentron, SharedProgram program) {
  VTPU_CHECK(change(Load{sentron, std::move(program)}), "a program can be loaded");
}

Result<void> Session::perform(std::size_t sentron, SharedProgram program, std::uint64_t first) {
  return change(Perform{sentron, std::move(program), first});
}

Result<void> Session::write(phext::PackedCoordinate at, std::uint64_t value) { return change(Write{at, value}); }

std::uint64_t Session::run(std::size_t number, std::uint64_t most, const std::function<bool()>& stop) {
  const isa::Program& program = programs_[number]->get();
  Context& sentron = *machine_->sentrons()[number];
  std::uint64_t words = 0;
  bool attempt = false;
  while (words < most && !stopped(sentron)) {
    const Status status = exec::execute_word(program, *machine_, sentron);
    attempt = status == Status::waiting || status == Status::trapped;
    if (attempt) break;
    ++words;
    if (stop()) break;
  }
  if (words == 0 && !attempt) return 0;
  Run* const last = journal_.empty() ? nullptr : std::get_if<Run>(&journal_.back());
  if (last != nullptr && last->sentron == number && !last->attempt)
    last->words += words, last->attempt = attempt;
  else
    journal_.push_back(Run{number, words, attempt});
  return words;
}

std::uint64_t Session::back(std::uint64_t steps) {
  std::uint64_t undone = 0;
  while (undone < steps && journal_.size() > 1) {
    Run* const run = std::get_if<Run>(&journal_.back());
    if (run != nullptr && run->words > 0) {
      const std::uint64_t less = std::min(run->words, steps - undone);
      run->words -= less, run->attempt = false;
      undone += less;
      if (run->words > 0) break;
      journal_.pop_back();
      continue;
    }
    undone += run == nullptr;  // an attempt had no effect that a user sees
    journal_.pop_back();
  }
  repeat();
  return undone;
}

std::unique_ptr<Machine> Session::before_the_run() const {
  std::size_t end = journal_.size();
  while (end > 0 && std::holds_alternative<Run>(journal_[end - 1])) --end;
  return after(end);
}

std::unique_ptr<Machine> Session::after(std::size_t changes) const {
  auto made = std::make_unique<Machine>();
  std::vector<SharedProgram> programs;
  for (std::size_t i = 0; i < changes; ++i) VTPU_CHECK(apply(journal_[i], *made, programs), "a change can be repeated");
  return made;
}

}  // namespace vtpu::asi
