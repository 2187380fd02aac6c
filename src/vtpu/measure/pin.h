#pragma once
#include <vector>

namespace vtpu::measure {

/// Processors the calling thread may run on, ascending; never empty.
std::vector<int> usable_cpus();

/// Binds the calling thread to one processor. False where the system refuses.
bool pin_thread(int cpu);

}  // namespace vtpu::measure
