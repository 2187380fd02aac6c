// Is everything in a GraphML file that describes the network used, refused with its line, or named as unused?
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "vtpu/base/file.h"
#include "vtpu/net/topology/analysis.h"
#include "vtpu/net/topology/graph_files.h"

namespace vtpu::net::topology {
namespace {

/// A file with `keys` before its graph, whose content is `inside` on line 3.
std::string graphml(const std::string& inside, const std::string& keys = "",
                    const std::string& direction = "undirected") {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">" +
         keys + "<graph id=\"G\" edgedefault=\"" + direction + "\">\n" + inside + "</graph></graphml>\n";
}

std::string refusal_of_file(const std::string& text, const std::vector<std::string>& ignored = {}) {
  const auto read = parse_graphml(text, "g", ignored);
  return read ? "none" : read.error().message();
}

std::string refusal(const std::string& inside, const std::string& keys = "",
                    const std::string& direction = "undirected") {
  return refusal_of_file(graphml(inside, keys, direction));
}

const std::string kNodes = R"(<node id="x"/><node id="y"/>)";
const std::string kPair = kNodes + R"(<edge source="x" target="y"/>)";

std::string edge_with(const std::string& data) { return kNodes + R"(<edge source="x" target="y">)" + data + "</edge>"; }

/// The first link of a file that must be read.
LinkModel first_link(const std::string& text) {
  const auto read = parse_graphml(text, "g");
  EXPECT_TRUE(read) << (read ? "" : read.error().message()) << "\n" << text;
  return read ? read->link({Chip{0}, PortNumber{0}}, {}) : LinkModel{-1, -1};
}

std::string unused_of(const std::string& text, const std::vector<std::string>& ignored = {}) {
  const auto read = parse_graphml(text, "g", ignored);
  if (!read) return read.error().message();
  std::string all;
  for (const UnusedData& data : read->unused()) all += data.what + " " + std::to_string(data.count) + "; ";
  return all;
}

TEST(GraphMl, ReadsChipsSwitchesAndLinks) {
  const Result<GraphTopology> read = parse_graphml(
      graphml(
          R"(<node id="s"><data key="k">switch</data></node><node id="x"/><node id="y"><data key="c">red</data></node>
             <edge source="s" target="x"><data key="w">25</data><data key="l"> 300 </data></edge>
             <edge source="y" target="s"/>)",
          R"(<key id="k" for="node" attr.name="kind" attr.type="string"><default>chip</default></key>
             <key id="w" for="edge" attr.name="bandwidth_gbytes_per_s" attr.type="double"/>
             <key id="l" for="edge" attr.name="latency_ns" attr.type="int"/>
             <key id="c" for="node" attr.name="colour" attr.type="string"/>)"),
      "g.graphml");
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->chip_count(), 2);
  EXPECT_EQ(read->node_count(), 3);
  EXPECT_EQ(read->node_names().name(Chip{0}), "x");
  EXPECT_EQ(read->node_names().name(Chip{2}), "s");
  EXPECT_EQ(read->peer({Chip{0}, PortNumber{0}}), (Port{Chip{2}, PortNumber{0}}));
  EXPECT_EQ(read->link({Chip{0}, PortNumber{0}}, {}), (LinkModel{25, 300}));
  EXPECT_EQ(read->link({Chip{1}, PortNumber{0}}, {}), LinkModel{});
  EXPECT_EQ(distances(*read).pairs_at, (std::vector<std::uint64_t>{2, 0, 2}));
  ASSERT_EQ(read->unused().size(), 1U);
  EXPECT_EQ(read->unused()[0].what, "node data colour");
  EXPECT_EQ(read->unused()[0].count, 1);
}

TEST(GraphMl, ReadsThePublishedTopologyOf128Chips) {
  const auto read = read_graph(std::filesystem::path(VTPU_ROOT) / "tests/net/data/tons_128.graphml");
  ASSERT_TRUE(read) << read.error().message();
  const DistanceDistribution found = distances(*read);
  EXPECT_EQ(read->chip_count(), 128);
  EXPECT_EQ(num_edges(*read), 2U * 384);
  EXPECT_EQ(read->port_count(), 6);
  EXPECT_EQ(found.diameter(), 6);
  EXPECT_NEAR(found.average_excluding_self(), 3.36811, 5e-6);
}

TEST(GraphMl, AKeyIsForAllElementsUnlessItSaysOtherwise) {
  const std::string data = edge_with(R"(<data key="w">25</data>)");
  for (const char* of : {R"(for="edge")", R"(for="all")", ""})
    EXPECT_EQ(first_link(graphml(data, std::string("<key id=\"w\" ") + of + " attr.name=\"bandwidth_gbytes_per_s\"/>")),
              (LinkModel{25, 0}))
        << of;
}

TEST(GraphMl, ADefaultIsTheValueOfEdgesAndNodesWithoutOne) {
  for (const char* of : {"edge", "all"}) {
    const std::string keys = std::string("<key id=\"w\" for=\"") + of +
                             "\" attr.name=\"bandwidth_gbytes_per_s\"><default>25</default></key>";
    EXPECT_EQ(first_link(graphml(kPair, keys)), (LinkModel{25, 0})) << of;
    EXPECT_EQ(first_link(graphml(edge_with(R"(<data key="w">9</data>)"), keys)), (LinkModel{9, 0})) << of;
  }
  const auto read = parse_graphml(
      graphml(R"(<node id="x"><data key="k">chip</data></node><node id="y"/><edge source="x" target="y"/>)",
              R"(<key id="k" for="all" attr.name="kind"><default>switch</default></key>)"),
      "g");
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->chip_count(), 1);
  EXPECT_EQ(read->node_count(), 2);
}

TEST(GraphMl, AKeyMayBeGivenByItsNameOrAfterTheGraph) {
  const std::string data = edge_with(R"(<data key="latency_ns">7</data>)");
  EXPECT_EQ(first_link(graphml(data)), (LinkModel{50, 7}));
  EXPECT_EQ(first_link(graphml(data, R"(<key id="d0" for="edge" attr.name="latency_ns"/>)")), (LinkModel{50, 7}));
  EXPECT_EQ(first_link("<graphml><graph edgedefault='undirected'>" + edge_with("<data key='d0'>7</data>") +
                       "</graph><key attr.name='latency_ns' for='edge' id='d0'/></graphml>"),
            (LinkModel{50, 7}));
  EXPECT_EQ(first_link(graphml(kNodes + R"(<edge target="y" latency_ns="7" source="x"/>)")), (LinkModel{50, 7}))
      << "an attribute of the edge itself";
}

TEST(GraphMl, ReadsTheSpeedsOfTheTopologyZoo) {
  const std::string keys = R"(<key attr.name="LinkSpeed" attr.type="string" for="edge" id="d34" />
    <key attr.name="LinkSpeedUnits" attr.type="string" for="edge" id="d36" />
    <key attr.name="LinkSpeedRaw" attr.type="double" for="edge" id="d37" />
    <key attr.name="Latitude" attr.type="double" for="node" id="d29" />
    <key attr.name="Network" attr.type="string" for="graph" id="d3" />)";
  const std::string text =
      graphml("<data key=\"d3\">Abilene</data>" +
                  edge_with(R"(<data key="d34">10</data><data key="d36">G</data><data key="d37">10000000000.0</data>)"),
              keys);
  EXPECT_EQ(first_link(text), (LinkModel{1.25, 0}));
  EXPECT_EQ(unused_of(text), "edge data LinkSpeed 1; edge data LinkSpeedUnits 1; graph data Network 1; ");
}

TEST(GraphMl, EdgeDataThatMayBeWeightsAreUsedOrRefused) {
  for (const char* name : {"weight", "edgeWeight", "Bandwidth", "capacity", "link_delay", "latency", "length", "dist",
                           "distance_km", "cost", "linkCost", "metric", "Gbps", "rate", "lanes", "multiplicity"}) {
    const std::string key = std::string("<key id=\"d0\" for=\"edge\" attr.name=\"") + name + "\"/>";
    const std::string expected =
        std::string("g:3: found edge data '") + name +
        "', which may be a weight; expected bandwidth_gbytes_per_s, latency_ns or LinkSpeedRaw, "
        "or network.ignore = [\"" +
        name + "\"]";
    EXPECT_EQ(refusal(edge_with("<data key=\"d0\">5</data>"), key), expected);
    EXPECT_EQ(refusal(kNodes + "<edge source=\"x\" target=\"y\" " + name + "=\"5\"/>"), expected);
    EXPECT_EQ(unused_of(graphml(edge_with("<data key=\"d0\">5</data>"), key), {name}),
              std::string("edge data ") + name + " 1; ");
    EXPECT_EQ(refusal(kPair, key), "none") << "declared, and on no edge";
    EXPECT_EQ(refusal(kPair, std::string("\n<key id=\"d0\" attr.name=\"") + name + "\"><default>1</default></key>"),
              "g:3" + expected.substr(3));
  }
  EXPECT_EQ(first_link(graphml(edge_with("<data key=\"latency_ns\">5</data>"))), (LinkModel{50, 5}));
  EXPECT_EQ(unused_of(graphml(edge_with("<data key=\"latency_ns\">5</data>")), {"latency_ns"}),
            "edge data latency_ns 1; ");
}

TEST(GraphMl, OtherDataAreCountedByName) {
  EXPECT_EQ(
      unused_of(graphml(R"(<desc>any <b>text</b></desc><node id="x" lane="q"><data key="c">red</data><desc/></node>
                <node id="y"><port name="p"/></node><edge source="x" target="y" targetport="p" style="dashed" id="e"/>)",
                        R"(<key id="c" for="node" attr.name="colour"><default>blue</default></key>)")),
      "edge data style 1; node data colour 2; node data lane 1; port names of edges 1; ");
}

TEST(GraphMl, ReadsFilesOfDrawingProgramsWithoutTheirPictures) {
  const std::string text = R"(<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://www.yworks.com/xml/schema/graphml/1.1/ygraphml.xsd">
  <key for="port" id="d1" yfiles.type="portgraphics"/>
  <key for="node" id="d6" yfiles.type="nodegraphics"><default><y:ShapeNode/></default></key>
  <key for="graphml" id="d7" yfiles.type="resources"/>
  <key for="edge" id="d10" yfiles.type="edgegraphics"/>
  <graph edgedefault="undirected" id="G" parse.nodes="2" parse.edges="1" parse.order="free" parse.nodeids="canonical">
    <node id="n0"><data key="d6"><y:ShapeNode><y:NodeLabel>text</y:NodeLabel></y:ShapeNode></data></node>
    <node id="n1"/>
    <edge id="e0" source="n0" target="n1"><data key="d10"><y:PolyLineEdge><y:LineStyle width="2"/></y:PolyLineEdge></data></edge>
  </graph>
  <data key="d7"><y:Resources/></data>
</graphml>)";
  EXPECT_EQ(unused_of(text), "edge data edgegraphics 1; file data resources 1; node data nodegraphics 1; ");
}

TEST(GraphMl, ReadsPrefixesEntitiesCharacterDataAndComments) {
  const auto read = parse_graphml(R"(<?xml version='1.0'?>
<!DOCTYPE g:graphml [<!ENTITY one "first &amp; only">]>
<!-- <graph> -->
<g:graphml xmlns:g="http://graphml.graphdrawing.org/xmlns"><g:graph edgedefault='undirected'>
<g:edge target='&one;' source='a&#10;b&lt;'/><!-- edges may come first -->
<g:node id="a&#10;b&lt;"/><g:node id="first &#38; only"/><g:node id="s"><g:data key="kind"><![CDATA[switch]]></g:data></g:node>
</g:graph></g:graphml>)",
                                  "g");
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->node_names().name(Chip{0}), "a\nb<");
  EXPECT_EQ(read->node_names().name(Chip{1}), "first & only");
  EXPECT_EQ(read->chip_count(), 2);
}

TEST(GraphMl, StructureThatTheGraphCannotHoldIsRefusedWithItsLine) {
  const std::string flat = "; expected one flat graph of nodes and edges between two nodes";
  EXPECT_EQ(refusal(kPair + "\n<node id=\"z\">\n<graph id=\"z:\" edgedefault=\"undirected\"/></node>"),
            "g:5: found <graph> in node 'z'" + flat);
  EXPECT_EQ(refusal(edge_with("<graph edgedefault=\"undirected\"/>")), "g:3: found <graph> in an edge" + flat);
  EXPECT_EQ(refusal(kPair + "\n<hyperedge><endpoint node=\"x\"/></hyperedge>"), "g:4: found <hyperedge>" + flat);
  EXPECT_EQ(refusal(kPair + "\n<locator xlink=\"f\"/>"), "g:4: found <locator>" + flat);
  EXPECT_EQ(refusal(kPair + "\n<nodes/>"), "g:4: found <nodes>" + flat);
  EXPECT_EQ(refusal(kPair + "\n<o:edge xmlns:o=\"urn:other\"/>"),
            "g:4: found <edge> of the namespace 'urn:other'" + flat);
  EXPECT_EQ(refusal(kPair + "</graph>\n<graph edgedefault=\"undirected\">"),
            "g:4: found a second graph; expected one graph");
  EXPECT_EQ(refusal(kPair + "\nx"), "g:4: found the text 'x' between elements; expected elements only");
  const std::string full_duplex = "; expected undirected ones: links are full duplex";
  EXPECT_EQ(refusal(kPair, "", "directed"), "g:3: found a directed edge by edgedefault=\"directed\"" + full_duplex);
  EXPECT_EQ(refusal(kPair + "\n<edge source=\"x\" target=\"y\" directed=\"true\"/>"),
            "g:4: found a directed edge" + full_duplex);
  EXPECT_EQ(refusal(kNodes + "<edge source=\"x\" target=\"y\" directed=\"false\"/>", "", "directed"), "none");
  EXPECT_EQ(refusal(kPair, "", ""), "g:2: found edgedefault ''; expected undirected: links are full duplex");
  EXPECT_EQ(refusal(kPair + "<edge source=\"x\" target=\"y\" directed=\"yes\"/>"),
            "g:3: found directed 'yes'; expected true or false");
}

TEST(GraphMl, UnknownAndRepeatedIdsAreRefusedWithTheirLine) {
  EXPECT_EQ(refusal(kPair + "\n<edge source=\"x\" target=\"z\"/>"),
            "g:4: found an edge of the unknown node 'z'; did you mean 'x'?; expected the id of a node");
  EXPECT_EQ(refusal(kPair + "\n<node id=\"x\"/>"), "g:4: found node 'x' again, as on line 3; expected every id once");
  EXPECT_EQ(refusal(kPair + "\n<node/>"), "g:4: found <node> without id; expected id=\"…\"");
  EXPECT_EQ(refusal(kPair + "\n<edge source=\"x\"/>"), "g:4: found <edge> without target; expected target=\"…\"");
  EXPECT_EQ(refusal(kPair + "\n<edge source=\"x\" target=\"y\" sourceport=\"p\"/>"),
            "g:4: found an edge at the unknown port 'p' of node 'x'; expected a <port> of that node");
  EXPECT_EQ(refusal(kPair + "\n<edge source=\"x\" target=\"x\"/>"),
            "g:4: found a link from node 'x' to itself; expected two different nodes");
  const std::string key = R"(<key id="d0" for="node" attr.name="label"/>)";
  EXPECT_EQ(refusal(edge_with("\n<data key=\"d0\">x</data>"), key),
            "g:4: found data of key 'd0' in an edge; expected in a node, for which line 2 declares it");
  EXPECT_EQ(refusal(edge_with("\n<data key=\"d1\">x</data>"), key),
            "g:4: found data of the unknown key 'd1'; did you mean 'd0'?; expected a key that the file declares");
  EXPECT_EQ(refusal(kPair, key + key), "g:2: found key 'd0' again, as on line 2; expected every id once");
  EXPECT_EQ(refusal(kPair, R"(<key id="d0" for="edges"/>)"),
            "g:2: found a key for 'edges'; did you mean 'edge'?; expected one of all, graphml, graph, node, edge, "
            "hyperedge, port, endpoint");
}

TEST(GraphMl, WrongValuesAreRefusedWithTheirLine) {
  EXPECT_EQ(refusal(kPair + "\n<node id=\"z\"><data key=\"kind\">swich</data></node>"),
            "g:4: found kind 'swich'; did you mean 'switch'?; expected chip or switch");
  EXPECT_EQ(refusal(edge_with("\n<data key=\"bandwidth_gbytes_per_s\">-5</data>")),
            "g:4: found bandwidth -5; expected above 0 GB/s");
  EXPECT_EQ(refusal(edge_with("\n<data key=\"latency_ns\">5 ms</data>")),
            "g:4: found '5 ms'; expected a decimal number");
  EXPECT_EQ(refusal(edge_with("\n<data key=\"latency_ns\">5<v/></data>")),
            "g:4: found elements in the value of latency_ns; expected a number");
  EXPECT_EQ(refusal(edge_with("<data key=\"latency_ns\">5</data>\n<data key=\"latency_ns\">5</data>")),
            "g:4: found latency_ns a second time in one edge; expected each once");
  EXPECT_EQ(refusal(edge_with("<data key=\"LinkSpeedRaw\">5</data><data key=\"bandwidth_gbytes_per_s\">5</data>")),
            "g:3: found bandwidth_gbytes_per_s beside another bandwidth; expected one of them");
  EXPECT_EQ(refusal("<node id=\"x\"><data key=\"latency_ns\">5</data></node>"),
            "g:3: found latency_ns of a node; expected data of an edge");
  EXPECT_EQ(refusal("<data key=\"latency_ns\">5</data>" + kPair),
            "g:3: found latency_ns of a graph; expected data of an edge");
  EXPECT_EQ(
      refusal_of_file("<graphml>\n<graph edgedefault='undirected' parse.nodes='3'>" + kPair + "</graph></graphml>"),
      "g:2: found parse.nodes '3' and 2 nodes; expected the number of nodes");
  EXPECT_EQ(
      refusal_of_file("<graphml>\n<graph edgedefault='undirected' parse.edges='2'>" + kPair + "</graph></graphml>"),
      "g:2: found parse.edges '2' and 1 edges; expected the number of edges");
}

TEST(GraphMl, MalformedXmlIsRefusedWithItsLine) {
  EXPECT_EQ(refusal_of_file("<graphml>\n<graph edgedefault='undirected'>\n<node id=</graph></graphml>"),
            "g:3: malformed XML: not well-formed (invalid token)");
  EXPECT_EQ(refusal_of_file(""), "g:1: malformed XML: no element found");
  EXPECT_EQ(refusal_of_file("<svg/>"), "g:1: found <svg>; expected <graphml>");
  EXPECT_EQ(refusal_of_file("<graphml/>"), "g: found no graph; expected <graphml> with one <graph>");
  EXPECT_EQ(refusal(""), "g: found no chip; expected at least one node that is not a switch");
  EXPECT_EQ(refusal(kNodes), "g: found no link; expected at least one");
  std::string cut = graphml(kPair);
  cut.resize(cut.size() - 5);
  EXPECT_EQ(refusal_of_file(cut).substr(0, 19), "g:3: malformed XML:");
}

TEST(GraphMl, OtherEncodingsAndExternalPartsAreRefusedByName) {
  const std::string rest = "<graphml><graph edgedefault='undirected'>" + kPair + "</graph></graphml>";
  EXPECT_EQ(refusal_of_file("<?xml version='1.0' encoding='ISO-8859-1'?>\n" + rest),
            "g:1: found encoding 'ISO-8859-1'; expected UTF-8");
  EXPECT_EQ(refusal_of_file("<?xml version='1.0' encoding='UTF-16'?>\n" + rest),
            "g:1: found encoding 'UTF-16'; expected UTF-8");
  EXPECT_EQ(refusal_of_file("<?xml version='1.0' encoding='utf-8'?>\n" + rest), "none");
  EXPECT_EQ(refusal_of_file("<?xml version='1.0' encoding='us-ascii'?>\n" + rest), "none");
  EXPECT_EQ(refusal_of_file("<!DOCTYPE graphml SYSTEM \"http://graphml.graphdrawing.org/dtds/graphml.dtd\">\n" + rest),
            "none");
  EXPECT_EQ(refusal_of_file("<!DOCTYPE graphml SYSTEM \"other.dtd\">\n" + rest),
            "g:1: found the external document type 'other.dtd'; expected a file that is complete by itself");
  EXPECT_EQ(refusal_of_file("<!DOCTYPE graphml [\n<!ENTITY e SYSTEM \"/etc/passwd\">]>\n" + rest),
            "g:2: found the external entity '/etc/passwd'; expected a file that is complete by itself");
  EXPECT_EQ(refusal_of_file("<!DOCTYPE graphml [\n<!ENTITY % e \"<!ENTITY f 'x'>\">\n%e;]>\n" + rest),
            "g:2: found the parameter entity 'e'; expected a file that is complete by itself");
  EXPECT_EQ(refusal_of_file("<!DOCTYPE graphml SYSTEM \"http://graphml.graphdrawing.org/dtds/graphml.dtd\">\n"
                            "<graphml><graph edgedefault='undirected'>&more;" +
                            kPair + "</graph></graphml>"),
            "g:2: found the unknown entity 'more'; expected an entity that the file declares");
}

TEST(GraphMl, DeepNestingAndGrowingEntitiesExhaustNothing) {
  std::string deep = "<graphml><graph edgedefault='undirected'><node id='x'><data key='k'>";
  for (int i = 0; i < 200000; ++i) deep += "<a>";
  EXPECT_EQ(refusal_of_file(deep), "g:1: found elements nested hundreds deep; expected one graph of nodes and edges");
  std::string chain = "<!DOCTYPE graphml [<!ENTITY e0 'x'>\n";
  for (int i = 1; i < 20000; ++i) chain += "<!ENTITY e" + std::to_string(i) + " '&e" + std::to_string(i - 1) + ";'>\n";
  EXPECT_EQ(refusal_of_file(chain + "]><graphml>&e19999;</graphml>"),
            "g:1001: found one more entity; expected at most 1000");
  std::string bomb = "<!DOCTYPE graphml [<!ENTITY e0 '0123456789'>";
  for (int i = 1; i < 12; ++i) {
    bomb += "<!ENTITY e" + std::to_string(i) + " '";
    for (int j = 0; j < 10; ++j) bomb += "&e" + std::to_string(i - 1) + ";";
    bomb += "'>";
  }
  bomb +=
      "]><graphml><graph edgedefault='undirected'><node id='x'><data key='kind'>&e11;</data></node></graph></graphml>";
  EXPECT_EQ(refusal_of_file(bomb).substr(0, 19), "g:1: malformed XML:");
}

TEST(GraphFiles, TheFormatFollowsFromTheNameOrTheFirstCharacter) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "graph_files";
  std::filesystem::create_directories(folder);
  const auto refusal_for = [&](const std::string& name, const std::string& text) {
    std::ofstream(folder / name) << text;
    const auto read = read_graph(folder / name);
    return read ? std::string("none") : read.error().message();
  };
  for (const char* name : {"g.graphml", "g.GraphML", "g.xml", "g", "g.txt"})
    EXPECT_EQ(refusal_for(name, "\n" + graphml(kPair).substr(39)), "none") << name;
  for (const char* name : {"g.txt", "g.edges", "g"}) EXPECT_EQ(refusal_for(name, "x y\n"), "none") << name;
  for (const char* name : {"g.json", "g.GML", "g.dot", "g.gexf", "g.csv", "g.net", "g.graphml.gz"})
    EXPECT_NE(refusal_for(name, "x y\n").find("; expected GraphML (.graphml) or an edge list"), std::string::npos)
        << name;
}

}  // namespace
}  // namespace vtpu::net::topology
