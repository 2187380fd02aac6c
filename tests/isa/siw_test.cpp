// Does the container preserve a program, and refuse every file that is not a container?
#include "vtpu/isa/siw.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xxhash.h>

#include <cstring>

#include "samples.h"

namespace vtpu::isa {
namespace {

using testing::HasSubstr;

std::string read_error_of(const std::string& bytes) {
  const auto parsed = parse_siw(bytes, "a.siw");
  return parsed.ok() ? "" : parsed.error().message();
}

/// Corrects the checksum, so that the parser gets past it.
std::string sealed(std::string bytes) {
  const std::string rest = bytes.substr(0, 56) + bytes.substr(64);
  const std::uint64_t sum = XXH64(rest.data(), rest.size(), 0);
  std::memcpy(bytes.data() + 56, &sum, 8);
  return bytes;
}

TEST(Siw, PreservesEveryProgram) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Program program = random_program({.seed = seed});
    const auto parsed = parse_siw(to_siw(program), "a.siw");
    ASSERT_TRUE(parsed.ok()) << parsed.error().message();
    EXPECT_TRUE(samples::same(*parsed, program));
    EXPECT_EQ(parsed->name, "a.siw");
  }
  EXPECT_TRUE(samples::same(*parse_siw(to_siw(Program{}), ""), Program{}));
}

TEST(Siw, HasTheBytesOfTheFormat) {
  const std::string bytes = to_siw(samples::around({}));
  EXPECT_EQ(bytes.size(), 64u + 64 + 2 * 64 + 2 * 16);
  EXPECT_EQ(bytes.substr(0, 8), "VTPUSIW\n");
  EXPECT_EQ(sealed(bytes), bytes);
}

TEST(Siw, WithAnyByteChangedIsRefused) {
  const std::string good = to_siw(samples::around({samples::word_of(samples::op_of(Opcode::dmov_coord, true))}));
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x40);
    EXPECT_THAT(read_error_of(bad), HasSubstr("a.siw: ")) << at;
  }
}

TEST(Siw, TruncatedOrExtendedAnywhereIsRefused) {
  const std::string good = to_siw(samples::around({}));
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_THAT(read_error_of(good.substr(0, size)), HasSubstr("a.siw: header: a file of")) << size;
  EXPECT_THAT(read_error_of(good + "x"), HasSubstr("according to the counts"));
}

TEST(Siw, NamesThePlaceOfAnError) {
  const std::string good = to_siw(samples::around({}));
  std::string bad = good;
  bad[0] = 'X';
  EXPECT_THAT(read_error_of(bad), HasSubstr("byte 0: no magic"));
  bad = good, bad[8] = 2;
  EXPECT_EQ(read_error_of(bad), "a.siw: byte 8: version 2; expected version 1");
  bad = good, bad[15] = 127;
  EXPECT_THAT(read_error_of(bad), HasSubstr("byte 12: 2130706433 words; expected at most"));
  bad = good, bad[30] = 1;
  EXPECT_THAT(read_error_of(bad), HasSubstr("byte 30: a reserved byte"));
  bad = good, bad[64 + 4] = 1;
  EXPECT_THAT(read_error_of(bad), HasSubstr("byte 56: checksum"));
  bad = good, bad[64] = 1;
  EXPECT_THAT(read_error_of(sealed(bad)), HasSubstr("word 0: a reserved byte"));
}

}  // namespace
}  // namespace vtpu::isa
