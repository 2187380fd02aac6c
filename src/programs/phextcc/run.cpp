#include "programs/phextcc/run.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "programs/command/command.h"
#include "programs/command/engines.h"
#include "programs/phextcc/elements.h"
#include "vtpu/measure/clock.h"
#include "vtpu/measure/statistics.h"
#include "vtpu/study/programs/mapped_tensors.h"

namespace vtpu::command {
namespace {

constexpr std::uint64_t kMemory = std::uint64_t{8} << 30;  // bytes of all tensors
constexpr std::size_t kShown = 8;                          // elements of a tensor
constexpr double kShortRun = 50e3;  // ns; in shorter runs, the cost of reading the clocks matters

constexpr std::uint64_t kFuel = std::uint64_t{1} << 40;  // words of a sentron

/// A machine with the sentrons and the kernel's tensors, filled.
struct Prepared {
  std::unique_ptr<exec::Machine> machine;
  study::programs::MappedTensors tensors;

  static Result<Prepared> make(const compiler::Compiled& compiled, const Options& options, Fill otherwise) {
    auto machine = std::make_unique<exec::Machine>(memory::PageTable({.bytes = kMemory, .regions = 4096}));
    spawn_sentrons(*machine, options.sentrons, kFuel);
    std::vector<compiler::ir::Tensor> shapes;
    for (const compiler::ir::Tensor& tensor : compiled.tensors)
      if (tensor.role == compiler::ir::Tensor::Role::mapped) shapes.push_back(tensor);
    const auto files = read_backings(shapes, options.backings);
    if (!files) return files.error();
    const auto fills = read_fills(shapes, options.fills, otherwise);
    if (!fills) return fills.error();
    auto tensors = study::programs::MappedTensors::map(*machine, compiled.tensors, *files);
    if (!tensors) return tensors.error();
    const Random random(options.seed);
    for (std::size_t k = 0; k < fills->size(); ++k)  // a tensor with a file keeps what the file holds
      if (!files->contains(shapes[k].name)) fill(shapes[k], tensors->bytes()[k], (*fills)[k], random.fork(k));
    if (auto written = tensors->write_sparse(); !written) return written.error();
    return Prepared{std::move(machine), std::move(*tensors)};
  }
};

/// The first trap of a run with its source line; empty when no sentron trapped.
std::string trap_of(const exec::Machine& machine, const compiler::Compiled& compiled, const Options& options) {
  for (const auto& sentron : machine.sentrons()) {
    if (sentron->status != exec::Status::trapped) continue;
    const std::uint32_t line = sentron->pc < compiled.lines.size() ? compiled.lines[sentron->pc] : 0;
    const std::string where = shown(options.file) + (line == 0 ? "" : fmt::format(":{}", line));
    const std::string who = options.sentrons == 1 ? "" : fmt::format("sentron {}: ", sentron->id);
    return fmt::format("{}: {}{}", where, who, sentron->trap.message());
  }
  return {};
}

/// Every sentron runs the whole program, so a region that it allocates would be allocated once by each.
Result<void> check_sentrons(const isa::ValidProgram& program, const Options& options) {
  if (options.sentrons == 1) return {};
  for (const isa::Word& word : program.get().words)
    if (word.slot(isa::Slot::S).opcode == isa::Opcode::salloc)
      return Error{fmt::format("{}: --sentrons {}", shown(options.file), options.sentrons),
                   "a kernel that allocates memory, for local tensors or for spilled values", "one sentron"};
  return {};
}

/// What all sentrons retired.
exec::Retired retired_by(const exec::Machine& machine) {
  exec::Retired all;
  for (const auto& sentron : machine.sentrons()) {
    all.words += sentron->retired.words;
    all.control += sentron->retired.control;
    for (std::size_t k = 0; k < std::size(all.ops); ++k) all.ops[k] += sentron->retired.ops[k];
  }
  return all;
}

}  // namespace

Result<nlohmann::ordered_json> run_json(const compiler::Compiled& compiled, const isa::ValidProgram& program,
                                        const Options& options) {
  using nlohmann::ordered_json;
  if (const auto suits = check_sentrons(program, options); !suits) return suits.error();
  const auto chosen = choose_engine(options.engine, {.form = options.form}, program);
  if (!chosen) return chosen.error();
  auto prepared = Prepared::make(compiled, options, Fill::random);
  if (!prepared) return prepared.error();
  study::programs::MappedTensors& tensors = prepared->tensors;
  auto shows = read_shows(tensors.shapes(), options.shows, kShown);
  if (!shows) return shows.error();
  std::vector<std::vector<std::byte>> before;
  for (const auto& bytes : tensors.bytes()) before.emplace_back(bytes.begin(), bytes.end());
  const runtime::Summary summary = run_sentrons(*prepared->machine, *chosen->engine).summary;
  tensors.read_sparse();

  const exec::Retired retired = retired_by(*prepared->machine);
  const std::string trap = trap_of(*prepared->machine, compiled, options);
  if (trap.empty())
    if (const auto flushed = tensors.flush(); !flushed) return flushed.error();
  ordered_json json{{"engine", chosen->name},
                    {"words", retired.words},
                    {"ops", {{"D", retired.ops[0]}, {"S", retired.ops[1]}, {"C", retired.ops[2]}}},
                    {"control", retired.control}};
  if (options.sentrons > 1) json["sentrons"] = options.sentrons;
  if (!summary.deadlock.empty()) json["deadlock"] = summary.deadlock;
  if (!trap.empty()) json["trap"] = trap;
  json["tensors"] = ordered_json::array();
  for (std::size_t k = 0; k < before.size(); ++k) {
    const auto bytes = tensors.bytes()[k];
    if (options.shows.empty() ? std::equal(bytes.begin(), bytes.end(), before[k].begin()) : !shows->contains(k))
      continue;
    const compiler::ir::Tensor& shape = tensors.shapes()[k];
    const std::size_t size = compiler::ir::size_of(shape.element), count = bytes.size() / size;
    ordered_json elements = ordered_json::array();
    for (std::size_t i = 0; i < std::min(count, options.shows.empty() ? kShown : shows->at(k)); ++i)
      elements.push_back(element_text(shape.element, bytes.data() + i * size));
    json["tensors"].push_back(
        {{"name", shape.name}, {"type", type_text(shape)}, {"elements", count}, {"first", std::move(elements)}});
  }
  return json;
}

std::string run_text(const nlohmann::ordered_json& run) {
  const auto& ops = run.at("ops");
  std::string text = fmt::format("run by {}: {} words; ops D {}, S {}, C {}; control {}\n",
                                 run.at("engine").get<std::string>(), run.at("words").get<std::uint64_t>(),
                                 ops.at("D").get<std::uint64_t>(), ops.at("S").get<std::uint64_t>(),
                                 ops.at("C").get<std::uint64_t>(), run.at("control").get<std::uint64_t>());
  if (run.contains("deadlock")) text += "deadlock: " + run.at("deadlock").get<std::string>() + "\n";
  for (const auto& tensor : run.at("tensors")) {
    text += fmt::format("{}: {} =", tensor.at("name").get<std::string>(), tensor.at("type").get<std::string>());
    for (const auto& element : tensor.at("first")) text += " " + element.get<std::string>();
    text += tensor.at("first").size() < tensor.at("elements").get<std::size_t>() ? " …\n" : "\n";
  }
  return run.at("tensors").empty() ? text + "no tensor changed\n" : text;
}

Result<nlohmann::ordered_json> measure_json(const compiler::Compiled& compiled, const isa::ValidProgram& program,
                                            const Options& options) {
  if (const auto suits = check_sentrons(program, options); !suits) return suits.error();
  const auto chosen = choose_engine(options.engine, {.form = options.form}, program);
  if (!chosen) return chosen.error();
  auto clock = measure::CycleClock::open();
  if (!clock) return clock.error();
  std::optional<Prepared> prepared;
  std::optional<Error> failed;
  const auto prepare = [&] {
    prepared.reset();  // first, so that memory suffices for one machine
    auto made = Prepared::make(compiled, options, Fill::zeros);
    if (made)
      prepared.emplace(std::move(*made));
    else
      failed = made.error();
  };
  const auto work = [&] {
    if (!prepared) return;
    if (options.sentrons > 1)
      run_sentrons(*prepared->machine, *chosen->engine);
    else
      chosen->engine->run(*prepared->machine, *prepared->machine->sentrons().front());
  };
  // One untimed run finds traps and warms the caches.
  prepare();
  if (failed) return *failed;
  run_sentrons(*prepared->machine, *chosen->engine);
  if (const std::string trap = trap_of(*prepared->machine, compiled, options); !trap.empty())
    return nlohmann::ordered_json{{"trap", trap}};
  const std::uint64_t ops = retired_by(*prepared->machine).total();

  std::vector<double> cycles, ns;
  for (unsigned k = 0; k < options.samples; ++k)
    if (const auto timing = clock->time(work, prepare); !timing.disturbed)
      cycles.push_back(timing.cycles), ns.push_back(timing.ns);
  if (failed) return *failed;
  if (cycles.empty())
    return Error{shown(options.file), "not measurable now: " + measure::to_string(clock->tally()), "a quieter machine"};
  const auto [least, most] = std::minmax_element(cycles.begin(), cycles.end());
  const double median = measure::median(cycles);
  return nlohmann::ordered_json{{"engine", chosen->name},
                                {"samples", cycles.size()},
                                {"ops", ops},
                                {"measured_cycles", median},
                                {"least_cycles", *least},
                                {"most_cycles", *most},
                                {"measured_ns", measure::median(ns)},
                                {"measured_ops_per_cycle", static_cast<double>(ops) / median},
                                {"cycle_source", measure::name_of(clock->source())}};
}

std::string measure_text(const nlohmann::ordered_json& measured) {
  const auto value = [&](const char* key) { return measured.at(key).get<double>(); };
  std::string text = fmt::format(
      "measured by {}: {:.0f} cycles ({:.0f} to {:.0f}; median of {}; {}), {} ops, {:.3g} ops per cycle\n",
      measured.at("engine").get<std::string>(), value("measured_cycles"), value("least_cycles"), value("most_cycles"),
      measured.at("samples").get<unsigned>(), measured.at("cycle_source").get<std::string>(),
      measured.at("ops").get<std::uint64_t>(), value("measured_ops_per_cycle"));
  if (value("measured_ns") < kShortRun)
    text += "a run takes less than 50 us, so the cost of reading the clocks matters: let the kernel repeat its work\n";
  return text;
}

}  // namespace vtpu::command
