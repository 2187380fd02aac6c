#pragma once
#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "vtpu/model/token.h"

namespace vtpu::model {

/// The merges of a byte-pair vocabulary. Source: Sennrich, Haddow and Birch, "Neural machine translation of rare words
/// with subword units", ACL 2016.
class BytePairs {
 public:
  /// Memory that `merge` reuses.
  struct Scratch {
    std::vector<std::int32_t> token, rank, before, after;
    std::vector<std::uint64_t> heap;
  };

  /// The token of each byte alone.
  void set_byte(unsigned char byte, Token token) { bytes_[byte] = token; }
  /// Two neighbours become one token; a lower rank goes first. Returns whether the pair had no merge yet.
  bool add(Token left, Token right, Token merged, std::int32_t rank) {
    return merges_.try_emplace(key(left.value(), right.value()), Merge{rank, merged.value()}).second;
  }
  std::size_t size() const { return merges_.size(); }

  /// Appends the tokens of a word, which is shorter than 2^31 bytes. Of the pairs of neighbours, the one with the
  /// lowest rank is merged, the first of equals, until there is none. n bytes take O(n log n) time and O(n) memory.
  void merge(std::string_view word, Scratch& scratch, std::vector<Token>& out) const;

 private:
  struct Merge {
    std::int32_t rank, token;
  };
  static std::uint64_t key(std::int32_t left, std::int32_t right) {
    return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
  }

  std::array<Token, 256> bytes_{};
  absl::flat_hash_map<std::uint64_t, Merge> merges_;
};

}  // namespace vtpu::model
