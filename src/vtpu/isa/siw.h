#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/isa/program.h"

namespace vtpu::isa {

// The container `.siw`, little-endian:
//   0   magic, 8 bytes            24  reserved, 32 bytes of 0
//   8   version, 4                56  XXH64 (seed 0) of bytes 0 to 55 and of all bytes from 64 on, 8
//   12  number of words, 4        64  words, 64 bytes each (word.h)
//   16  number of constants, 4    …   constants, 64 bytes each
//   20  number of coordinates, 4  …   coordinates, 16 bytes each, the flags included
inline constexpr std::string_view kSiwMagic{"VTPUSIW\n", 8};
inline constexpr std::uint32_t kSiwVersion = 1;
inline constexpr std::size_t kSiwHeaderBytes = 64;

/// The bytes of a program within kMaxWords and kMaxPool. Name and labels are not stored.
std::string to_siw(const Program& program);

/// Reads a program, which is named `where` and not yet validated. Memory use is bounded by the number of bytes. Error:
/// `where`, the position in the bytes, what was found, what was expected.
Result<Program> parse_siw(std::string_view bytes, const std::string& where);

}  // namespace vtpu::isa
