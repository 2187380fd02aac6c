#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"

namespace vtpu::model {

/// Unpacks an .xz file. Error: `name`, and what is wrong: not an .xz file, damaged, cut off, more than `most` bytes, or
/// more memory than the unpacking of a tokenizer needs.
Result<std::string> unpack_xz(std::string_view packed, const std::string& name, std::uint64_t most);

}  // namespace vtpu::model
