#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/isa/program.h"

namespace vtpu::isa {

/// The slots that the words of the loop fill. A heavy mix fills its slot in every word and the others in one of four
/// words; a balanced mix fills all slots.
enum class Mix : std::uint8_t { dense, sparse, coordination, balanced };

/// The distance between accesses. high: sequential in 4 KiB; medium: 65 lines of 64 bytes apart in 256 KiB; low: random
/// in 32 MiB.
enum class Locality : std::uint8_t { high, medium, low };

inline constexpr std::size_t kLeastLoopWords = 8, kMostLoopWords = 4096;

struct WorkloadSpec {
  Mix mix = Mix::balanced;
  Locality locality = Locality::high;
  /// Length of the dependence chains, in ops, at least 1; with 1, no op reads the result of an earlier word.
  unsigned depth = 1;
  std::size_t words = 16;           ///< in the loop, kLeastLoopWords to kMostLoopWords
  std::uint64_t iterations = 1000;  ///< at least 1
  std::uint64_t seed = 1;           ///< of the opcodes, the numbers and the random accesses
};

inline constexpr Mix kMixes[] = {Mix::dense, Mix::sparse, Mix::coordination, Mix::balanced};
inline constexpr Locality kLocalities[] = {Locality::high, Locality::medium, Locality::low};

std::string_view name_of(Mix mix);
std::string_view name_of(Locality locality);

/// A valid program: it allocates a region of zeros, runs one loop that accesses only this region, and halts. The first
/// words of the loop move the index register (two dense ops, or four for random accesses); the last one counts down. No
/// access leaves the region. Error: a number of the spec that is out of range, by name.
Result<Program> synthetic_program(const WorkloadSpec& spec);

}  // namespace vtpu::isa
