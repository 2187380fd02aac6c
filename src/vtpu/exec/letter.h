#pragma once
#include <cstdint>

#include "vtpu/exec/context.h"
#include "vtpu/phext/packed.h"

namespace vtpu::exec {

/// What the workers of a node send each other: one cache line.
struct alignas(64) Letter {
  enum class Kind : std::uint8_t {
    message,  ///< becomes pending at its coordinate, whose home is the receiver
    request,  ///< a sentron of the sender waits for a message that matches; the payload begins with the temperature
    attempt,  ///< as a request, but it is answered at once
    grant,    ///< the message that a request or attempt asked for
    denial,   ///< no message matched an attempt
    returned  ///< the sentron that a message was granted to has ended
  };

  Message payload;
  phext::PackedCoordinate at;
  std::uint64_t stamp = 0;    ///< logical time of sending (Lamport): increases along every chain of causes
  std::uint32_t sentron = 0;  ///< of requests and their answers
  Kind kind = Kind::message;
};
static_assert(sizeof(Letter) == 64);

}  // namespace vtpu::exec
