#pragma once
#include <cstdint>

namespace vtpu::net::flit {

/// A flit: the number of its packet, and whether it is the packet's first or last flit.
class Flit {
 public:
  Flit() = default;
  Flit(std::uint32_t packet, bool head, bool tail)
      : bits_(packet << 2 | std::uint32_t{head} << 1 | std::uint32_t{tail}) {}
  std::uint32_t packet() const { return bits_ >> 2; }
  bool head() const { return (bits_ & 2) != 0; }
  bool tail() const { return (bits_ & 1) != 0; }

 private:
  std::uint32_t bits_ = 0;
};
static_assert(sizeof(Flit) == 4);

}  // namespace vtpu::net::flit
