#include "programs/phextnet/reconfigure.h"

#include "programs/command/command.h"
#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/scenario/keys.h"
#include "vtpu/scenario/reconfigure.h"

namespace vtpu::command {

Result<int> run_reconfigure(const Options& options) {
  const auto before = scenario_of(options);
  if (!before) return before.error();
  if (const auto read = scenario::check_flags(*before, "reconfigure"); !read) return read.error();
  const auto after = scenario::read_scenario(options.after);
  if (!after) return after.error();
  const auto done = scenario::reconfigure(*before, *after, options.rows, options.from);
  if (!done) return done.error();
  if (!before->output.json.empty())
    if (const auto written =
            write_file(before->output.json, json_text(scenario::reconfiguration_json(*done), 1) + "\n");
        !written)
      return written.error();
  return print(scenario::reconfiguration_text(*done));
}

}  // namespace vtpu::command
