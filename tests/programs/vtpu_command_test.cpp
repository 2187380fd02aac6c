// The `vtpu` program as a user sees it: output, exit status, and the one line on standard error.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "command.h"

namespace vtpu {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

// Stores 1 + 2 + … + 10 in memory and reads it back into r3.
constexpr const char* kSum = R"(.coord first = 1.1.1/1.1.1/1.1.1/1.1
.coord last = 1.1.1/1.1.1/1.1.1/1.64
  dmov.coord p0, first
  dmov.coord p1, last
  salloc r9, p0, p1, column, cell=8, layout=row_major
  dmov.i64 r1, #10
loop:
  dadd.i64 r2, r2, r1
  dloop r1, loop | sscattr.i64 r2, [p0 + 8]
  sgather.i64 r3, [p0 + 8] | cpack.i64 m0, 1, r2
  dhalt
)";
constexpr const char* kTrap = "  dmov.i64 r1, #7\n  sgather.i64 r2, [p0]\n  dhalt\n";
constexpr const char* kInvalid = "  dmov.i64 r1, #1 | sgather.i64 r1, [p0]\n  nop\n";

class VtpuCommand : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    put("sum.sasm", kSum);
    put("trap.sasm", kTrap);
    put("invalid.sasm", kInvalid);
  }

  Outcome vtpu(const std::string& arguments, const std::string& input = "", const std::string& output = "stdout") {
    return shell("vtpu " + arguments, input, output);
  }
};

// ---- run

TEST_F(VtpuCommand, RunShowsStatusRegistersOpsAndTranslations) {
  const Outcome run = vtpu("run sum.sasm --engine interpreter");
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(run.err, "");
  EXPECT_EQ(run.out,
            "sum.sasm, interpreter\n"
            "sentron 0: halted in word 7\n"
            "  words        26\n"
            "  ops          D 13, S 12, C 1; control 11\n"
            "  translation  0 hits, 1 misses, 0 evictions\n"
            "  r2           55 = 0x37\n"
            "  r3           55 = 0x37\n"
            "  r9           1\n"
            "  p0           1.1.1/1.1.1/1.1.1/1.1\n"
            "  p1           1.1.1/1.1.1/1.1.1/1.64\n"
            "  m0           0000000000000000 3700000000000000 0000000000000000 0000000000000000\n");
}

TEST_F(VtpuCommand, EveryEngineGivesTheSameResult) {
  const json reference = vtpu("run sum.sasm --json --engine interpreter").parsed();
  const json chosen = vtpu("run sum.sasm --json").parsed();
  EXPECT_EQ(chosen.at("sentrons"), reference.at("sentrons"));
  EXPECT_EQ(reference.at("engine"), "interpreter");
  for (const std::string form : {"avx512", "avx2"}) {
    const Outcome run = vtpu("run sum.sasm --json --engine native --form " + form);
    if (run.status == 0) {
      EXPECT_EQ(run.parsed().at("engine"), "native, " + form);
      EXPECT_EQ(run.parsed().at("sentrons"), reference.at("sentrons"));
    } else {
      EXPECT_EQ(run.status, 1);
      EXPECT_THAT(run.err, HasSubstr("AVX"));
    }
  }
}

TEST_F(VtpuCommand, RunReadsStandardInputAndContainers) {
  EXPECT_EQ(vtpu("run - --json", kSum).sentron().at("registers").at("r3"), 55);
  ASSERT_EQ(vtpu("asm sum.sasm -o container").status, 0);
  EXPECT_EQ(vtpu("run container --json").sentron().at("registers").at("r3"), 55);
  EXPECT_EQ(vtpu("run - --json", content("container")).sentron().at("registers").at("r3"), 55);
}

TEST_F(VtpuCommand, CheckedAccessesGiveTheSameResultAndNeedHostCode) {
  const json reference = vtpu("run sum.sasm --engine interpreter --json").parsed().at("sentrons");
  const Outcome run = vtpu("run sum.sasm --check-accesses --json");
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.parsed().at("sentrons"), reference);
  EXPECT_EQ(vtpu("run trap.sasm --check-accesses").err, vtpu("run trap.sasm").err);
}

TEST_F(VtpuCommand, AProgramThatTakesTooLongToCompileIsRunByTheInterpreterWhichSaysSo) {
  const json reference = vtpu("run sum.sasm --engine interpreter --json").parsed().at("sentrons");
  const Outcome run = vtpu("run sum.sasm --compile-steps 1 --json");
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.parsed().at("sentrons"), reference);
  if (vtpu("run sum.sasm").out.find("native") == std::string::npos) GTEST_SKIP() << "this host has no native engine";
  EXPECT_THAT(run.parsed().at("engine").get<std::string>(), StartsWith("interpreter: compiling "));
  const Outcome native = vtpu("run sum.sasm --compile-steps 1 --engine native");
  EXPECT_EQ(native.status, 1);
  EXPECT_THAT(native.err, HasSubstr("the interpreter runs any program"));
}

TEST_F(VtpuCommand, SeveralSentronsSynchroniseAtAReduction) {
  put("reduce.sasm", "  dmov.i64 r1, #5\n  creduce.i64 r2, r1, add\n  dhalt\n");
  const Outcome run = vtpu("run reduce.sasm --sentrons 3 --json");
  EXPECT_EQ(run.status, 0);
  ASSERT_EQ(run.parsed().at("sentrons").size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(run.sentron(i).at("sentron"), i);
    EXPECT_EQ(run.sentron(i).at("registers").at("r2"), 15);
  }
}

TEST_F(VtpuCommand, ARunOnChipsHasOneSentronPerChipAndTakesTheTimeOfTheNetwork) {
  put("all.sasm", "  creduce.i64 r1, r15, add\n  dhalt\n");
  const json run = json(vtpu("run all.sasm --chips 2x2 --ns-per-word 1 --json").parsed());
  EXPECT_EQ(run.at("sentrons").size(), 4u);
  EXPECT_EQ(run.at("sentrons")[3].at("status"), "halted");
  EXPECT_EQ(run.at("chips").at("messages"), 6);
  EXPECT_GT(run.at("chips").at("time_ns"), 2);
  put("net.toml", "[network]\nsides = \"3x3\"\nlatency_ns = 500\n[simulation]\nlevel = \"packet\"\n");
  const json far = json(vtpu("run all.sasm --network net.toml --ns-per-word 1 --json").parsed());
  EXPECT_EQ(far.at("sentrons").size(), 9u);
  EXPECT_GT(far.at("chips").at("time_ns"), 2000);
  EXPECT_THAT(
      vtpu("run all.sasm --network net.toml --chips 2x3 --sentrons 4").out,
      testing::AllOf(HasSubstr("4 sentrons on 6 chips"), HasSubstr("packet level"), HasSubstr("turns of the engine")));
  EXPECT_THAT(vtpu("run all.sasm --chips 2x2x").err, HasSubstr("--chips"));
  EXPECT_THAT(vtpu("run all.sasm --ns-per-word 2").err, HasSubstr("only with --chips"));
  EXPECT_THAT(vtpu("run all.sasm --chips 2x2 --workers 2").err, HasSubstr("--workers"));
}

TEST_F(VtpuCommand, RunFindsAnImportedDocumentInMemory) {
  put("read.sasm", ".coord c = 1.1.1/1.1.1/1.1.2/1.1\n  dmov.coord p0, c\n  sgather.i64 r1, [p0 + 1]\n  dhalt\n");
  put("d.phext",
      "a\x17"
      "abcdefghi");
  EXPECT_EQ(vtpu("run read.sasm --import d.phext --json").sentron().at("registers").at("r1"), 0x6968676665646362);
  put("full.phext", std::string(1200, '\x17') + "x");
  const Outcome run = vtpu("run read.sasm --import full.phext");
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(run.err,
            "vtpu: full.phext: byte 998: a scroll break at 1.1.1/1.1.1/1.1.999; expected at most 999 per dimension\n");
}

TEST_F(VtpuCommand, ATimedRunGivesMediansWithIntervalsAndNamesTheSourceOfItsCycles) {
  const json time = vtpu("run sum.sasm --time --samples 8 --json").parsed().at("time");
  if (time.is_string()) {
    ASSERT_THAT(time.get<std::string>(), StartsWith("not measurable now"));
    GTEST_SKIP() << time;
  }
  EXPECT_LE(time.at("samples"), 8);
  EXPECT_FALSE(time.at("cycle_source").get<std::string>().empty());
  EXPECT_THAT(time.at("timings").get<std::string>(), HasSubstr("timings discarded"));
  for (const char* what : {"ns", "cycles", "ops_per_cycle"}) {
    EXPECT_GT(time.at(what).at("low").get<double>(), 0) << what;
    EXPECT_LE(time.at(what).at("low"), time.at(what).at("value")) << what;
    EXPECT_LE(time.at(what).at("value"), time.at(what).at("high")) << what;
  }
}

TEST_F(VtpuCommand, ATrapIsShownAndNamedOnStandardErrorWithStatus3) {
  const std::string message = "word 1, slot S: nothing is mapped at 0.0.0/0.0.0/0.0.0/0.0";
  for (const char* engine : {"auto", "interpreter"}) {
    const Outcome run = vtpu(std::string("run trap.sasm --engine ") + engine);
    EXPECT_EQ(run.status, 3);
    EXPECT_EQ(run.err, "vtpu: trap.sasm: sentron 0: " + message + "\n");
    EXPECT_THAT(run.out, HasSubstr("sentron 0: trapped in word 1\n  trap         " + message + "\n"));
    EXPECT_THAT(run.out, HasSubstr("\n  r1           7\n"));
  }
  const Outcome run = vtpu("run trap.sasm --json");
  EXPECT_EQ(run.status, 3);
  EXPECT_EQ(run.sentron().at("trap").at("kind"), "unmapped");
  EXPECT_EQ(run.sentron().at("trap").at("message"), message);
}

TEST_F(VtpuCommand, RunningOutOfFuelAndADeadlockAreTraps) {
  const Outcome fuel = vtpu("run sum.sasm --fuel 5 --json");
  EXPECT_EQ(fuel.status, 3);
  EXPECT_EQ(fuel.sentron().at("words"), 5);
  EXPECT_EQ(fuel.sentron().at("trap").at("kind"), "out_of_fuel");
  put("wait.sasm", "  crecv m0, p0\n  dhalt\n");
  const Outcome run = vtpu("run wait.sasm --sentrons 2");
  EXPECT_EQ(run.status, 3);
  EXPECT_THAT(run.out, HasSubstr("deadlock: sentron 0 waits in word 0"));
}

// ---- asm, disasm, validate

TEST_F(VtpuCommand, AsmWritesTheContainerNextToTheTextAndDisasmRestoresTheText) {
  const Outcome made = vtpu("asm sum.sasm");
  EXPECT_EQ(made.status, 0);
  EXPECT_EQ(made.out + made.err, "");
  EXPECT_THAT(content("sum.siw"), StartsWith("VTPUSIW\n"));
  EXPECT_EQ(vtpu("asm -", kSum).out, content("sum.siw"));
  const Outcome text = vtpu("disasm sum.siw");
  EXPECT_EQ(text.status, 0);
  EXPECT_THAT(text.out, HasSubstr("sscattr.i64 r2, [p0 + 8]"));
  EXPECT_EQ(vtpu("asm - -o again.siw", text.out).status, 0);
  EXPECT_EQ(content("again.siw"), content("sum.siw"));
}

TEST_F(VtpuCommand, AFailedAsmKeepsAnOlderContainer) {
  put("sum.siw", "old");
  put("sum.sasm", "  dmov.i64 r1, #1\n  dadd.i64 r1, r2 r3\n  dhalt\n");
  const Outcome run = vtpu("asm sum.sasm");
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(run.err, "vtpu: sum.sasm:2:19: found 'r3'; expected ','\n");
  EXPECT_EQ(content("sum.siw"), "old");
}

TEST_F(VtpuCommand, AsmKeepsASymbolicLinkAndOverwritesOnlyRegularFiles) {
  put("target", "");
  fs::create_symlink("target", folder_ / "link.siw");
  EXPECT_EQ(vtpu("asm sum.sasm -o link.siw").status, 0);
  EXPECT_TRUE(fs::is_symlink(folder_ / "link.siw"));
  EXPECT_THAT(content("target"), StartsWith("VTPUSIW\n"));
  fs::create_directory(folder_ / "folder");
  const Outcome run = vtpu("asm sum.sasm -o folder");
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(run.err, "vtpu: folder: is a folder; expected a file\n");
}

TEST_F(VtpuCommand, DisasmHostListsTheHostCodeWhereTheHostHasOne) {
  const Outcome run = vtpu("disasm --host sum.sasm");
  if (vtpu("run sum.sasm --json").parsed().at("engine").get<std::string>().starts_with("native")) {
    EXPECT_EQ(run.status, 0);
    EXPECT_THAT(run.out, HasSubstr("\nret"));
  } else {
    EXPECT_EQ(run.status, 1);
  }
}

TEST_F(VtpuCommand, ValidateListsEveryFault) {
  EXPECT_EQ(vtpu("validate sum.sasm").out, "sum.sasm: valid, 8 words\n");
  EXPECT_EQ(vtpu("validate sum.sasm --json").parsed(), json::parse(R"({"file":"sum.sasm","words":8,"faults":[]})"));
  const Outcome run = vtpu("validate invalid.sasm");
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(run.err, "vtpu: invalid.sasm: not valid; faults: 2\n");
  EXPECT_EQ(std::count(run.out.begin(), run.out.end(), '\n'), 2);
  EXPECT_THAT(run.out, StartsWith("invalid.sasm: word 0, slot S: sgather.i64 writes r1"));
  const Outcome all = vtpu("validate invalid.sasm --json");
  EXPECT_EQ(all.status, 1);
  ASSERT_EQ(all.parsed().at("faults").size(), 2U);
  EXPECT_EQ(all.parsed().at("faults")[1].at("word"), 1);
  EXPECT_EQ(all.parsed().at("faults")[1].at("slot"), "D");
}

// ---- gen, manual

TEST_F(VtpuCommand, GenWritesTextOrAContainerThatRuns) {
  const Outcome text = vtpu("gen --mix sparse --locality medium --depth 3 --words 12 --iterations 5 --seed 9");
  EXPECT_EQ(text.status, 0);
  EXPECT_EQ(vtpu("gen --mix sparse --locality medium --depth 3 --words 12 --iterations 5 --seed 9 -o g.siw").status, 0);
  EXPECT_EQ(vtpu("asm -", text.out).out, content("g.siw"));
  EXPECT_EQ(vtpu("run g.siw").status, 0);
}

TEST_F(VtpuCommand, GenWritesEachOfTheTenWorkloads) {
  for (const char* name : {"dense_fma", "dense_int", "int8_dot", "bf16_dot", "stream_scale", "stencil", "sparse_gather",
                           "pointer_chase", "pack_unpack", "balanced_mix"}) {
    ASSERT_EQ(vtpu(std::string("gen --iterations 1 -o w.siw --workload ") + name).status, 0) << name;
    EXPECT_EQ(vtpu("run w.siw --sentrons 2 --json").sentron().at("status"), "halted") << name;
  }
}

TEST_F(VtpuCommand, ManualIsMarkdownOrHtml) {
  EXPECT_THAT(vtpu("manual markdown").out, StartsWith("# "));
  EXPECT_EQ(vtpu("manual html -o m.html").status, 0);
  EXPECT_THAT(content("m.html"), StartsWith("<!doctype html>"));
}

// ---- ppt, report

TEST_F(VtpuCommand, PptShowsRegionsCountersAndCells) {
  const Outcome run = vtpu("ppt sum.sasm");
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.out, HasSubstr("  translation  0 hits, 1 misses, 0 evictions\n"));
  EXPECT_THAT(run.out, HasSubstr("       1  row_major     8     64 "));
  EXPECT_EQ(vtpu("ppt sum.sasm --at 1.1.1/1.1.1/1.1.1/1.2").out, "1.1.1/1.1.1/1.1.1/1.2  3700000000000000\n");
  const json at = vtpu("ppt sum.sasm --json --at 1.1.1/1.1.1/1.1.1/1.2").parsed();
  EXPECT_EQ(at.at("at").at("bytes"), "3700000000000000");
  EXPECT_EQ(at.at("regions").size(), 1U);
  EXPECT_EQ(vtpu("ppt trap.sasm").status, 3);
}

TEST_F(VtpuCommand, PptShowsTheScrollsOfADocument) {
  put("d.phext",
      "a\x17"
      "b\xff");
  EXPECT_EQ(vtpu("ppt d.phext --json").parsed().at("regions")[0].at("pages_made"), 2);
  EXPECT_EQ(vtpu("ppt d.phext --at 1.1.1/1.1.1/1.1.2").out, "b\xff");
}

TEST_F(VtpuCommand, ReportHasStaticNativeAndDynamicParts) {
  const Outcome text = vtpu("report sum.sasm");
  EXPECT_EQ(text.status, 0);
  EXPECT_THAT(text.out, StartsWith("sum.sasm: 8 words\n"));
  EXPECT_THAT(text.out, HasSubstr("  4-5 loop"));
  EXPECT_THAT(text.out, HasSubstr("simulated hit rate"));
  EXPECT_EQ(text.out.find("predicted"), std::string::npos);
  const json all = vtpu("report sum.sasm --json --cache near:1KiB:2").parsed();
  EXPECT_EQ(all.at("static").at("loops")[0].at("ops"), 2);
  EXPECT_EQ(all.at("dynamic").at("simulated").at("levels")[0].at("name"), "near");
  EXPECT_EQ(all.at("dynamic").at("working_set_lines"), 1);
  EXPECT_EQ(vtpu("report trap.sasm").status, 3);
}

TEST_F(VtpuCommand, ReportPredictsWithAPortMap) {
  put("ports.json", R"({"processor":"p","dispatch":4,"alone":{"alu":0.25,"store":2}})");
  const json loop = vtpu("report sum.sasm --json --ports ports.json").parsed().at("static").at("loops")[0];
  EXPECT_EQ(loop.at("predicted").at("cycles"), 2);
  EXPECT_EQ(loop.at("predicted").at("limit"), "store");
  EXPECT_THAT(vtpu("report sum.sasm --ports ports.json").out, HasSubstr("port conflicts, predicted\n"));
}

// ---- errors

TEST_F(VtpuCommand, WrongInputIsOneLineAndStatus1) {
  ASSERT_EQ(vtpu("asm sum.sasm").status, 0);
  put("magic.siw", std::string(100, 'x'));
  put("short.siw", content("sum.siw").substr(0, 30));
  put("truncated.siw", content("sum.siw").substr(0, 200));
  std::string flipped = content("sum.siw");
  flipped[70] = static_cast<char>(flipped[70] ^ 1);
  put("flipped.siw", flipped);
  put("text.siw", kSum);
  put("latin.sasm", "  dmov.i64 r1, #1\n  \xe9t\xe9\n");
  put("bytes", std::string("\xff\xfe\0\x01", 4));
  put("ports.json", R"({"dispatch":4,"alone":{"alu":-1}})");
  const std::string size = std::to_string(content("sum.siw").size());
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"run nofile", "vtpu: nofile: cannot open: No such file or directory\n"},
      {"run .", "vtpu: .: is a folder; expected a file\n"},
      {"run magic.siw", "vtpu: magic.siw: byte 0: no magic; expected a file that begins with VTPUSIW\n"},
      {"run short.siw", "vtpu: short.siw: header: a file of 30 bytes; expected at least 64\n"},
      {"disasm truncated.siw",
       "vtpu: truncated.siw: header: a file of 200 bytes; expected " + size + " according to the counts\n"},
      {"asm text.siw",
       "vtpu: text.siw: the container would overwrite its text; expected -o, or a name that ends in .sasm\n"},
      {"asm sum.siw", "vtpu: sum.siw: found a .siw container; expected assembly text\n"},
      {"run invalid.sasm",
       "vtpu: invalid.sasm: word 0, slot S: sgather.i64 writes r1, which dmov.i64 in slot D also writes; expected one "
       "writer for each register of a word\n"},
      {"ppt sum.sasm --at 1.1.x", "vtpu: --at '1.1.x': column 5: found 'x'; expected a number from 1 to 999\n"},
      {"ppt sum.sasm --at 9.9.9/9.9.9/9.9.9", "vtpu: --at '9.9.9/9.9.9/9.9.9': nothing is mapped there\n"},
      {"report sum.sasm --cache L1:1000:8",
       "vtpu: --cache: found 'L1:1000:8' with 1000 bytes; expected a multiple of a set's 512\n"},
      {"report sum.sasm --cache L1", "vtpu: --cache: found 'L1'; expected NAME:BYTES:WAYS, as L2:1MiB:16\n"},
      {"report sum.sasm --ports ports.json", "vtpu: ports.json: alone.alu: found -1; expected a number above 0\n"},
  };
  for (const auto& [arguments, message] : wrong) {
    const Outcome run = vtpu(arguments);
    EXPECT_EQ(run.status, 1) << arguments;
    EXPECT_EQ(run.err, message);
    EXPECT_EQ(run.out, "");
  }
  for (const std::string file : {"flipped.siw", "latin.sasm", "bytes"})
    for (const std::string command : {"run --json ", "disasm ", "validate --json ", "ppt ", "report --json "}) {
      const Outcome run = vtpu(command + file);
      EXPECT_EQ(run.status, 1) << command << file;
      EXPECT_THAT(run.err, StartsWith("vtpu: " + file + ":"));
      EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
      EXPECT_EQ(run.out, "");
    }
  EXPECT_THAT(vtpu("run latin.sasm").err, StartsWith("vtpu: latin.sasm:2:3: "));
}

TEST_F(VtpuCommand, AFileNameThatIsNotUtf8StillGivesValidJson) {
  put("\xe9.sasm", kSum);
  const Outcome run = vtpu("run --json \xe9.sasm");
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(run.sentron().at("status"), "halted");
  EXPECT_EQ(vtpu("report --json \xe9.sasm").status, 0);
}

TEST_F(VtpuCommand, StandardOutputThatCannotBeWrittenIsStatus1) {
  put("d.phext", "a");
  for (const std::string arguments :
       {"run sum.sasm", "run trap.sasm --json", "asm - ", "asm sum.sasm -o -", "disasm sum.sasm",
        "validate invalid.sasm", "gen", "ppt d.phext", "report sum.sasm", "manual html", "--help"}) {
    const Outcome run = vtpu(arguments, kSum, "/dev/full");
    EXPECT_EQ(run.status, 1) << arguments;
    EXPECT_EQ(run.err, "vtpu: standard output: cannot write: No space left on device\n");
  }
}

TEST_F(VtpuCommand, WrongUsageIsOneLineAndStatus2) {
  for (const std::string arguments : {"",
                                      "frob",
                                      "rum sum.sasm",
                                      "run",
                                      "run sum.sasm more",
                                      "run --nope sum.sasm",
                                      "run sum.sasm --engine steam",
                                      "run sum.sasm --form avx2 --engine interpreter",
                                      "run sum.sasm --check-accesses --engine interpreter",
                                      "run sum.sasm --compile-steps 0",
                                      "disasm sum.sasm --form avx2",
                                      "run sum.sasm --sentrons 0",
                                      "run sum.sasm --fuel -3",
                                      "run sum.sasm --fuel many",
                                      "run - --import -",
                                      "gen --mix wild",
                                      "gen --workload x",
                                      "gen --workload stencil --mix dense",
                                      "gen --iterations 0",
                                      "manual",
                                      "manual pdf"}) {
    const Outcome run = vtpu(arguments);
    EXPECT_EQ(run.status, 2) << arguments;
    EXPECT_THAT(run.err, StartsWith("vtpu: "));
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
    EXPECT_EQ(run.out, "");
  }
  EXPECT_THAT(vtpu("rum sum.sasm").err, StartsWith("vtpu: found command 'rum'; did you mean 'run'?"));
}

TEST_F(VtpuCommand, HelpNamesEveryCommandAndStatusAndSucceeds) {
  const Outcome run = vtpu("--help");
  EXPECT_EQ(run.status, 0);
  for (const char* command : {"run", "asm", "disasm", "validate", "gen", "ppt", "report", "bench", "manual"}) {
    EXPECT_THAT(run.out, HasSubstr(std::string("\n  ") + command + " "));
    EXPECT_EQ(vtpu(std::string(command) + " --help").status, 0) << command;
  }
  EXPECT_THAT(run.out, HasSubstr("Exit status: 0 done, 1 wrong input, 2 wrong usage, 3 the program trapped"));
}

}  // namespace
}  // namespace vtpu
