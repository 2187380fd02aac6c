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

// The state of a machine as JSON and as text. The text is made from the JSON, so that both agree.

/// Number, status, trap, words and ops retired, translation counters, and the non-zero registers: `r` as numbers, `p`
/// as coordinates, `m` and `v` as hexadecimal bytes in memory order.
nlohmann::ordered_json sentron_json(const exec::Context& sentron);
/// Several lines; the first has number and status. The JSON may lack registers.
std::string sentron_text(const nlohmann::ordered_json& sentron);

/// Every region in the order of handles: box, layout, sizes.
nlohmann::ordered_json regions_json(const memory::PageTable& memory);
/// A heading and one line per region.
std::string regions_text(const nlohmann::ordered_json& regions);

/// A coordinate in either text form of phext::PackedCoordinate or, as in the outputs above, with numbers from 0. Error:
/// as phext::PackedCoordinate::parse.
Result<phext::PackedCoordinate> parse_place(const std::string& text);

/// Bytes in hexadecimal.
std::string hex(std::span<const std::byte> bytes);

}  // namespace vtpu::analysis
