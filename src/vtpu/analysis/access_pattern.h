#pragma once
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "vtpu/analysis/reuse_distance.h"
#include "vtpu/exec/interpreter.h"

namespace vtpu::analysis {

enum class Pattern : std::uint8_t {
  constant,    ///< always the same address
  sequential,  ///< each access starts where the previous one ended, or ends where that started
  strided,     ///< one other stride
  random       ///< no stride reaches the required share
};
std::string_view name_of(Pattern pattern);

/// The accesses of one word.
struct WordPattern {
  std::uint32_t word = 0;
  Pattern pattern = Pattern::constant;
  std::int64_t stride = 0;  ///< in bytes, the most frequent
  double share = 1;         ///< of this stride among all steps
  std::uint64_t reads = 0, writes = 0;
};

/// Classifies the accesses of a program to memory.
class AccessPattern {
 public:
  /// The share of steps that the most frequent stride needs to determine the pattern. A loop over rows of ten has a
  /// different step once in ten.
  static constexpr double kShare = 0.9;

  explicit AccessPattern(unsigned line = 64) : line_(line) {}

  void access(std::uint32_t word, std::uint64_t address, std::uint32_t bytes, bool write);
  void operator()(const exec::MemoryAccess& a) {
    access(a.word, reinterpret_cast<std::uintptr_t>(a.address), a.bytes, a.write);
  }

  /// In order of words.
  std::vector<WordPattern> words() const;
  /// Accesses to lines by reuse distance: [0] at distance 0, [k] from 2^(k−1) to 2^k − 1. First accesses are not in it.
  const std::vector<std::uint64_t>& reuse() const { return reuse_histogram_; }
  /// The number of distinct lines accessed.
  std::uint64_t working_set_lines() const { return reuse_.lines(); }

 private:
  struct Track {
    std::uint64_t last = 0;
    std::uint32_t bytes = 0;
    std::uint64_t reads = 0, writes = 0;
    std::map<std::int64_t, std::uint64_t> strides;
  };
  unsigned line_;
  std::map<std::uint32_t, Track> tracks_;
  ReuseDistance reuse_;
  std::vector<std::uint64_t> reuse_histogram_;
};

}  // namespace vtpu::analysis
