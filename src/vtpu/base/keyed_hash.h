#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vtpu {

/// 128 bits from the system's random generator, or stored from an earlier draw.
struct HashKey {
  std::uint64_t low = 0, high = 0;

  static HashKey random();
  /// The same key wherever this process asks; another one in every process.
  static const HashKey& of_process();
};

/// SipHash-2-4: who does not know the key can neither find two inputs with one hash nor a hash for an input. For bytes
/// that a program or a file chooses; it takes about 1.5 cycles per byte. Source: Aumasson and Bernstein, "SipHash: a
/// fast short-input PRF", INDOCRYPT 2012.
class KeyedHash {
 public:
  explicit KeyedHash(const HashKey& key);

  void add(const void* bytes, std::size_t size);
  void add(std::string_view bytes) { add(bytes.data(), bytes.size()); }
  /// Adds the bytes of a number.
  template <class T>
  void add_value(const T& value) {
    add(&value, sizeof value);
  }
  /// The hash of all bytes added so far.
  std::uint64_t value() const;

 private:
  void word(std::uint64_t m);

  std::array<std::uint64_t, 4> v_;
  std::uint64_t tail_ = 0;   ///< the bytes that do not yet fill a word
  std::uint64_t bytes_ = 0;  ///< added
};

/// A hash for standard containers whose keys a program or a file chooses: nobody can choose many keys of one bucket.
struct ProcessKeyedHash {
  std::size_t operator()(std::uint64_t number) const;
  std::size_t operator()(std::string_view text) const;
};

}  // namespace vtpu
