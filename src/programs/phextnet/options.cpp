#include "programs/phextnet/options.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "programs/command/command.h"
#include "programs/command/files.h"
#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/scenario/keys.h"

namespace vtpu::command {

Result<scenario::Scenario> scenario_of(const Options& options, std::string_view command) {
  Result<scenario::Scenario> read = scenario::Scenario{};
  if (!options.file.empty()) read = scenario::read_scenario(options.file);
  if (!read) return read;
  for (const std::string& setting : options.settings)
    if (const auto done = scenario::set(*read, setting); !done) return done.error();
  if (const auto right = scenario::check_flags(*read, command); !right) return right.error();
  // A long simulation is not to end with a name that cannot be written.
  std::string printed;
  auto& output = read->output;
  for (const auto& [key, file] : {std::pair<const char*, std::string*>("output.json", &output.json),
                                  {"output.csv", &output.csv},
                                  {"output.plot", &output.plot}}) {
    if (!scenario::reads(command, key)) file->clear();  // of another command that the file serves
    if (*file == "-") {
      if (!printed.empty())
        return Error{read->where(key), "found standard output, which is that of " + printed, "another file"};
      printed = key;
    } else if (!file->empty()) {
      if (const auto possible = check_output(*file); !possible) return possible.error();
    }
  }
  return read;
}

Result<void> write_output(const std::string& file, const std::function<std::string()>& make) {
  if (file.empty()) return {};
  if (const auto written = put(file, make()); !written) return written.error();
  return {};
}

std::string file_text(const nlohmann::ordered_json& json) { return json_text(json, 1) + "\n"; }

Result<int> print_report(const scenario::Scenario& given, std::string_view text) {
  for (const std::string* file : {&given.output.json, &given.output.csv, &given.output.plot})
    if (*file == "-") return kDone;
  return print(text);
}

}  // namespace vtpu::command
