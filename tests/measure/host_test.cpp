// Is a host described as its /proc and /sys state, and are its capabilities found by name?
#include "vtpu/measure/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "vtpu/base/file.h"
#include "vtpu/measure/child_process.h"
#include "vtpu/measure/provenance.h"
#include "vtpu/measure/quiet.h"

namespace vtpu::measure {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A temporary folder with a made-up /proc and /sys; the destructor removes it.
class FakeRoot {
 public:
  FakeRoot()
      : path_(std::filesystem::temp_directory_path() /
              ("vtpu-host-" + std::to_string(::getpid()) + "-" +
               testing::UnitTest::GetInstance()->current_test_info()->name())) {}
  ~FakeRoot() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }
  void add(const std::string& file, const std::string& text) { EXPECT_TRUE(write_file(path_ / file, text).ok()); }

 private:
  std::filesystem::path path_;
};

/// Two cores of two threads each, with AVX-512 and 16 GiB.
void describe_server(FakeRoot& root) {
  const std::string processor =
      "vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 106\nmodel name\t: Example CPU\nstepping\t: 6\n"
      "flags\t\t: fpu sse2 avx2 avx512f\n\n";
  root.add("proc/cpuinfo", "processor\t: 0\n" + processor + "processor\t: 1\nmodel name\t: Another CPU\n\n");
  root.add("proc/meminfo", "MemTotal:       16777216 kB\nMemFree:        1 kB\n");
  root.add("proc/sys/kernel/osrelease", "6.1.0-example\n");
  root.add("sys/devices/system/cpu/online", "0-3\n");
  for (const int cpu : {0, 1, 2, 3})
    root.add("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list",
             cpu % 2 == 0 ? "0,2\n" : "1,3\n");
  const std::string cache = "sys/devices/system/cpu/cpu0/cache/index";
  const char* const fields[][6] = {{"1", "Data", "48K", "64", "12", "0,2"},
                                   {"1", "Instruction", "32K", "64", "8", "0,2"},
                                   {"3", "Unified", "54M", "64", "12", "0-3"}};
  for (int index = 0; index < 3; ++index) {
    const std::string folder = cache + std::to_string(index) + "/";
    root.add(folder + "level", fields[index][0]);
    root.add(folder + "type", fields[index][1]);
    root.add(folder + "size", fields[index][2]);
    root.add(folder + "coherency_line_size", fields[index][3]);
    root.add(folder + "ways_of_associativity", fields[index][4]);
    root.add(folder + "shared_cpu_list", fields[index][5]);
  }
  root.add("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
  root.add("sys/class/powercap/intel-rapl:0/energy_uj", "12345\n");
}

TEST(Host, IsReadFromTheFilesOfTheKernel) {
  FakeRoot root;
  describe_server(root);
  const Host host = read_host(root.path());
  EXPECT_EQ(host.cpu_model, "Example CPU");
  EXPECT_EQ(host.vendor, "GenuineIntel");
  EXPECT_EQ(host.family, "6 model 106 stepping 6");
  EXPECT_EQ(host.logical_cpus, 4);
  EXPECT_EQ(host.cores, 2);
  EXPECT_TRUE(host.smt);
  EXPECT_FALSE(host.virtualised);
  EXPECT_EQ(host.hypervisor, "none");
  EXPECT_EQ(host.kernel, "6.1.0-example");
  EXPECT_EQ(host.huge_pages, "madvise");
  EXPECT_EQ(host.memory_bytes, std::uint64_t{16} << 30);
  EXPECT_EQ(host.cache_bytes(1), 48U * 1024);
  EXPECT_EQ(host.cache_bytes(2), 0U);
  EXPECT_EQ(host.cache_bytes(3), 54U * 1024 * 1024);
  ASSERT_EQ(host.caches.size(), 3U);
  EXPECT_EQ(host.caches[0].ways, 12);
  EXPECT_EQ(host.caches[2].shared_by, "0-3");
  EXPECT_EQ(to_json(host).at("cores"), 2);
}

TEST(Host, CapabilitiesAreFoundByTheNameTheLedgerUses) {
  FakeRoot root;
  describe_server(root);
  const Host host = read_host(root.path());
  for (const char* need : {"smt", "rapl", "avx2", "avx512", "cores>=2", "memory>=16GiB"})
    EXPECT_TRUE(*host_has(host, need)) << need;
  for (const char* need : {"cores>=3", "memory>=17GiB"}) EXPECT_FALSE(*host_has(host, need)) << need;
  EXPECT_EQ(*host_has(host, "pmu"), host.hardware_counters);
}

TEST(Host, WithoutTheFilesHasNoCapabilitiesAndUnknownFields) {
  FakeRoot root;
  root.add("proc/cpuinfo", "processor : 0\nflags : fpu hypervisor\n\nprocessor : 1\n\n");
  const Host host = read_host(root.path());
  EXPECT_EQ(host.cpu_model, "unknown");
  EXPECT_EQ(host.logical_cpus, 2);
  EXPECT_EQ(host.cores, 2);
  EXPECT_TRUE(host.virtualised);
  EXPECT_EQ(host.hypervisor, "unknown");
  root.add("sys/class/dmi/id/sys_vendor", "Example, Inc.\n");
  EXPECT_EQ(read_host(root.path()).hypervisor, "Example, Inc.");
  root.add("sys/devices/system/clocksource/clocksource0/available_clocksource", "tsc kvm-clock \n");
  EXPECT_EQ(read_host(root.path()).hypervisor, "kvm");
  for (const char* need : {"smt", "rapl", "avx2", "avx512", "cores>=3", "memory>=1GiB"})
    EXPECT_FALSE(*host_has(host, need)) << need;
}

TEST(Host, AnUnknownNeedIsAnErrorThatListsTheKnownOnes) {
  for (const char* need : {"gpu", "", "cores>=", "cores>=two", "cores>=-1", "memory>=4", "memory>=GiB", "SMT"}) {
    const Result<bool> has = host_has(Host{}, need);
    ASSERT_FALSE(has.ok()) << need;
    EXPECT_THAT(has.error().message(), HasSubstr("'" + std::string(need) + "'"));
    EXPECT_THAT(has.error().message(), HasSubstr("cores>=N"));
  }
}

TEST(Host, TheHostOfTheTestsHasACoreAndAConstantIdentity) {
  EXPECT_TRUE(*host_has("cores>=1"));
  EXPECT_EQ(host_identity(), host_identity());
  EXPECT_THAT(host_identity(), HasSubstr("cores"));
}

TEST(Provenance, HasEveryDocumentedField) {
  const Provenance provenance(VTPU_BUILD);
  const nlohmann::ordered_json json = provenance.finish();
  for (const char* field :
       {"commit", "dirty", "compiler", "flags", "binary_sha256", "host_class", "host", "cycle_source", "start_utc",
        "wall_seconds", "cpu_seconds", "peak_memory_kib", "before", "during", "after"})
    EXPECT_TRUE(json.contains(field)) << field;
  EXPECT_EQ(json.at("binary_sha256").get<std::string>().size(), 64U);
  EXPECT_TRUE(json.at("before").contains("warnings"));
}

TEST(Provenance, ReadBackGivesTheClassThatItNames) {
  const nlohmann::ordered_json json = Provenance(VTPU_BUILD).finish();
  const Result<RunRecord> run = read_provenance(json.dump());
  ASSERT_TRUE(run) << run.error().message();
  EXPECT_EQ(run->host.name(), json.at("host_class"));
  EXPECT_EQ(run->commit, json.at("commit"));
  EXPECT_TRUE(same_class(run->host, class_of(read_host(), run->host.ghz))) << run->host.name();
  EXPECT_FALSE(read_provenance("{}"));
  EXPECT_FALSE(read_provenance("no JSON"));
}

TEST(Provenance, ATreeIsNotDirtyBecauseTheReferenceSetDiffers) {
  FakeRoot root;
  const auto git = [&](std::vector<std::string> words) {
    std::vector<std::string> all = {"git", "-C", root.path().string(), "-c", "user.name=A", "-c", "user.email=a@b.c"};
    all.insert(all.end(), words.begin(), words.end());
    ASSERT_TRUE(output_of(all)) << words.front();
  };
  root.add("data/reference/quick/e.json", "{}\n");
  root.add("source.cpp", "");
  git({"init", "-q"});
  git({"add", "-A"});
  git({"commit", "-q", "-m", "x"});
  root.add("data/reference/quick/e.json", "{ }\n");
  root.add("data/reference/quick/f.json", "{}\n");
  EXPECT_EQ(Provenance(root.path()).finish().at("dirty"), "no");
  root.add("source.cpp", "int a;\n");
  EXPECT_EQ(Provenance(root.path()).finish().at("dirty"), "yes");
}

TEST(Provenance, OfAFolderWithoutAGitRepositoryHasAnUnknownCommit) {
  FakeRoot root;
  root.add("file", "");
  const nlohmann::ordered_json json = Provenance(root.path()).finish();
  EXPECT_EQ(json.at("commit"), "unknown");
  EXPECT_EQ(json.at("dirty"), "unknown");
}

TEST(Quiet, ReadsStolenTimeFromTheFirstLineOfProcStat) {
  const ProcessorTime time = processor_time("cpu  10 0 20 60 5 1 1 3 50 0\ncpu0 1 1 1 1 1 1 1 99\n");
  EXPECT_EQ(time.all, 100);
  EXPECT_EQ(time.idle, 65);
  EXPECT_EQ(time.stolen, 3);
  EXPECT_EQ(processor_time("nonsense").all, 0);
  EXPECT_EQ(processor_time("cpu  a b c\n").all, 0);
}

TEST(Quiet, FindsOtherRunningProcessesByTheirState) {
  FakeRoot root;
  root.add("1/stat", "1 (init) S 0 1");
  root.add("20/stat", "20 (odd) name) R 1 1");
  root.add("30/stat", "30 (self) R 1 1");
  root.add("self/stat", "30 (self) R 1 1");
  root.add("40/stat", "40 (cut");
  EXPECT_THAT(running_processes(root.path(), 30), ElementsAre("odd) name (20)"));
  EXPECT_THAT(running_processes(root.path() / "missing", 30), IsEmpty());
}

TEST(Quiet, WarnsOfEachDisturbanceAndIsSilentOnAQuietMachine) {
  Quiet quiet;
  quiet.cpus = 2;
  quiet.load = 1.1;
  EXPECT_THAT(quiet.warnings(), IsEmpty());
  quiet.load = 1.6;
  quiet.competing = {"compiler (12)"};
  quiet.steal = 0.05;
  quiet.jitter = 0.04;
  EXPECT_THAT(quiet.warnings(), ElementsAre(HasSubstr("load average"), HasSubstr("compiler (12)"), HasSubstr("5.0 %"),
                                            HasSubstr("4.0 %")));
}

}  // namespace
}  // namespace vtpu::measure
