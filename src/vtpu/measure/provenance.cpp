#include "vtpu/measure/provenance.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>

#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
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

constexpr double kLook = 0.1;       // seconds of looking for other load, before and after the run
constexpr double kOtherLoad = 0.1;  // processors; services of an idle system take about a hundredth

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
  return {{"load", quiet.load},           {"steal", quiet.steal},
          {"core_ghz", quiet.ghz},        {"calibration_jitter", quiet.jitter},
          {"competing", quiet.competing}, {"warnings", quiet.warnings()}};
}

/// Processors that other processes kept busy on average, and the share of time that the hypervisor took.
struct During {
  double other_load = 0;
  double steal = 0;
};

During between(const ProcessorTime& begin, const ProcessorTime& end, double own_seconds, double wall_seconds) {
  if (end.all <= begin.all || wall_seconds <= 0) return {};
  const double stolen = end.stolen - begin.stolen;
  const double busy = (end.all - begin.all) - (end.idle - begin.idle) - stolen;
  const double busy_seconds = busy / ticks_per_second();
  return {std::max(0.0, busy_seconds - own_seconds) / wall_seconds, stolen / (end.all - begin.all)};
}

/// As far as class_of needs it. May throw an exception of the JSON library.
Host host_from(const nlohmann::ordered_json& json) {
  Host host;
  host.vendor = json.at("vendor");
  host.family = json.at("family");
  host.smt = json.at("smt");
  host.virtualised = json.at("virtualised");
  host.hypervisor = json.at("hypervisor");
  for (const nlohmann::ordered_json& one : json.at("caches")) {
    Cache cache;
    cache.level = one.at("level");
    cache.type = one.at("type");
    cache.bytes = one.at("bytes");
    host.caches.push_back(cache);
  }
  return host;
}

/// As `to_json(quiet)` wrote it, without the load average. May throw an exception of the JSON library.
Quiet quiet_from(const nlohmann::ordered_json& json) {
  Quiet quiet;
  quiet.steal = json.at("steal");
  quiet.ghz = json.value("core_ghz", 0.0);
  quiet.jitter = json.at("calibration_jitter");
  quiet.competing = json.value("competing", std::vector<std::string>());
  return quiet;
}

double mean_ghz(const Quiet& before, const Quiet& after) {
  return before.ghz > 0 && after.ghz > 0 ? (before.ghz + after.ghz) / 2 : 0;
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
  ProcessorTime processors;
  double cpu_seconds;
  std::chrono::system_clock::time_point wall;
  std::chrono::steady_clock::time_point clock;
};

Provenance::Provenance(const std::filesystem::path& root)
    : start_(std::make_unique<Start>(Start{root, look_for_disturbance(kLook), processor_time(), usage().cpu_seconds,
                                           std::chrono::system_clock::now(), std::chrono::steady_clock::now()})) {}

Provenance::~Provenance() = default;

nlohmann::ordered_json Provenance::finish() const {
  const double wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_->clock).count();
  const Usage used = usage();
  const During during =
      between(start_->processors, processor_time(), used.cpu_seconds - start_->cpu_seconds, wall_seconds);
  const Quiet after = look_for_disturbance(kLook);
  const std::string root = start_->root.string();
  const std::optional<std::string> commit = output_of({"git", "-C", root, "rev-parse", "HEAD"});
  const std::optional<std::string> changes =
      output_of({"git", "-C", root, "status", "--porcelain", "--", ".", ":!data/reference"});
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
      {"host_class", class_of(host, mean_ghz(start_->quiet, after)).name()},
      {"host", to_json(host)},
      {"cycle_source", name_of(host.hardware_counters ? CycleSource::hardware_counter : CycleSource::calibrated_time)},
      {"start_utc", utc(start_->wall)},
      {"wall_seconds", wall_seconds},
      {"cpu_seconds", used.cpu_seconds},
      {"peak_memory_kib", used.peak_kib},
      {"before", to_json(start_->quiet)},
      {"during", {{"other_load", during.other_load}, {"steal", during.steal}}},
      {"after", to_json(after)}};
}

Result<RunRecord> read_provenance(const std::string& json) {
  const auto parsed = parse_json<nlohmann::ordered_json>(json, "provenance", "the record of a run");
  if (!parsed) return parsed.error();
  const nlohmann::ordered_json& record = *parsed;
  try {
    Quiet before = quiet_from(record.at("before")), after = quiet_from(record.at("after"));
    RunRecord run;
    run.commit = record.at("commit");
    run.dirty = record.at("dirty");
    const Host host = host_from(record.at("host"));
    run.host = class_of(host, mean_ghz(before, after));
    Quiet during;
    if (record.contains("during")) {
      // One stolen tick is already 5 % of a look of 0.1 s on two processors. The whole run says more.
      during.steal = record.at("during").at("steal");
      before.steal = after.steal = 0;
      if (const double load = record.at("during").at("other_load"); load > kOtherLoad)
        run.disturbances.push_back(fmt::format("other processes kept {:.2f} processors busy during the run", load));
    }
    // An interruption makes one look of a millisecond unsteady now and then, a wandering clock both.
    before.jitter = after.jitter = std::min(before.jitter, after.jitter);
    for (const auto& [when, quiet] :
         {std::pair("before", &before), std::pair("during", &during), std::pair("after", &after)})
      for (const std::string& warning : quiet->warnings())
        run.disturbances.push_back(fmt::format("{} the run, {}", when, warning));
    if (before.ghz > 0 && !same_class(class_of(host, before.ghz), class_of(host, after.ghz)))
      run.disturbances.push_back(
          fmt::format("the core clock was {:.2f} GHz before the run and {:.2f} GHz after it", before.ghz, after.ghz));
    return run;
  } catch (const std::exception& error) {
    return Error{"provenance", std::string("found another shape of JSON: ") + error.what(), "the record of a run"};
  }
}

}  // namespace vtpu::measure
