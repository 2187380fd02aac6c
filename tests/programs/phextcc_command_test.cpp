// The `phextcc` program as a user sees it: output, exit status, standard error.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "command.h"

namespace vtpu {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kDot = R"(param n = 1000;
tensor x: f32[n];
tensor y: f32[n];
tensor total: f32[1];

kernel main() {
  total[0] = sum(i in 0..n) (x[i] * y[i]);
}
)";

class PhextccCommand : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    put("dot.phx", kDot);
    put("wrong.phx", "tensor x: f32[4];\nkernel main() {\n  x[0] = y;\n  x[7] = 1.0;\n}\n");
    put("far.phx", "tensor i: i64[1];\ntensor x: i64[8];\nkernel main() {\n  x[i[0]] = 1;\n}\n");
  }

  Outcome phextcc(const std::string& arguments, const std::string& input = "", const std::string& output = "stdout") {
    return shell("phextcc " + arguments, input, output);
  }
};

// ---- output files

TEST_F(PhextccCommand, TheContainerIsWrittenNextToTheSourceWithTheListedWords) {
  for (const std::string level : {"-O0 ", "-O1 ", "-O2 ", "-O3 ", "-O 3 --no-pipeline ", ""}) {
    const Outcome made = phextcc(level + "dot.phx");
    EXPECT_EQ(made.status, 0) << made.err;
    EXPECT_EQ(made.out + made.err, "");
    EXPECT_THAT(content("dot.siw"), StartsWith("VTPUSIW\n"));
    const Outcome listed = phextcc(level + "dot.phx --emit=sasm");
    EXPECT_EQ(shell("vtpu disasm dot.siw").out, listed.out);
  }
}

TEST_F(PhextccCommand, OutputGoesToTheGivenFile) {
  EXPECT_EQ(phextcc("dot.phx").status, 0);
  const std::string container = content("dot.siw");
  EXPECT_EQ(phextcc("dot.phx -o other").status, 0);
  EXPECT_EQ(content("other"), container);
  EXPECT_EQ(phextcc("dot.phx -o -").out, container);
  EXPECT_EQ(phextcc("dot.phx --emit siw --report -o third").status, 0);
  EXPECT_EQ(content("third"), container);
  // The words do not contain the name of the file.
  EXPECT_EQ(phextcc("-", kDot).out, container);
  fs::remove(folder_ / "dot.siw");
  EXPECT_EQ(phextcc("dot.phx --report").status, 0);
  EXPECT_FALSE(fs::exists(folder_ / "dot.siw")) << "a report writes no file";
  EXPECT_EQ(phextcc("dot.phx --emit=ir -o ir.txt").out, "");
  EXPECT_EQ(content("ir.txt"), phextcc("dot.phx --emit=ir").out);
}

TEST_F(PhextccCommand, EveryFormCanBeEmitted) {
  const std::string lowered = phextcc("dot.phx --emit=source-ir").out;
  EXPECT_THAT(lowered, StartsWith("module \"dot.phx\"\n"));
  EXPECT_THAT(lowered, HasSubstr("trip 1000"));
  EXPECT_EQ(phextcc("dot.phx -O0 --emit=ir").out, lowered) << "tier 0 changes nothing";
  EXPECT_THAT(phextcc("dot.phx --emit=ir").out, HasSubstr("f32x16 = load"));
  EXPECT_THAT(phextcc("dot.phx --emit=sasm").out, HasSubstr("sgather.v64"));
  for (const std::string form : {"", " --form avx512", " --form avx2"}) {
    const Outcome host = phextcc("dot.phx --emit=x86" + form);
    if (host.status == 0)
      EXPECT_THAT(host.out, HasSubstr("\nret"));
    else
      EXPECT_THAT(host.err, HasSubstr("AVX"));
  }
}

TEST_F(PhextccCommand, WordsCarryTheirSourceLinesAndStillAssemble) {
  const Outcome listed = phextcc("dot.phx -O2 --emit=sasm --words-with-source");
  EXPECT_THAT(listed.out, HasSubstr("  ; 7: total[0] = sum(i in 0..n) (x[i] * y[i]);\n  d"));
  EXPECT_EQ(phextcc("dot.phx -O2").status, 0);
  EXPECT_EQ(shell("vtpu asm -", listed.out).out, content("dot.siw"));
}

TEST_F(PhextccCommand, ParametersReplaceThoseOfTheSource) {
  EXPECT_THAT(phextcc("dot.phx -D n=72 -O0 --emit=ir").out, HasSubstr("trip 72 "));
  EXPECT_THAT(phextcc("dot.phx -Dn=5 -D n=73 -O0 --emit=ir").out, HasSubstr("trip 73 "));
}

TEST_F(PhextccCommand, ASelfContainedProgramRunsWithoutTensors) {
  EXPECT_EQ(phextcc("dot.phx").status, 0);
  EXPECT_EQ(shell("vtpu run dot.siw").status, 3);
  EXPECT_EQ(phextcc("dot.phx --self-contained").status, 0);
  EXPECT_EQ(shell("vtpu run dot.siw").status, 0);
}

// ---- report

TEST_F(PhextccCommand, TheReportHasARowForEachInnermostLoop) {
  const Outcome run = phextcc("dot.phx --report");
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.out, StartsWith("line  loop  trip"));
  for (const char* column : {"II", "ResMII", "RecMII", "stages", "copies", "use", "ports", "recurrence"})
    EXPECT_THAT(run.out, HasSubstr(std::string("  ") + column));
  EXPECT_THAT(run.out, HasSubstr("spilled registers 0; cycles by the ports of reference"));
  EXPECT_THAT(phextcc("dot.phx -O2 --report").out,
              HasSubstr("\nline 7, loop i: not pipelined: this tier does not pipeline\n"));
  put("straight.phx", "tensor x: f32[1];\nkernel main() { x[0] = 1.0; }\n");
  EXPECT_THAT(phextcc("straight.phx --report").out, StartsWith("no loop\nwords "));
}

TEST_F(PhextccCommand, TheReportAsJsonHasTheSameValues) {
  const json all = phextcc("dot.phx --report --json --pipeline-all").parsed();
  EXPECT_EQ(all.at("file"), "dot.phx");
  EXPECT_EQ(all.at("tier"), 3);
  const json& report = all.at("report");
  ASSERT_FALSE(report.at("loops").empty());
  const json& loop = report.at("loops").at(0);
  EXPECT_EQ(loop.at("line"), 7);
  EXPECT_EQ(loop.at("loop"), "i");
  EXPECT_TRUE(loop.at("pipelined").get<bool>());
  EXPECT_GE(loop.at("initiation_interval_words"), loop.at("res_mii_words"));
  EXPECT_GE(loop.at("initiation_interval_words"), loop.at("rec_mii_words"));
  EXPECT_GT(loop.at("modelled_port_cycles"), 0);
  const json plain = phextcc("dot.phx --report --json --no-pipeline").parsed().at("report").at("loops").at(0);
  EXPECT_FALSE(plain.at("pipelined").get<bool>());
  EXPECT_EQ(plain.at("reason"), "this tier does not pipeline");
  EXPECT_GE(plain.at("initiation_interval_words"), loop.at("initiation_interval_words"));
}

TEST_F(PhextccCommand, ATripCountKnownOnlyAtRunTimeIsUnknownInTheReport) {
  put("d.phx", "tensor n: i64[1];\ntensor x: f32[64];\nkernel main() {\n  for i in 0..n[0] { x[i] = 1.0; }\n}\n");
  EXPECT_TRUE(phextcc("d.phx -O2 --report --json").parsed().at("report").at("loops").at(0).at("trip").is_null());
}

TEST_F(PhextccCommand, TheReportUsesTheGivenPortMap) {
  put("ports.json", R"({"processor": "slow loads", "dispatch": 4, "alone": {"load64": 50, "load32": 50, "load": 50}})");
  const json slow = phextcc("dot.phx --report --json --ports ports.json").parsed().at("report");
  EXPECT_EQ(slow.at("ports"), "slow loads");
  EXPECT_GE(slow.at("loops").at(0).at("modelled_port_cycles"), 50);
}

// ---- run and measure

TEST_F(PhextccCommand, TheReportPredictsCyclesByTheGivenCostTable) {
  const auto cycles = [&](const std::string& costs) {
    return phextcc("dot.phx --report --json" + costs).parsed().at("report").at("modelled_cycles").get<double>();
  };
  EXPECT_GT(cycles(""), 0);
  EXPECT_EQ(cycles(" --costs amd-26-2"), cycles(""));
  EXPECT_NE(cycles(" --costs amd-25-1"), cycles(""));
}

TEST_F(PhextccCommand, AKernelAndAMeasurementOfCostsExcludeEachOther) {
  for (const char* arguments : {"", "dot.phx --measure-costs here.json"}) {
    const Outcome run = phextcc(arguments);
    EXPECT_EQ(run.status, 2) << arguments;
    EXPECT_THAT(run.err, HasSubstr("needs a kernel, or --measure-costs and no kernel"));
  }
  EXPECT_FALSE(fs::exists(folder_ / "here.json"));
}

TEST_F(PhextccCommand, ARunShowsWhatItRetiredAndTheTensorsThatChanged) {
  const Outcome run = phextcc("dot.phx -O0 --run --engine interpreter --fill x=ones --fill y=count");
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, StartsWith("run by interpreter: "));
  EXPECT_THAT(run.out, HasSubstr(" words; ops D "));
  EXPECT_THAT(run.out, HasSubstr("\ntotal: f32[1] = 499500\n"));
  EXPECT_THAT(run.out, Not(HasSubstr("\nx: ")));
}

TEST_F(PhextccCommand, EveryTierAndEngineComputesTheSame) {
  const json wanted = phextcc("dot.phx -O0 --run --json --engine interpreter").parsed().at("run").at("tensors");
  ASSERT_EQ(wanted.size(), 1U);
  for (const std::string arguments : {"-O0", "-O1", "-O2", "-O3", "-O3 --no-pipeline", "-O3 --engine interpreter"})
    EXPECT_EQ(phextcc("dot.phx --run --json " + arguments).parsed().at("run").at("tensors"), wanted) << arguments;
  EXPECT_NE(phextcc("dot.phx --run --json --seed 2").parsed().at("run").at("tensors"), wanted);
}

TEST_F(PhextccCommand, AnyNumberOfElementsOfAnyTensorCanBeShown) {
  const Outcome run = phextcc("dot.phx --run --fill x=count --fill y=zeros --show x:3 --show y --show total:9");
  EXPECT_THAT(run.out, HasSubstr("\nx: f32[1000] = 0 1 2 …\ny: f32[1000] = 0 0 0 0 0 0 0 0 …\ntotal: f32[1] = 0\n"));
  EXPECT_THAT(phextcc("dot.phx --run --fill x=zeros").out, AnyOf(HasSubstr("no tensor changed"), HasSubstr("= 0\n")));
}

TEST_F(PhextccCommand, TensorsOfEveryElementAreFilledAndShown) {
  for (const std::string element : {"i8", "u8", "u16", "bf16", "i32", "f32", "i64", "f64"}) {
    put("t.phx", "tensor x: " + element + "[3, 2];\ntensor y: i64[1];\nkernel main() { y[0] = 1; }\n");
    const Outcome run = phextcc("t.phx --run --fill x=count --show x");
    EXPECT_THAT(run.out, HasSubstr("x: " + element + "[3, 2] = 0 1 2 3 4 5\n")) << run.err;
  }
  put("t.phx", "tensor x: f64[4, 64] sparse;\nkernel main() { x[3, 5] = x[3, 4] + 0.5; }\n");
  const json run = phextcc("t.phx --run --json --fill x=count --show x:198").parsed().at("run");
  EXPECT_EQ(run.at("tensors").at(0).at("first").at(197), "196.5");
}

TEST_F(PhextccCommand, AMeasurementNamesTheSourceOfItsCycles) {
  const Outcome run = phextcc("dot.phx --measure --samples 3 --json");
  if (run.status == 0) {
    const json measured = run.parsed().at("measured");
    EXPECT_GT(measured.at("measured_cycles").get<double>(), 0);
    EXPECT_LE(measured.at("least_cycles"), measured.at("measured_cycles"));
    EXPECT_FALSE(measured.at("cycle_source").get<std::string>().empty());
    EXPECT_EQ(measured.at("ops"), phextcc("dot.phx --measure --samples 1 --json").parsed().at("measured").at("ops"));
  } else {
    EXPECT_THAT(run.err, HasSubstr("clock"));
  }
}

TEST_F(PhextccCommand, ATrapNamesTheSourceLineAndIsStatus3) {
  for (const std::string how : {"--run", "--run --engine interpreter", "--measure"}) {
    const Outcome run = phextcc("far.phx -O2 --fill i=random --seed 3 " + how);
    const Outcome ones = phextcc("far.phx -O2 --fill i=ones " + how);
    EXPECT_EQ(ones.status, 0) << ones.err;
  }
  put("far.phx", "tensor i: i64[1];\ntensor x: i64[8];\nkernel main() {\n  x[i[0] * 100] = 1;\n}\n");
  for (const std::string how : {"--run", "--run --engine interpreter", "--measure", "--run --json"}) {
    const Outcome run = phextcc("far.phx --fill i=ones " + how);
    EXPECT_EQ(run.status, 3) << how;
    EXPECT_THAT(run.err, StartsWith("phextcc: far.phx:4: word "));
    EXPECT_THAT(run.err, HasSubstr("outside what the pointer covers\n"));
  }
  put("wait.phx", "kernel main() { let m = receive(@1.1.1/1.1.1/1.1.1); send(@1.1.1/1.1.1/1.1.1, lane(m, 0)); }\n");
  EXPECT_EQ(phextcc("wait.phx --run").status, 3);
}

TEST_F(PhextccCommand, SeveralSentronsRunOneProgramAndEachKnowsItsNumber) {
  put("ring.phx", R"(tensor got: i64[5];
kernel main() {
  let n = sentron();
  send(put(@1.1.1/1.1.1/1.1.1, scroll, n == 4 ? 1 : n + 2), 10 * n);
  got[n] = lane(receive(put(@1.1.1/1.1.1/1.1.1, scroll, n + 1)), 0);
}
)");
  for (const std::string engine : {"interpreter", "native"}) {
    const Outcome run = phextcc("ring.phx --run --sentrons 5 --fill got=zeros --engine " + engine);
    EXPECT_THAT(run.out, HasSubstr("got: i64[5] = 40 0 10 20 30\n")) << run.err;
  }
  const Outcome few = phextcc("ring.phx --run --sentrons 3");
  EXPECT_EQ(few.status, 3);
  EXPECT_THAT(few.out, HasSubstr("deadlock: sentron 0 waits"));
  EXPECT_THAT(few.err, HasSubstr("sentron 0: "));
  EXPECT_EQ(phextcc("ring.phx --measure --sentrons 5 --samples 1 --engine interpreter").status, 0);
  put("local.phx", "tensor x: i64[4] local;\ntensor y: i64[4];\nkernel main() { x[y[0]] = 1; y[1] = x[1]; }\n");
  for (const std::string how : {"--run", "--measure"})
    EXPECT_EQ(phextcc("local.phx --sentrons 2 " + how).err,
              "phextcc: local.phx: --sentrons 2: a kernel that allocates memory, for local tensors or for spilled "
              "values; expected one sentron\n");
}

TEST_F(PhextccCommand, TheSameCommandGivesTheSameBytes) {
  for (const std::string arguments : {"--report --json", "--emit=sasm", "--emit=ir", "--run --json", "-o -"})
    EXPECT_EQ(phextcc("dot.phx " + arguments).out, phextcc("dot.phx " + arguments).out) << arguments;
}

// ---- errors

TEST_F(PhextccCommand, EveryErrorOfASourceIsShownInPlace) {
  const Outcome run = phextcc("wrong.phx");
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, StartsWith("wrong.phx:3:10: error: undeclared name 'y'"));
  EXPECT_THAT(run.err, HasSubstr("\n    x[0] = y;\n           ^\n"));
  EXPECT_THAT(run.err, HasSubstr("\nwrong.phx:4:"));
  EXPECT_FALSE(fs::exists(folder_ / "wrong.siw"));
  EXPECT_THAT(phextcc("-", "kernel").err, StartsWith("standard input:1:"));
  EXPECT_THAT(phextcc("dot.phx -D m=1").err, StartsWith("dot.phx:1:1: error: -D m=1: no param of that name"));
}

TEST_F(PhextccCommand, ArbitraryBytesGiveErrorsAndNoCrash) {
  std::string bytes, text;
  for (int k = 0; k < 2000; ++k) bytes += static_cast<char>((k * 7919) >> 3);
  for (const char byte : bytes) text += static_cast<char>((byte & 0x7f) | 1);
  put("bytes.phx", bytes);
  put("text.phx", text);
  put("\x1b[31m.phx", "?");
  for (const std::string file : {"bytes.phx", "text.phx", "'\x1b[31m.phx'"}) {
    const Outcome run = phextcc(file);
    EXPECT_EQ(run.status, 1);
    EXPECT_THAT(run.err, HasSubstr(file == "bytes.phx" ? "expected text in UTF-8" : ": error: "));
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\x1b'), 0) << "no control characters reach the terminal";
  }
}

TEST_F(PhextccCommand, WrongInputIsOneLineAndStatus1) {
  put("dot.siw", kDot);
  put("bad.json", "{");
  put("slow.json", R"({"dispatch": 4, "latency": {"vector_fma": 1001}})");
  put("huge.phx", "param n = 4096;\ntensor x: f64[1, n, 2048, 2048];\nkernel main() { x[0, 0, 0, 0] = 1.0; }\n");
  fs::create_directory(folder_ / "folder");
  const std::pair<std::string, std::string> cases[] = {
      {"missing.phx", "phextcc: missing.phx: cannot open: No such file or directory\n"},
      {"dot.siw",
       "phextcc: dot.siw: the container would overwrite its source; expected -o, or a name that "
       "ends in .phx\n"},
      {"dot.phx -o folder", "phextcc: folder: is a folder; expected a file\n"},
      {"dot.phx --ports missing.json", "phextcc: missing.json: cannot open: No such file or directory\n"},
      {"dot.phx --ports bad.json",
       "phextcc: bad.json:1:2: found malformed JSON: unexpected end of input; expected a port map\n"},
      {"dot.phx --ports slow.json",
       "phextcc: slow.json: latency.vector_fma: found 1001 cycles; expected at most 1000\n"},
      {"dot.phx --costs bad.json",
       "phextcc: bad.json:1:2: found malformed JSON: unexpected end of input; expected a cost table\n"},
      {"dot.phx --costs slow.json", "phextcc: slow.json: host: found null; expected a string\n"},
      {"dot.phx --costs nobody",
       "phextcc: --costs nobody: found no table of this name; expected amd-25-1, amd-26-2, or a file that "
       "--measure-costs has written\n"},
      {"dot.phx --run --fill z=ones",
       "phextcc: --fill z=ones: no mapped tensor 'z'; did you mean 'x'?; expected x, y, total\n"},
      {"dot.phx --run --fill x", "phextcc: --fill x: no '='; expected NAME=KIND\n"},
      {"dot.phx --run --fill x=one",
       "phextcc: --fill x=one: found 'one'; did you mean 'ones'?; expected one of zeros, ones, count, random\n"},
      {"dot.phx --run --show x:-1", "phextcc: --show x:-1: found -1; expected a number of elements\n"},
      {"dot.phx --run --show x:y", "phextcc: --show x:y: found 'y'; expected a whole number\n"},
      {"huge.phx -D n=2048 --run", "phextcc: tensor x: 68719476736 bytes cannot be mapped; expected fewer\n"},
  };
  for (const auto& [arguments, message] : cases) {
    const Outcome run = phextcc(arguments);
    EXPECT_EQ(run.status, 1) << arguments;
    EXPECT_EQ(run.err, message);
    EXPECT_EQ(run.out, "");
  }
}

TEST_F(PhextccCommand, WrongUsageIsOneLineAndStatus2) {
  for (const std::string arguments : {"",
                                      "dot.phx more",
                                      "dot.phx --nope",
                                      "dot.phx -O4",
                                      "dot.phx -Ofast",
                                      "dot.phx -D",
                                      "dot.phx -D n",
                                      "dot.phx -D n=",
                                      "dot.phx -D =3",
                                      "dot.phx -D n=4x",
                                      "dot.phx -D n=99999999999999999999",
                                      "dot.phx --emit=asm",
                                      "dot.phx --json",
                                      "dot.phx --json --report --emit=ir",
                                      "- --json --report --emit=siw",
                                      "dot.phx --words-with-source",
                                      "dot.phx --words-with-source --emit=ir",
                                      "dot.phx --form avx2",
                                      "dot.phx --emit=x86 --form sse",
                                      "dot.phx --run --form avx2 --engine interpreter",
                                      "dot.phx --fill x=ones",
                                      "dot.phx --show x",
                                      "dot.phx --measure --show x",
                                      "dot.phx --run --engine steam",
                                      "dot.phx --run --self-contained",
                                      "dot.phx --backing x=x.ppt",
                                      "dot.phx --run --backing x=x.ppt --fill x=ones",
                                      "dot.phx --measure --samples 0",
                                      "dot.phx --run --seed -1"}) {
    const Outcome run = phextcc(arguments);
    EXPECT_EQ(run.status, 2) << arguments;
    EXPECT_THAT(run.err, StartsWith("phextcc: "));
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
    EXPECT_EQ(run.out, "");
  }
  EXPECT_FALSE(fs::exists(folder_ / "dot.siw"));
}

TEST_F(PhextccCommand, StandardOutputThatCannotBeWrittenIsStatus1) {
  for (const std::string arguments : {"dot.phx -o -", "dot.phx --emit=sasm", "dot.phx --emit=source-ir",
                                      "dot.phx --report", "dot.phx --report --json", "dot.phx --run", "--help"}) {
    const Outcome run = phextcc(arguments, "", "/dev/full");
    EXPECT_EQ(run.status, 1) << arguments;
    EXPECT_EQ(run.err, "phextcc: standard output: cannot write: No space left on device\n");
  }
}

TEST_F(PhextccCommand, HelpNamesEveryOptionAndStatusAndSucceeds) {
  const Outcome run = phextcc("--help");
  EXPECT_EQ(run.status, 0);
  for (const char* option : {"-O",
                             "-D",
                             "-o,--output",
                             "--emit",
                             "--words-with-source",
                             "--form",
                             "--report",
                             "--json",
                             "--ports",
                             "--costs",
                             "--measure-costs",
                             "--processes",
                             "--no-pipeline",
                             "--pipeline-all",
                             "--self-contained",
                             "--run",
                             "--measure",
                             "--samples",
                             "--engine",
                             "--fill",
                             "--backing",
                             "--seed",
                             "--show"})
    EXPECT_THAT(run.out, HasSubstr(std::string("\n  ") + option + " "));
  EXPECT_THAT(run.out, HasSubstr("Exit status: 0 done, 1 wrong input, 2 wrong usage, 3 the kernel trapped"));
}

}  // namespace
}  // namespace vtpu
