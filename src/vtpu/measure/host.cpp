#include "vtpu/measure/host.h"

#include <fmt/core.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>

#include "vtpu/base/file.h"
#include "vtpu/base/text.h"
#include "vtpu/measure/clock.h"

namespace vtpu::measure {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUnknown = "unknown";
constexpr const char* kNeeds = "smt, pmu, rapl, avx2, avx512, cores>=N or memory>=NGiB";

/// The trimmed text of a file; empty if there is no such file.
std::string text_of(const fs::path& path) {
  const Result<std::string> text = read_file(path);
  return text ? std::string(trim(*text)) : std::string();
}

std::int64_t number_of(std::string_view text) {
  const Result<std::int64_t> number = parse_integer(text, "");
  return number ? *number : 0;
}

std::string or_unknown(std::string text) { return text.empty() ? kUnknown : text; }

/// Lines "key : value" up to the first empty line: the first processor of /proc/cpuinfo, or all of /proc/meminfo.
std::map<std::string, std::string> fields_of(const fs::path& path) {
  std::map<std::string, std::string> fields;
  const std::string text = text_of(path);
  for (const std::string_view line : split(text, '\n')) {
    if (trim(line).empty()) break;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    fields.emplace(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
  return fields;
}

/// The processors of a list such as "0-3,8".
std::vector<int> cpus_of(std::string_view list) {
  std::vector<int> cpus;
  for (const std::string_view piece : split(trim(list), ',')) {
    const std::size_t dash = piece.find('-');
    const std::int64_t first = number_of(piece.substr(0, dash));
    const std::int64_t last = dash == std::string_view::npos ? first : number_of(piece.substr(dash + 1));
    if (!piece.empty())
      for (std::int64_t cpu = first; cpu <= last; ++cpu) cpus.push_back(static_cast<int>(cpu));
  }
  return cpus;
}

void read_processors(Host& host, const fs::path& root) {
  const fs::path folder = root / "sys/devices/system/cpu";
  std::vector<int> online = cpus_of(text_of(folder / "online"));
  if (online.empty()) {
    const std::string text = "\n" + text_of(root / "proc/cpuinfo");
    for (std::size_t at = 0; (at = text.find("\nprocessor", at)) != std::string::npos; ++at)
      online.push_back(static_cast<int>(online.size()));
  }
  std::set<std::string> cores;  // for each core, the list of the processors that share it
  for (const int cpu : online) {
    const std::string siblings = text_of(folder / fmt::format("cpu{}/topology/thread_siblings_list", cpu));
    cores.insert(siblings.empty() ? std::to_string(cpu) : siblings);
  }
  host.logical_cpus = static_cast<int>(online.size());
  host.cores = static_cast<int>(cores.size());
  host.smt = host.logical_cpus > host.cores;
}

std::uint64_t bytes_of(std::string_view size) {
  if (size.empty()) return 0;
  const char unit = size.back();
  const std::uint64_t scale = unit == 'K' ? 1024 : unit == 'M' ? 1024 * 1024 : 1;
  return scale * static_cast<std::uint64_t>(number_of(scale == 1 ? size : size.substr(0, size.size() - 1)));
}

std::vector<Cache> read_caches(const fs::path& root) {
  std::vector<Cache> caches;
  for (int index = 0;; ++index) {
    const fs::path folder = root / fmt::format("sys/devices/system/cpu/cpu0/cache/index{}", index);
    const std::string level = text_of(folder / "level");
    if (level.empty()) return caches;
    caches.push_back({static_cast<int>(number_of(level)), or_unknown(text_of(folder / "type")),
                      bytes_of(text_of(folder / "size")),
                      static_cast<int>(number_of(text_of(folder / "coherency_line_size"))),
                      static_cast<int>(number_of(text_of(folder / "ways_of_associativity"))),
                      or_unknown(text_of(folder / "shared_cpu_list"))});
  }
}

/// The setting in brackets in a text such as "always [madvise] never".
std::string chosen_of(const std::string& text) {
  const std::size_t open = text.find('[');
  const std::size_t close = text.find(']', open);
  return close == std::string::npos ? or_unknown(text) : text.substr(open + 1, close - open - 1);
}

/// The hypervisor that offers its clock to the guest, or the maker that the machine's description names.
std::string hypervisor_of(const fs::path& root) {
  const std::string clocks = text_of(root / "sys/devices/system/clocksource/clocksource0/available_clocksource");
  for (const char* name : {"kvm", "hyperv", "xen"})
    if (clocks.find(name) != std::string::npos) return name;
  return or_unknown(text_of(root / "sys/class/dmi/id/sys_vendor"));
}

bool readable(const fs::path& path) { return ::access(path.c_str(), R_OK) == 0; }

/// The number between `prefix` and `suffix`, if the text has that form.
std::optional<std::int64_t> number_between(std::string_view text, std::string_view prefix, std::string_view suffix) {
  if (!text.starts_with(prefix) || !text.ends_with(suffix) || text.size() <= prefix.size() + suffix.size())
    return std::nullopt;
  const Result<std::int64_t> number =
      parse_integer(text.substr(prefix.size(), text.size() - prefix.size() - suffix.size()), "");
  if (!number || *number < 0) return std::nullopt;
  return *number;
}

}  // namespace

std::uint64_t Host::cache_bytes(int level) const {
  for (const Cache& cache : caches)
    if (cache.level == level && cache.type != "Instruction") return cache.bytes;
  return 0;
}

Host read_host(const fs::path& root) {
  Host host;
  std::map<std::string, std::string> cpu = fields_of(root / "proc/cpuinfo");
  host.cpu_model = or_unknown(cpu["model name"]);
  host.vendor = or_unknown(cpu["vendor_id"]);
  host.family = fmt::format("{} model {} stepping {}", or_unknown(cpu["cpu family"]), or_unknown(cpu["model"]),
                            or_unknown(cpu["stepping"]));
  const std::string& flags = cpu.contains("flags") ? cpu["flags"] : cpu["Features"];  // the latter on Arm
  for (const std::string_view flag : split(flags, ' '))
    if (!flag.empty()) host.flags.emplace(flag);
  read_processors(host, root);
  host.caches = read_caches(root);
  host.kernel = or_unknown(text_of(root / "proc/sys/kernel/osrelease"));
  host.virtualised = host.flags.contains("hypervisor");
  host.hypervisor = host.virtualised ? hypervisor_of(root) : "none";
  host.hardware_counters = hardware_counters_granted();
  host.rapl = readable(root / "sys/class/powercap/intel-rapl:0/energy_uj");
  std::map<std::string, std::string> memory = fields_of(root / "proc/meminfo");
  const std::string& total = memory["MemTotal"];
  host.memory_bytes = 1024 * static_cast<std::uint64_t>(number_of(std::string_view(total).substr(0, total.find(' '))));
  host.huge_pages = chosen_of(text_of(root / "sys/kernel/mm/transparent_hugepage/enabled"));
  const std::string driver = text_of(root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_driver");
  const std::string governor = text_of(root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  host.frequency_source = driver.empty() ? "not visible to this system" : driver + ", governor " + or_unknown(governor);
  return host;
}

Result<bool> host_has(const Host& host, std::string_view need) {
  if (need == "smt") return host.smt;
  if (need == "pmu") return host.hardware_counters;
  if (need == "rapl") return host.rapl;
  if (need == "avx2") return host.flags.contains("avx2");
  if (need == "avx512") return host.flags.contains("avx512f");
  if (const std::optional<std::int64_t> cores = number_between(need, "cores>=", "")) return host.cores >= *cores;
  if (const std::optional<std::int64_t> gib = number_between(need, "memory>=", "GiB"))
    return host.memory_bytes >> 30 >= static_cast<std::uint64_t>(*gib);
  return Error{"needs", "found '" + std::string(need) + "'", kNeeds};
}

Result<bool> host_has(std::string_view need) { return host_has(read_host(), need); }

std::string host_identity() {
  const Host host = read_host();
  std::string text = fmt::format("{}, family {}, {} cores, {} threads, kernel {}", host.cpu_model, host.family,
                                 host.cores, host.logical_cpus, host.kernel);
  for (const Cache& cache : host.caches)
    if (cache.type != "Instruction") text += fmt::format(", L{} {} KiB", cache.level, cache.bytes / 1024);
  return text;
}

}  // namespace vtpu::measure
