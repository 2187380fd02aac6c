// Speed of one pass over a document: index, edits in its middle, normalise. The document has 100 MB and 10^6 scrolls;
// VTPU_BENCH_BYTES and VTPU_BENCH_SCROLLS set other sizes. Every pass is checked before it is timed.
#include <benchmark/benchmark.h>

#include <bit>
#include <cstdlib>
#include <string>
#include <string_view>

#include "vtpu/base/check.h"
#include "vtpu/base/random.h"
#include "vtpu/base/text.h"
#include "vtpu/phext/document.h"
#include "vtpu/phext/edit.h"
#include "vtpu/phext/scan.h"
#include "vtpu/phext/scrolls.h"
#include "vtpu/phext/writer.h"

namespace vtpu::phext {
namespace {

std::size_t size_from_environment(const char* name, std::size_t otherwise) {
  const char* text = std::getenv(name);
  if (text == nullptr) return otherwise;
  const Result<std::int64_t> value = parse_integer(text, name);
  VTPU_CHECK(value.ok() && *value > 0, "the sizes in the environment are whole numbers above 0");
  return static_cast<std::size_t>(*value);
}

/// A document of random text in its normal form, and its expected contents.
struct Sample {
  std::string text;
  std::size_t scrolls = 0;
  Coordinate middle;
  std::string middle_text;
};

Sample make_sample() {
  const std::size_t bytes = size_from_environment("VTPU_BENCH_BYTES", 100'000'000);
  Sample sample;
  sample.scrolls = size_from_environment("VTPU_BENCH_SCROLLS", 1'000'000);
  Random random(1);
  DocumentWriter writer;
  writer.reserve(bytes + sample.scrolls);
  Coordinate at;
  for (std::size_t i = 0; i < sample.scrolls; ++i) {
    // Half a scroll to one and a half, so that breaks fall at irregular positions.
    const std::size_t length = 1 + bytes / sample.scrolls / 2 + random.below(bytes / sample.scrolls);
    std::string text(length, ' ');
    for (char& c : text) c = random.below(16) == 0 ? '\n' : static_cast<char>('a' + random.below(26));
    writer.append(at, text);
    if (i == sample.scrolls / 2) {
      sample.middle = at;
      sample.middle_text = text;
    }
    // About a hundred scrolls per section, about a hundred sections per chapter, and chapters as needed.
    const std::uint64_t kind = random.below(10000);
    const Break next = kind == 0 ? Break::chapter : kind < 100 ? Break::section : Break::scroll;
    if (!at.advance(next)) VTPU_CHECK(at.advance(Break::chapter), "the sample stays within 999 chapters");
  }
  sample.text = std::move(writer).take();
  return sample;
}

const Sample& sample() {
  static const Sample made = make_sample();
  return made;
}

void report(benchmark::State& state) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * sample().text.size()));
  state.counters["scrolls"] = static_cast<double>(sample().scrolls);
}

void index(benchmark::State& state) {
  const std::string& text = sample().text;
  const ScrollIndex checked = ScrollIndex::build(text).value();
  const Location middle = checked.locate(sample().middle);
  VTPU_CHECK(text.substr(middle.start, middle.end - middle.start) == sample().middle_text,
             "the index finds the middle scroll");
  for (auto round : state) benchmark::DoNotOptimize(ScrollIndex::build(text).value().entries().size());
  report(state);
}

void find_breaks(benchmark::State& state, std::uint64_t (*breaks)(const char*)) {
  const std::string& text = sample().text;
  std::size_t expected = 0;
  for (std::size_t block = 0; block + kBlock <= text.size(); block += kBlock)
    expected += static_cast<std::size_t>(std::popcount(dimension_breaks_portable(text.data() + block)));
  for (auto round : state) {
    std::size_t found = 0;
    for (std::size_t block = 0; block + kBlock <= text.size(); block += kBlock)
      found += static_cast<std::size_t>(std::popcount(breaks(text.data() + block)));
    VTPU_CHECK(found == expected, "both break scanners find the same number of breaks");
  }
  report(state);
}

void insert_in_the_middle(benchmark::State& state) {
  const std::string& text = sample().text;
  const std::string edited = insert(text, sample().middle, "more").value();
  VTPU_CHECK(edited.size() == text.size() + 4, "an insert adds its text");
  VTPU_CHECK(fetch(edited, sample().middle).value() == sample().middle_text + "more", "an insert appends");
  for (auto round : state) benchmark::DoNotOptimize(insert(text, sample().middle, "more").value().data());
  report(state);
}

void replace_in_the_middle(benchmark::State& state) {
  const std::string& text = sample().text;
  const std::string edited = replace(text, sample().middle, "other").value();
  VTPU_CHECK(edited.size() == text.size() - sample().middle_text.size() + 5, "a replace replaces the text");
  VTPU_CHECK(fetch(edited, sample().middle).value() == "other", "a replaced scroll can be fetched");
  for (auto round : state) benchmark::DoNotOptimize(replace(text, sample().middle, "other").value().data());
  report(state);
}

void remove_in_the_middle(benchmark::State& state) {
  const std::string& text = sample().text;
  const std::string edited = remove(text, sample().middle).value();
  VTPU_CHECK(fetch(edited, sample().middle).value().empty(), "a removed scroll is gone");
  VTPU_CHECK(phokenize(edited).value().size() == sample().scrolls - 1, "a remove deletes one scroll");
  for (auto round : state) benchmark::DoNotOptimize(remove(text, sample().middle).value().data());
  report(state);
}

void normalise(benchmark::State& state) {
  const std::string& text = sample().text;
  VTPU_CHECK(normalize(text).value() == text, "the sample is in its normal form");
  for (auto round : state) benchmark::DoNotOptimize(normalize(text).value().data());
  report(state);
}

BENCHMARK_CAPTURE(find_breaks, vector, dimension_breaks)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(find_breaks, portable, dimension_breaks_portable)->Unit(benchmark::kMillisecond);
BENCHMARK(index)->Unit(benchmark::kMillisecond);
BENCHMARK(insert_in_the_middle)->Unit(benchmark::kMillisecond);
BENCHMARK(replace_in_the_middle)->Unit(benchmark::kMillisecond);
BENCHMARK(remove_in_the_middle)->Unit(benchmark::kMillisecond);
BENCHMARK(normalise)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vtpu::phext

BENCHMARK_MAIN();
