// What does a file hold of a region after every way in which its writing can end, and is damage ever taken for
// contents?
#include "vtpu/memory/backing_file.h"
#include "vtpu/memory/box_index.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "model.h"
#include "vtpu/base/file.h"
#include "vtpu/memory/page_table.h"

namespace vtpu::memory {
namespace {

namespace fs = std::filesystem;

class BackingFileTest : public testing::Test {
 protected:
  void SetUp() override {
    // In memory where possible: what a file holds does not depend on the disk below it.
    const fs::path shared = "/dev/shm";
    folder_ = (fs::is_directory(shared) ? shared : fs::path(testing::TempDir())) /
              ("vtpu_memory_" + std::to_string(::getpid()) + "_" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    file_ = folder_ / "region";
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_, file_;
};

/// Without waiting for the disk, since thousands of files are tried.
bool put(const fs::path& file, const std::string& bytes) {
  std::ofstream to(file, std::ios::binary | std::ios::trunc);
  to << bytes;
  return to.flush().good();
}

RegionSpec dense_box() {
  return box({{Axis::line, 3, 32}, {Axis::column, 0, 200}}, Layout::row_major);
}  // 13 pages, the last one partial
RegionSpec sparse_box() {
  return box({{Axis::book, 0, 8}, {Axis::line, 3, 32}, {Axis::column, 40, 200}}, Layout::sparse, 4);
}

/// The k-th change of a region's memory, which depends on k alone.
void change(PageTable& table, const RegionSpec& spec, std::uint64_t k) {
  auto cache = std::make_unique<TranslationCache>();
  Random random(k);
  for (std::uint64_t i = 0; i < 1 + k % 40; ++i) {
    const auto place = table.cell(any_inside(spec, random), spec.cell_log2, true, *cache);
    ASSERT_FALSE(place.fault);
    const std::uint64_t value = random.below(4) == 0 ? 0 : random.next();
    std::memcpy(place.at, &value, sizeof value);
  }
}

/// Of a copy, since only one table may have a file open.
Result<std::uint64_t> read_digest(const fs::path& file, const RegionSpec& spec) {
  const fs::path copy = file.string() + ".copy";
  fs::copy_file(file, copy, fs::copy_options::overwrite_existing);
  PageTable table;
  const auto handle = table.attach(spec, copy);
  if (!handle) return handle.error();
  return table.digest();
}
std::uint64_t digest_of(const fs::path& file, const RegionSpec& spec) {
  const auto digest = read_digest(file, spec);
  EXPECT_TRUE(digest.ok()) << digest.error().message();
  return digest.ok() ? *digest : 0;
}

constexpr std::size_t kBlock = 4096, kLogAt = 3 * kBlock, kHead = 48;  // by the format of backing_file.h

/// Attaches a region, makes and flushes changes 1 to `count`, and returns what the file holds at the start and after
/// each.
std::vector<std::string> fill(const fs::path& file, const RegionSpec& spec, std::uint64_t count) {
  PageTable table;
  const std::uint64_t handle = table.attach(spec, file).value();
  std::vector<std::string> states{*read_file(file)};
  for (std::uint64_t k = 1; k <= count; ++k) {
    change(table, spec, k);
    EXPECT_EQ(table.flush(handle), std::nullopt);
    states.push_back(*read_file(file));
  }
  return states;
}

std::uint64_t digest_after(const RegionSpec& spec, std::uint64_t count) {
  PageTable table;
  EXPECT_FALSE(table.allocate(spec).fault);
  for (std::uint64_t k = 1; k <= count; ++k) change(table, spec, k);
  return table.digest();
}

TEST_F(BackingFileTest, FlushedContentsAppearInAnotherTable) {
  for (const RegionSpec& spec : {dense_box(), sparse_box(), box({{Axis::column, 0, 1024}}, Layout::hilbert)}) {
    fs::remove(file_);
    fill(file_, spec, 3);
    EXPECT_EQ(digest_of(file_, spec), digest_after(spec, 3));
  }
}

TEST_F(BackingFileTest, UnflushedContentsDoNot) {
  const RegionSpec spec = sparse_box();
  {
    PageTable table;
    const std::uint64_t handle = table.attach(spec, file_).value();
    change(table, spec, 1);
    ASSERT_EQ(table.flush(handle), std::nullopt);
    change(table, spec, 2);
  }
  EXPECT_EQ(digest_of(file_, spec), digest_after(spec, 1));
}

TEST_F(BackingFileTest, ARegionOfTheWholeSpaceKeepsItsPagesApart) {
  RegionSpec spec;
  spec.mask = (1u << 11) - 1;
  spec.layout = Layout::sparse;
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i)
    spec.last = spec.last.with(static_cast<Axis>(i), PackedCoordinate::kMax);
  std::uint64_t digest = 0;
  {
    PageTable table;
    TranslationCache cache;
    const std::uint64_t handle = table.attach(spec, file_).value();
    for (std::size_t axis = 0; axis < PackedCoordinate::kAxes; ++axis)
      *table.cell(spec.first.with(static_cast<Axis>(axis), 1024), 3, true, cache).at = static_cast<std::byte>(1 + axis);
    ASSERT_EQ(table.flush(handle), std::nullopt);
    digest = table.digest();
  }
  EXPECT_EQ(digest_of(file_, spec), digest);
}

TEST_F(BackingFileTest, AFlushWithoutAChangeWritesNothing) {
  const RegionSpec spec = dense_box();
  PageTable table;
  const std::uint64_t handle = table.attach(spec, file_).value();
  EXPECT_EQ(table.regions()[0].backing, file_.string());
  change(table, spec, 1);
  ASSERT_EQ(table.flush(handle), std::nullopt);
  const auto size = fs::file_size(file_);
  ASSERT_EQ(table.flush(handle), std::nullopt);
  EXPECT_EQ(fs::file_size(file_), size);
}

TEST_F(BackingFileTest, APageThatBecameZeroAgainIsZeroAfterReopening) {
  const RegionSpec spec = sparse_box();
  {
    PageTable table;
    TranslationCache cache;
    const std::uint64_t handle = table.attach(spec, file_).value();
    std::byte* cell = table.cell(spec.first, 4, true, cache).at;
    for (const int value : {1, 0}) {
      *cell = static_cast<std::byte>(value);
      ASSERT_EQ(table.flush(handle), std::nullopt);
    }
  }
  EXPECT_EQ(digest_of(file_, spec), digest_after(spec, 0));
}

TEST_F(BackingFileTest, AFlushInterruptedAtAnyByteLeavesThePreviousOne) {
  for (const RegionSpec& spec : {dense_box(), sparse_box()}) {
    fs::remove(file_);
    const auto states = fill(file_, spec, 3);
    for (std::size_t flush = 0; flush < 3; ++flush) {
      const std::string &before = states[flush], &after = states[flush + 1];
      const std::uint64_t expected = digest_after(spec, flush);
      const std::size_t records = after.size() - before.size(), step = std::max<std::size_t>(1, records / 40);
      for (std::size_t written = 0; written <= records; written += written + 40 > records ? 1 : step) {
        // The pages are written first, then the commit in block 1, then its copy.
        ASSERT_TRUE(put(file_, before + after.substr(before.size(), written)));
        Quota quota(1 << 20);
        auto region = spec.layout == Layout::sparse ? make_sparse(1, spec, quota) : make_dense(1, spec, quota);
        const auto opened = BackingFile::open(file_, *region, quota);
        ASSERT_TRUE(opened.ok()) << opened.error().message();
        ASSERT_EQ((*opened)->dropped_bytes(), written);
        ASSERT_EQ(fs::file_size(file_), before.size());
        ASSERT_EQ(digest_of(file_, spec), expected) << written;
      }
      for (std::size_t written = 0; written <= 40; ++written) {
        std::string torn = before + after.substr(before.size());
        torn.replace(kBlock, written, after.substr(kBlock, written));
        ASSERT_TRUE(put(file_, torn));
        ASSERT_EQ(digest_of(file_, spec), written < 40 ? expected : digest_after(spec, flush + 1)) << written;
        torn = after;
        torn.replace(2 * kBlock + written, kBlock - written, before.substr(2 * kBlock + written, kBlock - written));
        ASSERT_TRUE(put(file_, torn));
        ASSERT_EQ(digest_of(file_, spec), digest_after(spec, flush + 1)) << written;
      }
    }
    // Zeros, noise and old records after the log are cut off too, and the log continues afterwards.
    const std::string& whole = states[3];
    for (const std::string& tail : {std::string(5000, '\0'), std::string(100, '\x01'), whole.substr(kLogAt, 500)}) {
      ASSERT_TRUE(put(file_, whole + tail));
      PageTable table;
      const auto handle = table.attach(spec, file_);
      ASSERT_TRUE(handle.ok()) << handle.error().message();
      ASSERT_EQ(table.digest(), digest_after(spec, 3));
      change(table, spec, 4);
      ASSERT_EQ(table.flush(*handle), std::nullopt);
      ASSERT_EQ(digest_of(file_, spec), digest_after(spec, 4));
    }
  }
}

TEST_F(BackingFileTest, AFileWhoseCreationWasInterruptedIsRecreated) {
  const RegionSpec spec = dense_box();
  const std::string header = fill(file_, spec, 0)[0];
  ASSERT_EQ(header.size(), kLogAt);
  for (std::size_t size = 0; size < header.size(); size += size < 100 ? 1 : 997) {
    ASSERT_TRUE(put(file_, header.substr(0, size)));
    PageTable table;
    ASSERT_TRUE(table.attach(spec, file_).ok());
    EXPECT_EQ(table.digest(), digest_after(spec, 0));
    EXPECT_EQ(fs::file_size(file_), kLogAt);
  }
}

TEST_F(BackingFileTest, AFileThatEndsWithinItsLogIsDamaged) {
  const RegionSpec spec = sparse_box();
  const std::string whole = fill(file_, spec, 2).back();
  for (std::size_t size = kLogAt; size < whole.size(); size += 61) {
    ASSERT_TRUE(put(file_, whole.substr(0, size)));
    const auto digest = read_digest(file_, spec);
    ASSERT_FALSE(digest.ok());
    EXPECT_EQ(digest.error().message(), fmt::format("{}.copy: byte {}: the file ends within its log; expected {} bytes",
                                                    file_.string(), size, whole.size()));
  }
}

/// The position of each page's bytes in the file.
struct Stored {
  PageNumber page;
  std::size_t at, size;
};
std::vector<Stored> pages_in(const std::string& file) {
  std::vector<Stored> pages;
  for (std::size_t at = kLogAt; at < file.size();) {
    std::uint32_t bytes;
    PageNumber number;
    std::memcpy(&number, file.data() + at + 8, sizeof number);
    std::memcpy(&bytes, file.data() + at + 24, sizeof bytes);
    pages.push_back({number, at + kHead, bytes});
    at += kHead + bytes;
  }
  return pages;
}

TEST_F(BackingFileTest, AFlippedBitInACommittedPageIsReportedWithItsNumberAndFirstCoordinate) {
  const RegionSpec spec = dense_box();
  const auto index = BoxIndex::make(spec);
  ASSERT_TRUE(index);
  const std::string whole = fill(file_, spec, 3).back();
  const auto pages = pages_in(whole);
  ASSERT_GT(pages.size(), 4u);
  Random random(6);
  for (const Stored& page : pages) {
    std::string damaged = whole;
    damaged[page.at + random.below(page.size)] ^= static_cast<char>(1 << random.below(8));
    ASSERT_TRUE(put(file_, damaged));
    PageTable table;
    const auto handle = table.attach(spec, file_);
    ASSERT_FALSE(handle.ok());
    const auto number = static_cast<std::uint64_t>(page.page);
    EXPECT_EQ(
        handle.error().message(),
        fmt::format("{}: byte {}: torn, the checksum is wrong: page {} at {}; expected the bytes that were flushed",
                    file_.string(), page.at - kHead, number,
                    index->coordinate(number * 4096 >> spec.cell_log2).raw_text()));
    EXPECT_TRUE(table.regions().empty());
    EXPECT_EQ(table.quota().held(), 0u);
  }
}

TEST_F(BackingFileTest, EveryTornPageIsNamed) {
  const RegionSpec spec = sparse_box();
  std::string damaged = fill(file_, spec, 6).back();
  const auto pages = pages_in(damaged);
  ASSERT_GT(pages.size(), 9u);
  std::string expected;
  for (const std::size_t i : {1, 4, 9}) {
    damaged[pages[i].at + 5] ^= 8;
    expected += (expected.empty() ? "page " : ", page ") + PackedCoordinate::from_bits(pages[i].page).raw_text();
  }
  ASSERT_TRUE(put(file_, damaged));
  const auto digest = read_digest(file_, spec);
  ASSERT_FALSE(digest.ok());
  EXPECT_EQ(digest.error().found, "torn, the checksum is wrong: " + expected);
}

TEST_F(BackingFileTest, NoFlippedBitIsTakenForContentsOrLosesAFlush) {
  // The commit is there twice, so damage to one copy changes nothing.
  const RegionSpec spec = box({{Axis::column, 0, 64}}, Layout::sparse, 3);
  const std::string whole = fill(file_, spec, 2).back();
  const std::uint64_t after = digest_after(spec, 2);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    const bool unused = at < kLogAt && at % kBlock >= 100;
    if (unused && at % 127 != 0) continue;
    std::string damaged = whole;
    damaged[at] ^= static_cast<char>(1 << at % 8);
    ASSERT_TRUE(put(file_, damaged));
    const auto digest = read_digest(file_, spec);
    const bool header = at < 76;
    ASSERT_EQ(digest.ok(), !header && at < kLogAt) << at;
    if (digest.ok()) {
      ASSERT_EQ(*digest, after) << at;
    }
  }
  std::string damaged = whole;
  damaged[kBlock + 9] ^= 1;
  damaged[2 * kBlock + 30] ^= 1;
  ASSERT_TRUE(put(file_, damaged));
  const auto digest = read_digest(file_, spec);
  ASSERT_FALSE(digest.ok());
  EXPECT_EQ(digest.error().found, "both copies of the commit are damaged");
}

TEST_F(BackingFileTest, ACopyOfTheCommitIsRepairedBeforeTheOtherIsOverwritten) {
  const RegionSpec spec = sparse_box();
  std::string damaged = fill(file_, spec, 2).back();
  damaged[2 * kBlock + 9] ^= 1;
  ASSERT_TRUE(put(file_, damaged));
  PageTable table;
  const std::uint64_t handle = table.attach(spec, file_).value();
  change(table, spec, 3);
  ASSERT_EQ(table.flush(handle), std::nullopt);
  std::string torn = *read_file(file_);
  torn[kBlock + 9] ^= 1;
  ASSERT_TRUE(put(folder_ / "torn", torn));
  EXPECT_EQ(digest_of(folder_ / "torn", spec), digest_after(spec, 3));
}

TEST_F(BackingFileTest, RecordsOfAnotherFlushOrPlaceAreNotRead) {
  // Two records of equal size exchanged, one repeated, one left out: each is whole, but not where it was written.
  const RegionSpec spec = sparse_box();
  const std::string whole = fill(file_, spec, 3).back();
  const auto pages = pages_in(whole);
  const std::size_t size = kHead + pages[0].size;
  std::string exchanged = whole, repeated = whole;
  exchanged.replace(kLogAt, size, whole.substr(kLogAt + size, size));
  exchanged.replace(kLogAt + size, size, whole.substr(kLogAt, size));
  repeated.replace(kLogAt + size, size, whole.substr(kLogAt, size));
  std::string shortened = whole;
  shortened.erase(kLogAt, size).resize(whole.size());
  for (const std::string& bytes : {exchanged, repeated, shortened}) {
    ASSERT_TRUE(put(file_, bytes));
    EXPECT_FALSE(read_digest(file_, spec).ok());
  }
  // The records of a later state under an earlier commit's blocks.
  const auto states = fill(folder_ / "other", spec, 3);
  ASSERT_TRUE(put(file_, states[2].substr(0, kLogAt) + whole.substr(kLogAt)));
  EXPECT_FALSE(read_digest(file_, spec).ok());
}

TEST_F(BackingFileTest, PagesThatContainTheFileItselfAreNotReadAsItsParts) {
  // Every page of the region is written with parts of its own file: header, commits and records, at many alignments.
  // Then the file is cut and damaged at many places. Recovery never sees another state than a flushed one.
  const RegionSpec spec = box({{Axis::line, 0, 4}, {Axis::column, 0, 2048}}, Layout::row_major, 3);
  PageTable table;
  TranslationCache cache;
  const std::uint64_t handle = table.attach(spec, file_).value();
  std::byte* const cells = table.cell(spec.first, 3, true, cache).at;
  const std::size_t bytes = 4 * 2048 * 8;
  std::vector<std::string> states;
  std::vector<std::uint64_t> digests;
  for (std::size_t flush = 0; flush < 6; ++flush) {
    const std::string own = *read_file(file_);
    for (std::size_t at = 0; at + 64 < bytes; at += 96 + flush) {
      const std::size_t from = (at * 7 + flush * 13) % (own.size() - 20);
      const std::size_t size = std::min({own.size() - from, bytes - at, std::size_t{90}});
      std::memcpy(cells + at, own.data() + (at % 3 == 0 ? kBlock * (at % 2 + 1) : from), size);
    }
    ASSERT_EQ(table.flush(handle), std::nullopt);
    states.push_back(*read_file(file_));
    digests.push_back(table.digest());
  }
  const fs::path damaged_file = folder_ / "damaged";
  Random random(4);
  const auto flushed = [&](std::uint64_t digest) {
    return std::find(digests.begin(), digests.end(), digest) != digests.end();
  };
  std::size_t read = 0;
  for (std::size_t round = 0; round < 300; ++round) {
    const std::size_t state = 1 + random.below(states.size() - 1);
    std::string bytes_now = states[state];
    switch (random.below(3)) {
      case 0: bytes_now = states[state - 1].substr(0, kLogAt) + bytes_now.substr(kLogAt); break;  // before its commit
      case 1: bytes_now[random.below(bytes_now.size())] ^= static_cast<char>(1 << random.below(8)); break;
      default: bytes_now.resize(kLogAt + random.below(bytes_now.size() - kLogAt)); break;
    }
    ASSERT_TRUE(put(damaged_file, bytes_now));
    if (const auto digest = read_digest(damaged_file, spec); digest) {
      ++read;
      EXPECT_TRUE(flushed(*digest)) << round;
    }
  }
  EXPECT_GT(read, 50u);
}

/// Pages of one XXH3 hash. It multiplies the halves of lane ^ secret; where the lower half is 0, the upper one counts
/// only in a sum, so that any upper halves of equal sum give one hash.
std::vector<std::uint64_t> page_of_one_hash(std::uint64_t k) {
  std::vector<std::uint64_t> page(512);
  page[0] = 0x396cfeb8 | (1 + k) << 32;
  page[8] = 0x2c81017c | (9 - k) << 32;
  return page;
}

TEST_F(BackingFileTest, APageThatAnUnkeyedHashCannotTellFromTheFlushedOneIsFlushed) {
  const RegionSpec spec = box({{Axis::column, 0, 512}}, Layout::row_major, 3);
  PageTable table;
  TranslationCache cache;
  const std::uint64_t handle = table.attach(spec, file_).value();
  std::byte* const cells = table.cell(spec.first, 3, true, cache).at;
  std::set<std::uint64_t> digests;
  for (std::uint64_t k = 0; k < 9; ++k) {
    const auto page = page_of_one_hash(k), first = page_of_one_hash(0);
    ASSERT_EQ(XXH3_64bits(page.data(), kBlock), XXH3_64bits(first.data(), kBlock));
    std::memcpy(cells, page.data(), kBlock);
    ASSERT_EQ(table.flush(handle), std::nullopt);
    EXPECT_EQ(digest_of(file_, spec), table.digest());
    EXPECT_TRUE(digests.insert(table.digest()).second) << "of contents that differ";
  }
}

TEST_F(BackingFileTest, AFileHasOneUserAtATime) {
  const RegionSpec spec = sparse_box();
  PageTable one, other;
  ASSERT_TRUE(one.attach(spec, file_).ok());
  const auto refused = other.attach(spec, file_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message(), file_.string() + ": found that another process uses it; expected one at a time");
  EXPECT_TRUE(other.regions().empty());
  ASSERT_EQ(one.free(1), std::nullopt);
  EXPECT_TRUE(other.attach(spec, file_).ok());
}

TEST_F(BackingFileTest, AFileOfTheFormerFormatIsRefusedByName) {
  const std::string former = "VTPUPPT1" + std::string(8, 'h');
  ASSERT_TRUE(put(file_, former));
  PageTable table;
  const auto handle = table.attach(sparse_box(), file_);
  ASSERT_FALSE(handle.ok());
  EXPECT_EQ(handle.error().message(),
            file_.string() + ": byte 0: a backing file of format 1, 'VTPUPPT1'; expected format 2, 'VTPUPPT2'");
  EXPECT_EQ(*read_file(file_), former);
}

TEST_F(BackingFileTest, ASymbolicLinkStaysOneAndTheModeIsKept) {
  const RegionSpec spec = box({{Axis::column, 40, 200}}, Layout::sparse, 4);
  fs::create_symlink(folder_ / "target", file_);
  fill(file_, spec, 0);
  fs::permissions(folder_ / "target", fs::perms::owner_read | fs::perms::owner_write);
  const auto states = fill(file_, spec, 80);
  bool shrank = false;
  for (std::size_t k = 1; k < states.size(); ++k) shrank |= states[k].size() < states[k - 1].size();
  EXPECT_TRUE(shrank);
  EXPECT_TRUE(fs::is_symlink(file_));
  EXPECT_EQ(fs::status(file_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(digest_of(file_, spec), digest_after(spec, 80));
}

TEST_F(BackingFileTest, AnotherRegionsFileIsRefused) {
  const RegionSpec spec = sparse_box();
  fill(file_, spec, 2);
  const std::string before = *read_file(file_);
  std::vector<RegionSpec> others(5, spec);
  others[0].last = spec.last.with(Axis::column, 240);
  others[1].first = spec.first.with(Axis::line, 2);
  others[2].cell_log2 = 3;
  others[3].layout = Layout::row_major;
  others[4].mask |= bit_of(Axis::scroll);
  for (const RegionSpec& other : others) {
    PageTable table;
    const auto handle = table.attach(other, file_);
    ASSERT_FALSE(handle.ok());
    EXPECT_EQ(handle.error().found, "the backing file of another region");
    EXPECT_EQ(*read_file(file_), before);
  }
}

TEST_F(BackingFileTest, AnyOtherFileIsRefusedAndLeftUnchanged) {
  for (const std::string& bytes : {std::string("x"), std::string("name,value\n1,2\n"), std::string(100, '\0')}) {
    ASSERT_TRUE(put(file_, bytes));
    PageTable table;
    const auto handle = table.attach(sparse_box(), file_);
    ASSERT_FALSE(handle.ok());
    EXPECT_EQ(handle.error().message(),
              file_.string() + ": byte 0: not the header of a backing file; expected 'VTPUPPT2'");
    EXPECT_EQ(*read_file(file_), bytes);
  }
}

TEST_F(BackingFileTest, AMissingFolderIsAnErrorAndLeavesNoRegion) {
  PageTable table;
  EXPECT_FALSE(table.attach(sparse_box(), folder_ / "none" / "region").ok());
  EXPECT_FALSE(table.attach(sparse_box(), folder_).ok());
  EXPECT_TRUE(table.regions().empty());
  EXPECT_TRUE(table.attach(sparse_box(), file_).ok());
}

TEST_F(BackingFileTest, AFileWithMorePagesThanTheLimitIsRefused) {
  const RegionSpec spec = sparse_box();
  fill(file_, spec, 3);
  PageTable small(PageTable::Limits{.bytes = 36 << 12});
  const auto handle = small.attach(spec, file_);
  ASSERT_FALSE(handle.ok());
  EXPECT_EQ(handle.error().found, "more pages than the table may hold");
  EXPECT_EQ(small.quota().held(), 0u);
}

TEST_F(BackingFileTest, TheLogIsCompactedBeforeItIsFiveTimesItsLiveContents) {
  for (const RegionSpec& spec : {dense_box(), box({{Axis::line, 3, 3}, {Axis::column, 40, 200}}, Layout::sparse, 4)}) {
    fs::remove(file_);
    const auto states = fill(file_, spec, 80);
    PageTable table;
    ASSERT_TRUE(table.attach(spec, file_).ok());
    bool shrank = false;
    for (std::size_t k = 1; k < states.size(); ++k) shrank |= states[k].size() < states[k - 1].size();
    EXPECT_TRUE(shrank);
    EXPECT_LT(states.back().size(), 5 * (table.regions()[0].bytes + kHead * table.regions()[0].pages_made + kLogAt));
    EXPECT_EQ(table.digest(), digest_after(spec, 80));
    EXPECT_FALSE(fs::exists(file_.string() + ".new"));
  }
}

TEST_F(BackingFileTest, AFlushThatCannotBeWrittenIsAFaultAndTheNextOneIsComplete) {
  const RegionSpec spec = dense_box();
  const auto states = fill(folder_ / "measured", spec, 2);
  const std::size_t pages = states[2].size() - states[1].size();
  const auto previous = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  {
    PageTable table;
    const std::uint64_t handle = table.attach(spec, file_).value();
    change(table, spec, 1);
    ASSERT_EQ(table.flush(handle), std::nullopt);
    const std::size_t size = fs::file_size(file_);
    change(table, spec, 2);
    // Nothing, a part of a page, and all but the last byte.
    for (const std::size_t room : {std::size_t{0}, std::size_t{40}, pages / 2, pages - 1}) {
      rlimit low = limit;
      low.rlim_cur = size + room;
      ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &low), 0);
      EXPECT_EQ(table.flush(handle), MemoryFault::io);
      ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
      EXPECT_EQ(fs::file_size(file_), size);
      EXPECT_EQ(digest_of(file_, spec), digest_after(spec, 1));
    }
    ASSERT_EQ(table.flush(handle), std::nullopt);
  }
  std::signal(SIGXFSZ, previous);
  EXPECT_EQ(digest_of(file_, spec), digest_after(spec, 2));
}

/// Continues after change `done` until it is killed, and reports each flush that returned.
[[noreturn]] void flush_for_ever(const fs::path& file, const RegionSpec& spec, std::uint64_t done, int report) {
  PageTable table;
  const auto handle = table.attach(spec, file);
  if (!handle) ::_exit(1);
  for (std::uint64_t k = done + 1;; ++k) {
    change(table, spec, k);
    if (table.flush(*handle)) ::_exit(2);
    if (::write(report, &k, sizeof k) != sizeof k) ::_exit(3);
  }
}

TEST_F(BackingFileTest, AProcessKilledAtAnyPointLosesNothingThatWasFlushed) {
  Random random(8);
  for (const RegionSpec& spec : {dense_box(), sparse_box()}) {
    fs::remove(file_);
    fill(file_, spec, 0);
    std::uint64_t done = 0;
    for (int round = 0; round < 25; ++round) {
      int ends[2];
      ASSERT_EQ(::pipe(ends), 0);
      const pid_t child = ::fork();
      ASSERT_GE(child, 0);
      if (child == 0) {
        ::close(ends[0]);
        flush_for_ever(file_, spec, done, ends[1]);
      }
      ::close(ends[1]);
      std::uint64_t acknowledged = done, k = 0;
      for (std::uint64_t wanted = random.below(12); wanted > 0; --wanted) {
        ASSERT_EQ(::read(ends[0], &k, sizeof k), static_cast<ssize_t>(sizeof k));
        acknowledged = k;
      }
      ::usleep(static_cast<useconds_t>(random.below(3000)));
      ASSERT_EQ(::kill(child, SIGKILL), 0);
      int status = 0;
      ASSERT_EQ(::waitpid(child, &status, 0), child);
      ASSERT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
      while (::read(ends[0], &k, sizeof k) == sizeof k) acknowledged = k;
      ::close(ends[0]);
      const std::uint64_t found = digest_of(file_, spec);
      ASSERT_FALSE(testing::Test::HasFailure());
      done = acknowledged;
      if (found != digest_after(spec, acknowledged)) {
        ++done;  // the interrupted flush had reached the file
        ASSERT_EQ(found, digest_after(spec, done)) << "after " << acknowledged << " flushes";
      }
    }
    EXPECT_GT(done, 25u);
  }
}

}  // namespace
}  // namespace vtpu::memory
