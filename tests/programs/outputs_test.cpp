// Does every output option of every command treat what is at its path as it should: a device, a FIFO, symbolic links,
// permissions, long names, a full disk, a folder?
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "command.h"
#include "vtpu/base/text.h"

namespace vtpu {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// How a command treats its output.
enum class Way {
  replaced,  ///< the file gets new contents
  updated,   ///< the file is read and appended to, or edited
};

struct Output {
  const char* name;    ///< of the test
  const char* option;  ///< as `commands_with_options` lists it
  const char* line;    ///< a shell line, where $T is the path of the output
  Way way = Way::replaced;
  const char* target = "target";  ///< the path of the output
  bool slow = false;  ///< whether a run takes too long to try every case; the function that writes is the same
};

void PrintTo(const Output& output, std::ostream* out) { *out << output.line; }

constexpr const char* kRun = "phextnet run -s 4 -l 0.1 --set simulation.batches=3 --set simulation.period_cycles=20 ";

/// Every option that names a file or a folder to write. A test compares the list with the help of the commands.
const std::vector<Output> kOutputs = {
    {"asm", "vtpu asm --output", "vtpu asm sum.sasm -o $T"},
    {"asm_beside", "", "ln -sf sum.sasm ${T%.siw}.sasm && vtpu asm ${T%.siw}.sasm", Way::replaced, "target.siw"},
    {"disasm", "vtpu disasm --output", "vtpu disasm sum.sasm -o $T"},
    {"manual", "vtpu manual --output", "vtpu manual markdown -o $T"},
    {"gen", "vtpu gen --output", "vtpu gen --words 8 -o $T"},
    {"export", "vtpu ppt --export", "vtpu ppt doc.phext --export $T"},
    {"bench_ports", "vtpu bench --ports", "vtpu bench --processes 6 --ports $T", Way::replaced, "target", true},
    {"run_backing", "vtpu run --backing", "vtpu run flush.sasm --backing $T", Way::updated},
    {"run_timeline", "vtpu run --timeline", "vtpu run sum.sasm --chips 2x2 --ns-per-word 1 --timeline $T"},
    {"ppt_backing", "vtpu ppt --backing", "vtpu ppt flush.sasm --backing $T", Way::updated},
    {"phextcc", "phextcc --output", "phextcc dot.phx -o $T"},
    {"phextcc_costs", "phextcc --measure-costs", "phextcc --measure-costs $T --processes 6", Way::replaced, "target",
     true},
    {"phextcc_backing", "phextcc --backing", "phextcc dot.phx --run --backing x=$T", Way::updated},
    {"phextcc_beside", "", "ln -sf dot.phx ${T%.siw}.phx && phextcc ${T%.siw}.phx", Way::replaced, "target.siw"},
    {"put", "phext put --in-place", "phext put $T 1.1.1/1.1.1/1.1.2 -t new -i", Way::updated},
    {"insert", "phext insert --in-place", "phext insert $T 1.1.1/1.1.1/1.1.2 -t new -i", Way::updated},
    {"remove", "phext remove --in-place", "phext remove $T 1.1.1/1.1.1/1.1.1 -i", Way::updated},
    {"range", "phext range --in-place", "phext range $T 1.1.1/1.1.1/1.1.1 1.1.1/1.1.1/1.1.2 -t new -i", Way::updated},
    {"normalize", "phext normalize --in-place", "phext normalize $T -i", Way::updated},
    {"run_json", "phextnet run --json", "$RUN --json $T"},
    {"run_csv", "phextnet run --csv", "$RUN --csv $T"},
    {"run_plot", "phextnet run --plot", "$RUN --plot $T", Way::replaced, "target", true},
    {"info_json", "phextnet info --json", "phextnet info -s 4 --json $T"},
    {"info_plot", "phextnet info --plot", "phextnet info -s 4 --plot $T", Way::replaced, "target", true},
    {"life_json", "phextnet life --json", "phextnet life --set life.days=1 --json $T"},
    {"life_csv", "phextnet life --csv", "phextnet life --set life.days=1 --csv $T"},
    {"reconfigure_json", "phextnet reconfigure --json", "phextnet reconfigure before.toml after.toml --json $T",
     Way::replaced, "target", true},
    {"rings_json", "phextnet rings --json", "phextnet rings -s 4x4 --json $T"},
    {"rings_out", "phextnet rings --out", "phextnet rings -s 4x4 --out $T"},
    {"sweep_csv", "phextnet sweep --out", "phextnet sweep -s 4 -l 0.1 --over simulation.seed=1 --out out",
     Way::replaced, "out/sweep.csv"},
    {"sweep_json", "phextnet sweep --out", "phextnet sweep -s 4 -l 0.1 --over simulation.seed=1 --out out",
     Way::replaced, "out/sweep.json"},
    {"sweep_journal", "phextnet sweep --out", "phextnet sweep -s 4 -l 0.1 --over simulation.seed=1 --out out",
     Way::updated, "out/journal/share-0-of-1.journal"},
    {"learn", "phextnet learn --out", "phextnet learn --steps 0 --restarts 1 --out $T", Way::replaced, "target", true},
    {"learn_journal", "phextnet learn --journal",
     "phextnet learn --steps 0 --restarts 1 --journal kept --out state.ocs", Way::updated, "kept/share-0-of-1.journal",
     true},
    {"train", "vtpu-model train --out",
     "vtpu-model train --corpus flush.sasm --out out --held-out 0.3 --length 8 --sequences 1 --layers 1 --steps 1",
     Way::replaced, "out/loss.csv", true},
};

/// The options that are no outputs, by program; "command --option" where another command has an output of that name.
const std::map<std::string, std::vector<std::string>> kOtherOptions = {
    {"vtpu", {"--help",      "--check-accesses", "--compile-steps", "--engine",     "--form",         "--sentrons",
              "--workers",   "--telemetry",      "--time",          "--samples",    "--fuel",         "--import",
              "--json",      "--host",           "--workload",      "--mix",        "--locality",     "--depth",
              "--words",     "--iterations",     "--seed",          "--at",         "report --ports", "--cache",
              "--processes", "--chips",          "--network",       "--ns-per-word"}},
    {"phextcc",
     {"--help",
      "-O",
      "-D",
      "--emit",
      "--words-with-source",
      "--form",
      "--report",
      "--json",
      "--ports",
      "--no-pipeline",
      "--pipeline-all",
      "--self-contained",
      "--run",
      "--measure",
      "--samples",
      "--sentrons",
      "--engine",
      "--fill",
      "--seed",
      "--show",
      "--costs",
      "--processes"}},
    {"phext", {"--help", "--text", "--from"}},
    // The output of `vtpu-model quantize` is a positional argument, a new folder; tests/model covers it.
    {"vtpu-model", {"--help",      "--bare",           "--json",
                    "--tokens",    "--positions",      "--temperature",
                    "--top-k",     "--top-p",          "--repetition-penalty",
                    "--seed",      "--corpus",         "--steps",
                    "--sequences", "--length",         "--accumulate",
                    "--layers",    "--hidden",         "--heads",
                    "--kv-heads",  "--head-width",     "--intermediate",
                    "--optimizer", "--rate",           "--last-rate",
                    "--warm-up",   "--beta1",          "--beta2",
                    "--decay",     "--clip",           "--bf16",
                    "--held-out",  "--evaluate-every", "--save-every",
                    "--guess",     "--type",           "--text"}},
    {"phextnet", {"--help",  "--set",      "--topology", "--sides", "--file",    "--routing",  "--vcs",    "--pattern",
                  "--loads", "--workload", "--level",    "--seed",  "--threads", "--view",     "--time",   "--from",
                  "--to",    "--over",     "--entries",  "--shape", "--steps",   "--restarts", "--groups", "--mirrored",
                  "--alike", "--markdown", "--state",    "--dark",  "--count"}},
    {"asi", {"--help"}},
    {"vtpu-chat", {"--help", "--talk", "--steps", "--seed", "--engine"}},
    // Its outputs are the folder of results, below --root; tests/artifact covers them.
    {"artifact", {"--help", "--root", "--bin", "--seed", "--quick", "--strict"}},
};

class OutputTest : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    put("sum.sasm", "  dmov.i64 r1, #10\n  dhalt\n");
    put("flush.sasm", R"(.coord first = 1.1.1/1.1.1/1.1.1/1.1
.coord last = 1.1.1/1.1.1/1.1.1/1.1024
  dmov.coord p0, first
  dmov.coord p1, last
  salloc r9, p0, p1, column, cell=8, layout=row_major
  sgather.i64 r1, [p0 + 8]
  dadd.i64 r1, r1, #1
  sscattr.i64 r1, [p0 + 8]
  sflush r9
  dhalt
)");
    put("doc.phext", kDocument);
    fs::copy_file(VTPU_ROOT "/src/vtpu/compiler/tutorial/dot.phx", folder_ / "dot.phx");
    const std::string network = "[network]\nsides = \"4x4x8\"\ntopology = ";
    put("before.toml", network +
                           "\"torus\"\n[workload]\nkind = \"collective\"\ncollective = \"all-reduce\"\n"
                           "bytes = \"64 KiB\"\n[simulation]\nlevel = \"packet\"\n");
    put("after.toml", network + "\"twisted-torus\"\n");
  }

  static constexpr const char* kDocument =
      "a\x17"
      "b\x18"
      "c\n";

  Outcome run(const Output& output, const std::string& target, const std::string& before = "") {
    return shell(before + "T='" + target + "'; RUN='" + kRun + "'; " + output.line);
  }
  void make_folder_of(const std::string& target) { fs::create_directories((folder_ / target).parent_path()); }
  /// What the command makes of a file that is not special; an in-place edit finds a document.
  std::string made(const Output& output) {
    prepare(output, output.target);
    const Outcome done = run(output, output.target);
    EXPECT_EQ(done.status, 0) << done.err;
    const std::string bytes = content(output.target);
    EXPECT_NE(bytes, "");
    fs::remove(folder_ / output.target);
    return bytes;
  }
  /// Backing files of the same cells have different keys, so their kind and their size are compared.
  static std::string comparable(const Output& output, const std::string& bytes) {
    return output.way == Way::updated && !edits(output) ? bytes.substr(0, 8) + std::to_string(bytes.size()) : bytes;
  }
  static bool edits(const Output& output) { return std::string(output.option).starts_with("phext "); }
  /// Gives an edit in place something to edit.
  void prepare(const Output& output, const std::string& file) {
    make_folder_of(file);
    if (edits(output)) put(file, kDocument);
  }
  struct stat status(const std::string& name) {
    struct stat found {};
    EXPECT_EQ(::lstat((folder_ / name).c_str(), &found), 0) << name;
    return found;
  }
  void expect_made(const Output& output, const std::string& file, const std::string& expected) {
    EXPECT_EQ(comparable(output, content(file)), comparable(output, expected));
  }
  void expect_no_temporary() {
    for (const auto& entry : fs::recursive_directory_iterator(folder_))
      EXPECT_FALSE(entry.path().filename().string().starts_with(kTemporaryPrefix)) << entry.path();
  }
};

class EveryOutput : public OutputTest, public testing::WithParamInterface<Output> {};
class EveryQuickOutput : public EveryOutput {};
class EveryNamedOutput : public EveryOutput {};

TEST_P(EveryOutput, ToADeviceGoesToTheDevice) {
  const Output& output = GetParam();
  if (output.option == std::string("vtpu bench --ports")) GTEST_SKIP() << "a benchmark that takes less than a second";
  make_folder_of(output.target);
  if (::mknod((folder_ / output.target).c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0)
    GTEST_SKIP() << "the right to make devices (root)";
  const Outcome done = run(output, output.target);
  if (output.way == Way::updated && !edits(output)) {
    EXPECT_EQ(done.status, 1);
    EXPECT_THAT(done.err, HasSubstr("is not a regular file"));
  } else if (output.way != Way::updated) {
    EXPECT_EQ(done.status, 0) << done.err;
  }
  EXPECT_TRUE(S_ISCHR(status(output.target).st_mode));
}

TEST_P(EveryQuickOutput, ToAFifoReachesItsReader) {
  const Output& output = GetParam();
  const std::string expected = made(output);
  ASSERT_EQ(::mkfifo((folder_ / output.target).c_str(), 0666), 0);
  if (output.way == Way::updated && !edits(output)) {
    EXPECT_THAT(run(output, output.target).err, HasSubstr("is not a regular file"));
  } else {
    put("document", kDocument);
    put("expected", expected);
    const std::string fifo = output.target, give = edits(output) ? "cat document >" + fifo + "; " : "";
    const Outcome done = run(output, output.target, "{ " + give + "cat " + fifo + " >got; } & ");
    EXPECT_EQ(done.status, 0) << done.err;
    EXPECT_EQ(shell("for i in $(seq 100); do cmp -s got expected && break; sleep 0.02; done").status, 0);
    EXPECT_EQ(content("got"), expected);
  }
  EXPECT_TRUE(S_ISFIFO(status(output.target).st_mode));
}

TEST_P(EveryQuickOutput, GoesThroughSymbolicLinks) {
  const Output& output = GetParam();
  const std::string expected = made(output);
  prepare(output, "elsewhere/file");
  if (!edits(output)) put("elsewhere/file", output.way == Way::updated ? "" : "old");
  fs::create_symlink(folder_ / "elsewhere/file", folder_ / output.target);
  Outcome done = run(output, output.target);
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_TRUE(fs::is_symlink(folder_ / output.target));
  expect_made(output, "elsewhere/file", expected);
  if (edits(output)) return;  // a dangling link has nothing to edit
  fs::remove(folder_ / "elsewhere/file");
  done = run(output, output.target);
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_TRUE(fs::is_symlink(folder_ / output.target));
  expect_made(output, "elsewhere/file", expected);
  expect_no_temporary();
}

TEST_P(EveryQuickOutput, KeepsThePermissionsOfAFile) {
  const Output& output = GetParam();
  const std::string expected = made(output);
  prepare(output, output.target);
  if (!edits(output)) put(output.target, output.way == Way::updated ? "" : "old");
  ASSERT_EQ(::chmod((folder_ / output.target).c_str(), 0600), 0);
  const Outcome done = run(output, output.target);
  EXPECT_EQ(done.status, 0) << done.err;
  expect_made(output, output.target, expected);
  EXPECT_EQ(status(output.target).st_mode & 07777, 0600u);
  fs::remove(folder_ / output.target);
  if (edits(output)) return;
  EXPECT_EQ(run(output, output.target, "umask 027; ").status, 0);
  EXPECT_EQ(status(output.target).st_mode & 07777, 0640u);
}

TEST_P(EveryOutput, RefusesAReadOnlyFileAndAFolder) {
  const Output& output = GetParam();
  prepare(output, output.target);
  if (!edits(output)) put(output.target, "old");
  const std::string before = content(output.target);
  ASSERT_EQ(::chmod((folder_ / output.target).c_str(), 0444), 0);
  Outcome done = run(output, output.target);
  EXPECT_NE(done.status, 0);
  EXPECT_THAT(done.err, HasSubstr("is read-only"));
  EXPECT_EQ(content(output.target), before);
  fs::remove(folder_ / output.target);
  fs::create_directory(folder_ / output.target);
  done = run(output, output.target);
  EXPECT_NE(done.status, 0);
  EXPECT_THAT(done.err, HasSubstr("is a folder"));
  EXPECT_TRUE(fs::is_empty(folder_ / output.target));
  expect_no_temporary();
}

TEST_P(EveryNamedOutput, MayHaveANameOfTwoHundredAndFiftyBytes) {
  const Output& output = GetParam();
  const std::string expected = made(output), extension = fs::path(output.target).extension();
  const std::string name = std::string(250 - extension.size(), 'n') + extension;
  prepare(output, name);
  const Outcome done = run(output, name);
  EXPECT_EQ(done.status, 0) << done.err;
  expect_made(output, name, expected);
}

TEST_P(EveryQuickOutput, ToAFullDiskIsOneErrorThatLeavesTheOldFile) {
  const Output& output = GetParam();
  if (output.way != Way::updated) {
    make_folder_of(output.target);
    fs::create_symlink("/dev/full", folder_ / output.target);
    const Outcome done = run(output, output.target);
    EXPECT_EQ(done.status, 1);
    EXPECT_THAT(done.err, HasSubstr("No space left on device"));
    fs::remove(folder_ / output.target);
  }
  prepare(output, output.target);
  if (!edits(output)) put(output.target, output.way == Way::updated ? "" : "old");
  const std::string before = content(output.target);
  // What the command prints goes through pipes, which have no limit.
  const Outcome done = shell("{ { T=" + std::string(output.target) + "; RUN='" + kRun + "'; ulimit -f 0; " +
                             output.line + "; echo $? >&3; } 2>&1 | cat >&2; } 3>&1 | cat");
  EXPECT_EQ(done.out, "1\n");
  EXPECT_THAT(done.err, HasSubstr("File too large"));
  EXPECT_EQ(content(output.target), before);
  expect_no_temporary();
}

/// The outputs that satisfy a condition.
template <class Condition>
std::vector<Output> outputs_that(Condition condition) {
  std::vector<Output> found;
  std::copy_if(kOutputs.begin(), kOutputs.end(), std::back_inserter(found), condition);
  return found;
}
bool is_quick(const Output& output) { return !output.slow; }
/// Whether the user chooses the name of the file, and not only that of its folder.
bool is_named(const Output& output) {
  return is_quick(output) && std::string_view(output.target).find('/') == std::string_view::npos;
}
std::string name_of(const testing::TestParamInfo<Output>& one) { return one.param.name; }

INSTANTIATE_TEST_SUITE_P(Commands, EveryOutput, testing::ValuesIn(kOutputs), name_of);
INSTANTIATE_TEST_SUITE_P(Commands, EveryQuickOutput, testing::ValuesIn(outputs_that(is_quick)), name_of);
INSTANTIATE_TEST_SUITE_P(Commands, EveryNamedOutput, testing::ValuesIn(outputs_that(is_named)), name_of);

// ---- the list is complete

class OutputList : public CommandTest {
 protected:
  std::string help(const std::string& command) {
    const Outcome printed = shell(command + " --help");
    EXPECT_EQ(printed.status, 0) << command;
    return printed.out;
  }
  /// The first words of the lines below a heading of a help text.
  static std::vector<std::string> listed(const std::string& help, const std::string& heading) {
    std::vector<std::string> words;
    bool below = false;
    for (const std::string_view line : split(help, '\n')) {
      if (!line.starts_with(' ')) below = line == heading;
      static const std::regex entry("  ([a-z-][^ ]*).*");
      std::smatch match;
      const std::string text(line);
      if (below && std::regex_match(text, match, entry)) words.push_back(match[1]);
    }
    return words;
  }
  /// "program command --option" of every option, by its long name where it has one.
  std::vector<std::string> commands_with_options(const std::string& program) {
    std::vector<std::string> found, commands = {program};
    for (const std::string& command : listed(help(program), "Subcommands:"))
      commands.push_back(program + " " + command);
    for (const std::string& command : commands)
      for (const std::string& names : listed(help(command), "Options:"))
        found.push_back(command + " " + names.substr(names.rfind(',') == std::string::npos ? 0 : names.rfind(',') + 1));
    return found;
  }
};

TEST_F(OutputList, NamesEveryOptionOfEveryCommandAsAnOutputOrAsSomethingElse) {
  std::set<std::string> outputs, seen;
  for (const Output& output : kOutputs) outputs.insert(output.option);
  outputs.erase("");
  for (const auto& [program, others] : kOtherOptions) {
    const std::vector<std::string> options = commands_with_options(program);
    EXPECT_GE(options.size(), others.size()) << program;
    for (const std::string& option : options) {
      seen.insert(option);
      const auto is_other = [&](const std::string& other) { return option.ends_with(" " + other); };
      const bool other = std::any_of(others.begin(), others.end(), is_other);
      EXPECT_TRUE(outputs.contains(option) != other)
          << option << " must be in kOutputs or in kOtherOptions, and not in both";
    }
  }
  for (const std::string& output : outputs) EXPECT_TRUE(seen.contains(output)) << "no command has " << output;
}

TEST_F(OutputList, KnowsEveryProgram) {
  for (const auto& entry : fs::directory_iterator(VTPU_ROOT "/src/programs"))
    EXPECT_EQ(kOtherOptions.contains(entry.path().filename().string()), fs::exists(entry.path() / "main.cpp"))
        << entry.path();
}

// ---- standard output

TEST_F(OutputList, EveryHelpTextNoticesThatItCannotBePrinted) {
  for (const auto& [program, others] : kOtherOptions) {
    std::vector<std::string> commands = {program};
    for (const std::string& command : listed(help(program), "Subcommands:"))
      commands.push_back(program + " " + command);
    for (const std::string& command : commands) {
      const Outcome done = shell(command + " --help", "", "/dev/full");
      EXPECT_EQ(done.status, 1) << command;
      EXPECT_EQ(done.err, program + ": standard output: cannot write: No space left on device\n");
    }
  }
}

TEST_F(OutputTest, PrintingNoticesAFullOrClosedStandardOutput) {
  for (const std::string line :
       {"vtpu run sum.sasm", "vtpu validate sum.sasm", "vtpu ppt doc.phext", "vtpu disasm sum.sasm",
        "vtpu gen --words 8", "vtpu manual html", "vtpu report sum.sasm", "phextcc dot.phx --emit=sasm",
        "phextcc dot.phx --report", "phext get doc.phext 1.1.1/1.1.1/1.1.1", "phext ls doc.phext",
        "phext normalize doc.phext", "echo '{\"id\":1,\"op\":\"x\"}' | phext batch", "phextnet keys",
        "phextnet info -s 4", "phextnet check -s 4", "phextnet routes -s 4"}) {
    const Outcome full = shell(line, "", "/dev/full");
    EXPECT_EQ(full.status, 1) << line;
    EXPECT_THAT(full.err, HasSubstr(": standard output: cannot write")) << line;
    const Outcome closed = shell("{ " + line + "; } >&-");
    EXPECT_EQ(closed.status, 1) << line;
    EXPECT_THAT(closed.err, HasSubstr(": standard output: cannot write")) << line;
  }
}

TEST_F(OutputTest, AClosedStandardOutputDoesNotLeadIntoAFile) {
  ASSERT_EQ(shell("vtpu run flush.sasm --backing memory.ppt").status, 0);
  const std::string bytes = content("memory.ppt");
  EXPECT_EQ(shell("vtpu run sum.sasm --backing memory.ppt >&-").status, 1);
  EXPECT_EQ(content("memory.ppt"), bytes);
}

TEST_F(OutputTest, AClosedPipeEndsACommandQuietly) {
  const Outcome done = shell("{ phextnet keys; echo $? >status; } | true; cat status");
  EXPECT_THAT(done.out, testing::AnyOf("141\n", "0\n"));  // 0 where the pipe took everything before it was closed
  EXPECT_EQ(done.err, "");
}

TEST_F(OutputTest, ToAnOpenDescriptorFollowsWhatWasPrintedThere) {
  // A link of the test's own stands for /dev/stdout, which a writer that errs would replace for the whole host.
  fs::create_symlink("/proc/self/fd/1", folder_ / "printed");
  const Outcome done = shell("phextnet info -s 4 --json printed");
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(done.out.substr(0, 2), "{\n");
  EXPECT_THAT(done.out, HasSubstr("\n}\n"));
  EXPECT_THAT(done.out.substr(done.out.find("\n}\n")), HasSubstr(shell("phextnet info -s 4").out));
  EXPECT_EQ(shell("phextnet info -s 4 --json /dev/fd/3 3>third >/dev/null").status, 0);
  EXPECT_EQ(content("third").substr(0, 2), "{\n");
  const Outcome closed = shell("phextnet info -s 4 --json /dev/fd/9");
  EXPECT_EQ(closed.status, 1);
  EXPECT_EQ(closed.err, "phextnet: /dev/fd/9: cannot write: Bad file descriptor\n");
}

// ---- several processes at once

TEST_F(OutputTest, ConcurrentEditsInPlaceAllTakeEffect) {
  for (int round = 0; round < 5; ++round) {
    put("doc", "");
    const Outcome done = shell(
        "for k in 1 2 3 4 5 6 7 8; do phext put doc 1.1.1/1.1.1/1.1.$k -t text$k -i & all=\"$all $!\"; done; s=0\n"
        "for p in $all; do wait $p || s=1; done; exit $s");
    EXPECT_EQ(done.status, 0) << done.err;
    for (int k = 1; k <= 8; ++k) EXPECT_THAT(content("doc"), HasSubstr("text" + std::to_string(k)));
  }
}

TEST_F(OutputTest, AnEditWaitsForTheHolderOfTheFileAndSaysSo) {
  put("doc", "a");
  const Outcome done = shell(
      "flock doc sleep 1 & while flock -n doc true; do :; done; phext put doc 1.1.1/1.1.1/1.1.1 -t b -i; cat doc");
  EXPECT_EQ(done.out, "b");
  EXPECT_EQ(done.err, "waiting for another process that changes doc\n");
}

TEST_F(OutputTest, ConcurrentRunsOnOneBackingFileCountOrAreRefused) {
  const Outcome done = shell(
      "for k in 1 2 3 4; do vtpu run flush.sasm --backing memory.ppt >/dev/null & all=\"$all $!\"; done; n=0\n"
      "for p in $all; do wait $p && n=$((n + 1)); done; echo $n");
  const int counted = std::stoi(done.out);
  EXPECT_GE(counted, 1);
  EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 4 - counted) << done.err;
  EXPECT_EQ(shell("vtpu run flush.sasm --backing memory.ppt --json").sentron().at("registers").at("r1"), counted + 1);
}

TEST_F(OutputTest, OfTwoSweepsOfOneShareOneIsRefusedAndNothingIsLost) {
  const std::string sweep = "phextnet sweep -s 4 -l 0.1 --over simulation.seed=1,2,3,4 --out out >/dev/null";
  const Outcome done = shell(sweep + " & " + sweep + "; a=$?; wait $!; echo $a $?");
  EXPECT_THAT(done.out, testing::AnyOf("0 1\n", "1 0\n", "0 0\n"));  // both, where they did not overlap
  EXPECT_EQ(done.err.find("found that another process uses it") == std::string::npos, done.out == "0 0\n");
  EXPECT_EQ(shell(sweep).status, 0);
  EXPECT_EQ(nlohmann::json::parse(content("out/sweep.json")).at("points").size(), 4u);
}

TEST_F(OutputTest, TwoWritersOfOneFileLeaveTheBytesOfOne) {
  ASSERT_EQ(shell("vtpu gen --words 8 -o a; vtpu gen --words 16 -o b").status, 0);
  for (int round = 0; round < 5; ++round) {
    EXPECT_EQ(shell("vtpu gen --words 8 -o x & vtpu gen --words 16 -o x; wait $!").status, 0);
    EXPECT_THAT(content("x"), testing::AnyOf(content("a"), content("b")));
  }
  expect_no_temporary();
}

}  // namespace
}  // namespace vtpu
