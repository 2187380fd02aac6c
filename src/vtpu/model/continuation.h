#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "vtpu/model/token.h"

namespace vtpu::model {

/// A guess of at most `most` tokens that follow a sequence: those that followed its last three tokens when they last
/// occurred before, or else its last two. Empty if neither occurred.
/// Source: Saxena, "Prompt lookup decoding", 2023.
std::vector<Token> guess_continuation(std::span<const Token> sequence, std::size_t most);

}  // namespace vtpu::model
