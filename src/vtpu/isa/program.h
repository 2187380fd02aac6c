#pragma once
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "vtpu/isa/word.h"
#include "vtpu/phext/packed.h"

namespace vtpu::isa {

using Constant = std::array<std::byte, 64>;

/// A stream of words with its pools. Nothing says it is valid: `validate` does.
struct Program {
  std::string name;
  std::vector<Word> words;
  std::vector<Constant> constants;
  std::vector<phext::PackedCoordinate> coordinates;
  std::map<std::uint32_t, std::string> labels;  ///< names of words, for listings; the container does not keep them

  /// Labels and name aside.
  friend bool operator==(const Program& a, const Program& b) {
    return a.words == b.words && a.constants == b.constants && a.coordinates == b.coordinates;
  }
};

inline constexpr std::size_t kMaxWords = std::size_t{1} << 22;
inline constexpr std::size_t kMaxPool = std::size_t{1} << 16;

}  // namespace vtpu::isa
