#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/net/ocs/ocs_state.h"
#include "vtpu/net/ocs/slice.h"

/// OCS states in files, so that states found by a search can be stored, read by people and run again:
///
///     block_side 4
///     blocks 68
///     shape 4x4x8
///     slice 0 1
///     x(0,0): 0+ - 0-
///     z(3,1): 0+ - 1-
///
/// The header gives the layout of the switches, the slice's sides in chips, and the block in each place of its grid,
/// last coordinate fastest. Then follows one circuit per line in the form of `to_string(Circuit)`: dimension, face
/// position, block and face of each port. '#' begins a comment; empty lines are skipped.
namespace vtpu::net::ocs {

struct StateOfSlice {
  OcsState state;
  Slice slice;
};

/// Error: file:line, found, expected; for example a missing or repeated line of the header, an unknown word with the
/// nearest known one, a port in two circuits.
Result<StateOfSlice> parse_ocs_state(std::string_view text, const std::string& file);
Result<StateOfSlice> read_ocs_state(const std::filesystem::path& path);

/// The text of the file. Parsing it gives the same state and slice.
std::string ocs_state_text(const OcsState& state, const Slice& slice);

}  // namespace vtpu::net::ocs
