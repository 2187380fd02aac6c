// Are hosts put into the same class exactly when their measured values may be compared?
#include "vtpu/measure/host_class.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace vtpu::measure {
namespace {

Host server() {
  Host host;
  host.vendor = "AuthenticAMD";
  host.family = "25 model 17 stepping 1";
  host.virtualised = true;
  host.hypervisor = "kvm";
  host.caches = {{1, "Data", 32 << 10, 64, 8, "0"},
                 {1, "Instruction", 64 << 10, 64, 8, "0"},
                 {2, "Unified", 1 << 20, 64, 8, "0"},
                 {3, "Unified", 32 << 20, 64, 16, "0-1"}};
  return host;
}

TEST(HostClass, HasANameThatSaysWhatItConsistsOf) {
  EXPECT_EQ(class_of(server(), 3.512).name(), "amd-25-17-kvm-32K-1M-32M-3.5GHz");
  EXPECT_EQ(class_of(server(), 0).name(), "amd-25-17-kvm-32K-1M-32M-unknown-clock");
  Host desktop;
  desktop.vendor = "GenuineIntel";
  desktop.family = "6 model 106 stepping 6";
  desktop.smt = true;
  desktop.caches = {{1, "Data", 48 << 10, 64, 12, "0"}, {2, "Unified", 1280 << 10, 64, 20, "0"}};
  EXPECT_EQ(class_of(desktop, 4).name(), "intel-6-106-metal-48K-1280K-0-smt-4.0GHz");
}

TEST(HostClass, IsANameWithoutBlanksOrSlashesForAnyText) {
  Host host = server();
  host.hypervisor = "Example, Inc. / VM";
  EXPECT_EQ(class_of(host, 3.5).name(), "amd-25-17-Example--Inc.---VM-32K-1M-32M-3.5GHz");
  EXPECT_EQ(class_of(Host{}, 3.5).name(), "--unknown-metal-0-0-0-3.5GHz");
}

TEST(HostClass, AVirtualMachineOfAnUnknownHypervisorIsToldFromMetalAndFromAKnownOne) {
  Host host = server();
  host.hypervisor = "unknown";
  EXPECT_EQ(class_of(host, 3.5).virtualisation, "vm");
  host.virtualised = false;
  EXPECT_EQ(class_of(host, 3.5).virtualisation, "metal");
}

TEST(HostClass, SteppingAndKernelDoNotMatter) {
  Host other = server();
  other.family = "25 model 17 stepping 2";
  other.kernel = "7.0";
  EXPECT_TRUE(same_class(class_of(server(), 3.5), class_of(other, 3.5)));
}

TEST(HostClass, EveryOtherPartMatters) {
  const std::pair<const char*, std::function<void(Host&)>> changes[] = {
      {"vendor", [](Host& host) { host.vendor = "GenuineIntel"; }},
      {"family", [](Host& host) { host.family = "26 model 17 stepping 1"; }},
      {"model", [](Host& host) { host.family = "25 model 18 stepping 1"; }},
      {"L1 data", [](Host& host) { host.caches[0].bytes = 48 << 10; }},
      {"L2", [](Host& host) { host.caches[2].bytes = 2 << 20; }},
      {"L3", [](Host& host) { host.caches[3].bytes = 96 << 20; }},
      {"hypervisor", [](Host& host) { host.hypervisor = "xen"; }},
      {"virtualised", [](Host& host) { host.virtualised = false; }},
      {"SMT", [](Host& host) { host.smt = true; }}};
  for (const auto& [what, change] : changes) {
    Host other = server();
    change(other);
    EXPECT_FALSE(same_class(class_of(server(), 3.5), class_of(other, 3.5))) << what;
  }
}

TEST(HostClass, ClocksMayDifferByTenPerCent) {
  EXPECT_TRUE(same_class(class_of(server(), 4.0), class_of(server(), 4.39)));
  EXPECT_TRUE(same_class(class_of(server(), 4.39), class_of(server(), 4.0)));
  EXPECT_FALSE(same_class(class_of(server(), 4.0), class_of(server(), 4.41)));
  EXPECT_FALSE(same_class(class_of(server(), 4.42), class_of(server(), 3.5)));
}

TEST(HostClass, AClockThatWasNotRecordedAgreesWithNone) {
  EXPECT_FALSE(same_class(class_of(server(), 0), class_of(server(), 0)));
  EXPECT_FALSE(same_class(class_of(server(), 3.5), class_of(server(), 0)));
}

}  // namespace
}  // namespace vtpu::measure
