#pragma once
#include <functional>

namespace vtpu::net::workload {

/// Long runs call this from time to time with the share that is done, 0..1. Returning false asks the run to stop early.
/// It may be empty.
using Watch = std::function<bool(double done)>;

}  // namespace vtpu::net::workload
