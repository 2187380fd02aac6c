#include "vtpu/base/keyed_hash.h"

#include <sys/random.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "vtpu/base/check.h"

namespace vtpu {
namespace {

void sip_round(std::array<std::uint64_t, 4>& v) {
  v[0] += v[1], v[1] = std::rotl(v[1], 13) ^ v[0], v[0] = std::rotl(v[0], 32);
  v[2] += v[3], v[3] = std::rotl(v[3], 16) ^ v[2];
  v[0] += v[3], v[3] = std::rotl(v[3], 21) ^ v[0];
  v[2] += v[1], v[1] = std::rotl(v[1], 17) ^ v[2], v[2] = std::rotl(v[2], 32);
}

}  // namespace

HashKey HashKey::random() {
  HashKey key;
  ssize_t got = 0;
  do {
    got = ::getrandom(&key, sizeof key, 0);
  } while (got < 0 && errno == EINTR);
  VTPU_CHECK(got == static_cast<ssize_t>(sizeof key), "the system gives random numbers");
  return key;
}

const HashKey& HashKey::of_process() {
  static const HashKey kKey = random();
  return kKey;
}

KeyedHash::KeyedHash(const HashKey& key)
    : v_{key.low ^ 0x736f6d6570736575U, key.high ^ 0x646f72616e646f6dU, key.low ^ 0x6c7967656e657261U,
         key.high ^ 0x7465646279746573U} {}

void KeyedHash::word(std::uint64_t m) {
  v_[3] ^= m;
  sip_round(v_);
  sip_round(v_);
  v_[0] ^= m;
}

void KeyedHash::add(const void* bytes, std::size_t size) {
  const auto* from = static_cast<const unsigned char*>(bytes);
  while (size > 0 && bytes_ % 8 != 0) {
    tail_ |= static_cast<std::uint64_t>(*from++) << (bytes_ % 8 * 8);
    ++bytes_, --size;
    if (bytes_ % 8 == 0) word(tail_), tail_ = 0;
  }
  for (; size >= 8; from += 8, size -= 8, bytes_ += 8) {
    std::uint64_t m = 0;
    std::memcpy(&m, from, sizeof m);
    word(m);
  }
  for (; size > 0; --size, ++bytes_) tail_ |= static_cast<std::uint64_t>(*from++) << (bytes_ % 8 * 8);
}

std::uint64_t KeyedHash::value() const {
  KeyedHash last = *this;
  last.word(tail_ | bytes_ << 56);
  last.v_[2] ^= 0xff;
  for (int i = 0; i < 4; ++i) sip_round(last.v_);
  return last.v_[0] ^ last.v_[1] ^ last.v_[2] ^ last.v_[3];
}

std::size_t ProcessKeyedHash::operator()(std::uint64_t number) const {
  KeyedHash hash(HashKey::of_process());
  hash.add_value(number);
  return hash.value();
}

std::size_t ProcessKeyedHash::operator()(std::string_view text) const {
  KeyedHash hash(HashKey::of_process());
  hash.add(text);
  return hash.value();
}

}  // namespace vtpu
