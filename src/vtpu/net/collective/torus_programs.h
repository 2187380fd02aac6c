#pragma once
#include "vtpu/net/collective/chip_program.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::collective {

/// Ring (one stream, on a grid of one dimension), bidirectional ring (two streams, one per direction) and bucket (two
/// streams for each order of dimensions in use). A chip's block goes round the ring of one dimension, the blocks of
/// that ring round the ring of the next, and so on. Sources: Patarasuk and Yuan, "Bandwidth optimal all-reduce
/// algorithms for clusters of workstations", JPDC 69(2), 2009 (the ring); Jain and Sabharwal, "Optimal bucket
/// algorithms for large MPI collectives on torus interconnects", ICS 2010 (streams that begin with different
/// dimensions).
///
/// At equal sides the rotations of one order, with equal shares, let every directed link serve exactly one stream at
/// any time without idling. At unequal sides streams would share some links and leave others idle. The orders then get
/// the shares that load all links equally (balanced_orders.h), and each stream is divided into segments that follow
/// each other from ring to ring, so that a link that waits for one stream can carry another stream's segment.
ChipProgram ring_all_gather(const Shape& ring);
ChipProgram bucket_all_gather(const Shape& grid, Algorithm algorithm);

/// Every chip sends its block to every other chip at once.
ChipProgram direct_all_gather(const Shape& grid);

/// Every chip sends its block for every other chip at once.
ChipProgram direct_all_to_all(const Shape& grid);

/// One phase per dimension: a chip sends to each chip of its ring all data for chips with that chip's coordinate, from
/// whatever source. d·(k - 1) messages thus replace k^d - 1. The data is in d parts; part p begins with dimension p.
ChipProgram dimension_wise_all_to_all(const Shape& grid);

}  // namespace vtpu::net::collective
