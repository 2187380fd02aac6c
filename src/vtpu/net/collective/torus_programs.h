#pragma once
#include "vtpu/net/collective/chip_program.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::collective {

/// Ring (one stream, on a grid of one dimension), bidirectional ring (two, one each way) and bucket (two for each order
/// of dimensions in use): a chip's block goes round the ring of one dimension, the blocks of that ring round the next,
/// and so on. Sources: Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations", JPDC
/// 69(2), 2009 (the ring); Jain and Sabharwal, "Optimal bucket algorithms for large MPI collectives on torus
/// interconnects", ICS 2010 (streams that begin with different dimensions).
///
/// At equal sides the rotations of one order, with equal shares, let every directed link serve one stream at a
/// time and never idle. At unequal sides streams would meet on some links and leave others idle: there the orders have
/// the shares that load all links alike (balanced_orders.h), and each stream comes in segments that follow each other
/// from ring to ring, so that a link that waits for one stream has another's segment to carry.
ChipProgram ring_all_gather(const Shape& ring);
ChipProgram bucket_all_gather(const Shape& grid, Algorithm algorithm);

/// Every chip sends its block to every other chip at once.
ChipProgram direct_all_gather(const Shape& grid);

/// Every chip sends its block for every other chip at once.
ChipProgram direct_all_to_all(const Shape& grid);

/// One phase a dimension: a chip sends to each chip of its ring all that is for places with that chip's coordinate,
/// whoever it came from, so that d·(k - 1) messages replace k^d - 1. The data is in d parts, part p begins with
/// dimension p.
ChipProgram dimension_wise_all_to_all(const Shape& grid);

}  // namespace vtpu::net::collective
