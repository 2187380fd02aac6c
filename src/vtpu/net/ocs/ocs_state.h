#pragma once
#include <array>
#include <compare>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/base/result.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/machine.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::ocs {

/// The side of a block that a port faces.
enum class Face { plus, minus };

/// The optical circuit switches and the wiring of their ports. Blocks of s^3 chips have s^2 optical links on each of
/// six faces. One switch connects the '+' and '-' links of one dimension and one face position of all blocks. So there
/// are 3·s^2 switches (48 for s = 4) with two ports per block (136 for 64 blocks and 4 spares). Source:
/// jouppi2023tpuv4, Section 2.2.
struct OcsLayout {
  int block_side = 4;
  int blocks = 68;

  static OcsLayout of(const Machine& machine) { return {machine.config().block_side, machine.block_count()}; }

  int ocs_count() const { return 3 * block_side * block_side; }
  int ports_per_ocs() const { return 2 * blocks; }
  Shape block_shape() const { return {block_side, block_side, block_side}; }

  /// The switch of a dimension (0..2) and a position on that dimension's face of a block: dimension · s^2 + u · s + v,
  /// where u and v are the position's other two coordinates in rising order of dimension.
  Ocs ocs_of(int dimension, const Coordinates& position) const;
  int dimension_of(Ocs ocs) const { return ocs.value() / (block_side * block_side); }
  /// The position on the given face that a switch serves.
  Coordinates position_of(Ocs ocs, Face face) const;

  OcsPort port_of(Block block, Face face) const { return OcsPort(2 * block.value() + (face == Face::minus ? 1 : 0)); }
  Block block_of(OcsPort port) const { return Block(port.value() / 2); }
  Face face_of(OcsPort port) const { return port.value() % 2 == 0 ? Face::plus : Face::minus; }

  bool operator==(const OcsLayout&) const = default;
};

/// A light path through one switch between two of its ports; it carries both directions.
struct Circuit {
  Ocs ocs;
  OcsPort a;
  OcsPort b;
  auto operator<=>(const Circuit&) const = default;
};

/// "x(2,3): 5+ - 6-": dimension, face position, block and face of each port.
std::string to_string(const Circuit& circuit, const OcsLayout& layout);

/// The circuits of all switches: for each switch a partial matching of its ports. Any two ports of a switch may be
/// joined. The sources call the switch 136 x 136, any input to any output, but do not say which ports are inputs; a
/// switch with all + ports on one side and all - ports on the other has no like-face circuits. A dark port has none.
class OcsState {
 public:
  /// A state in which all ports are dark.
  explicit OcsState(const OcsLayout& layout);
  /// Error: the first circuit with an unknown switch or port, with two equal ports, or with a port already in use.
  static Result<OcsState> make(const OcsLayout& layout, std::span<const Circuit> circuits);

  const OcsLayout& layout() const { return layout_; }
  /// The port at the other end of the circuit, or -1 if the port is dark.
  OcsPort peer(Ocs ocs, OcsPort port) const { return peers_[index(ocs, port)]; }
  /// All circuits in the order of switches and ports; a < b in each.
  std::vector<Circuit> circuits() const;

  /// Error: as for `make`.
  Result<void> connect(const Circuit& circuit);
  /// Removes the circuit of a port. Error: no such switch or port, or a port that is dark.
  Result<void> disconnect(Ocs ocs, OcsPort port);

  bool operator==(const OcsState&) const = default;

 private:
  std::size_t index(Ocs ocs, OcsPort port) const {
    return static_cast<std::size_t>(ocs.value()) * static_cast<std::size_t>(layout_.ports_per_ocs()) +
           static_cast<std::size_t>(port.value());
  }
  Result<void> check(Ocs ocs, OcsPort port) const;

  OcsLayout layout_;
  std::vector<OcsPort> peers_;
};

/// A port of a chip given by block and position: 2·d is the '+' side of dimension d, 2·d + 1 its '-' side.
struct PlacedPort {
  BlockPlace place;
  PortNumber port;
};
/// The other end of the link at a port: the neighbour in the block or, at a face, the port at the other end of the
/// circuit; none if the face port is dark.
std::optional<PlacedPort> far_end(const OcsState& state, const PlacedPort& end);

/// The circuits that join two + ports or two - ports. Tori, regular or twisted, have none.
int like_face_circuits(const OcsState& state);

/// The circuits that differ between two states of the same layout (an invariant).
struct CircuitChanges {
  std::vector<Circuit> removed;
  std::vector<Circuit> added;
};
CircuitChanges changes(const OcsState& before, const OcsState& after);

/// A state in which a spare block has replaced a failed one.
struct Splice {
  OcsState state;
  CircuitChanges changes;
};

/// Moves every circuit of `failed` to the same face and position of `spare`, so that the state forms the same topology,
/// with the spare's chips in the failed block's places. Error: no such block, the same block twice, or a spare that has
/// circuits.
Result<Splice> splice_block(const OcsState& state, Block failed, Block spare);

}  // namespace vtpu::net::ocs
