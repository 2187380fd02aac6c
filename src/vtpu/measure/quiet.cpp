#include "vtpu/measure/quiet.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <thread>

#include "vtpu/base/file.h"
#include "vtpu/base/text.h"
#include "vtpu/measure/clock.h"
#include "vtpu/measure/pin.h"

namespace vtpu::measure {
namespace {

constexpr double kOwnLoad = 1;        // the share of the average that the previous experiment may have caused
constexpr double kLoadPerCpu = 0.25;  // beyond kOwnLoad: a quarter of the machine is busy with other work
constexpr double kSteal = 0.01;
constexpr double kJitter = 0.02;  // the difference that also discards a sample
constexpr int kJitterCalibrations = 10;

/// An interruption, or a core that is still waking up, can only make a calibration too slow.
void calibrate_repeatedly(Quiet& quiet) {
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < kJitterCalibrations; ++i) {
    const Result<double> ghz = core_ghz();
    if (!ghz) return;
    least = std::min(least, *ghz);
    quiet.ghz = std::max(quiet.ghz, *ghz);
  }
  quiet.jitter = quiet.ghz / least - 1;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

ProcessorTime processor_time(std::string_view proc_stat) {
  ProcessorTime time;
  if (!proc_stat.starts_with("cpu ")) return time;
  // user nice system idle iowait irq softirq steal. The guest times that follow are already part of user and nice.
  constexpr std::size_t kIdle = 3, kWaits = 4, kSteals = 7;
  std::size_t field = 0;
  for (const std::string_view piece : split(proc_stat.substr(4, proc_stat.find('\n') - 4), ' ')) {
    if (piece.empty() || field > kSteals) continue;
    const Result<double> ticks = parse_number(piece, "");
    if (!ticks) return {};
    time.all += *ticks;
    if (field == kIdle || field == kWaits) time.idle += *ticks;
    if (field == kSteals) time.stolen = *ticks;
    ++field;
  }
  return time;
}

double ticks_per_second() { return static_cast<double>(::sysconf(_SC_CLK_TCK)); }

ProcessorTime processor_time() {
  const Result<std::string> text = read_file("/proc/stat");
  return text ? processor_time(*text) : ProcessorTime{};
}

std::vector<std::string> running_processes(const std::filesystem::path& proc, long self) {
  std::vector<std::string> running;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(proc, failed)) {
    const std::string number = entry.path().filename().string();
    if (!is_number(number) || number == std::to_string(self)) continue;
    const Result<std::string> stat = read_file(entry.path() / "stat");
    if (!stat) continue;  // it has ended in the meantime
    // "number (name) state …". The name may contain blanks and brackets, so it ends at the last closing one.
    const std::size_t open = stat->find('(');
    const std::size_t close = stat->rfind(')');
    if (open == std::string::npos || close == std::string::npos || close + 2 >= stat->size()) continue;
    if ((*stat)[close + 2] == 'R') running.push_back(stat->substr(open + 1, close - open - 1) + " (" + number + ")");
  }
  std::sort(running.begin(), running.end());
  return running;
}

Quiet look_for_disturbance(double seconds) {
  Quiet quiet;
  if (double load[1] = {0}; ::getloadavg(load, 1) == 1) quiet.load = load[0];
  quiet.cpus = static_cast<int>(usable_cpus().size());
  calibrate_repeatedly(quiet);
  const std::vector<std::string> first = running_processes("/proc", ::getpid());
  const ProcessorTime begin = processor_time();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  const ProcessorTime end = processor_time();
  const std::vector<std::string> last = running_processes("/proc", ::getpid());
  std::set_intersection(first.begin(), first.end(), last.begin(), last.end(), std::back_inserter(quiet.competing));
  if (end.all > begin.all) quiet.steal = (end.stolen - begin.stolen) / (end.all - begin.all);
  return quiet;
}

std::vector<std::string> Quiet::warnings() const {
  std::vector<std::string> found;
  if (load > kOwnLoad + kLoadPerCpu * cpus)
    found.push_back(fmt::format("the load average of the last minute is {:.2f} on {} processors", load, cpus));
  if (!competing.empty()) found.push_back("other processes are running: " + join(competing, ", "));
  if (steal > kSteal)
    found.push_back(fmt::format("the hypervisor gives {:.1f} % of processor time to others", 100 * steal));
  if (jitter > kJitter)
    found.push_back(fmt::format("the core clock differs by {:.1f} % between calibrations", 100 * jitter));
  return found;
}

void warn_of_disturbance(const std::string& experiment) {
  for (const std::string& warning : look_for_disturbance().warnings())
    std::fputs(fmt::format("{}: the machine is not quiet: {}\n", experiment, warning).c_str(), stderr);
}

}  // namespace vtpu::measure
