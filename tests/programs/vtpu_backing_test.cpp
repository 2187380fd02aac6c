// What of a program's memory outlives the process, through `vtpu run --backing`, `phextcc --run --backing` and
// `vtpu ppt --export`, when the process is killed, the disk is full or the file is damaged?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "command.h"

namespace vtpu {
namespace {

using testing::HasSubstr;

constexpr std::size_t kLogAt = 12288;  // where a backing file's pages begin

/// r1 = a cell of the second page of the region, plus 1; the cell = r1; then the words of `after`.
std::string counter(const std::string& after) {
  return R"(.coord first = 1.1.1/1.1.1/1.1.1/1.1
.coord last = 1.1.1/1.1.1/1.1.1/1.1024
  dmov.coord p0, first
  dmov.coord p1, last
  salloc r9, p0, p1, column, cell=8, layout=row_major
  sgather.i64 r1, [p0 + 4096]
  dadd.i64 r1, r1, #1
  sscattr.i64 r1, [p0 + 4096]
)" + after;
}

class VtpuBacking : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    put("flushed.sasm", counter("  sflush r9\n  dhalt\n"));
    put("unflushed.sasm", counter("  dhalt\n"));
    put("endless.sasm", counter("  sflush r9\nagain:\n  dbr again\n"));
  }
  Outcome run(const std::string& program, const std::string& more = "") {
    return shell("vtpu run " + program + " --backing memory.ppt " + more);
  }
  /// What the program's cell holds at its end.
  int count_after(const std::string& program, const std::string& more = "") {
    const Outcome ran = run(program, "--json " + more);
    EXPECT_EQ(ran.status, 0) << ran.err;
    return ran.status == 0 ? ran.sentron().at("registers").at("r1").get<int>() : -1;
  }
};

TEST_F(VtpuBacking, ALaterProcessOnEitherEngineFindsWhatWasFlushedAndNothingElse) {
  EXPECT_EQ(count_after("flushed.sasm", "--engine interpreter"), 1);
  EXPECT_EQ(count_after("flushed.sasm"), 2);
  EXPECT_EQ(count_after("unflushed.sasm"), 3);
  EXPECT_EQ(count_after("unflushed.sasm", "--engine interpreter"), 3);
}

TEST_F(VtpuBacking, AProcessThatIsKilledLosesNothingThatItFlushed) {
  const Outcome killed = shell(
      "vtpu run endless.sasm --backing memory.ppt --fuel 1000000000000 &\n"
      "for i in $(seq 1000); do [ $(cat memory.ppt 2>/dev/null | wc -c) -gt 12288 ] && break; sleep 0.05; done\n"
      "kill -9 $!; wait $! 2>/dev/null; true");
  EXPECT_EQ(killed.status, 0);
  EXPECT_EQ(count_after("flushed.sasm"), 2);
}

TEST_F(VtpuBacking, RunSaysWhatItRestored) {
  EXPECT_THAT(run("flushed.sasm").out, HasSubstr("\nregion 1 in memory.ppt: 0 pages restored\n"));
  EXPECT_THAT(run("flushed.sasm").out, HasSubstr("\nregion 1 in memory.ppt: 1 pages restored\n"));
  put("memory.ppt", content("memory.ppt") + "torn");
  const nlohmann::json expected{{"file", "memory.ppt"}, {"region", 1}, {"restored_pages", 1}, {"dropped_bytes", 4}};
  EXPECT_EQ(run("flushed.sasm", "--json").parsed().at("backing"), expected);
}

TEST_F(VtpuBacking, ADamagedPageIsReportedWithItsCoordinate) {
  ASSERT_EQ(run("flushed.sasm").status, 0);
  std::string bytes = content("memory.ppt");
  bytes[kLogAt + 48 + 100] ^= 1;
  put("memory.ppt", bytes);
  const Outcome refused = run("flushed.sasm");
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(
      refused.err,
      "vtpu: memory.ppt: byte 12288: torn, the checksum is wrong: page 1 at 1.1.1/1.1.1/1.1.1/1.513; expected the "
      "bytes that were flushed\n");
  EXPECT_EQ(content("memory.ppt"), bytes);
}

TEST_F(VtpuBacking, AFileThatIsNoneOfThisRegionIsRefusedAndKept) {
  put("memory.ppt", "a text that somebody wrote");
  const Outcome refused = run("flushed.sasm");
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("memory.ppt: byte 0: "));
  EXPECT_EQ(content("memory.ppt"), "a text that somebody wrote");
}

TEST_F(VtpuBacking, AProgramWithoutARegionHasNothingToBack) {
  put("none.sasm", "  dhalt\n");
  const Outcome none = run("none.sasm");
  EXPECT_EQ(none.status, 1);
  EXPECT_EQ(none.err, "vtpu: --backing 'memory.ppt': the program allocated no region\n");
}

// ---- whole commits only

/// A region of eight pages; the words of `body` see its handle in r9 and its first cell at p0.
std::string on_eight_pages(const std::string& body) {
  return R"(.coord first = 1.1.1/1.1.1/1.1.1/1.1
.coord last = 1.1.1/1.1.1/1.1.1/4.1024
  dmov.coord p0, first
  dmov.coord p1, last
  salloc r9, p0, p1, column+line, cell=8, layout=row_major
)" + body;
}

class VtpuCommits : public VtpuBacking {
 protected:
  void SetUp() override {
    VtpuBacking::SetUp();
    std::string write, look;
    for (int page = 0; page < 8; ++page) {
      write += "  sscattr.i64 r1, [p0 + " + std::to_string(4096 * page) + "]\n";
      look += "  sgather.i64 r" + std::to_string(1 + page) + ", [p0 + " + std::to_string(4096 * page) + "]\n";
    }
    put("count.sasm", on_eight_pages("  sgather.i64 r1, [p0]\nagain:\n  dadd.i64 r1, r1, #1\n" + write +
                                     "  sflush r9\n  dbr again\n"));
    put("look.sasm", on_eight_pages(look + "  dhalt\n"));
  }
  /// The count that all pages hold; fails when they differ.
  int flushed_count() {
    const Outcome looked = run("look.sasm", "--json");
    EXPECT_EQ(looked.status, 0) << looked.err;
    if (looked.status != 0) return -1;
    const auto registers = looked.sentron().at("registers");
    const int first = registers.value("r1", 0);
    for (int page = 1; page < 8; ++page)
      EXPECT_EQ(registers.value("r" + std::to_string(1 + page), 0), first) << "page " << page;
    return first;
  }
};

TEST_F(VtpuCommits, AKillAtAnyMomentLeavesWholeFlushesAndNoneIsLost) {
  int count = 0;
  for (int round = 0; round < 8; ++round) {
    const std::string pause = "0.0" + std::to_string(10 + (round * 37) % 80);
    const std::string engine = round % 3 == 0 ? "interpreter" : "native";
    // Once a flush has begun, at any moment of it or of a later one.
    ASSERT_EQ(shell("size() { cat memory.ppt 2>/dev/null | wc -c; }; s=$(size)\n"
                    "vtpu run count.sasm --backing memory.ppt --fuel 1000000000000 --engine " +
                    engine + " &\nfor i in $(seq 1000); do [ $(size) -ne $s ] && break; sleep 0.01; done\nsleep " +
                    pause + "; kill -9 $!; wait $! 2>/dev/null; true")
                  .status,
              0);
    const int now = flushed_count();
    ASSERT_GE(now, count);
    count = now;
  }
  EXPECT_GT(count, 5);
}

TEST_F(VtpuCommits, AFullDiskIsAnErrorThatKeepsTheLastWholeFlush) {
  // The log grows until it is compacted, so that a flush reaches the limit.
  int reached = 0;
  for (int limit = 24; limit <= 400; limit += 47) {  // in units of 512 bytes or 1 KiB
    const Outcome full =
        shell("ulimit -f " + std::to_string(limit) + "; vtpu run count.sasm --backing memory.ppt --fuel 2000");
    if (full.status == 1) {
      ++reached;
      EXPECT_THAT(full.err, HasSubstr("vtpu: memory.ppt: cannot write: File too large\n"));
    } else {
      EXPECT_EQ(full.status, 3) << full.err;  // the log was compacted in time, and the fuel ended
    }
    const std::string before = content("memory.ppt");
    if (before.size() >= kLogAt) flushed_count();
  }
  EXPECT_GT(reached, 0);
  EXPECT_GT(flushed_count(), 0);
}

TEST_F(VtpuCommits, AFullFileSystemIsAnErrorThatKeepsTheLastWholeFlush) {
  const std::string mount = "mkdir small && mount -t tmpfs -o size=128k none small";
  if (shell("unshare -m sh -c '" + mount + "'; s=$?; rmdir small 2>/dev/null; exit $s").status != 0)
    GTEST_SKIP() << "no right to mount a small file system";
  const Outcome full = shell("unshare -m sh -c '" + mount +
                             " && vtpu run count.sasm --backing small/memory.ppt --fuel 2000; s=$?; "
                             "cp small/memory.ppt memory.ppt; exit $s'");
  EXPECT_EQ(full.status, 1) << full.err;
  EXPECT_THAT(full.err, HasSubstr("vtpu: small/memory.ppt: cannot write: No space left on device\n"));
  EXPECT_GT(flushed_count(), 0);
}

TEST_F(VtpuCommits, DamageIsReportedOnOneLineOrChangesNothing) {
  ASSERT_EQ(run("count.sasm", "--fuel 100").status, 3);
  const int count = flushed_count();
  ASSERT_GT(count, 2);
  const std::string whole = content("memory.ppt");
  for (std::size_t place = 0; place < 60; place += 3) {
    const std::size_t at = place < 20   ? place * 4
                           : place < 40 ? 4096 * (1 + place % 2) + place
                                        : place * 397 % whole.size();
    std::string damaged = whole;
    damaged[at] ^= 0x10;
    if (place % 5 == 0) damaged.resize(std::max(at, std::size_t{1}));
    put("memory.ppt", damaged);
    const Outcome opened = run("look.sasm", "--json");
    if (opened.status == 0 && damaged.size() >= kLogAt) {
      EXPECT_EQ(opened.sentron().at("registers").value("r1", 0), count) << at;
    } else if (opened.status != 0) {
      EXPECT_EQ(opened.status, 1) << at;
      EXPECT_EQ(std::count(opened.err.begin(), opened.err.end(), '\n'), 1) << opened.err;
      EXPECT_THAT(opened.err, HasSubstr("memory.ppt: "));
    }
  }
}

TEST_F(VtpuCommits, TwoProcessesDoNotShareAFile) {
  const Outcome second = shell(
      "vtpu run count.sasm --backing memory.ppt --fuel 1000000000000 >/dev/null 2>&1 & "
      "for i in $(seq 1000); do [ $(cat memory.ppt 2>/dev/null | wc -c) -gt 12288 ] && break; sleep 0.05; done; "
      "vtpu run look.sasm --backing memory.ppt; s=$?; kill -9 $!; wait $! 2>/dev/null; exit $s");
  EXPECT_EQ(second.status, 1);
  EXPECT_EQ(second.err, "vtpu: memory.ppt: found that another process uses it; expected one at a time\n");
  EXPECT_GT(flushed_count(), 0);
}

// ---- kernels

constexpr const char* kLongKernel = R"(param n = 20000;
tensor x: i64[n];
tensor y: i64[n];
kernel main() {
  for i in 0..n { x[i] = x[i] + 1; y[i] = 2 * x[i]; }
}
)";

class KernelBacking : public VtpuBacking {
 protected:
  void SetUp() override {
    VtpuBacking::SetUp();
    put("kernel.phx", kLongKernel);
    put("look.phx",
        "param n = 20000;\ntensor x: i64[n];\ntensor y: i64[n];\ntensor range: i64[2];\n"
        "kernel main() { range[0] = min(i in 0..n) x[i]; range[1] = max(i in 0..n) x[i]; }\n");
  }
  /// What all elements of x are; fails when they differ.
  int elements() {
    const Outcome looked = shell("phextcc look.phx --run --backing x=x.ppt --show range --json");
    EXPECT_EQ(looked.status, 0) << looked.err;
    if (looked.status != 0) return -1;
    const auto range = looked.parsed().at("run").at("tensors").at(0).at("first");
    EXPECT_EQ(range.at(0), range.at(1));
    return std::stoi(range.at(0).get<std::string>());
  }
};

TEST_F(KernelBacking, ALaterRunFindsWhatTheKernelLeft) {
  for (int count = 1; count <= 3; ++count) {
    const Outcome ran = shell("phextcc kernel.phx --run --backing x=x.ppt --backing y=y.ppt --show y:1");
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("y: i64[20000] = " + std::to_string(2 * count) + " "));
    EXPECT_EQ(elements(), count);
  }
}

TEST_F(KernelBacking, ASelfContainedProgramFlushesItsFirstTensorAtItsEnd) {
  ASSERT_EQ(shell("phextcc kernel.phx --self-contained -o kernel.siw").status, 0);
  for (int count = 1; count <= 3; ++count) {
    EXPECT_EQ(shell("vtpu run kernel.siw --backing x.ppt").status, 0);
    EXPECT_EQ(elements(), count);
  }
}

TEST_F(KernelBacking, AKillAtAnyMomentLeavesAWholeRun) {
  int count = 0;
  for (int round = 0; round < 10; ++round) {
    const std::string pause = "0." + std::to_string(100 + (round * 37) % 150);
    ASSERT_EQ(shell("phextcc kernel.phx --run --backing x=x.ppt >/dev/null & sleep " + pause +
                    "; kill -9 $!; wait $! 2>/dev/null; true")
                  .status,
              0);
    const int now = elements();
    ASSERT_GE(now, count);
    count = now;
  }
}

TEST_F(KernelBacking, AFullDiskKeepsTheRunBefore) {
  ASSERT_EQ(shell("phextcc kernel.phx --run --backing x=x.ppt").status, 0);
  const Outcome full = shell("ulimit -f 300; phextcc kernel.phx --run --backing x=x.ppt");
  EXPECT_EQ(full.status, 1);
  EXPECT_EQ(full.err, "phextcc: x.ppt: cannot be made durable\n");
  EXPECT_EQ(elements(), 1);
}

TEST_F(KernelBacking, AnUnknownTensorOrNoFileIsRefused) {
  EXPECT_EQ(shell("phextcc kernel.phx --run --backing z=x.ppt").status, 1);
  EXPECT_EQ(shell("phextcc kernel.phx --run --backing x").status, 1);
}

// ---- documents

constexpr const char* kEdit = R"(.coord scroll = 1.1.1/1.1.1/1.1.2/1.1
  dmov.coord p0, scroll
  dmov.i64 r1, #0x4a
  sscattr.i8 r1, [p0]
  dhalt
)";

TEST_F(VtpuBacking, PptExportsTheDocumentAsTheProgramLeftIt) {
  put("edit.sasm", kEdit);
  put("notes.phext", "one\x17two\x17three");
  const Outcome edited = shell("vtpu ppt edit.sasm --import notes.phext --export new.phext");
  EXPECT_EQ(edited.status, 0) << edited.err;
  EXPECT_EQ(content("new.phext"), "one\x17Jwo\x17three");
  EXPECT_EQ(shell("vtpu ppt notes.phext --export -").out, "one\x17two\x17three");
}

TEST_F(VtpuBacking, PptWithoutADocumentExportsNothing) {
  const Outcome none = shell("vtpu ppt flushed.sasm --export new.phext");
  EXPECT_EQ(none.status, 1);
  EXPECT_EQ(none.err, "vtpu: --export 'new.phext': no document was imported\n");
  EXPECT_EQ(shell("vtpu ppt flushed.sasm --export - --json").status, 2);
}

}  // namespace
}  // namespace vtpu
