#pragma once
#include <vector>

namespace vtpu::measure {

/// The processors on which the calling thread may run, ascending; never empty.
std::vector<int> usable_cpus();

/// Binds the calling thread to one processor. False if the system refuses.
bool pin_thread(int cpu);

}  // namespace vtpu::measure
