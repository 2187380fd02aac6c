// The interpreter of a test program: a process starts Python once, so all its tests share it.
#include <gtest/gtest.h>

#include <optional>

#include "vtpu/plot/interpreter.h"

namespace vtpu::plot {
namespace {

class Python : public ::testing::Environment {
 public:
  void SetUp() override { interpreter_.emplace(); }
  void TearDown() override { interpreter_.reset(); }

 private:
  std::optional<Interpreter> interpreter_;
};

[[maybe_unused]] const auto* const python = ::testing::AddGlobalTestEnvironment(new Python);

}  // namespace
}  // namespace vtpu::plot
