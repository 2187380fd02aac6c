// Runs a libFuzzer entry point without libFuzzer: every file of the corpus folder, then seeded mutations of them. A
// crash, a hang or a sanitizer report fails the test; the seed is fixed, so a failure comes again.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "vtpu/base/file.h"
#include "vtpu/base/random.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::string mutate(std::string bytes, vtpu::Random& random) {
  const std::uint64_t edits = 1 + random.below(8);
  for (std::uint64_t i = 0; i < edits; ++i) {
    const std::size_t at = bytes.empty() ? 0 : random.below(bytes.size());
    switch (random.below(5)) {
      case 0: bytes.insert(at, 1, static_cast<char>(random.below(256))); break;
      case 1: if (!bytes.empty()) bytes.erase(at, 1 + random.below(8)); break;
      case 2: if (!bytes.empty()) bytes[at] = static_cast<char>(random.below(256)); break;
      case 3: if (!bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8))); break;
      default: bytes.insert(at, bytes.substr(random.below(bytes.size() + 1), random.below(16))); break;
    }
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> corpus = {""};
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) {
      std::fprintf(stderr, "%s: no such folder; expected a corpus\n", argv[i]);
      return 2;
    }
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const auto& file : files)
      if (const auto bytes = vtpu::read_file(file)) corpus.push_back(*bytes);
  }
  for (const std::string& bytes : corpus) run(bytes);
  vtpu::Random random(1);
  constexpr int kMutations = 20000;
  for (int i = 0; i < kMutations; ++i) {
    std::string& chosen = corpus[random.below(corpus.size())];
    const std::string changed = mutate(chosen, random);
    run(changed);
    if (random.below(16) == 0 && changed.size() < 4096) chosen = changed;
  }
  std::printf("%zu corpus files, %d mutations: no crash\n", corpus.size() - 1, kMutations);
  return 0;
}
