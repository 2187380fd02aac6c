#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/net/ocs/ocs_state.h"
#include "vtpu/net/ocs/slice.h"

/// OCS states as files, so that states found by a search can be kept, read by people, and run again:
///
///     block_side 4
///     blocks 68
///     shape 4x4x8
///     slice 0 1
///     x(0,0): 0+ - 0-
///     z(3,1): 0+ - 1-
///
/// The header says which switches there are, the sides in chips of the slice that is used, and the block in each place
/// of its grid, the last coordinate fastest. Then comes one circuit a line as `to_string(Circuit)` writes it:
/// dimension, face position, block and face of either port. '#' begins a comment; empty lines are passed over.
namespace vtpu::net::ocs {

struct StateOfSlice {
  OcsState state;
  Slice slice;
};

/// Error: file:line, what was found, what may stand there; among others a missing or repeated line of the header, an
/// unknown word with the nearest known one, a port that is in two circuits.
Result<StateOfSlice> parse_ocs_state(std::string_view text, const std::string& file);
Result<StateOfSlice> read_ocs_state(const std::filesystem::path& path);

/// The text of the file; parsing it gives the same state and slice.
std::string ocs_state_text(const OcsState& state, const Slice& slice);

}  // namespace vtpu::net::ocs
