#pragma once

namespace vtpu::measure {

/// Where a count of core cycles comes from.
enum class CycleSource { hardware_counter, calibrated_time };

/// The source in words, for the method text of a figure.
const char* name_of(CycleSource source);

}  // namespace vtpu::measure
