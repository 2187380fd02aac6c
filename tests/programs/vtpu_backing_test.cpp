// What of a program's memory outlives the process, through `vtpu run --backing` and `vtpu ppt --export`?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
