#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "vtpu/exec/trap.h"
#include "vtpu/memory/pointer.h"
#include "vtpu/memory/translation_cache.h"

namespace vtpu::exec {

/// Retired words, control ops, and ops by slot (those that isa::OpcodeInfo::counts counts).
struct Retired {
  std::uint64_t words = 0;
  std::array<std::uint64_t, 3> ops{};
  std::uint64_t control = 0;

  std::uint64_t total() const { return ops[0] + ops[1] + ops[2]; }
  friend bool operator==(const Retired&, const Retired&) = default;
};

class Exchange;

enum class Status : std::uint8_t { ready, waiting, halted, trapped };
constexpr std::string_view name_of(Status status) {
  switch (status) {
    case Status::ready: return "ready";
    case Status::waiting: return "waiting";
    case Status::halted: return "halted";
    case Status::trapped: return "trapped";
  }
  return "";
}

/// Bits of sr. Each is written by one slot only.
inline constexpr std::uint64_t kSaturated = 1;    ///< S: the last sindex was clamped
inline constexpr std::uint64_t kEmpty = 1u << 8;  ///< C: the last crecv.try found nothing

/// A vector register; 64 bytes, lane 0 first, little-endian.
struct alignas(64) Vector {
  std::array<std::byte, 64> bytes{};
  friend bool operator==(const Vector&, const Vector&) = default;
};
struct alignas(32) Message {
  std::array<std::byte, 32> bytes{};
  friend bool operator==(const Message&, const Message&) = default;
};

/// The state of a sentron between two words: registers, position in its program, retired operations. Compiled code uses
/// the offsets. At most 2 KiB.
struct alignas(64) Context {
  std::array<Vector, 16> v{};
  std::array<memory::Pointer, 8> p{};
  std::array<Message, 4> m{};
  std::array<std::uint64_t, 16> r{};
  std::uint64_t sr = 0;
  std::uint64_t pc = 0;
  std::uint64_t fuel = 0;  ///< words that may still retire
  memory::TranslationCache* cache = nullptr;
  Exchange* exchange = nullptr;  ///< in a node, its worker's; see Machine::exchange
  Retired retired;
  double temperature = 0;
  std::uint32_t id = 0;  ///< number of the sentron, from 0
  Status status = Status::ready;
  Trap trap;
  std::uint64_t frees = 0;   ///< up to which translations to freed regions were dropped; see PageTable::frees
  std::uint32_t worker = 0;  ///< that runs it, from 0
};
static_assert(sizeof(Context) <= 2048);

}  // namespace vtpu::exec
