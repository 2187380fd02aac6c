// Arbitrary bytes as a container: nothing crashes, and an accepted container is written back byte for byte. The bytes
// are tried unchanged and again with a correct checksum, so that the code after that check is reached too.
#include <xxhash.h>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "vtpu/isa/siw.h"
#include "vtpu/isa/validator.h"

namespace {

void check(const std::string& bytes) {
  const auto program = vtpu::isa::parse_siw(bytes, "fuzz");
  if (!program) {
    if (!program.error().where.starts_with("fuzz: ")) std::abort();
    return;
  }
  if (vtpu::isa::to_siw(*program) != bytes) std::abort();
  (void)vtpu::isa::validate(*program);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  check(bytes);
  if (size < vtpu::isa::kSiwHeaderBytes) return 0;
  const std::string rest = bytes.substr(0, 56) + bytes.substr(64);
  const std::uint64_t sum = XXH64(rest.data(), rest.size(), 0);
  std::memcpy(bytes.data() + 56, &sum, sizeof sum);
  check(bytes);
  return 0;
}
