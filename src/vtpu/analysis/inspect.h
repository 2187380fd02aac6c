#pragma once
#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/exec/machine.h"
#include "vtpu/phext/packed.h"

namespace vtpu::analysis {

// What a machine holds, for people and for programs: the text is made from the JSON, so that both say the same.

std::string_view name_of(exec::Status status);

/// Number, status, trap, words and ops retired, translation counters, and the registers that are not 0: `r` as numbers,
/// `p` as coordinates, `m` and `v` as hexadecimal bytes in the order of memory.
nlohmann::ordered_json sentron_json(const exec::Context& sentron);
/// Some lines, the first of which has number and status. Registers may have been left out.
std::string sentron_text(const nlohmann::ordered_json& sentron);

/// Every region in the order of handles: box, layout, sizes.
nlohmann::ordered_json regions_json(const memory::PageTable& memory);
/// One line a region below a heading.
std::string regions_text(const nlohmann::ordered_json& regions);

/// A coordinate in either text form of phext::PackedCoordinate, or as the outputs above show it, with numbers from 0.
/// Error: as phext::PackedCoordinate::parse.
Result<phext::PackedCoordinate> parse_place(const std::string& text);

/// Bytes in hexadecimal.
std::string hex(std::span<const std::byte> bytes);

}  // namespace vtpu::analysis
