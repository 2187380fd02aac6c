#pragma once
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu::measure {

/// One cache as the system describes it.
struct Cache {
  int level = 0;
  std::string type;  ///< "Data", "Instruction", "Unified"
  std::uint64_t bytes = 0;
  int line_bytes = 0;
  int ways = 0;           ///< 0 if unknown
  std::string shared_by;  ///< processors, as "0-3"
};

/// The system's description of the machine. Unknown text is "unknown", an unknown number is 0.
struct Host {
  std::string cpu_model;
  std::string vendor;
  std::string family;    ///< family, model and stepping
  int logical_cpus = 0;  ///< online
  int cores = 0;         ///< physical cores among them
  bool smt = false;      ///< two online processors share a core
  std::set<std::string> flags;
  std::vector<Cache> caches;  ///< of processor 0
  std::string kernel;
  bool virtualised = false;
  std::string hypervisor;  ///< "kvm", "hyperv", "xen", or the maker of the virtual machine; "none" without one
  bool hardware_counters = false;
  bool rapl = false;  ///< an energy counter exists and may be read
  std::uint64_t memory_bytes = 0;
  std::string huge_pages;  ///< setting of transparent huge pages
  std::string frequency_source;

  /// Size of the data or unified cache of a level; 0 if there is none.
  std::uint64_t cache_bytes(int level) const;
};

/// Reads /proc and /sys below `root`. Whether counters are granted is tested by opening one.
Host read_host(const std::filesystem::path& root = "/");

/// Whether the host meets a requirement of the claims ledger.
/// `need`: smt, pmu, rapl, avx2, avx512, cores>=N, memory>=NGiB. Error: any other text.
Result<bool> host_has(const Host& host, std::string_view need);
Result<bool> host_has(std::string_view need);

/// Text that changes when measured results stop being comparable: processor model, cores, kernel release, caches.
std::string host_identity();

}  // namespace vtpu::measure
