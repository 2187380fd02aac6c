#include "vtpu/analysis/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vtpu/analysis/inspect.h"
#include "vtpu/analysis/text_table.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/assembler.h"

namespace vtpu::analysis {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;

// Two rounds over sixteen lines 4 KiB apart, which all map to one set of a cache with 4 KiB per way.
constexpr const char* kWalk = R"(.coord first = 1.1.1/1.1.1/1.1.1/1.1
.coord last = 1.1.1/1.1.1/1.1.1/1.1024
  dmov.coord p0, first
  dmov.coord p1, last
  salloc r1, p0, p1, column, cell=64, layout=row_major
  dmov.i64 r2, #2
round:
  dmov.i64 r3, #0
  dmov.i64 r4, #16
line:
  dadd.i64 r3, r3, #4096 | sgather.i64 r5, [p0 + r3] | cpack.i64 m0, 0, r5
  dloop r4, line
  dloop r2, round
  dhalt
)";

isa::ValidProgram program_of(const char* text) {
  return isa::ValidProgram::make(isa::assemble(text, "walk").value()).value();
}

ordered_json report_of(const char* text, const ports::PortMap* map = nullptr,
                       const std::vector<CacheGeometry>& caches = default_caches(), std::uint64_t fuel = 1 << 20) {
  exec::Machine machine;
  return report(program_of(text), machine, fuel, map, caches).value();
}

TEST(Report, slot_utilisation_is_the_share_of_non_nop_slots) {
  const ordered_json fixed = report_of(kWalk).at("static");
  EXPECT_EQ(fixed.at("slots")[0], ordered_json({{"slot", "D"}, {"filled", 9}, {"utilisation", 0.9}}));
  EXPECT_EQ(fixed.at("slots")[1].at("filled"), 2);
  EXPECT_EQ(fixed.at("slots")[2].at("filled"), 1);
  EXPECT_EQ(fixed.at("utilisation"), 12.0 / 30);
  EXPECT_EQ(fixed.at("classes").at("load"), 1);
  EXPECT_EQ(fixed.at("classes").at("store"), 1);
}

TEST(Report, ops_whose_result_nothing_uses_are_named) {
  const ordered_json liveness = report_of(kWalk).at("dynamic").at("liveness");
  const auto dead = [](int word, const char* slot, const char* op, int executed, int unused) {
    return ordered_json{{"word", word}, {"slot", slot}, {"op", op}, {"executed", executed}, {"dead", unused}};
  };
  // At the end r3, r5 and m0 are visible: the additions of the second round, the last load and the load that the last
  // pack stored.
  EXPECT_EQ(liveness.at("dead"),
            ordered_json::array({dead(4, "D", "dmov.i64", 2, 1), dead(6, "D", "dadd.i64", 32, 16),
                                 dead(6, "S", "sgather.i64", 32, 30), dead(6, "C", "cpack.i64", 32, 31)}));
  EXPECT_EQ(liveness.at("live"), 26);
}

TEST(Report, innermost_loops_have_their_label_and_recurrence_and_without_a_map_no_prediction) {
  const ordered_json loops = report_of(kWalk).at("static").at("loops");
  ASSERT_EQ(loops.size(), 1U);
  EXPECT_EQ(loops[0].at("first"), 6);
  EXPECT_EQ(loops[0].at("last"), 7);
  EXPECT_EQ(loops[0].at("label"), "line");
  EXPECT_EQ(loops[0].at("ops"), 3);
  EXPECT_EQ(loops[0].at("utilisation"), 4.0 / 6);
  EXPECT_EQ(loops[0].at("rec_mii"), 1);
  EXPECT_FALSE(loops[0].contains("predicted"));
}

TEST(Report, a_port_map_predicts_cycles_and_names_conflicts) {
  ports::PortMap map;
  map.processor = "p";
  map.dispatch = 4;
  map.alone[static_cast<std::size_t>(isa::Cost::load)] = 3;
  const ordered_json fixed = report_of(kWalk, &map).at("static");
  EXPECT_EQ(fixed.at("port_map"), "p");
  const ordered_json& loop = fixed.at("loops")[0];
  EXPECT_EQ(loop.at("predicted").at("cycles"), 3);
  EXPECT_EQ(loop.at("predicted").at("limit"), "load");
  EXPECT_EQ(loop.at("predicted").at("unmeasured"), ordered_json({"alu", "store", "branch"}));
  ASSERT_EQ(loop.at("conflicts").size(), 1U);
  EXPECT_EQ(loop.at("conflicts")[0].at("cycles_lost"), 2);
  EXPECT_EQ(loop.at("conflicts")[0].at("ops")[0], ordered_json({{"word", 6}, {"slot", "S"}}));
}

TEST(Report, the_run_gives_simulated_hits_causes_of_misses_patterns_and_translations) {
  const ordered_json dynamic =
      report_of(kWalk, nullptr, {{"near", 32 << 10, 8, 64}, {"far", 1 << 20, 16, 64}}).at("dynamic");
  EXPECT_EQ(dynamic.at("sentron").at("status"), "halted");
  EXPECT_EQ(dynamic.at("sentron").at("translation").at("misses"), 1);
  const ordered_json& simulated = dynamic.at("simulated");
  EXPECT_EQ(simulated.at("levels")[0].at("name"), "near");
  EXPECT_EQ(simulated.at("levels")[0].at("hits"), 0);
  EXPECT_EQ(simulated.at("levels")[1].at("hits"), 16);
  EXPECT_EQ(simulated.at("levels")[1].at("hit_rate"), 0.5);
  EXPECT_EQ(simulated.at("misses").at("compulsory"), 16);
  EXPECT_EQ(simulated.at("misses").at("conflict"), 16);
  ASSERT_EQ(simulated.at("misses").at("worst_sets").size(), 1U);
  EXPECT_EQ(simulated.at("misses").at("worst_sets")[0].at("words"),
            ordered_json::array({{{"word", 6}, {"conflicts", 16}}}));
  ASSERT_EQ(dynamic.at("patterns").size(), 1U);
  EXPECT_EQ(dynamic.at("patterns")[0].at("pattern"), "strided");
  EXPECT_EQ(dynamic.at("patterns")[0].at("stride"), 4096);
  EXPECT_EQ(dynamic.at("working_set_bytes"), 16 * 64);
}

TEST(Report, host_code_is_reported_where_the_host_supports_it) {
  const ordered_json native = report_of(kWalk).at("native");
  if (!exec::jit::host_form()) {
    EXPECT_TRUE(native.contains("not_compiled"));
    return;
  }
  EXPECT_EQ(native.at("form"), exec::jit::name_of(*exec::jit::host_form()));
  EXPECT_LE(native.at("hot_bytes"), native.at("code_bytes"));
  EXPECT_EQ(native.at("fits_l1i"), true);
}

TEST(Report, a_run_that_traps_is_reported_up_to_the_trap) {
  const ordered_json fuel = report_of(kWalk, nullptr, default_caches(), 9).at("dynamic");
  EXPECT_EQ(fuel.at("sentron").at("trap").at("kind"), "out_of_fuel");
  EXPECT_EQ(fuel.at("patterns")[0].at("reads"), 2);
  const ordered_json waiting = report_of("  crecv m0, p0\n  dhalt\n").at("dynamic");
  EXPECT_EQ(waiting.at("sentron").at("trap").at("kind"), "deadlock");
  EXPECT_TRUE(waiting.at("patterns").empty());
}

TEST(Report, a_bad_geometry_is_an_error) {
  exec::Machine machine;
  const auto made = report(program_of(kWalk), machine, 1000, nullptr, {{"L1", 1000, 8, 64}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message(), "L1: 1000 bytes; expected a multiple of a set's 512");
}

TEST(Report, the_text_labels_what_is_simulated_and_predicted) {
  ports::PortMap map;
  map.dispatch = 4;
  const std::string text = report_text(report_of(kWalk, &map));
  EXPECT_THAT(text, HasSubstr("  slot  filled  utilisation\n  D          9       90.0 %\n"));
  EXPECT_THAT(text, HasSubstr("predicted cycles"));
  EXPECT_THAT(text, HasSubstr("no port conflicts\n"));
  EXPECT_THAT(text, HasSubstr("simulated hit rate"));
  EXPECT_EQ(text.find("ops/cycle"), std::string::npos);
  EXPECT_EQ(text.find("per cycle"), std::string::npos);
  EXPECT_EQ(text.find(" \n"), std::string::npos);
}

TEST(Report, the_text_of_long_lists_states_what_it_omits) {
  std::string program =
      ".coord a = 1.1.1/1.1.1/1.1.1/1.1\n  dmov.coord p0, a\n  salloc r1, p0, p0, column, cell=8, layout=row_major\n";
  for (int i = 0; i < 20; ++i) program += "  sgather.i64 r2, [p0]\n";
  program += "  dhalt\n";
  EXPECT_THAT(report_text(report_of(program.c_str())), HasSubstr("  4 more words; --json has them all\n"));
}

TEST(CacheGeometry, text_names_level_bytes_and_ways) {
  const auto geometry = parse_geometry("L2:1MiB:16").value();
  EXPECT_EQ(geometry.name, "L2");
  EXPECT_EQ(geometry.bytes, 1048576U);
  EXPECT_EQ(geometry.ways, 16U);
  EXPECT_EQ(geometry.line, 64U);
  EXPECT_EQ(parse_geometry("x:49152:12").value().bytes, 49152U);
  EXPECT_EQ(parse_geometry("x:48KiB:12").value().bytes, 49152U);
  for (const char* text :
       {"", "L1", "L1:64", ":64:1", "L1:64:1:1", "L1:x:1", "L1:-64:1", "L1:64:0", "L1:64:-1", "L1:65:1", "L1:2GiB:1",
        "L1:99999999999999999999:1", "L1:9007199254740992GiB:1", "L1:KiB:1", "L1:64:4294967296"})
    EXPECT_FALSE(parse_geometry(text)) << text;
}

TEST(Place, is_read_in_the_text_forms_and_as_it_is_shown) {
  for (const char* text : {"1.1.1/1.1.1/1.1.1/2.3", "1.0.0/0.0.0/0.0.1/0.2047", "0.0.0/0.0.0/0.0.0/0.0"})
    EXPECT_EQ(parse_place(text).value().raw_text(), text);
  EXPECT_EQ(parse_place("1.1.1/1.1.1/1.1.2").value().raw_text(), "1.1.1/1.1.1/1.1.2/1.1");
  for (const char* text : {"", "1.1.1/1.1.1/1.1.1/0.2048", "1.1.1.1.1.1.1.1.1.0.0", "1.1.1/1.1.1/1.1.1/0.+1",
                           "1.1.1/1.1.1/1.1.1/0.01", "1.1.1/1.1.1/1.1.1/0.-1", "1.1.1/1.1.1/1.1.1/0"})
    EXPECT_FALSE(parse_place(text)) << text;
}

TEST(TextTable, columns_are_aligned_and_lines_end_without_blanks) {
  EXPECT_EQ(text_table("lrl", {{"a", "b", "c"}, {"long", "12345", ""}, {"x"}}),
            "  a         b  c\n  long  12345\n  x\n");
  EXPECT_EQ(text_table("l", {}), "");
  EXPECT_EQ(percent(0.1234), "12.3 %");
}

}  // namespace
}  // namespace vtpu::analysis
