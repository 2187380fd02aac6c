#include "programs/phextnet/life.h"

#include <nlohmann/json.hpp>
#include <string>

#include "programs/command/command.h"
#include "vtpu/net/fault/life.h"
#include "vtpu/scenario/life.h"
#include "vtpu/sweep/interrupt.h"

namespace vtpu::command {

Result<int> run_life(const Options& options) {
  const auto given = scenario_of(options, "life");
  if (!given) return given.error();
  const sweep::Interrupt interrupt;
  const auto lives = scenario::live(*given);
  if (!lives && interrupt.came()) return fail("phextnet", lives.error().message(), kInterrupted);
  if (!lives) return lives.error();
  const auto events = [&] { return net::fault::timeline_csv(lives->machine, lives->policy, lives->first); };
  if (const auto written = write_output(given->output.csv, events); !written) return written.error();
  const auto json = [&] { return file_text(scenario::lives_json(*lives)); };
  if (const auto written = write_output(given->output.json, json); !written) return written.error();
  return print_report(*given, scenario::lives_text(*lives));
}

}  // namespace vtpu::command
