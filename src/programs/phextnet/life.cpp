#include "programs/phextnet/life.h"

#include <string>

#include "programs/command/command.h"
#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/net/fault/life.h"
#include "vtpu/scenario/keys.h"
#include "vtpu/scenario/life.h"
#include "vtpu/sweep/interrupt.h"

namespace vtpu::command {

Result<int> run_life(const Options& options) {
  const auto given = scenario_of(options);
  if (!given) return given.error();
  if (const auto read = scenario::check_flags(*given, "life"); !read) return read.error();
  const sweep::Interrupt interrupt;
  const auto lives = scenario::live(*given);
  if (!lives && interrupt.came()) return fail("phextnet", lives.error().message(), kInterrupted);
  if (!lives) return lives.error();
  if (!given->output.csv.empty()) {
    const std::string events = net::fault::timeline_csv(lives->machine, lives->policy, lives->first);
    if (const auto written = write_file(given->output.csv, events); !written) return written.error();
  }
  if (!given->output.json.empty())
    if (const auto written = write_file(given->output.json, json_text(scenario::lives_json(*lives), 1) + "\n");
        !written)
      return written.error();
  return print(scenario::lives_text(*lives));
}

}  // namespace vtpu::command
