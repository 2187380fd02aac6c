#include "programs/phextnet/reconfigure.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "programs/command/command.h"
#include "programs/phextnet/meter.h"
#include "vtpu/scenario/reconfigure.h"
#include "vtpu/sweep/interrupt.h"

namespace vtpu::command {

Result<int> run_reconfigure(const Options& options) {
  const auto before = scenario_of(options, "reconfigure");
  if (!before) return before.error();
  const auto after = scenario::read_scenario(options.after);
  if (!after) return after.error();
  std::optional<Meter> meter(std::in_place);
  const sweep::Interrupt interrupt;
  const auto done = scenario::reconfigure(*before, *after, options.rows, options.from, [&](double part) {
    meter->show(part);
    return !interrupt.came();
  });
  meter.reset();
  if (!done && interrupt.came()) return fail("phextnet", done.error().message(), kInterrupted);
  if (!done) return done.error();
  const auto json = [&] { return file_text(scenario::reconfiguration_json(*done)); };
  if (const auto written = write_output(before->output.json, json); !written) return written.error();
  return print_report(*before, scenario::reconfiguration_text(*done));
}

}  // namespace vtpu::command
