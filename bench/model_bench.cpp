// Benchmarks of the tokenizer on the reference manual of the instruction set, on this text again and again, and on
// words that never come twice. The counter is bytes per second. Decoding gives the text back before anything is timed.
#include <benchmark/benchmark.h>

#include <string>

#include "vtpu/base/check.h"
#include "vtpu/base/random.h"
#include "vtpu/isa/manual.h"
#include "vtpu/model/tokenizer.h"

namespace vtpu::model {
namespace {

/// Null where the working directory is not the project's root.
const Tokenizer* qwen3() {
  static const auto tokenizer = Tokenizer::load("data/qwen3/tokenizer.json.xz");
  return tokenizer ? &*tokenizer : nullptr;
}

std::string random_words() {
  Random random(1);
  std::string text;
  for (int word = 0; word < 20'000; ++word) {
    for (std::uint64_t letters = 2 + random.below(10); letters > 0; --letters)
      text += static_cast<char>('a' + random.below(26));
    text += ' ';
  }
  return text;
}

/// `fresh`: with an encoder that has seen nothing.
void encode(benchmark::State& state, const std::string& text, bool fresh) {
  if (qwen3() == nullptr) return state.SkipWithError("run it in the project's root, where data/qwen3 is");
  TextEncoder known(*qwen3());
  VTPU_CHECK(*qwen3()->decode(*known.encode(text)) == text, "decoding gives the text back");
  for (auto _ : state) {
    if (fresh)
      benchmark::DoNotOptimize(TextEncoder(*qwen3()).encode(text));
    else
      benchmark::DoNotOptimize(known.encode(text));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK_CAPTURE(encode, manual, isa::manual_markdown(), true);
BENCHMARK_CAPTURE(encode, manual_again, isa::manual_markdown(), false);
BENCHMARK_CAPTURE(encode, random_words, random_words(), true);

}  // namespace
}  // namespace vtpu::model

BENCHMARK_MAIN();
