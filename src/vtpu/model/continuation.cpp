#include "vtpu/model/continuation.h"

#include <algorithm>

namespace vtpu::model {

std::vector<Token> guess_continuation(std::span<const Token> sequence, std::size_t most) {
  for (const std::size_t length : {std::size_t{3}, std::size_t{2}}) {
    if (sequence.size() <= length) continue;
    const auto pattern = sequence.last(length);
    // The last place before the pattern's own, so that at least one token follows.
    const auto earlier = sequence.first(sequence.size() - 1);
    const auto found = std::find_end(earlier.begin(), earlier.end(), pattern.begin(), pattern.end());
    if (found == earlier.end()) continue;
    const std::size_t begin = static_cast<std::size_t>(found - earlier.begin()) + length;
    const auto guess = sequence.subspan(begin, std::min(most, sequence.size() - begin));
    return {guess.begin(), guess.end()};
  }
  return {};
}

}  // namespace vtpu::model
