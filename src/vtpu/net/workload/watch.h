#pragma once
#include <functional>

namespace vtpu::net::workload {

/// Called now and then by long runs with the part that is done, 0..1; false asks the run to stop early. Empty: nobody
/// watches.
using Watch = std::function<bool(double done)>;

}  // namespace vtpu::net::workload
