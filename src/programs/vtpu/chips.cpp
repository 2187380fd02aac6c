#include "programs/vtpu/chips.h"

#include <vector>

#include "programs/command/files.h"
#include "vtpu/base/file.h"
#include "vtpu/cluster/recording.h"
#include "vtpu/scenario/scenario.h"
#include "vtpu/scenario/subject.h"

namespace vtpu::command {
namespace {

constexpr unsigned kTimedRuns = 5;

Result<scenario::Scenario> scenario_of(const ChipOptions& options) {
  scenario::Scenario scenario;
  if (!options.network.empty()) {
    auto read = scenario::read_scenario(options.network);
    if (!read) return read.error();
    scenario = std::move(*read);
  }
  if (!options.sides.empty())
    if (const auto set = scenario::set(scenario, "network.sides=" + options.sides, "--chips"); !set) return set.error();
  if (const auto right = scenario::check(scenario); !right) return right.error();
  return scenario;
}

}  // namespace

Result<unsigned> chip_count(const ChipOptions& options) {
  const auto scenario = scenario_of(options);
  if (!scenario) return scenario.error();
  const auto subject = scenario::build_subject(*scenario);
  if (!subject) return subject.error();
  return static_cast<unsigned>(subject->network.chip_count());
}

Result<cluster::ChipRun> run_on_chips(const ChipOptions& options, exec::Machine& machine,
                                      const isa::ValidProgram& program, const exec::Engine& engine,
                                      const cluster::MakeMachine& make) {
  if (!options.timeline.empty() && options.timeline != "-")
    if (const auto possible = check_output(options.timeline); !possible) return possible.error();
  const auto scenario = scenario_of(options);
  if (!scenario) return scenario.error();
  const std::size_t sentrons = machine.sentrons().size();
  const auto recording = cluster::record(machine, std::vector(sentrons, &program));
  if (!recording) return recording.error();
  const auto times = options.ns_per_word > 0
                         ? Result(cluster::turns_by_words(*recording, options.ns_per_word))
                         : cluster::measure_turns(*recording, make, std::vector(sentrons, &engine), kTimedRuns);
  if (!times) return times.error();
  auto run = cluster::run_on_chips(*recording, *times, *scenario);
  if (!run) return run.error();
  if (!options.timeline.empty())
    if (const auto written = put(options.timeline, cluster::timeline(*run)); !written) return written.error();
  return run;
}

}  // namespace vtpu::command
