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

/// The bytes of a program, whose words and pools are within kMaxWords and kMaxPool. Name and labels are not kept.
std::string to_siw(const Program& program);

/// The program in the bytes, named `where`; whether it may run, `validate` says. Takes no more memory than the bytes
/// justify. Error: `where`, the place in the bytes, what stands there, what may.
Result<Program> parse_siw(std::string_view bytes, const std::string& where);

}  // namespace vtpu::isa
