#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace vtpu::measure {

/// How quiet the machine is: the other load on its processors, and the steadiness of the core clock.
struct Quiet {
  double load = 0;  ///< load average of the last minute
  int cpus = 1;
  std::vector<std::string> competing;  ///< other processes that ran at both ends of the window
  double steal = 0;                    ///< share of processor time that the hypervisor gave to others
  double ghz = 0;                      ///< core clock: the largest of several calibrations; 0 if there are none
  double jitter = 0;                   ///< largest over smallest of these calibrations, minus 1

  /// One sentence for each finding that may disturb a measurement; empty on a quiet machine.
  std::vector<std::string> warnings() const;
};

/// Observes the machine for `seconds`.
Quiet look_for_disturbance(double seconds = 0.2);

/// Time of all processors, in the ticks of /proc/stat.
struct ProcessorTime {
  double all = 0;
  double idle = 0;
  double stolen = 0;
};
/// How many of these ticks are a second.
double ticks_per_second();
/// That of this system since it started.
ProcessorTime processor_time();
/// Reads the text of /proc/stat; zeros for any other text.
ProcessorTime processor_time(std::string_view proc_stat);

/// Processes in state R below `proc`, except the process `self`, each as "name (number)".
std::vector<std::string> running_processes(const std::filesystem::path& proc, long self);

/// For experiments that read clocks: observes the machine and prints each warning on standard error.
void warn_of_disturbance(const std::string& experiment);

}  // namespace vtpu::measure
