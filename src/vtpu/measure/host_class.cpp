#include "vtpu/measure/host_class.h"

#include <fmt/format.h>

#include <algorithm>

#include "vtpu/base/text.h"

namespace vtpu::measure {
namespace {

constexpr double kClockRatio = 1.1;

std::string short_vendor(const std::string& vendor) {
  if (vendor == "AuthenticAMD") return "amd";
  if (vendor == "GenuineIntel") return "intel";
  return vendor;
}

/// "32K" or "1M"; "0" for a cache that is absent.
std::string short_size(std::uint64_t bytes) {
  constexpr std::uint64_t kKiB = 1024, kMiB = 1024 * kKiB;
  if (bytes >= kMiB && bytes % kMiB == 0) return fmt::format("{}M", bytes / kMiB);
  return bytes == 0 ? "0" : fmt::format("{}K", bytes / kKiB);
}

}  // namespace

std::string HostClass::name() const {
  std::string text = fmt::format("{}-{}-{}-{}", vendor, family, model, virtualisation);
  for (const std::uint64_t bytes : cache_bytes) text += "-" + short_size(bytes);
  if (smt) text += "-smt";
  text += ghz > 0 ? fmt::format("-{:.1f}GHz", ghz) : "-unknown-clock";
  // Some vendors and hypervisors name themselves with blanks or slashes.
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return !std::isalnum(c) && c != '.'; }, '-');
  return text;
}

HostClass class_of(const Host& host, double ghz) {
  HostClass found;
  found.vendor = short_vendor(host.vendor);
  // "F model M stepping S"
  const auto words = split(host.family, ' ');
  found.family = words[0];
  found.model = words.size() > 2 ? words[2] : "unknown";
  found.virtualisation = !host.virtualised ? "metal" : host.hypervisor == "unknown" ? "vm" : host.hypervisor;
  for (const int level : {1, 2, 3}) found.cache_bytes[static_cast<std::size_t>(level - 1)] = host.cache_bytes(level);
  found.smt = host.smt;
  found.ghz = ghz;
  return found;
}

bool same_class(const HostClass& a, const HostClass& b) {
  if (a.ghz <= 0 || b.ghz <= 0) return false;
  return a.vendor == b.vendor && a.family == b.family && a.model == b.model && a.virtualisation == b.virtualisation &&
         a.cache_bytes == b.cache_bytes && a.smt == b.smt &&
         std::max(a.ghz, b.ghz) <= kClockRatio * std::min(a.ghz, b.ghz);
}

}  // namespace vtpu::measure
