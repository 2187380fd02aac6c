// Does the cost model follow its table, and do the passes follow the model?
#include "vtpu/compiler/passes/cost_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "vtpu/compiler/phextcc.h"

namespace vtpu::compiler::passes {
namespace {

Compiled compiled(const std::string& text, const MachineModel& machine) {
  Options options;
  options.machine = machine;
  auto made = compile("test.phx", text, options);
  EXPECT_TRUE(made.ok()) << made.error().message();
  return std::move(*made);
}

const std::string kSum = "tensor x: f32[8192]; tensor y: f32[1];\nkernel main() { y[0] = sum(i in 0..8192) x[i]; }\n";

std::int64_t longest_trip(const Compiled& made) {
  std::int64_t trip = 0;
  for (const auto& node : made.ir.body)
    if (node.loop() != nullptr) trip = std::max(trip, node.loop()->trip);
  return trip;
}

TEST(CostModel, ASumIsKeptInMorePartsIfItsAdditionTakesLonger) {
  MachineModel quick = MachineModel::reference();
  quick.loops = {.iteration = 0.01, .pointer = 0, .entries = {{1, 0.01}}};  // no other reason for copies
  MachineModel slow = quick;
  const auto addition = static_cast<std::size_t>(isa::Cost::vector_float);
  quick.ports.latency[addition] = 1;
  slow.ports.latency[addition] = 8;
  EXPECT_GT(longest_trip(compiled(kSum, quick)), longest_trip(compiled(kSum, slow)));
}

TEST(CostModel, ALoopIsPredictedToTakeWhatItsRecurrenceTakes) {
  MachineModel machine = MachineModel::reference();
  machine.ports.latency[static_cast<std::size_t>(isa::Cost::vector_float)] = 40;
  const auto made = compiled(
      "tensor x: f32[512]; tensor y: f32[1];\n"
      "kernel main() { var s = 0.0f32; for i in 0..512 { s += x[i]; } y[0] = s; }\n",
      machine);
  ASSERT_TRUE(made.predicted_cycles.has_value());
  EXPECT_GE(*made.predicted_cycles, 512 * 40);
  EXPECT_LE(*made.predicted_cycles, 512 * 40 * 1.1);
}

TEST(CostModel, DataInMemoryArePredictedToTakeWhatItsBandwidthTakes) {
  MachineModel machine = MachineModel::reference();
  machine.ladder.back().bandwidth = 0.5;
  const auto made = compiled(
      "tensor x: f32[8388608]; tensor y: f32[8388608];\nkernel main() { for i in 0..8388608 { y[i] = x[i]; } }\n",
      machine);
  ASSERT_TRUE(made.predicted_cycles.has_value());
  EXPECT_GE(*made.predicted_cycles, 2 * 4 * 8388608 / 0.5);
}

TEST(CostModel, AProgramThatWaitsForMessagesHasNoPrediction) {
  const auto made =
      compiled("tensor y: f32[1];\nkernel main() { barrier(); y[0] = 1.0; }\n", MachineModel::reference());
  EXPECT_FALSE(made.predicted_cycles.has_value());
}

}  // namespace
}  // namespace vtpu::compiler::passes
