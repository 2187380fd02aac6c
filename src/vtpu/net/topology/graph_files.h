#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/topology/graph_topology.h"

/// User-defined graphs, read from files. Nodes keep the names that the file gives them. docs/graphs.md describes both
/// formats.
namespace vtpu::net::topology {

/// One link per line: `a b [bandwidth_gbytes_per_s [latency_ns]]`. Node names are words without blanks, numbered in
/// order of first appearance. '#' begins a comment; empty lines are skipped. All nodes are chips, and links are full
/// duplex. Error: file:line, found, expected.
Result<GraphTopology> parse_edge_list(std::string_view text, const std::string& file);

/// GraphML: one flat undirected graph. Nodes are named by their ids; node data `kind` is chip or switch. Edge data give
/// bandwidth and latency under the names that docs/graphs.md lists. Edge data whose name says that it is a weight, and
/// that are not among these, are an error unless `ignored` has their name; all other data are counted as unused. Error:
/// file:line, found, expected.
Result<GraphTopology> parse_graphml(std::string_view text, const std::string& file,
                                    const std::vector<std::string>& ignored = {});

/// Reads GraphML if the file name ends in .graphml or .xml or the text begins with '<', else an edge list. Error: also
/// a file whose name ends like that of another graph format.
Result<GraphTopology> read_graph(const std::filesystem::path& path, const std::vector<std::string>& ignored = {});

/// A link's own bandwidth or latency. Error: `where`, a text that is no number, a value out of range.
Result<double> parse_bandwidth(std::string_view text, const std::string& where);
Result<double> parse_latency(std::string_view text, const std::string& where);

}  // namespace vtpu::net::topology
