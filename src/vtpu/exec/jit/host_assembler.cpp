#include "vtpu/exec/jit/host_assembler.h"

namespace vtpu::exec::jit {
namespace {

/// The prefix VEX or EVEX and the opcode. `x`, `b`: bits 3 of a place's index and base, or bits 4 and 3 of a register.
std::uint8_t* put_prefix(std::uint8_t* at, Instruction i, bool evex, unsigned length, unsigned reg, unsigned second,
                         unsigned x, unsigned b) {
  const unsigned high = ~reg & 8, not_second = ~second & 15;
  if (evex) {
    *at++ = 0x62;
    *at++ = static_cast<std::uint8_t>(high << 4 | (x ^ 1) << 6 | (b ^ 1) << 5 | (~reg & 16) | i.map());
    *at++ = static_cast<std::uint8_t>(i.wide() << 7 | not_second << 3 | 4 | i.pp());
    *at++ = static_cast<std::uint8_t>(length << 5 | (~second & 16) >> 1);
  } else if (x == 0 && b == 0 && !i.vex_wide() && i.map() == 1) {
    *at++ = 0xc5;
    *at++ = static_cast<std::uint8_t>(high << 4 | not_second << 3 | length << 2 | i.pp());
  } else {
    *at++ = 0xc4;
    *at++ = static_cast<std::uint8_t>(high << 4 | (x ^ 1) << 6 | (b ^ 1) << 5 | i.map());
    *at++ = static_cast<std::uint8_t>(i.vex_wide() << 7 | not_second << 3 | length << 2 | i.pp());
  }
  *at++ = i.opcode;
  return at;
}

}  // namespace

HostAssembler::HostAssembler(asmjit::CodeHolder& code, Encoder encoder, std::size_t bytes)
    : full_(&code), encoder_(encoder) {
  code.reserveBuffer(&full_._section->_buffer, bytes);  // an error is found again when the code needs the room
  set_limit();
}

bool HostAssembler::make_room() {
  if (encoder_ == Encoder::asmjit) return false;
  asmjit::CodeBuffer& buffer = full_._section->_buffer;
  buffer._size = full_.offset();
  if (const Error error = full_.code()->growBuffer(&buffer, 2 * kMostBytes); error != asmjit::kErrorOk) {
    full_.reportError(error);
    return false;
  }
  set_limit();
  return limit_ != nullptr;
}

void HostAssembler::bind(const Label& label) {
  if (encoder_ == Encoder::asmjit) return static_cast<void>(full_.bind(label));
  Place& place = places_[label.id()];
  const auto here = static_cast<std::int32_t>(full_.offset());
  for (std::int32_t at = place.at; at != kNowhere;) {
    std::int32_t previous;
    std::memcpy(&previous, full_._bufferData + at, sizeof previous);
    const std::int32_t distance = here - (at + 4);
    std::memcpy(full_._bufferData + at, &distance, sizeof distance);
    at = previous;
  }
  place = {here, true};
}

std::size_t HostAssembler::offset_of(const Label& label) const {
  return encoder_ == Encoder::asmjit ? full_.code()->labelOffset(label)
                                     : static_cast<std::size_t>(places_[label.id()].at);
}

void HostAssembler::put_exits(const Label& leave) {
  constexpr std::int32_t kBytes = 10;  // mov eax, n; jmp leave
  if (encoder_ == Encoder::asmjit) {
    for (std::uint32_t i = 0; i < exit_labels_.size(); ++i) {
      full_.bind(exit_labels_[i]);
      full_.mov(asmjit::x86::eax, i);
      full_.long_().jmp(leave);
    }
    return;
  }
  const auto first = static_cast<std::int32_t>(full_.offset());
  for (const std::int32_t at : exit_jumps_) {
    std::int32_t exit;
    std::memcpy(&exit, full_._bufferData + at, sizeof exit);
    const std::int32_t distance = first + kBytes * exit - (at + 4);
    std::memcpy(full_._bufferData + at, &distance, sizeof distance);
  }
  const std::int32_t target = places_[leave.id()].at;
  for (std::uint32_t i = 0; i < exit_count_; ++i) {
    if (full_._bufferPtr >= limit_ && !make_room()) return;
    put_byte(0xb8);
    put_value(static_cast<std::int32_t>(i));
    put_byte(0xe9);
    put_value(target - static_cast<std::int32_t>(full_.offset()) - 4);
  }
}

void HostAssembler::put_arithmetic(unsigned number, bool wide, unsigned rm, std::int32_t value) {
  if (byte_sized(value)) {
    put(0, 0x83, wide, number, rm);
    return put_byte(static_cast<std::uint8_t>(value));
  }
  if (rm == 0)  // rax has an opcode of its own
    full_._bufferPtr = put_opcode(full_._bufferPtr, 0, number << 3 | 5, unsigned{wide} << 3);
  else
    put(0, 0x81, wide, number, rm);
  put_value(value);
}

void HostAssembler::put_opcode_with_register(unsigned opcode, unsigned reg) {
  full_._bufferPtr = put_opcode(full_._bufferPtr, 0, opcode | (reg & 7), reg >> 3);
}

void HostAssembler::put_long_move(unsigned reg, std::int64_t value) {
  std::uint8_t* at = put_opcode(full_._bufferPtr, 0, 0xb8 | (reg & 7), 8 | reg >> 3);
  std::memcpy(at, &value, sizeof value);
  full_._bufferPtr = at + sizeof value;
}

void HostAssembler::put_jump(unsigned condition, std::uint32_t label) {
  if ((label & kExit) != 0) {
    if (condition < kJump) put_byte(0x0f);
    put_byte(static_cast<std::uint8_t>(condition < kJump ? 0x80 | condition : condition == kJump ? 0xe9 : 0xe8));
    exit_jumps_.push_back(static_cast<std::int32_t>(full_.offset()));
    return put_value(static_cast<std::int32_t>(label & ~kExit));
  }
  Place& place = places_[label];
  std::uint8_t* at = full_._bufferPtr;
  const auto here = static_cast<std::int32_t>(full_.offset());
  if (place.bound && condition != kCall && byte_sized(place.at - (here + 2))) {
    *at++ = static_cast<std::uint8_t>(condition == kJump ? 0xeb : 0x70 | condition);
    *at++ = static_cast<std::uint8_t>(place.at - (here + 2));
    full_._bufferPtr = at;
    return;
  }
  if (condition < kJump) {
    *at++ = 0x0f;
    *at++ = static_cast<std::uint8_t>(0x80 | condition);
  } else {
    *at++ = condition == kJump ? 0xe9 : 0xe8;
  }
  const auto field = static_cast<std::int32_t>(at - full_._bufferData);
  const std::int32_t value = place.bound ? place.at - (field + 4) : place.at;
  if (!place.bound) place.at = field;
  std::memcpy(at, &value, sizeof value);
  full_._bufferPtr = at + sizeof value;
}

void HostAssembler::put_vector(Instruction i, unsigned length, unsigned reg, unsigned second, unsigned rm) {
  const bool evex = i.evex_only() || length == 2 || (reg | second | rm) >= 16;
  std::uint8_t* at = put_prefix(full_._bufferPtr, i, evex, length, reg, second, rm >> 4, rm >> 3 & 1);
  *at++ = static_cast<std::uint8_t>(3 << 6 | (reg & 7) << 3 | (rm & 7));
  full_._bufferPtr = at;
}

void HostAssembler::put_vector(Instruction i, unsigned length, unsigned reg, unsigned second, const Mem& m,
                               unsigned shrink) {
  const bool evex = i.evex_only() || length == 2 || (reg | second) >= 16;
  const unsigned index = m.hasIndex() ? m.indexId() : 0;
  std::uint8_t* at = put_prefix(full_._bufferPtr, i, evex, length, reg, second, index >> 3, m.baseId() >> 3);
  full_._bufferPtr = put_place(at, reg, m, evex ? shrink : 0);
}

}  // namespace vtpu::exec::jit
