#include "vtpu/base/keyed_hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace vtpu {
namespace {

/// The key and inputs of the reference implementation's test vectors: bytes 0, 1, 2, …
constexpr HashKey kReference{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};
std::string counting(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i);
  return bytes;
}
std::uint64_t hash_of(const HashKey& key, std::string_view bytes) {
  KeyedHash hash(key);
  hash.add(bytes);
  return hash.value();
}

TEST(KeyedHash, GivesThePublishedValuesOfSipHash) {
  EXPECT_EQ(hash_of(kReference, ""), 0x726fdb47dd0e0e31U);
  EXPECT_EQ(hash_of(kReference, counting(1)), 0x74f839c593dc67fdU);
  EXPECT_EQ(hash_of(kReference, counting(8)), 0x93f5f5799a932462U);
  EXPECT_EQ(hash_of(kReference, counting(15)), 0xa129ca6149be45e5U);
}

TEST(KeyedHash, DependsOnAllBytesAndNotOnHowTheyAreAdded) {
  std::set<std::uint64_t> seen;
  for (std::size_t size = 0; size < 70; ++size) {
    const std::string bytes = counting(size);
    EXPECT_TRUE(seen.insert(hash_of(kReference, bytes)).second);
    for (std::size_t cut = 0; cut <= size; ++cut) {
      KeyedHash parts(kReference);
      parts.add(bytes.substr(0, cut));
      parts.add(bytes.substr(cut));
      ASSERT_EQ(parts.value(), hash_of(kReference, bytes)) << size << " " << cut;
    }
  }
}

TEST(KeyedHash, TwoRandomKeysDifferAndTheProcessHasOne) {
  EXPECT_NE(hash_of(HashKey::random(), "x"), hash_of(HashKey::random(), "x"));
  EXPECT_EQ(hash_of(HashKey::of_process(), "x"), hash_of(HashKey::of_process(), "x"));
}

}  // namespace
}  // namespace vtpu
