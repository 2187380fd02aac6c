// How does a program end when an exception is not handled?
#include "vtpu/base/program.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>
#include <vector>

namespace vtpu {
namespace {

TEST(GuardedMain, ReturnsTheStatusOfItsBody) {
  EXPECT_EQ(guarded_main([] { return 3; }), 3);
}

TEST(GuardedMainDeathTest, EndsWithOneLineForAnExceptionOfAnyThread) {
  const auto one_line = testing::ExitedWithCode(1);
  EXPECT_EXIT(std::exit(guarded_main([]() -> int { throw std::runtime_error("no\nluck"); })), one_line,
              "^[a-z_]+: no luck\n$");
  EXPECT_EXIT(std::exit(guarded_main([]() -> int { throw 7; })), one_line,
              "^[a-z_]+: ended by an unknown exception\n$");
  EXPECT_EXIT(std::exit(guarded_main([] {
                std::thread([] { throw std::runtime_error("no luck"); }).join();
                return 0;
              })),
              one_line, "^[a-z_]+: no luck\n$");
}

TEST(GuardedMainDeathTest, NamesALackOfMemory) {
  const auto one_line = testing::ExitedWithCode(1);
  EXPECT_EXIT(std::exit(guarded_main([]() -> int { throw std::bad_alloc(); })), one_line, "^[a-z_]+: out of memory; ");
  EXPECT_EXIT(std::exit(guarded_main([] { return static_cast<int>(std::vector<char>(~std::size_t{0}).size()); })),
              one_line, "^[a-z_]+: out of memory; ");
}

}  // namespace
}  // namespace vtpu
