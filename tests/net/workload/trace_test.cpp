#include "vtpu/net/workload/trace.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/node_names.h"
#include "vtpu/net/workload/traffic_matrix.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::workload {
namespace {

const std::string kHeader = "id,source,destination,bytes,after,not_before_ns,compute_ns\n";

Result<Trace> parse(const std::string& rows, const NodeNames& nodes = NodeNames(Shape{2, 2, 4})) {
  return parse_trace(kHeader + rows, "t.csv", nodes);
}

std::string complaint(const std::string& rows) { return parse(rows).error().message(); }

std::vector<int> after(const Workload& workload, int id) {
  return {workload.after(id).begin(), workload.after(id).end()};
}

TEST(Trace, ReadsMessagesWithTheirOrderAndTimes) {
  const Trace trace = *parse("load,0,15,1048576,,1500.5,0\nsum,1.1.1/1.1,2.2.4/1.1,64,load,0,20\n");
  EXPECT_EQ(trace.ids, (std::vector<std::string>{"load", "sum"}));
  EXPECT_EQ(trace.workload.name(), "t.csv");
  EXPECT_EQ(trace.workload.message(0).bytes, 1048576u);
  EXPECT_EQ(trace.workload.message(0).not_before_ns, 1500.5);
  EXPECT_EQ(trace.workload.message(1).source, Chip{0});
  EXPECT_EQ(trace.workload.message(1).destination, Chip{15});
  EXPECT_EQ(trace.workload.message(1).compute_ns, 20);
  EXPECT_EQ(after(trace.workload, 1), std::vector<int>{0});
}

TEST(Trace, AcceptsRowsInAnyOrderAndKeepsTheirOrderWherePossible) {
  const Trace trace = *parse("d,0,1,1,b;c,0,0\nb,1,2,2,a,0,0\na,2,3,3,,0,0\nc,3,4,4,,0,0\n");
  EXPECT_EQ(trace.ids, (std::vector<std::string>{"a", "b", "c", "d"}));
  EXPECT_EQ(after(trace.workload, 3), (std::vector<int>{1, 2}));
}

TEST(Trace, AcceptsColumnsInAnyOrderAndWindowsLineEnds) {
  const Result<Trace> trace = parse_trace(
      "bytes,id,after,source,destination,compute_ns,not_before_ns\r\n7,x,,1,2,3,4\r\n", "t.csv", NodeNames(4, 4));
  ASSERT_TRUE(trace) << trace.error().message();
  EXPECT_EQ(trace->workload.message(0).bytes, 7u);
  EXPECT_EQ(trace->workload.message(0).not_before_ns, 4);
}

TEST(Trace, SurvivesARoundTripThroughText) {
  Random random(5);
  Workload workload("round");
  for (int id = 0; id < 200; ++id) {
    std::vector<int> earlier;
    for (int other = 0; other < id; ++other)
      if (random.below(40) == 0) earlier.push_back(other);
    workload.add({Chip(static_cast<int>(random.below(16))), Chip(static_cast<int>(random.below(16))),
                  random.below(1ull << 53), random.unit() * 1e9, random.unit() / 3},
                 earlier);
  }
  const std::string text = trace_text(workload, NodeNames(16, 16));
  const Result<Trace> again = parse_trace(text, "round", NodeNames(16, 16));
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(trace_text(again->workload, NodeNames(16, 16)), text);
  for (int id = 0; id < workload.size(); ++id) {
    EXPECT_EQ(again->workload.message(id).compute_ns, workload.message(id).compute_ns);
    EXPECT_EQ(again->workload.message(id).not_before_ns, workload.message(id).not_before_ns);
    EXPECT_EQ(after(again->workload, id), after(workload, id));
  }
  EXPECT_EQ(again->workload.total_bytes(), workload.total_bytes());
}

TEST(Trace, WithoutRowsHasNoMessages) {
  EXPECT_EQ(parse("")->workload.size(), 0);
  EXPECT_FALSE(parse_trace("", "t.csv", NodeNames(4, 4)));
}

TEST(Trace, NamesLineAndColumnOfAWrongCell) {
  EXPECT_EQ(complaint("a,0,1,5,,0,0\nb,0,1,many,,0,0\n"),
            "t.csv:3, column bytes: found 'many'; expected a whole number");
  EXPECT_EQ(complaint("a,0,1,-5,,0,0\n"), "t.csv:2, column bytes: found -5; expected 0 to 9007199254740992");
  EXPECT_EQ(
      complaint("a,0,16,5,,0,0\n"),
      "t.csv:2, column destination: found chip '16'; expected coordinates 1..2 . 1..2 . 1..4, or a number of 0..15");
  EXPECT_EQ(complaint("a,0,1,5,,soon,0\n"), "t.csv:2, column not_before_ns: found 'soon'; expected a decimal number");
  EXPECT_EQ(complaint("a,0,1,5,,0,-1\n"), "t.csv:2, column compute_ns: found -1; expected at least 0");
  EXPECT_EQ(complaint("a,0,1,5,,0,nan\n"), "t.csv:2, column compute_ns: found 'nan'; expected a finite number");
  EXPECT_EQ(complaint("a,0,1,5,,0,0\na,0,1,5,,0,0\n"),
            "t.csv:3, column id: found 'a' again, as on line 2; expected every id once");
  EXPECT_EQ(complaint(",0,1,5,,0,0\n"), "t.csv:2, column id: found ''; expected a word without ';'");
}

TEST(Trace, NamesAMissingColumnAndTheNearestOne) {
  EXPECT_EQ(parse_trace("id,source,destination,byte,after,not_before_ns,compute_ns\n", "t.csv", NodeNames(4, 4))
                .error()
                .found,
            "found no column 'bytes'; did you mean 'byte'?");
  EXPECT_FALSE(
      parse_trace("id,source,destination,bytes,after,not_before_ns,compute_ns,note\n", "t.csv", NodeNames(4, 4)));
}

TEST(Trace, NamesAnUnknownIdAndTheNearestOne) {
  EXPECT_EQ(complaint("gather.1,0,1,5,,0,0\nb,0,1,5,gather1,0,0\n"),
            "t.csv:3, column after: found 'gather1'; did you mean 'gather.1'?; expected ids of messages in this file, "
            "separated by ';'");
  EXPECT_EQ(complaint("a,0,1,5,,0,0\nb,0,1,5,a;a,0,0\n"),
            "t.csv:3, column after: found 'a' twice; expected every id once");
}

TEST(Trace, NamesTheMessagesOfACycle) {
  EXPECT_EQ(complaint("start,0,1,5,,0,0\nlate,0,1,5,a,0,0\na,0,1,5,b;start,0,0\nb,0,1,5,c,0,0\nc,0,1,5,a,0,0\n"),
            "t.csv:4, column after: messages wait in a cycle: 'a' after 'b' after 'c' after 'a'; expected no message "
            "that waits for itself");
  EXPECT_EQ(
      complaint("a,0,1,5,a,0,0\n"),
      "t.csv:2, column after: messages wait in a cycle: 'a' after 'a'; expected no message that waits for itself");
  std::string ring;
  for (int i = 0; i < 100; ++i) ring += std::to_string(i) + ",0,1,5," + std::to_string((i + 1) % 100) + ",0,0\n";
  EXPECT_NE(complaint(ring).find("… (100 messages in total) after '0'"), std::string::npos) << complaint(ring);
}

TEST(Trace, RejectsMoreBytesThanSumsCanHold) {
  std::string rows;
  for (int i = 0; i < 1025; ++i) rows += std::to_string(i) + ",0,1,9007199254740992,,0,0\n";
  EXPECT_EQ(parse(rows).error().where, "t.csv:1026, column bytes");
}

TEST(TrafficMatrix, ReadsPairsAndTheirWeights) {
  const Result<Traffic> traffic = parse_traffic_matrix("source,destination,weight\n0,1,1\n0,2,3\n1.1.2/1.1,0,2\n",
                                                       "m.csv", NodeNames(Shape{1, 1, 4}));
  ASSERT_TRUE(traffic) << traffic.error().message();
  EXPECT_EQ(traffic->rate(Chip{0}), 1);
  EXPECT_EQ(traffic->rate(Chip{1}), 0.5);
  EXPECT_EQ(traffic->rate(Chip{3}), 0);
  double share = 0;
  traffic->for_each_destination(Chip{0}, [&](Chip destination, double p) { share += destination == Chip{2} ? p : 0; });
  EXPECT_EQ(share, 0.75);
}

TEST(TrafficMatrix, NamesLineAndColumnOfAWrongCell) {
  const auto complaint_of = [](const std::string& rows) {
    return parse_traffic_matrix("source,destination,weight\n" + rows, "m.csv", NodeNames(4, 4)).error().message();
  };
  EXPECT_EQ(complaint_of("0,4,1\n"), "m.csv:2, column destination: found '4'; expected a number of 0..3");
  EXPECT_EQ(complaint_of("0,1,1\n0,1,-2\n"), "m.csv:3, column weight: found -2; expected at least 0");
  EXPECT_EQ(complaint_of("2,1,1e308\n2,3,1e308\n"),
            "m.csv:3, column weight: weights from chip 2 sum to infinity; expected a finite sum");
  EXPECT_EQ(complaint_of("0,1,0\n"), "m.csv, traffic matrix: all weights are 0; expected at least one above 0");
}

}  // namespace
}  // namespace vtpu::net::workload
