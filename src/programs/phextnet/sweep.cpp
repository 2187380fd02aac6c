#include "programs/phextnet/sweep.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "programs/command/command.h"
#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/scenario/grid.h"
#include "vtpu/scenario/keys.h"
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

/// How much of the running points is done.
class Running {
 public:
  void set(int point, double part) {
    const std::lock_guard lock(mutex_);
    parts_[point] = part;
  }
  void erase(int point) {
    const std::lock_guard lock(mutex_);
    parts_.erase(point);
  }
  double sum() {
    const std::lock_guard lock(mutex_);
    return std::accumulate(parts_.begin(), parts_.end(), 0.0,
                           [](double sum, const auto& part) { return sum + part.second; });
  }

 private:
  std::mutex mutex_;
  std::map<int, double> parts_;
};

}  // namespace

Result<int> run_sweep(const Options& options) {
  const auto base = scenario_of(options, "sweep");
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
  Running running;
  const auto lines = sweep::run(
      *identity, grid->size(),
      [&](int point, const std::function<bool()>& stop) {
        const auto line = scenario::run_point(*grid, point, [&](double part) {
          running.set(point, part);
          return !stop();
        });
        running.erase(point);
        return line;
      },
      {static_cast<int>(base->simulation.threads), out / "journal", *share, true, [&] { return running.sum(); }});
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
