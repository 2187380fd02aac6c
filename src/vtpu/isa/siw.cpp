#include "vtpu/isa/siw.h"

#include <fmt/core.h>
#include <xxhash.h>

#include <algorithm>
#include <memory>
#include <span>

#include "vtpu/base/check.h"

namespace vtpu::isa {
namespace {

constexpr std::size_t kVersionAt = 8, kCountsAt = 12, kReservedAt = 24, kChecksumAt = 56;
constexpr std::size_t kCoordinateBytes = 16;

void put(std::string& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
}

std::uint64_t get(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return value;
}

std::uint64_t checksum_of(std::string_view bytes) {
  const std::unique_ptr<XXH64_state_t, XXH_errorcode (*)(XXH64_state_t*)> state(XXH64_createState(), XXH64_freeState);
  VTPU_CHECK(state != nullptr, "there is memory for a checksum");
  XXH64_reset(state.get(), 0);
  XXH64_update(state.get(), bytes.data(), kChecksumAt);
  XXH64_update(state.get(), bytes.data() + kSiwHeaderBytes, bytes.size() - kSiwHeaderBytes);
  return XXH64_digest(state.get());
}

struct Count {
  std::string_view name;
  std::size_t bytes;
  std::size_t most;
};
constexpr Count kCounts[] = {{"words", kWordBytes, kMaxWords},
                             {"constants", sizeof(Constant), kMaxPool},
                             {"coordinates", kCoordinateBytes, kMaxPool}};

}  // namespace

std::string to_siw(const Program& program) {
  const std::size_t counts[] = {program.words.size(), program.constants.size(), program.coordinates.size()};
  std::size_t size = kSiwHeaderBytes;
  for (std::size_t i = 0; i < 3; ++i) {
    VTPU_CHECK(counts[i] <= kCounts[i].most, "a program fits its container");
    size += counts[i] * kCounts[i].bytes;
  }
  std::string out;
  out.reserve(size);
  out += kSiwMagic;
  put(out, kSiwVersion, 4);
  for (const std::size_t count : counts) put(out, count, 4);
  out.resize(kSiwHeaderBytes, '\0');
  for (const Word& word : program.words) {
    const EncodedWord encoded = encode(word);
    out.append(reinterpret_cast<const char*>(encoded.data()), encoded.size());
  }
  for (const Constant& constant : program.constants)
    out.append(reinterpret_cast<const char*>(constant.data()), constant.size());
  for (const phext::PackedCoordinate& coordinate : program.coordinates) {
    put(out, static_cast<std::uint64_t>(coordinate.bits()), 8);
    put(out, static_cast<std::uint64_t>(coordinate.bits() >> 64), 8);
  }
  std::string sum;
  put(sum, checksum_of(out), 8);
  out.replace(kChecksumAt, sum.size(), sum);
  return out;
}

Result<Program> parse_siw(std::string_view bytes, const std::string& where) {
  const auto bad = [&](std::string_view place, std::string found, std::string expected) {
    return Error{fmt::format("{}: {}", where, place), std::move(found), std::move(expected)};
  };
  if (bytes.size() < kSiwHeaderBytes)
    return bad("header", fmt::format("a file of {} bytes", bytes.size()), fmt::format("at least {}", kSiwHeaderBytes));
  if (!bytes.starts_with(kSiwMagic)) return bad("byte 0", "no magic", "a file that begins with VTPUSIW");
  if (const std::uint64_t version = get(bytes, kVersionAt, 4); version != kSiwVersion)
    return bad("byte 8", fmt::format("version {}", version), fmt::format("version {}", kSiwVersion));
  std::size_t counts[3];
  std::uint64_t size = kSiwHeaderBytes;
  for (std::size_t i = 0; i < 3; ++i) {
    counts[i] = get(bytes, kCountsAt + 4 * i, 4);
    if (counts[i] > kCounts[i].most)
      return bad(fmt::format("byte {}", kCountsAt + 4 * i), fmt::format("{} {}", counts[i], kCounts[i].name),
                 fmt::format("at most {}", kCounts[i].most));
    size += counts[i] * kCounts[i].bytes;
  }
  if (bytes.size() != size)
    return bad("header", fmt::format("a file of {} bytes", bytes.size()),
               fmt::format("{} according to the counts", size));
  for (std::size_t at = kReservedAt; at < kChecksumAt; ++at)
    if (bytes[at] != '\0') return bad(fmt::format("byte {}", at), "a reserved byte that is not 0", "0");
  const std::uint64_t stored = get(bytes, kChecksumAt, 8), computed = checksum_of(bytes);
  if (stored != computed)
    return bad("byte 56", fmt::format("checksum {:016x}", stored),
               fmt::format("{:016x}, that of the other bytes", computed));

  Program program;
  program.name = where;
  std::size_t at = kSiwHeaderBytes;
  const std::span<const std::byte> raw = std::as_bytes(std::span(bytes));
  program.words.reserve(counts[0]);
  for (std::size_t i = 0; i < counts[0]; ++i, at += kWordBytes) {
    const DecodedWord decoded = decode(raw.subspan(at).first<kWordBytes>());
    if (!decoded.reserved_zero) return bad(fmt::format("word {}", i), "a reserved byte that is not 0", "0");
    program.words.push_back(decoded.word);
  }
  program.constants.resize(counts[1]);
  for (Constant& constant : program.constants) {
    std::copy_n(raw.begin() + static_cast<std::ptrdiff_t>(at), constant.size(), constant.begin());
    at += constant.size();
  }
  program.coordinates.reserve(counts[2]);
  for (std::size_t i = 0; i < counts[2]; ++i, at += kCoordinateBytes)
    program.coordinates.push_back(phext::PackedCoordinate::from_bits(
        static_cast<phext::PackedCoordinate::Bits>(get(bytes, at + 8, 8)) << 64 | get(bytes, at, 8)));
  return program;
}

}  // namespace vtpu::isa
