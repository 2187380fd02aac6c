// Arbitrary bytes as a backing file: either an error that names the file, or a region that can be flushed and read
// back. The bytes are tried unchanged and again with the region's header and correct checksums, so that the code after
// those checks is reached too.
#include <unistd.h>
#include <xxhash.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "vtpu/base/file.h"
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
  if (!vtpu::write_file(file(), bytes)) std::abort();
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

/// The same records with correct checksums, by the format of backing_file.h.
std::string with_checksums(std::string bytes, const std::string& header) {
  if (bytes.size() < header.size()) return header;
  bytes.replace(0, header.size(), header);
  for (std::size_t at = header.size(); at + 32 <= bytes.size();) {
    std::uint32_t size = 0;
    std::memcpy(&size, bytes.data() + at + 4, sizeof size);
    if (size > bytes.size() - at - 32) break;
    const std::string checked = bytes.substr(at, 24) + bytes.substr(at + 32, size);
    const std::uint64_t sum = XXH64(checked.data(), checked.size(), at);
    std::memcpy(bytes.data() + at + 24, &sum, sizeof sum);
    at += 32 + size;
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
    check(spec, with_checksums(bytes, headers[layout == Layout::sparse]));
  }
  return 0;
}
