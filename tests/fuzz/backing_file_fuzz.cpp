// Arbitrary bytes as a backing file: either an error that names the file, or a region that can be flushed and read
// back. The bytes are tried unchanged and again with the region's header and correct checksums, so that the code after
// those checks is reached too.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "vtpu/base/file.h"
#include "vtpu/base/keyed_hash.h"
#include "vtpu/memory/page_table.h"

namespace {

using namespace vtpu::memory;
using vtpu::phext::Axis;

/// In memory where possible, since durability is not tested here.
const std::filesystem::path& file() {
  static const std::filesystem::path path =
      (std::filesystem::is_directory("/dev/shm") ? std::filesystem::path("/dev/shm")
                                                 : std::filesystem::temp_directory_path()) /
      ("vtpu_backing_file_fuzz_" + std::to_string(::getpid()));
  static const struct Remover {
    ~Remover() { std::filesystem::remove(path); }
  } remover;
  return path;
}

RegionSpec spec_of(Layout layout) {
  RegionSpec spec;
  spec.mask = 3;  // line and column
  spec.last = spec.first.with(Axis::line, 3).with(Axis::column, 127);
  spec.cell_log2 = 0;
  spec.layout = layout;
  return spec;
}

void check(const RegionSpec& spec, const std::string& bytes) {
  {
    std::ofstream to(file(), std::ios::binary | std::ios::trunc);
    if (!(to << bytes).flush()) std::abort();
  }
  std::uint64_t digest = 0;
  {
    PageTable table;
    const auto handle = table.attach(spec, file());
    if (!handle) {
      if (!handle.error().where.starts_with(file().string()) || !table.regions().empty()) std::abort();
      return;
    }
    auto cell = table.check_cell(spec.last, 0, true);
    TranslationCache cache;
    std::byte* at = table.cell(spec.last, 0, true, cache).at;
    if (cell || at == nullptr) std::abort();
    *at ^= std::byte{1};
    if (table.flush(*handle)) std::abort();
    digest = table.digest();
  }
  PageTable again;
  if (!again.attach(spec, file()) || again.digest() != digest) std::abort();
}

std::uint64_t hash_of(const vtpu::HashKey& id, const std::string& bytes) {
  vtpu::KeyedHash hash(id);
  hash.add(bytes);
  return hash.value();
}
void set(std::string& bytes, std::size_t at, std::uint64_t value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

/// The same records as a sound log, below a header and commits of their length, by the format of backing_file.h.
std::string with_checksums(const std::string& records, const std::string& header) {
  std::string bytes = header + records;
  vtpu::HashKey id;
  std::memcpy(&id, header.data() + 8, sizeof id);
  std::uint64_t chain = 0;
  std::size_t end = header.size();
  while (end + 48 <= bytes.size()) {
    std::uint32_t size = 0;
    std::memcpy(&size, bytes.data() + end + 24, sizeof size);
    size %= 8192;  // so that many records have a size that fits
    std::memcpy(bytes.data() + end + 24, &size, sizeof size);
    if (size > bytes.size() - end - 48) break;
    set(bytes, end + 32, hash_of(id, bytes.substr(end + 48, size)));
    std::string chained(reinterpret_cast<const char*>(&chain), sizeof chain);
    chain = hash_of(id, chained + bytes.substr(end, 40));
    set(bytes, end + 40, chain);
    end += 48 + size;
  }
  for (const std::size_t block : {4096, 8192}) {
    set(bytes, block + 16, end);
    set(bytes, block + 24, chain);
    set(bytes, block + 32, hash_of(id, bytes.substr(block, 32)));
  }
  return bytes;
}

std::string header_of(const RegionSpec& spec) {
  std::filesystem::remove(file());
  PageTable table;
  if (!table.attach(spec, file())) std::abort();
  return *vtpu::read_file(file());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  for (const Layout layout : {Layout::row_major, Layout::sparse}) {
    const RegionSpec spec = spec_of(layout);
    static const std::string headers[] = {header_of(spec_of(Layout::row_major)), header_of(spec_of(Layout::sparse))};
    check(spec, bytes);
    const std::string& header = headers[layout == Layout::sparse];
    check(spec, with_checksums(bytes, header));
    // The bytes in place of the end of the header, of a commit, and of the log.
    static constexpr std::size_t kPlaces[] = {60, 4100, 8200, 12288};
    std::string damaged = with_checksums(bytes, header);
    check(spec, damaged.replace(kPlaces[bytes.size() % 4], bytes.size(), bytes));
  }
  return 0;
}
