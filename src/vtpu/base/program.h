#pragma once
#include <functional>

namespace vtpu {

/// Runs the body of a program's `main` and returns its status. An exception that leaves the body or one of the
/// program's threads ends the program with status 1 and one line on standard error. A lack of memory is named as such,
/// with the limit of the process if it has one.
int guarded_main(const std::function<int()>& body);

}  // namespace vtpu
