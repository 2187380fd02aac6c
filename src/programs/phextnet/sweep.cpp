#include "programs/phextnet/sweep.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "programs/command/command.h"
#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/scenario/grid.h"
#include "vtpu/sweep/interrupt.h"
#include "vtpu/sweep/sweep.h"

namespace vtpu::command {
namespace {

/// The identity of a sweep: its settings and this program, since another program may give other results.
Result<std::string> with_program(const std::string& asked) {
  const auto program = sha256_of_file("/proc/self/exe");
  if (!program) return program.error();
  return fmt::format("{}, by the program {}", asked, program->substr(0, 16));
}

}  // namespace

Result<int> run_sweep(const Options& options) {
  const auto base = scenario_of(options);
  if (!base) return base.error();
  std::vector<scenario::Axis> axes;
  for (const std::string& over : options.over) {
    auto axis = scenario::parse_axis(over);
    if (!axis) return axis.error();
    axes.push_back(std::move(*axis));
  }
  const auto share = sweep::Share::of_environment();
  if (!share) return share.error();
  const auto grid = scenario::Grid::make(*base, std::move(axes));
  if (!grid) return grid.error();
  const auto asked = grid->identity();
  if (!asked) return asked.error();
  const auto identity = with_program(*asked);
  if (!identity) return identity.error();

  const std::filesystem::path out = options.out, csv = out / "sweep.csv", json = out / "sweep.json";
  for (const auto& file : {csv, json})
    if (const auto possible = check_output(file); !possible) return possible.error();
  const sweep::Interrupt interrupt;
  const auto lines =
      sweep::run(*identity, grid->size(),
                 [&](int point, const std::function<bool()>& stop) { return scenario::run_point(*grid, point, stop); },
                 {static_cast<int>(base->simulation.threads), out / "journal", *share, true});
  if (!lines && interrupt.came()) return fail("phextnet", lines.error().message(), kInterrupted);
  if (!lines) return lines.error();
  const auto known = std::count_if(lines->begin(), lines->end(), [](const std::string& line) { return !line.empty(); });
  if (known < grid->size())
    return print(fmt::format("{} of {} points are done; the last process writes the files\n", known, grid->size()));
  if (const auto written = write_file(csv, scenario::grid_csv(*grid, *lines)); !written) return written.error();
  if (const auto written = write_file(json, json_text(scenario::grid_json(*grid, *lines), 1) + "\n"); !written)
    return written.error();
  return print(fmt::format("{} points: {}, {}\n", grid->size(), csv.string(), json.string()));
}

}  // namespace vtpu::command
