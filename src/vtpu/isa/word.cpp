#include "vtpu/isa/word.h"

namespace vtpu::isa {
namespace {

constexpr std::size_t kReserved = 4;
constexpr std::size_t kSlotBytes = 20;
static_assert(kReserved + kSlots * kSlotBytes == kWordBytes);

template <std::size_t N>
void put(std::byte* at, std::uint64_t value) {
  for (std::size_t i = 0; i < N; ++i) at[i] = static_cast<std::byte>(value >> (8 * i));
}

template <std::size_t N>
std::uint64_t get(const std::byte* at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < N; ++i) value |= std::to_integer<std::uint64_t>(at[i]) << (8 * i);
  return value;
}

}  // namespace

EncodedWord encode(const Word& word) {
  EncodedWord bytes{};
  for (std::size_t s = 0; s < kSlots; ++s) {
    const Op& op = word.slot(static_cast<Slot>(s));
    std::byte* at = bytes.data() + kReserved + s * kSlotBytes;
    const std::uint8_t small[] = {static_cast<std::uint8_t>(op.opcode), op.d, op.a, op.b, op.c, op.mode, op.flags};
    for (const std::uint8_t byte : small) *at++ = static_cast<std::byte>(byte);
    ++at;
    put<4>(at, static_cast<std::uint32_t>(op.disp));
    put<8>(at + 4, static_cast<std::uint64_t>(op.imm));
  }
  return bytes;
}

DecodedWord decode(std::span<const std::byte, kWordBytes> bytes) {
  DecodedWord decoded;
  decoded.reserved_zero = get<kReserved>(bytes.data()) == 0;
  for (std::size_t s = 0; s < kSlots; ++s) {
    Op& op = decoded.word.slot(static_cast<Slot>(s));
    const std::byte* at = bytes.data() + kReserved + s * kSlotBytes;
    op.opcode = static_cast<Opcode>(at[0]);
    op.d = static_cast<std::uint8_t>(at[1]);
    op.a = static_cast<std::uint8_t>(at[2]);
    op.b = static_cast<std::uint8_t>(at[3]);
    op.c = static_cast<std::uint8_t>(at[4]);
    op.mode = static_cast<std::uint8_t>(at[5]);
    op.flags = static_cast<std::uint8_t>(at[6]);
    decoded.reserved_zero = decoded.reserved_zero && at[7] == std::byte{0};
    op.disp = static_cast<std::int32_t>(static_cast<std::uint32_t>(get<4>(at + 8)));
    op.imm = static_cast<std::int64_t>(get<8>(at + 12));
  }
  return decoded;
}

}  // namespace vtpu::isa
