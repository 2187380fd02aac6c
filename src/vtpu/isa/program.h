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

/// A stream of words with its pools, valid or not; see `validate`.
struct Program {
  std::string name;
  std::vector<Word> words;
  std::vector<Constant> constants;
  std::vector<phext::PackedCoordinate> coordinates;
  std::map<std::uint32_t, std::string> labels;  ///< names of words, for listings; not stored in the container

  /// Ignores labels and name.
  friend bool operator==(const Program& a, const Program& b) {
    return a.words == b.words && a.constants == b.constants && a.coordinates == b.coordinates;
  }
};

inline constexpr std::size_t kMaxWords = std::size_t{1} << 22;
inline constexpr std::size_t kMaxPool = std::size_t{1} << 16;

}  // namespace vtpu::isa
