#include "programs/phextnet/options.h"

namespace vtpu::command {

Result<scenario::Scenario> scenario_of(const Options& options) {
  Result<scenario::Scenario> read = scenario::Scenario{};
  if (!options.file.empty()) read = scenario::read_scenario(options.file);
  if (!read) return read;
  for (const std::string& setting : options.settings)
    if (const auto done = scenario::set(*read, setting); !done) return done.error();
  return read;
}

}  // namespace vtpu::command
