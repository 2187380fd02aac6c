#pragma once
#include <vector>

#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/measure/experiment.h"

namespace vtpu::study::soak {

/// The forms of host code that this processor runs, which a soak compares.
std::vector<exec::jit::Form> host_forms();

/// Records in table `forms` which forms of host code the run compared, and which this host lacks.
void record_forms(measure::Run& run);

}  // namespace vtpu::study::soak
