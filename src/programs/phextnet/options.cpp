#include "programs/phextnet/options.h"

#include "vtpu/base/file.h"

namespace vtpu::command {

Result<scenario::Scenario> scenario_of(const Options& options) {
  Result<scenario::Scenario> read = scenario::Scenario{};
  if (!options.file.empty()) read = scenario::read_scenario(options.file);
  if (!read) return read;
  for (const std::string& setting : options.settings)
    if (const auto done = scenario::set(*read, setting); !done) return done.error();
  // A long simulation is not to end with a name that cannot be written.
  for (const std::string& file : {read->output.json, read->output.csv, read->output.plot})
    if (const auto possible = file.empty() ? Result<void>() : check_output(file); !possible) return possible.error();
  return read;
}

}  // namespace vtpu::command
