#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/net/topology/graph_topology.h"

/// Graphs of one's own, read from files. Nodes keep the names that the file gives them.
namespace vtpu::net::topology {

/// One link a line, `a b [bandwidth_gbytes_per_s [latency_ns]]`: names of nodes are words without blanks, numbered as
/// they first appear; '#' begins a comment; empty lines are passed over. All nodes are chips, links full duplex.
/// Error: file:line, what was found, what may stand there.
Result<GraphTopology> parse_edge_list(std::string_view text, const std::string& file);

/// GraphML, read by Boost.Graph: one undirected graph. Optional data of edges: bandwidth_gbytes_per_s, latency_ns; of
/// nodes: kind (chip or switch, chip if left out), and all other data is ignored. Nodes are known by their ids.
/// Error: the file and what Boost found wrong, with the line for malformed XML; the node or edge whose data is wrong.
Result<GraphTopology> parse_graphml(std::string_view text, const std::string& file);

/// GraphML if the file's name ends in .graphml, else an edge list.
Result<GraphTopology> read_graph(const std::filesystem::path& path);

}  // namespace vtpu::net::topology
