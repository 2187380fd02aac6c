// Do the 64 bytes of a word represent it completely and uniquely?
#include "vtpu/isa/word.h"

#include <gtest/gtest.h>

#include "samples.h"
#include "vtpu/base/random.h"

namespace vtpu::isa {
namespace {

TEST(Word, IsTheSameAfterEncodingAndDecodingWhateverItsFieldsHold) {
  Random random(1);
  for (int i = 0; i < 1000; ++i) {
    Word word;
    for (std::size_t s = 0; s < kSlots; ++s) {
      Op& op = word.slot(static_cast<Slot>(s));
      const std::uint64_t bits = random.next();
      op.opcode = static_cast<Opcode>(bits & 0xff);
      op.d = static_cast<std::uint8_t>(bits >> 8), op.a = static_cast<std::uint8_t>(bits >> 16);
      op.b = static_cast<std::uint8_t>(bits >> 24), op.c = static_cast<std::uint8_t>(bits >> 32);
      op.mode = static_cast<std::uint8_t>(bits >> 40), op.flags = static_cast<std::uint8_t>(bits >> 48);
      op.disp = static_cast<std::int32_t>(random.next());
      op.imm = static_cast<std::int64_t>(random.next());
    }
    const DecodedWord decoded = decode(encode(word));
    EXPECT_EQ(decoded.word, word);
    EXPECT_TRUE(decoded.reserved_zero);
  }
}

TEST(Word, HasItsFieldsWhereTheHeaderSays) {
  Word word;
  word.sparse.opcode = Opcode::sgather_i64;
  word.sparse.d = 1, word.sparse.b = 2, word.sparse.c = 3, word.sparse.mode = 3, word.sparse.disp = -2;
  word.dense.imm = 0x0102030405060708;
  const EncodedWord bytes = encode(word);
  EXPECT_EQ(bytes[4 + 12], std::byte{8});
  EXPECT_EQ(bytes[4 + 19], std::byte{1});
  EXPECT_EQ(bytes[24], static_cast<std::byte>(Opcode::sgather_i64));
  EXPECT_EQ(bytes[25], std::byte{1});
  EXPECT_EQ(bytes[27], std::byte{2});
  EXPECT_EQ(bytes[28], std::byte{3});
  EXPECT_EQ(bytes[32], std::byte{0xfe});
}

TEST(Word, ReportsAReservedByteThatIsNotZero) {
  for (const std::size_t at : {0u, 1u, 2u, 3u, 11u, 31u, 51u}) {
    EncodedWord bytes = encode(Word{});
    bytes[at] = std::byte{1};
    EXPECT_FALSE(decode(bytes).reserved_zero) << at;
  }
}

}  // namespace
}  // namespace vtpu::isa
