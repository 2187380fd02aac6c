// Does every command read every text format by the rules of vtpu/base/text_file.h? One row for each format: what a
// command does with a valid file, it does with a byte order mark and with other line ends; what is not UTF-8 text, is
// no file or has no end is one error that names the file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "command.h"

namespace vtpu {
namespace {

using namespace std::string_view_literals;
using testing::HasSubstr;
using testing::StartsWith;

struct Format {
  std::string name;
  std::string file;     ///< its name
  std::string content;  ///< valid, of two lines or more, each ended by LF
  std::string command;  ///< reads the file by its name
  bool text = true;     ///< else bytes, as a document is
};
void PrintTo(const Format& format, std::ostream* out) { *out << format.name; }

constexpr const char* kKernel = "tensor x: f32[16];\nkernel main() {\n  for i in 0..16 { x[i] = 1.0; }\n}\n";
constexpr const char* kProgram = "  dmov.i64 r1, #7\n  dhalt\n";
constexpr const char* kPorts = "{\"processor\": \"a core\",\n \"dispatch\": 4}\n";
constexpr const char* kTrace =
    "id,source,destination,bytes,after,not_before_ns,compute_ns\n"
    "load,0,1,65536,,100,0\n"
    "sum,1,0,0,load,0,12.5\n";

std::vector<Format> formats() {
  return {
      {"edge_list", "net.txt", "a b\nb c\nc a\n", "phextnet info -t graph -f net.txt"},
      {"graphml", "net.graphml",
       "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n<graph edgedefault=\"undirected\">\n"
       "<node id=\"a\"/><node id=\"b\"/>\n<edge source=\"a\" target=\"b\"/>\n</graph></graphml>\n",
       "phextnet info -t graph -f net.graphml"},
      {"ocs_state", "net.ocs",
       "block_side 2\nblocks 3\nshape 2x2x4\nslice 2 0\nx(0,1): 2+ - 2-\nz(1,1): 2+ - 0-\nz(1,1): 0+ - 2-\n",
       "phextnet info -t ocs -f net.ocs"},
      {"trace", "trace.csv", kTrace, "phextnet run -s 4x4 -w trace --level flow --set workload.file=trace.csv"},
      {"traffic_matrix", "matrix.csv", "source,destination,weight\n0,1,0.5\n2,3,1\n",
       "phextnet run -s 2x2 -p matrix -l 0.1 --set traffic.file=matrix.csv --set simulation.batches=2 --set "
       "simulation.period_cycles=100"},
      {"sparse_items", "items.csv",
       "id,source,destination,bytes,after,not_before_ns,compute_ns\na,0,1,64,,0,0\nb,1,2,64,,0,0\n",
       "phextnet run -s 4x4 -w collective --level flow --set workload.collective=sparse-exchange --set "
       "workload.items=items.csv"},
      {"failures", "failures.csv", "time_s,component,id,repair_s\n1.5,chip,8.8.8/1.1,\n3600,host,17,7200\n",
       "phextnet life --set life.days=0.1 --set life.trace=failures.csv"},
      {"scenario", "net.toml", "[network]\nsides = \"4x4\"\n", "phextnet info net.toml"},
      {"scenario_after", "after.toml", "[network]\ntopology = \"twisted-torus\"\nsides = \"4x4x8\"\n",
       "phextnet reconfigure before.toml after.toml"},
      {"assembly", "a.sasm", kProgram, "vtpu run a.sasm --engine interpreter"},
      {"assembly_of_asm", "a.sasm", kProgram, "vtpu asm a.sasm -o -"},
      {"kernel", "a.phx", kKernel, "phextcc a.phx --emit=sasm"},
      {"ports_of_report", "ports.json", kPorts, "vtpu report fixed.sasm --ports ports.json"},
      {"ports_of_phextcc", "ports.json", kPorts, "phextcc fixed.phx --emit=sasm --ports ports.json"},
      {"document", "a.phext", "one\ntwo\n", "phext ls a.phext", false},
      {"imported_document", "a.phext", "one\ntwo\n", "vtpu ppt a.phext", false},
  };
}

class TextFile : public CommandTest, public testing::WithParamInterface<Format> {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    put("fixed.sasm", kProgram);
    put("fixed.phx", kKernel);
    put("job.csv", kTrace);
    put("before.toml", "[network]\nsides = \"4x4x8\"\n[workload]\nkind = \"trace\"\nfile = \"job.csv\"\n");
  }
  const Format& format() const { return GetParam(); }
  Outcome run(const std::string& content, const std::string& limit = "") {
    std::filesystem::remove(folder_ / format().file);
    put(format().file, content);
    return shell(limit + format().command);
  }
  /// A refused input: one line that names the file and nothing on standard output.
  void expect_refused(const Outcome& outcome, const std::string& what) {
    EXPECT_TRUE(outcome.status == 1 || outcome.status == 2) << what << ": " << outcome.status << "\n" << outcome.err;
    EXPECT_EQ(outcome.out, "") << what;
    EXPECT_THAT(outcome.err, HasSubstr(format().file)) << what;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << what << ": " << outcome.err;
  }
};

std::string with_line_ends(const std::string& content, const std::string& end) {
  std::string out;
  for (const char c : content) out += c == '\n' ? end : std::string(1, c);
  return out;
}

TEST_P(TextFile, MeansTheSameWithAByteOrderMarkAndOtherLineEnds) {
  const Outcome plain = run(format().content);
  ASSERT_EQ(plain.status, 0) << plain.err;
  if (!format().text) return;
  for (const std::string& other :
       {"\xEF\xBB\xBF" + format().content, with_line_ends(format().content, "\r\n"),
        "\xEF\xBB\xBF" + with_line_ends(format().content, "\r\n"), with_line_ends(format().content, "\r")}) {
    const Outcome outcome = run(other);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.out, plain.out);
  }
}

TEST_P(TextFile, IsRefusedWithAPlaceWhereItIsNotUtf8) {
  if (!format().text) GTEST_SKIP() << "a document is bytes";
  const std::string first = format().content.substr(0, format().content.find('\n') + 1);
  const std::string rest = format().content.substr(first.size());
  for (const std::string_view wrong : {"\0"sv, "\xFF"sv, "\xC0\x80"sv, "\xED\xA0\x80"sv, "\xE2\x82"sv}) {
    for (const std::string& mark : {std::string(), std::string("\xEF\xBB\xBF")}) {
      const Outcome outcome = run(mark + first + std::string(wrong) + rest);
      expect_refused(outcome, "wrong bytes");
      EXPECT_THAT(outcome.err, HasSubstr(format().file + ":2:1: found ")) << outcome.err;
      EXPECT_THAT(outcome.err, HasSubstr("text in UTF-8"));
    }
  }
  for (const std::string_view mark : {"\xFF\xFE"sv, "\xFE\xFF"sv, "\xFF\xFE\0\0"sv, "\0\0\xFE\xFF"sv}) {
    const Outcome outcome = run(std::string(mark) + format().content);
    expect_refused(outcome, "foreign mark");
    EXPECT_THAT(outcome.err, HasSubstr(format().file + ":1:1: found the byte order mark of UTF-"));
  }
}

TEST_P(TextFile, ThatIsEmptyIsReadOrRefused) {
  const Outcome outcome = run("");
  EXPECT_TRUE(outcome.status >= 0 && outcome.status <= 2) << outcome.status << outcome.err;
}

TEST_P(TextFile, ThatCannotBeReadIsRefusedByName) {
  const std::filesystem::path file = folder_ / format().file;
  const auto with = [&](const std::string& what, const std::string& prefix = "") {
    expect_refused(shell(prefix + format().command), what);
    std::filesystem::remove(file);
  };
  with("no file");
  std::filesystem::create_directory(file);
  with("a folder");
  std::filesystem::create_symlink("/proc/self/mem", file);  // which not even root can read at its start
  with("an unreadable file");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they reserve more address space than that
  std::filesystem::create_symlink("/dev/zero", file);
  with("a device without an end", "ulimit -v 300000; ");
#endif
}

INSTANTIATE_TEST_SUITE_P(Formats, TextFile, testing::ValuesIn(formats()),
                         [](const auto& format) { return format.param.name; });

class StandardInput : public CommandTest {};

TEST_F(StandardInput, WithoutAnEndIsRefused) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they reserve more address space than that
  for (const std::string command : {"phext ls -", "phext batch", "vtpu run -", "phextcc - --emit=ir"}) {
    const Outcome outcome = shell("ulimit -v 300000; " + command + " </dev/zero");
    EXPECT_EQ(outcome.status, 1) << command;
    EXPECT_THAT(outcome.err, HasSubstr("standard input: ")) << command;
  }
#endif
}

TEST_F(StandardInput, IsReadByTheSameRules) {
  EXPECT_EQ(shell("vtpu run - --engine interpreter", std::string("\xEF\xBB\xBF") + kProgram).status, 0);
  EXPECT_EQ(shell("phextcc - --emit=sasm", std::string("\xEF\xBB\xBF") + kKernel).status, 0);
  EXPECT_THAT(shell("vtpu run -", "  dhalt\n\xFF").err, StartsWith("vtpu: standard input:2:1: found byte 0xFF"));
  EXPECT_THAT(shell("phextcc - --emit=sasm", "\xFF").err, StartsWith("phextcc: standard input:1:1: found byte 0xFF"));
}

}  // namespace
}  // namespace vtpu
