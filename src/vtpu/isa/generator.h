#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/isa/program.h"

namespace vtpu::isa {

/// Which slots the words of the loop fill. A heavy mix fills its slot in every word and the others in one of four, a
/// balanced one fills all.
enum class Mix : std::uint8_t { dense, sparse, coordination, balanced };

/// How far apart the accesses are. high: one after the other in 4 KiB; medium: 65 lines of 64 bytes apart in 256 KiB;
/// low: random in 32 MiB.
enum class Locality : std::uint8_t { high, medium, low };

struct WorkloadSpec {
  Mix mix = Mix::balanced;
  Locality locality = Locality::high;
  /// Length of the chains of ops each of which reads the latest result of the words before it; 1: none does. At
  /// least 1.
  unsigned depth = 1;
  std::size_t words = 16;           ///< in the loop, 8 to 4096
  std::uint64_t iterations = 1000;  ///< at least 1
  std::uint64_t seed = 1;           ///< of the opcodes, the numbers and the random walk
};

inline constexpr Mix kMixes[] = {Mix::dense, Mix::sparse, Mix::coordination, Mix::balanced};
inline constexpr Locality kLocalities[] = {Locality::high, Locality::medium, Locality::low};

std::string_view name_of(Mix mix);
std::string_view name_of(Locality locality);

/// A valid program of one loop that brings its own region, which begins as zeros, and touches nothing else: dhalt
/// follows. The loop's first words move the index register (two dense ops, four of a random walk), its last one counts
/// down. No access leaves the region. Error: a number of the spec out of range, by name.
Result<Program> synthetic_program(const WorkloadSpec& spec);

}  // namespace vtpu::isa
