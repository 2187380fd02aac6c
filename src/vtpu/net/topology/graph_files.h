#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/net/topology/graph_topology.h"

/// User-defined graphs, read from files. Nodes keep the names that the file gives them.
namespace vtpu::net::topology {

/// One link per line: `a b [bandwidth_gbytes_per_s [latency_ns]]`. Node names are words without blanks, numbered in
/// order of first appearance. '#' begins a comment; empty lines are skipped. All nodes are chips, and links are full
/// duplex. Error: file:line, found, expected.
Result<GraphTopology> parse_edge_list(std::string_view text, const std::string& file);

/// GraphML, read by Boost.Graph: one undirected graph. Optional edge data: bandwidth_gbytes_per_s, latency_ns. Optional
/// node data: kind (chip or switch; default chip). All other data is ignored. Nodes are identified by their ids. Error:
/// the file and Boost's message, with the line for malformed XML; or the node or edge whose data is wrong.
Result<GraphTopology> parse_graphml(std::string_view text, const std::string& file);

/// Reads GraphML if the file name ends in .graphml, else an edge list.
Result<GraphTopology> read_graph(const std::filesystem::path& path);

}  // namespace vtpu::net::topology
