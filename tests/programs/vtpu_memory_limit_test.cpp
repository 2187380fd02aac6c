// How does `vtpu run` end when a program takes all memory that the process may have?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "command.h"

namespace vtpu {
namespace {

/// Programs that allocate until something refuses: pages of a sparse region, boxes, regions, messages.
const std::vector<std::pair<std::string, std::string>> kHungry = {
    {"pages.sasm", R"(.coord first = 1.1.1/1.1.1/1.1.1/1.1
.coord last = 1.1.1/1.1.1/1.1.999/2047.2047
  dmov.coord p0, first
  dmov.coord p1, last
  salloc r9, p0, p1, column+line+scroll, cell=64, layout=sparse
  dmov.i64 r1, #1
scroll:
  dmov.i64 r2, #2046 | sindex.set p0, p0, line, #1
line:
  dmov.i64 r3, #32 | sindex.set p0, p0, column, #1
column:
  dmov.i64 r4, #0 | sscattr.i64 r1, [p0]
  dloop r3, column | sindex p0, p0, column, #64
  dloop r2, line | sindex p0, p0, line, #1
  dbr scroll | sindex p0, p0, scroll, #1
)"},
    {"boxes.sasm", R"(.coord first = 1.1.1/1.1.1/1.1.1/1.1
.coord last = 1.1.1/1.1.1/1.1.1/512.2047
  dmov.coord p0, first
  dmov.coord p1, last
again:
  salloc r9, p0, p1, column+line, cell=8, layout=row_major
  sindex p0, p0, section, #1
  sindex p1, p1, section, #1
  dbr again
)"},
    {"regions.sasm", R"(.coord first = 1.1.1/1.1.1/1.1.1/1.1
  dmov.coord p0, first
  dmov.i64 r1, #1
again:
  salloc r9, p0, p0, column, cell=8, layout=sparse
  sscattr.i64 r1, [p0]
  sindex p0, p0, column, #1
  dmov.sr r2
  dand.i64 r2, r2, #1
  dbr.z r2, again
  dhalt
)"},
    {"messages.sasm", R"(.coord first = 1.1.1/1.1.1/1.1.1/1.1
  dmov.coord p0, first
again:
  dmov.i64 r1, #1 | sindex p0, p0, line, #1 | csend m0, p0
  dbr again | sindex p0, p0, column, #1
)"}};

class VtpuMemoryLimit : public CommandTest {};

TEST_F(VtpuMemoryLimit, EveryLimitOfTheProcessGivesATrapOrOneError) {
  for (const auto& [name, text] : kHungry) put(name, text);
  put("none.sasm", "  dhalt\n");
  // The least address space, in KiB, in which the command does anything.
  int least = 16 << 10;
  while (shell("ulimit -v " + std::to_string(least) + "; vtpu run none.sasm").status != 0 && least < 4 << 20)
    least += least / 8;
  std::size_t trapped = 0;
  for (const auto& [name, text] : kHungry)
    for (const char* engine : {"interpreter", "native"})
      for (int room = 0; room < 64 << 10; room += room < 4096 ? 1777 : 15000) {
        const Outcome ran = shell("ulimit -v " + std::to_string(least + room) + "; vtpu run " + name + " --engine " +
                                  engine + " --fuel 3000000");
        SCOPED_TRACE(name + ", " + engine + ", " + std::to_string(least + room) + " KiB: " + ran.err);
        if (ran.status == 127) continue;  // too little to load the command
        ASSERT_TRUE(ran.status == 0 || ran.status == 1 || ran.status == 3) << ran.status;
        EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), ran.status == 0 ? 0 : 1);
        trapped += ran.status == 3 && ran.err.find("memory limit") != std::string::npos;
      }
  EXPECT_GT(trapped, 10u);
}

}  // namespace
}  // namespace vtpu
