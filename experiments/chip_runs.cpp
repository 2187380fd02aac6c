// Asks how long a training step of real code takes on simulated chips, and what the network's topology changes.
//
// One sentron on each of 64, 512 and 4096 chips trains a linear model on its own samples: every step computes a
// gradient and sums it over all sentrons, number by number, by creduce. The kernel is compiled by phextcc at tier 3 and
// run by the interpreter and by the native engine, which must end alike. The run is recorded and charged to a torus, a
// twisted torus where the shape has one, and the switch state that a search found for all-to-all traffic (data/states),
// there over shortest paths by table. A word takes 1 ns (an assumption, so that the results are the same on every
// host); links have 50 GB/s and 100 ns (an assumption; no latency is published). Flow level.
//
// Parameters: samples of a sentron, weights, steps, ns of a word, latency of a link; the same in both modes. Claims:
// own.chips.same, own.chips.found. Outputs: keys cluster.chips.*; table chip_runs.
#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/cluster/chip_run.h"
#include "vtpu/compiler/phextcc.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/opcode.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/runtime/scheduler.h"
#include "vtpu/scenario/scenario.h"
#include "vtpu/study/programs/mapped_tensors.h"

namespace {

using namespace vtpu;
using measure::Run;
using Source = measure::Column::Source;
using Words = std::vector<std::byte>;

constexpr std::string_view kKernel = R"(
param ranks = 64;
param rows = 16;
param d = 8;
param steps = 2;
tensor x: f64[ranks * rows * d];
tensor y: f64[ranks * rows];
tensor gradient: f64[ranks * d];
tensor weight: f64[ranks * d];

kernel main() {
  let me = sentron();
  for s in 0..steps {
    for j in 0..d { gradient[me * d + j] = 0.0; }
    for i in 0..rows {
      var miss = 0.0 - y[me * rows + i];
      for j in 0..d { miss = fma(x[(me * rows + i) * d + j], weight[me * d + j], miss); }
      for j in 0..d { gradient[me * d + j] = fma(miss, x[(me * rows + i) * d + j], gradient[me * d + j]); }
    }
    for j in 0..d {
      let all = all_sum(gradient[me * d + j]);
      weight[me * d + j] = fma(all, -0.0001, weight[me * d + j]);
    }
  }
}
)";

struct Job {
  int ranks, rows, weights, steps;
};

/// The compiled kernel with what every run of it needs.
class Step {
 public:
  static Result<Step> make(const Job& job) {
    compiler::Options options;
    options.parameters = {{"ranks", job.ranks}, {"rows", job.rows}, {"d", job.weights}, {"steps", job.steps}};
    auto compiled = compiler::compile("step.phx", kKernel, options);
    if (!compiled) return compiled.error();
    auto program = isa::ValidProgram::make(compiled->program);
    if (!program) return program.error();
    return Step(job, *std::move(compiled), *std::move(program));
  }

  /// A machine before a run, and its tensors.
  struct Prepared {
    std::unique_ptr<exec::Machine> machine;
    study::programs::MappedTensors tensors;

    Words weights() const { return {tensors.bytes()[3].begin(), tensors.bytes()[3].end()}; }
  };
  /// `disturbed`: one sample differs.
  Result<Prepared> prepared(bool disturbed = false) const {
    auto machine = std::make_unique<exec::Machine>();
    auto mapped = study::programs::MappedTensors::map(*machine, compiled_.tensors);
    if (!mapped) return mapped.error();
    Random random(1);
    for (const std::size_t tensor : {0u, 1u})
      for (std::size_t at = 0; at < mapped->bytes()[tensor].size(); at += 8) {
        double value = random.unit() * 2 - 1;
        if (disturbed && tensor == 0 && at == 0) value += 1;
        std::memcpy(mapped->bytes()[tensor].data() + at, &value, 8);
      }
    for (int rank = 0; rank < job_.ranks; ++rank) {
      exec::Context& sentron = machine->spawn();
      sentron.r[isa::kNumberRegister] = sentron.id;
    }
    return Prepared{std::move(machine), *std::move(mapped)};
  }
  const isa::ValidProgram& program() const { return program_; }
  std::size_t ranks() const { return static_cast<std::size_t>(job_.ranks); }

 private:
  Step(const Job& job, compiler::Compiled compiled, isa::ValidProgram program)
      : job_(job), compiled_(std::move(compiled)), program_(std::move(program)) {}
  Job job_;
  compiler::Compiled compiled_;
  isa::ValidProgram program_;
};

/// Whether all sentrons came to their end.
Result<void> check_end(const exec::Machine& machine) {
  for (const auto& sentron : machine.sentrons())
    if (sentron->status != exec::Status::halted)
      return Error{"step.phx", fmt::format("sentron {}: {}", sentron->id, sentron->trap.message()), "a run to the end"};
  return {};
}

/// The weights after a run by the fastest engine of this host.
Result<Words> weights_of_engine(const Step& step, bool disturbed) {
  auto prepared = step.prepared(disturbed);
  if (!prepared) return prepared.error();
  std::unique_ptr<exec::Engine> engine;
  if (exec::jit::host_form()) {
    auto native = exec::jit::NativeEngine::compile(step.program(), {});
    if (!native) return native.error();
    engine = std::make_unique<exec::jit::NativeEngine>(*std::move(native));
  } else {
    engine = std::make_unique<exec::Interpreter>(step.program());
  }
  runtime::CooperativeScheduler(*prepared->machine, std::vector<const exec::Engine*>(step.ranks(), engine.get())).run();
  if (const auto ended = check_end(*prepared->machine); !ended) return ended.error();
  return prepared->weights();
}

struct Place {
  std::string name, toml;
};

std::string state_of(const std::string& sides) { return fmt::format("data/states/uniform-{}.ocs", sides); }

/// The networks of a shape.
std::vector<Place> places_of(const Run& run, const std::string& sides, double latency_ns) {
  const std::string link = fmt::format("latency_ns = {}\n", latency_ns);
  std::vector<Place> places = {{"torus", fmt::format("[network]\nsides = \"{}\"\n{}", sides, link)}};
  if (sides == "4x4x8" || sides == "8x8x16")
    places.push_back(
        {"twisted", fmt::format("[network]\ntopology = \"twisted-torus\"\nsides = \"{}\"\n{}", sides, link)});
  if (sides != "4x4x4") {
    const std::string file = std::filesystem::absolute(run.input_path(state_of(sides))).string();
    places.push_back({"found", fmt::format("[network]\ntopology = \"ocs\"\nfile = \"{}\"\n{}[routing]\nalgorithm = "
                                           "\"table\"\n",
                                           file, link)});
  }
  return places;
}

Result<cluster::ChipRun> charge(const cluster::Recording& recording, const Place& place, double ns_per_word) {
  const auto scenario = scenario::parse_scenario(place.toml, place.name);
  if (!scenario) return scenario.error();
  return cluster::run_on_chips(recording, cluster::turns_by_words(recording, ns_per_word), *scenario);
}

Result<void> train_on_chips(Run& run) {
  const int rows = run.parameter("samples", 16), weights = run.parameter("weights", 8),
            steps = run.parameter("steps", 2);
  const double ns_per_word = run.parameter("ns_per_word", 1.0), latency_ns = run.parameter("link_latency_ns", 100.0);
  measure::Table& table = run.table("chip_runs", {{"chips", "", Source::label},
                                                  {"sides", "", Source::label},
                                                  {"network", "", Source::label},
                                                  {"time_us", "us", Source::simulated},
                                                  {"work", "1", Source::simulated},
                                                  {"network_share", "1", Source::simulated},
                                                  {"messages", "", Source::computed},
                                                  {"gain", "x", Source::simulated}});
  const std::vector<std::pair<int, std::string>> shapes = {
      {64, "4x4x4"}, {128, "4x4x8"}, {512, "8x8x8"}, {1024, "8x8x16"}, {4096, "16x16x16"}};
  measure::Progress progress("chip-runs", shapes.size());
  std::size_t equal = 0, all = 0, equal_disturbed = 0;
  for (const auto& [chips, sides] : shapes) {
    const auto step = Step::make({chips, rows, weights, steps});
    if (!step) return step.error();
    auto prepared = step->prepared();
    if (!prepared) return prepared.error();
    const auto recording = cluster::record(*prepared->machine, std::vector(step->ranks(), &step->program()));
    if (!recording) return recording.error();
    if (const auto ended = check_end(*prepared->machine); !ended) return ended.error();
    const Words recorded = prepared->weights();
    for (const bool disturbed : {false, true}) {
      const auto native = weights_of_engine(*step, disturbed);
      if (!native) return native.error();
      std::size_t same = 0;
      for (std::size_t at = 0; at < recorded.size(); at += 8)
        same += std::equal(recorded.begin() + static_cast<std::ptrdiff_t>(at),
                           recorded.begin() + static_cast<std::ptrdiff_t>(at) + 8,
                           native->begin() + static_cast<std::ptrdiff_t>(at));
      (disturbed ? equal_disturbed : equal) += same;
    }
    all += recorded.size() / 8;

    double torus_ns = 0, torus_ns_without = 0;
    for (const Place& place : places_of(run, sides, latency_ns)) {
      const auto ran = charge(*recording, place, ns_per_word);
      if (!ran) return ran.error();
      const std::string key = fmt::format("cluster.chips.step_us.{}.{}", sides, place.name);
      run.simulated(key, ran->time_ns / steps / 1e3, "us", "flow level; a word takes 1 ns, a link 100 ns");
      if (place.name == "torus") torus_ns = ran->time_ns;
      const double gain = torus_ns / ran->time_ns;
      table.add({fmt::format("{}", chips), sides, place.name, ran->time_ns / steps / 1e3, ran->work_share(),
                 ran->critical_network_ns / ran->time_ns, static_cast<double>(ran->messages), gain});
      if (chips != 4096) continue;
      std::string toml = place.toml;
      toml.replace(toml.find("latency_ns = 100"), 16, "latency_ns = 0");
      const auto without = charge(*recording, {place.name, toml}, ns_per_word);
      if (!without) return without.error();
      if (place.name == "torus") torus_ns_without = without->time_ns;
      if (place.name != "found") continue;
      run.simulated("cluster.chips.gain_found", gain, "x", "time of a step on the torus over that on the state found");
      run.simulated("cluster.chips.gain_found.control", torus_ns_without / without->time_ns, "x",
                    "the same with links that take no time");
    }
    progress.step();
  }
  run.computed("cluster.chips.same", static_cast<double>(equal) / static_cast<double>(all), "1",
               "weights of the recorded run that equal those of the native engine in every bit");
  run.computed("cluster.chips.same.control", static_cast<double>(equal_disturbed) / static_cast<double>(all), "1",
               "the same against a run in which one sample differs");
  return {};
}

const measure::Experiment kExperiment{
    .name = "chip-runs",
    .question = "How long does a training step take on simulated chips, and what does their topology change?",
    .claims = {"own.chips.same", "own.chips.found"},
    .inputs = {state_of("4x4x8"), state_of("8x8x8"), state_of("8x8x16"), state_of("16x16x16")},
    .quick_seconds = 5,
    .full_seconds = 5,
    .run = train_on_chips};

}  // namespace

int main(int argc, char** argv) { return measure::experiment_main(kExperiment, argc, argv); }
