// Is a cost table read as it was written, and a wrong one refused with the place?
#include "vtpu/compiler/machine_model.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace vtpu::compiler {
namespace {

TEST(MachineModel, EveryShippedTableIsReadAsItIsWritten) {
  EXPECT_GE(MachineModel::shipped().size(), 2u);
  for (const MachineModel& model : MachineModel::shipped()) {
    const auto again = MachineModel::from_json(model.to_json());
    ASSERT_TRUE(again.ok()) << again.error().message();
    EXPECT_EQ(*again, model) << model.host;
    EXPECT_EQ(MachineModel::find(model.host), &model);
  }
  EXPECT_EQ(MachineModel::find("nobody-1-1"), nullptr);
}

/// The reference with one text replaced.
std::string message_of(const std::string& from, const std::string& to) {
  std::string text = MachineModel::reference().to_json();
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  const auto model = MachineModel::from_json(text, "t.json");
  return model.ok() ? "accepted" : model.error().message();
}

TEST(MachineModel, AWrongTableIsRefusedWithTheKeyAndWhatItHolds) {
  EXPECT_EQ(message_of("\"iteration\": ", "\"iteration\": -"),
            "t.json: loops.iteration: found -0.966; expected a number above 0, at most 1e+15");
  EXPECT_EQ(message_of("\"bandwidth\": 113.0", "\"bandwidth\": \"wide\""),
            "t.json: memory[0].bandwidth: found \"wide\"; expected a number above 0, at most 1e+15");
  EXPECT_EQ(message_of("\"bytes\": 1048576.0", "\"bytes\": 1.0"),
            "t.json: memory[1].bytes: found 1.0; expected more than the level before");
  EXPECT_EQ(message_of("\"dispatch\": 7.89", "\"dispatch\": null"),
            "t.json: ports: dispatch: found null; expected a number above 0");
  EXPECT_EQ(message_of("\"host\"", "\"hosts\""), "t.json: host: found null; expected a string");
}

TEST(LoopCosts, AnEntryCostsWhatTheRowBelowItsNumberOfIterationsSaysAndMoreForEachPointer) {
  LoopCosts costs;
  costs.pointer = 5;
  costs.entries = {{4, 10}, {64, 30}};
  EXPECT_EQ(costs.entry(1, 0), 10);
  EXPECT_EQ(costs.entry(63, 2), 20);
  EXPECT_EQ(costs.entry(64, 0), 30);
  EXPECT_EQ(costs.entry(1 << 20, 1), 35);
}

}  // namespace
}  // namespace vtpu::compiler
