#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/base/result.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/node_names.h"
#include "vtpu/net/topology.h"

namespace vtpu::net::topology {

/// A node of a graph under the name that its author gave it.
struct GraphNode {
  std::string name;
  bool is_switch = false;
};

/// A full-duplex link between two nodes, given by their places in the list of nodes. Values left out are those of the
/// usual link.
struct GraphLink {
  int a = 0;
  int b = 0;
  std::optional<double> bandwidth_gbytes_per_s;  ///< > 0
  std::optional<double> latency_ns;              ///< ≥ 0
  int line = 0;                                  ///< line of its file, for error messages; 0: none
};

/// Data of a file that the graph does not use.
struct UnusedData {
  std::string what;  ///< "node data colour"
  int count = 0;     ///< elements that have it
};

/// Any graph of chips and switches. Chips come first, then switches, each in the order given. A node's links are its
/// ports 0, 1, …, in the order given. All ports are of dimension 0. Parallel links are kept. The graph may be
/// disconnected, which `distances` reports as unreachable pairs.
class GraphTopology {
 public:
  /// A routing offers at most 64 next hops.
  static constexpr int kMostLinks = 64;
  static constexpr int kMostNodes = 1 << 20;

  /// `name`: of the topology and, with a link's line, the place of errors. Error: no chip, no link, too many nodes, two
  /// nodes with one name, a node with more than 64 links, a link from a node to itself, more than 255 different pairs
  /// of bandwidth and latency.
  static Result<GraphTopology> make(std::string name, const std::vector<GraphNode>& nodes,
                                    const std::vector<GraphLink>& links, std::vector<UnusedData> unused = {});

  /// The names that the author gave the nodes.
  const NodeNames& node_names() const { return node_names_; }
  const std::vector<UnusedData>& unused() const { return unused_; }

  static constexpr bool kVertexTransitive = false;
  static std::vector<GraphTopology> examples();
  std::string name() const { return name_; }
  int chip_count() const { return node_names_.chip_count(); }
  int node_count() const { return node_names_.node_count(); }
  int port_count() const { return ports_; }
  int dimension_of(PortNumber) const { return 0; }
  Port peer(Port port) const {
    const std::size_t end = end_at(port);
    return end < first_[Chip(port.chip.value() + 1)] ? ends_[end].peer : kNoPort;
  }
  LinkModel link(Port port, const LinkModel& usual) const {
    const Kind& kind = kinds_[ends_[end_at(port)].kind];
    return {kind.bandwidth_gbytes_per_s.value_or(usual.bandwidth_gbytes_per_s),
            kind.latency_ns.value_or(usual.latency_ns)};
  }

 private:
  struct Kind {
    std::optional<double> bandwidth_gbytes_per_s;
    std::optional<double> latency_ns;
    bool operator==(const Kind&) const = default;
  };
  struct End {
    Port peer;
    std::size_t kind = 0;
  };

  GraphTopology(std::string name, NodeNames names) : name_(std::move(name)), node_names_(std::move(names)) {}
  std::size_t end_at(Port port) const { return first_[port.chip] + static_cast<std::size_t>(port.number.value()); }

  std::string name_;
  NodeNames node_names_;
  std::vector<UnusedData> unused_;
  int ports_ = 0;
  IndexedVector<Chip, std::size_t> first_;  // first port of each node; one entry more than there are nodes
  std::vector<End> ends_;
  std::vector<Kind> kinds_;
};
static_assert(Topology<GraphTopology>);

}  // namespace vtpu::net::topology
