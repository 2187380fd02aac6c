#pragma once
#include <istream>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace vtpu::phext {

/// `phext batch` reads one JSON object per line and writes one per line. A request is {"id", "op", arguments}; its
/// answer is {"id", "value"} or {"id", "error"}.

/// The answer to one request line, without a line end. Malformed requests are answered with an error, under their id
/// where they have one. An id is a string, a number, a Boolean or null.
std::string answer_line(std::string_view line);

/// Answers every line of `in` on `out` in order and flushes after each, until `out` fails.
void run_batch(std::istream& in, std::ostream& out);

/// Names of the operations, sorted.
std::vector<std::string> batch_operations();

}  // namespace vtpu::phext
