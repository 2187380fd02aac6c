#include "vtpu/measure/provenance.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>

#include "vtpu/base/file.h"
#include "vtpu/base/text.h"
#include "vtpu/measure/child_process.h"
#include "vtpu/measure/clock.h"
#include "vtpu/measure/host.h"
#include "vtpu/measure/quiet.h"

#ifndef VTPU_CXX_FLAGS
#define VTPU_CXX_FLAGS "unknown"
#endif

namespace vtpu::measure {
namespace {

constexpr double kLook = 0.1;  // seconds of looking for other load, before and after the run

const char* compiler() {
#if defined(__clang__)
  return __VERSION__;
#else
  return "GCC " __VERSION__;
#endif
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

/// Resources used by this process and by the children that it waited for.
struct Usage {
  double cpu_seconds = 0;
  long peak_kib = 0;
};

Usage usage() {
  Usage sum;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used{};
    ::getrusage(who, &used);
    sum.cpu_seconds += seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
    sum.peak_kib = std::max(sum.peak_kib, used.ru_maxrss);
  }
  return sum;
}

std::string utc(std::chrono::system_clock::time_point when) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

nlohmann::ordered_json to_json(const Quiet& quiet) {
  return {{"load", quiet.load},
          {"steal", quiet.steal},
          {"calibration_jitter", quiet.jitter},
          {"warnings", quiet.warnings()}};
}

}  // namespace

nlohmann::ordered_json to_json(const Host& host) {
  nlohmann::ordered_json caches = nlohmann::ordered_json::array();
  for (const Cache& cache : host.caches)
    caches.push_back({{"level", cache.level},
                      {"type", cache.type},
                      {"bytes", cache.bytes},
                      {"line_bytes", cache.line_bytes},
                      {"ways", cache.ways},
                      {"shared_by", cache.shared_by}});
  return {{"cpu_model", host.cpu_model},
          {"vendor", host.vendor},
          {"family", host.family},
          {"logical_cpus", host.logical_cpus},
          {"cores", host.cores},
          {"smt", host.smt},
          {"caches", caches},
          {"kernel", host.kernel},
          {"virtualised", host.virtualised},
          {"hypervisor", host.hypervisor},
          {"hardware_counters", host.hardware_counters},
          {"rapl", host.rapl},
          {"memory_bytes", host.memory_bytes},
          {"huge_pages", host.huge_pages},
          {"frequency_source", host.frequency_source}};
}

struct Provenance::Start {
  std::filesystem::path root;
  Quiet quiet;
  std::chrono::system_clock::time_point wall;
  std::chrono::steady_clock::time_point clock;
};

Provenance::Provenance(const std::filesystem::path& root)
    : start_(std::make_unique<Start>(Start{root, look_for_disturbance(kLook), std::chrono::system_clock::now(),
                                           std::chrono::steady_clock::now()})) {}

Provenance::~Provenance() = default;

nlohmann::ordered_json Provenance::finish() const {
  const double wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_->clock).count();
  const Usage used = usage();
  const Quiet after = look_for_disturbance(kLook);
  const std::string root = start_->root.string();
  const std::optional<std::string> commit = output_of({"git", "-C", root, "rev-parse", "HEAD"});
  const std::optional<std::string> changes = output_of({"git", "-C", root, "status", "--porcelain"});
  const Result<std::string> binary = sha256_of_file("/proc/self/exe");
  const Host host = read_host();
  return {
      {"commit", commit ? std::string(trim(*commit)) : "unknown"},
      {"dirty", !commit || !changes      ? "unknown"
                : trim(*changes).empty() ? "no"
                                         : "yes"},
      {"compiler", compiler()},
      {"flags", VTPU_CXX_FLAGS},
      {"binary_sha256", binary ? *binary : "unknown"},
      {"host_identity", host_identity()},
      {"host", to_json(host)},
      {"cycle_source", name_of(host.hardware_counters ? CycleSource::hardware_counter : CycleSource::calibrated_time)},
      {"start_utc", utc(start_->wall)},
      {"wall_seconds", wall_seconds},
      {"cpu_seconds", used.cpu_seconds},
      {"peak_memory_kib", used.peak_kib},
      {"before", to_json(start_->quiet)},
      {"after", to_json(after)}};
}

}  // namespace vtpu::measure
