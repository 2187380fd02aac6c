// Look-ups of cells by coordinate in loops. Host code looks for each translation once in a loop and writes it down; do
// all engines still agree on every cell, trap and count?
#include <fmt/core.h>

#include "both_engines.h"
#include "places.h"

namespace vtpu::exec {
namespace {

/// Ends `count` columns after the first.
void row(Machine& m, std::uint32_t line, std::uint32_t first, std::uint32_t count, memory::Layout layout) {
  allocate(m, at(line, first), at(line, first + count - 1), 3, layout);
}

using memory::Layout;

/// Reads and writes by several pointers, along columns that a loop computes.
const char* const kLoop =
    "l:\n"
    "  dadd.i64 r1, r1, r6 | sgatherc.i64 r2, [p0 @ column r1]\n"
    "  dadd.i64 r3, r3, r2 | sgatherc.i64 r4, [p1 @ column r1]\n"
    "  dand.i64 r1, r1, #1023 | sscattrc.i64 r3, [p2 @ column r5]\n"
    "  dadd.i64 r5, r5, #3 | sgatherc.i64 r2, [p3 @ column r5] | cpack.i64 m0, 1, r4\n"
    "  dand.i64 r5, r5, #255\n"
    "  dloop r7, l | sscattrc.i64 r4, [p0 @ column r5]\n"
    "  dhalt\n";

TEST(Probes, AgreeOnEveryEngineForEveryShapeOfRow) {
  struct Shape {
    std::string name;
    std::function<void(Machine&)> make;
  };
  const std::vector<Shape> shapes{
      {"whole pages", [](Machine& m) { row(m, 1, 0, 2048, Layout::sparse); }},
      {"parts of pages", [](Machine& m) { row(m, 1, 5, 1500, Layout::sparse); }},
      {"two regions in the columns of one page",
       [](Machine& m) { row(m, 1, 0, 100, Layout::sparse), row(m, 1, 100, 1400, Layout::row_major); }},
      {"a hole between regions",
       [](Machine& m) { row(m, 1, 0, 300, Layout::row_major), row(m, 1, 310, 1300, Layout::sparse); }},
      {"an order that is not that of the columns",
       [](Machine& m) { allocate(m, at(1, 0), at(2, 1023), 3, Layout::morton); }},
      {"cells of another size", [](Machine& m) { allocate(m, at(1, 0), at(1, 1500), 2, Layout::sparse); }}};
  const Engines engines(kLoop);
  for (const Shape& shape : shapes)
    for (const std::uint64_t step : {1u, 7u, 64u, 129u, 1000u})
      for (const std::uint32_t start : {0u, 5u, 70u}) {
        SCOPED_TRACE(fmt::format("{}, step {}, start {}", shape.name, step, start));
        run_all(engines, {.fuel = 3000, .given = [&](Machine& m, Context& c) {
                            shape.make(m);
                            for (int i = 0; i < 4; ++i) c.p[i].coordinate = at(1, start + 40 * i % 90).with_flags(5);
                            c.r[6] = step, c.r[7] = 300;
                          }});
      }
}

TEST(Probes, FindThatARegionWasFreedAndAnotherTookItsPlaceBetweenLoops) {
  // The outer loop replaces the region; its page is absent at first, and the inner loop creates it.
  const std::string text =
      "o:\n  salloc r0, p0, p1, column, cell=8, layout=sparse\n  dmov.i64 r7, #20\n  dmov.i64 r1, #0\n"
      "l:\n  dadd.i64 r2, r2, r3 | sgatherc.i64 r3, [p0 @ column r1]\n"
      "  dadd.i64 r2, r2, #1 | sscattrc.i64 r2, [p0 @ column r1]\n  dadd.i64 r1, r1, #5\n  dloop r7, l\n"
      "  sfree r0\n  dloop r8, o\n  dhalt\n";
  const auto all = run_all(text, {.given = [](Machine&, Context& c) {
                             c.p[0].coordinate = at(1, 3), c.p[1].coordinate = at(1, 130), c.r[8] = 30;
                           }});
  EXPECT_EQ(all[0].context->status, Status::halted) << all[0].context->trap.message();
}

TEST(Probes, LookThroughMoreTranslationsThanTheCacheHolds) {
  // Five pointers walk lines of which the cache cannot hold all pages.
  const std::string text =
      "o:\n  sindex p0, p0, line, #1\n  sindex p1, p1, line, #1\n  sindex p2, p2, line, #1\n  dmov.i64 r7, #32\n"
      "  dmov.i64 r1, #0\n"
      "l:\n  dadd.i64 r2, r2, r3 | sgatherc.i64 r3, [p0 @ column r1]\n  sscattrc.i64 r2, [p1 @ column r1]\n"
      "  sgatherc.i64 r4, [p2 @ column r1]\n  sgatherc.i64 r4, [p3 @ column r1]\n"
      "  sgatherc.i64 r4, [p4 @ column r1]\n  dadd.i64 r1, r1, #64\n  dloop r7, l\n  dloop r8, o\n  dhalt\n";
  const auto all = run_all(text, {.given = [](Machine& m, Context& c) {
                             allocate(m, at(0, 0), at(100, 2047), 3);
                             for (std::uint32_t i = 0; i < 5; ++i) c.p[i].coordinate = at(2 * i, 0);
                             c.r[8] = 60;
                           }});
  EXPECT_EQ(all[0].context->status, Status::halted) << all[0].context->trap.message();
  EXPECT_GT(all[0].context->cache->counters.evictions, 0u);
}

TEST(Laplacians, InLoopsAgreeWithNeighboursInOtherRegionsThatComeAndGo) {
  const std::string text =
      "o:\n  dmov.i64 r7, #12\n  dmov.i64 r1, #0\n"
      "l:\n  sindex p2, p0, column, r1\n  dadd.i64 r1, r1, #1 | slaplace r3, p2\n  dadd.f64 r4, r4, r3\n"
      "  shypdist r5, p2, p0\n  dadd.i64 r6, r6, r5 | sscattrc.i64 r4, [p0 @ column r1]\n  dloop r7, l\n"
      "  salloc r0, p3, p4, column, cell=8, layout=row_major\n  dmov.i64 r9, #4611686018427387904\n"
      "  sscattrc.i64 r9, [p3 @ column r10]\n  slaplace r3, p0\n  dadd.f64 r4, r4, r3\n  sfree r0\n  dloop r8, o\n"
      "  dhalt\n";
  for (const Layout layout : {Layout::sparse, Layout::row_major}) {
    const auto all = run_all(text, {.given = [&](Machine& m, Context& c) {
                               row(m, 4, 2, 14, layout);
                               poke(m, at(4, 3), 2.5), poke(m, at(4, 9), -1.0);
                               c.p[0].coordinate = at(4, 2);
                               c.p[3].coordinate = at(5, 2), c.p[4].coordinate = at(5, 9);
                               c.r[8] = 4;
                             }});
    EXPECT_EQ(all[0].context->status, Status::halted) << all[0].context->trap.message();
  }
}

}  // namespace
}  // namespace vtpu::exec
