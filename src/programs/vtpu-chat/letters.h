#pragma once
#include <cstdint>
#include <string>

#include "programs/command/engines.h"
#include "vtpu/base/result.h"

namespace vtpu::chat {

struct Training {
  unsigned steps = 1000;
  std::uint64_t seed = 7;
  command::EngineKind engine = command::EngineKind::automatic;
};

/// Trains the model of letters.phx from random weights on twenty words, and lets it write eight. The text says how it
/// was made. All arithmetic of the model is that of vTPU words; the host draws letters by the chances that these give.
/// The same training gives the same words with either engine. Error: the kernel does not compile, or traps.
Result<std::string> talk(const Training& training);

}  // namespace vtpu::chat
