#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vtpu/scenario/scenario.h"

namespace vtpu::scenario {

/// A scenario with these settings, each "key=value"; fails the test where one is refused.
inline Scenario with(const std::vector<std::string>& settings) {
  Scenario scenario;
  for (const std::string& setting : settings) {
    const auto done = set(scenario, setting);
    EXPECT_TRUE(done) << setting << ": " << done.error().message();
  }
  return scenario;
}

}  // namespace vtpu::scenario
