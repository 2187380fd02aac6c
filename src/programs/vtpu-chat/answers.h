#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu::chat {

/// A kind of question: how it is recognised, and what answers it.
struct Topic {
  const char* ask;      ///< as a user may ask, for the help
  const char* pattern;  ///< a regular expression for the question without punctuation at its end; groups are subjects
  const char* what;     ///< one line for the help
  Result<std::string> (*answer)(const std::vector<std::string>& subjects);
};
/// In the order in which they are tried.
const std::vector<Topic>& topics();

/// The answer to a question; an empty line has an empty answer. Every number in it says how it was obtained.
/// Error: a question of no topic, with what can be asked; an answer that fails.
Result<std::string> answer(std::string_view question);

}  // namespace vtpu::chat
