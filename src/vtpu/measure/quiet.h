#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace vtpu::measure {

/// How quiet the machine is: what else asks for its processors, and how steady the core clock is.
struct Quiet {
  double load = 0;  ///< load average of the last minute
  int cpus = 1;
  std::vector<std::string> competing;  ///< other processes seen running at both ends of the window
  double steal = 0;                    ///< share of processor time the hypervisor gave to others in the window
  double jitter = 0;                   ///< largest over least of several clock calibrations, minus 1

  /// One sentence a finding that may disturb a measurement; empty on a quiet machine.
  std::vector<std::string> warnings() const;
};

/// Looks for `seconds`.
Quiet look_for_disturbance(double seconds = 0.2);

/// Processor time of all processors in /proc/stat's ticks.
struct ProcessorTime {
  double all = 0;
  double stolen = 0;
};
/// Reads the text of /proc/stat; zeros where it is something else.
ProcessorTime processor_time(std::string_view proc_stat);

/// Names of processes in state R below `proc`, without the process `self`, each as "name (number)".
std::vector<std::string> running_processes(const std::filesystem::path& proc, long self);

/// For experiments that read clocks: looks, and prints each warning on standard error.
void warn_of_disturbance(const std::string& experiment);

}  // namespace vtpu::measure
