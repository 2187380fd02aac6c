#pragma once
#include <istream>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace vtpu::phext {

/// `phext batch`: one JSON object per line in, one per line out. A request is {"id", "op", arguments}; its answer is
/// {"id", "value"} or {"id", "error"}.

/// The answer to one request line, without a line end. Any bytes are a request; what is no request is answered with an
/// error, under its id where there is one. An id is a string, a number, a truth value or null.
std::string answer_line(std::string_view line);

/// Answers every line of `in` on `out`, in order, each flushed.
void run_batch(std::istream& in, std::ostream& out);

/// Names of the operations, sorted.
std::vector<std::string> batch_operations();

}  // namespace vtpu::phext
