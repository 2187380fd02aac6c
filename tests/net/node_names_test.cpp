// Does a text name one node, in every network, and can what is printed be read again?
#include "vtpu/net/node_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "difficult_names.h"
#include "vtpu/base/text.h"
#include "vtpu/net/link_names.h"
#include "vtpu/net/network.h"
#include "vtpu/net/topology/all.h"
#include "vtpu/net/workload/trace.h"
#include "vtpu/net/workload/traffic_matrix.h"

namespace vtpu::net {
namespace {

NodeNames named(std::vector<std::string> names) {
  const int chips = static_cast<int>(names.size());
  return NodeNames(chips, IndexedVector<Chip, std::string>(std::move(names)));
}

/// A ring through nodes with these names, with a chord from the first.
topology::GraphTopology ring_of(const std::vector<std::string>& names) {
  std::vector<topology::GraphNode> nodes;
  std::vector<topology::GraphLink> links;
  const int count = static_cast<int>(names.size());
  for (int i = 0; i < count; ++i) {
    nodes.push_back({names[static_cast<std::size_t>(i)], false});
    links.push_back({i, (i + 1) % count, {}, {}, 0});
  }
  links.push_back({0, count / 2, {}, {}, 0});
  return *topology::GraphTopology::make("ring", nodes, links);
}

std::string complaint(const NodeNames& names, const std::string& text) {
  const auto found = names.node(text, "w");
  return found ? "none" : found.error().message();
}

/// All networks of the tests, and the ring of difficult names.
template <class Visit>
void for_each_network(Visit visit) {
  visit(Network(ring_of(difficult_names())));
  topology::for_each_example([&](const auto& topology) { visit(Network(topology)); });
}

TEST(NodeNames, EveryPrintedNameIsReadAsTheSameNode) {
  for_each_network([](const Network& network) {
    const NodeNames& names = network.names();
    for (const Chip node : network.nodes())
      for (const std::string& text : {names.name(node), names.printed(node), names.address(node)}) {
        const auto read = names.node(text, "w");
        ASSERT_TRUE(read) << network.name() << ": " << read.error().message();
        EXPECT_EQ(*read, node) << network.name() << ": " << text;
      }
  });
}

TEST(NodeNames, EveryPrintedLinkIsReadAsTheSameLink) {
  for_each_network([](const Network& network) {
    for (const Channel channel : network.channels()) {
      if (!network.attached(channel)) continue;
      const auto read = find_channels(network, channel_name(network, channel), "w");
      ASSERT_TRUE(read) << network.name() << ": " << read.error().message();
      EXPECT_THAT(*read, testing::ElementsAre(channel)) << network.name() << ": " << channel_name(network, channel);
    }
  });
}

TEST(NodeNames, AListOfPrintedNamesIsReadAsTheSameNodes) {
  for_each_network([](const Network& network) {
    std::vector<std::string> printed;
    for (const Chip node : network.nodes()) printed.push_back(network.names().printed(node));
    for (const char* separator : {",", ", ", ";"}) {
      const std::string list = join(printed, separator);
      const std::vector<std::string_view> read = split_outside_quotes(list, separator[0]);
      ASSERT_EQ(read.size(), printed.size()) << network.name() << ": " << list;
      for (std::size_t i = 0; i < read.size(); ++i)
        EXPECT_EQ(network.names().find(read[i]), Chip(static_cast<int>(i))) << read[i];
    }
  });
}

TEST(NodeNames, AWrittenTraceIsReadAsTheSameMessages) {
  for_each_network([](const Network& network) {
    workload::Workload workload("w");
    for (const Chip chip : network.chips())
      workload.add({chip, Chip((chip.value() + 1) % network.chip_count()), 1, 0, 0});
    const std::string text = trace_text(workload, network.names());
    const auto read = workload::parse_trace(text, "w", network.names());
    ASSERT_TRUE(read) << network.name() << ": " << read.error().message();
    for (int id = 0; id < workload.size(); ++id) {
      EXPECT_EQ(read->workload.message(id).source, workload.message(id).source);
      EXPECT_EQ(read->workload.message(id).destination, workload.message(id).destination);
    }
  });
}

TEST(NodeNames, ANameComesBeforeANumber) {
  const NodeNames names = named({"2", "0", "1"});
  EXPECT_EQ(*names.node("2", "w"), Chip(0));
  EXPECT_EQ(*names.node("0", "w"), Chip(1));
  EXPECT_EQ(*names.node(" 1 ", "w"), Chip(2));
}

TEST(NodeNames, ANumberIsAPositionOnlyWhereNoNameIsANumber) {
  EXPECT_EQ(*named({"a", "b", "c"}).node("2", "w"), Chip(2));
  EXPECT_EQ(complaint(named({"10", "20", "30"}), "1"),
            "w: found '1': by number it is node 20; expected the name of a node as the graph's file writes it");
  EXPECT_EQ(
      complaint(named({"01", "x"}), "1"),
      "w: found '1': by number it is node x, by name 01; expected the name of a node as the graph's file writes it");
  EXPECT_EQ(
      complaint(named({"01", "1.0", "x"}), "1"),
      "w: found '1': by number it is node 1.0, by name 01 or 1.0; expected the name of a node as the graph's file "
      "writes it");
  EXPECT_EQ(*named({"x", "01"}).node("1", "w"), Chip(1)) << "both readings are one node";
  EXPECT_EQ(*named({"x", "1"}).node("01", "w"), Chip(1)) << "both readings are one node";
  EXPECT_EQ(complaint(named({"-1", "-2"}), "1"),
            "w: found '1': by number it is node -2; expected the name of a node as the graph's file writes it");
  EXPECT_EQ(*named({"-1", "-2"}).node("-2", "w"), Chip(1));
}

TEST(NodeNames, AnUnknownNameIsAnErrorWithTheNearestName) {
  EXPECT_EQ(complaint(named({"host0", "host1"}), "hots1"),
            "w: found node 'hots1'; did you mean 'host1'?; expected the name of a node, or a number of 0..1");
  EXPECT_EQ(complaint(named({"a", "b"}), "2"), "w: found node '2'; expected the name of a node, or a number of 0..1");
  EXPECT_EQ(complaint(named({"a", "b"}), "-1"), "w: found node '-1'; expected the name of a node, or a number of 0..1");
  EXPECT_EQ(complaint(named({"a", "b"}), "\"a"),
            "w: found node '\"a'; did you mean 'a'?; expected the name of a node, or a number of 0..1");
  EXPECT_NE(complaint(named({"a"}), std::string(100000, 'x')), "none");
}

TEST(NodeNames, QuotesNameNodesAndNeverNumbers) {
  const NodeNames names = named({"a b", "c"});
  EXPECT_EQ(*names.node("\"a b\"", "w"), Chip(0));
  EXPECT_EQ(*names.node(R"("\u0061 b")", "w"), Chip(0));
  EXPECT_FALSE(names.find("\"0\""));
  EXPECT_FALSE(names.find("\"\\q\""));
}

TEST(NodeNames, ChipsOfAGridAreNamedByCoordinatesAddressOrNumber) {
  const NodeNames cube(Shape{2, 2, 4});
  EXPECT_EQ(cube.name(Chip(10)), "2.1.3");
  EXPECT_EQ(cube.address(Chip(10)), "2.1.3/1.1");
  for (const char* text : {"2.1.3", "2.1.3/1.1", "10", " 10 ", "010"})
    EXPECT_EQ(*cube.node(text, "w"), Chip(10)) << text;
  for (const char* text : {"3.1.1", "0.1.1", "1.1", "1.1.1.1", "1.1.x", "-1", "16", "", "1.1.1/2", "+1.1.1"})
    EXPECT_EQ(complaint(cube, text).substr(0, 9), "w: found ") << text;
  EXPECT_EQ(complaint(cube, "3.1.1"),
            "w: found chip '3.1.1'; expected coordinates 1..2 . 1..2 . 1..4, or a number of 0..15");
  EXPECT_EQ(complaint(cube, "1.1.1/2.1"), "w: found '1.1.1/2.1'; expected a whole chip, whose address ends in /1.1");
  const NodeNames plane(Shape{4, 4});
  EXPECT_EQ(plane.address(Chip(5)), "2.2");
  EXPECT_FALSE(plane.find("2.2/1.1"));
}

TEST(NodeNames, ChipsOfALineAreNamedByNumber) {
  const NodeNames line(Shape{8});
  EXPECT_EQ(line.name(Chip(0)), "0");
  EXPECT_EQ(*line.node("7", "w"), Chip(7));
  EXPECT_EQ(complaint(line, "8"), "w: found '8'; expected a number of 0..7");
}

TEST(NodeNames, SwitchesWithoutNamesAreNumberedAfterTheChips) {
  const NodeNames tree(4, 6);
  EXPECT_EQ(tree.name(Chip(5)), "switch 1");
  EXPECT_EQ(*tree.node("switch 1", "w"), Chip(5));
  EXPECT_EQ(*tree.node("5", "w"), Chip(5));
  EXPECT_EQ(tree.chip("switch 1", "w").error().message(), "w: found 'switch 1', a switch; expected a chip");
  EXPECT_EQ(complaint(tree, "switch 2"),
            "w: found 'switch 2'; expected a number of 0..5, or 'switch' and a number of 0..1");
}

TEST(LinkNames, TwoNamesWithBlanksNeedNoQuotesWhereOnlyOneReadingExists) {
  const Network network(ring_of({"host 1", "host 2", "host 3", "host 4"}));
  EXPECT_EQ(find_channels(network, "host 1 host 2", "w")->size(), 1U);
  EXPECT_EQ(find_channels(network, "host 1 -> host 2", "w")->size(), 1U);
  const Network twofold(ring_of({"a", "b a", "a b", "c"}));
  EXPECT_EQ(
      find_channels(twofold, "a b a", "w").error().message(),
      "w: found link 'a b a', which names 2 pairs of nodes; expected the names of two nodes in double quotes, with "
      "'->' between them");
  EXPECT_EQ(find_channels(twofold, "a -> b a", "w")->size(), 1U);
}

TEST(LinkNames, ParallelLinksHaveNamesOfTheirOwn) {
  const std::vector<topology::GraphNode> nodes = {{"a", false}, {"b", false}, {"b (2 of 3)", false}};
  const std::vector<topology::GraphLink> links = {
      {0, 1, {}, {}, 0}, {0, 2, {}, {}, 0}, {1, 0, {}, {}, 0}, {0, 1, {}, {}, 0}};
  const Network network(*topology::GraphTopology::make("parallel", nodes, links));
  for (const Channel channel : network.channels()) {
    if (!network.attached(channel)) continue;
    EXPECT_EQ(*find_channels(network, channel_name(network, channel), "w"), std::vector{channel});
  }
  EXPECT_EQ(find_channels(network, "a -> b", "w")->size(), 3U);
  const auto second = find_channels(network, "a -> b (2 of 3)", "w");
  ASSERT_EQ(second->size(), 1U);
  EXPECT_EQ(channel_name(network, second->front()), "a -> b (2 of 3)");
  EXPECT_FALSE(find_channels(network, "a -> b (4 of 3)", "w"));
  EXPECT_FALSE(find_channels(network, "a -> b (1 of 2)", "w"));
}

TEST(LinkNames, ATextThatNamesNoLinkIsAnError) {
  const Network network(ring_of({"a", "b", "c", "d"}));
  const auto message = [&](const std::string& text) { return find_channels(network, text, "w").error().message(); };
  EXPECT_EQ(message("a"), "w: found link 'a'; expected two nodes, \"a -> b\" or \"3 7\"");
  EXPECT_EQ(message(""), "w: found link ''; expected two nodes, \"a -> b\" or \"3 7\"");
  EXPECT_EQ(message("b d"), "w: found no link from b to d; expected two adjacent nodes");
  EXPECT_EQ(message("a -> x"),
            "w: found node 'x'; did you mean 'a'?; expected the name of a node, or a number of 0..3");
  EXPECT_EQ(message("x b"), "w: found node 'x'; did you mean 'a'?; expected the name of a node, or a number of 0..3");
  EXPECT_EQ(message("-> b").substr(0, 9), "w: found ");
  EXPECT_EQ(message(std::string(1000, ' ') + "a" + std::string(1000, ' ') + "b").substr(0, 9), "w: found ");
}

}  // namespace
}  // namespace vtpu::net
