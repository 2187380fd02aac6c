#include "vtpu/memory/backing_file.h"
#include "vtpu/memory/box_index.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <memory>
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
    folder_ = fs::path(testing::TempDir()) / ("vtpu_memory_" + std::to_string(::getpid()) + "_" +
                                              testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    file_ = folder_ / "region";
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_, file_;
};

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

std::uint64_t digest_of(const fs::path& file, const RegionSpec& spec) {
  PageTable table;
  const auto handle = table.attach(spec, file);
  EXPECT_TRUE(handle.ok()) << handle.error().message();
  return table.digest();
}

/// For a file that a table has open, and has locked.
std::uint64_t digest_of_copy(const fs::path& file, const RegionSpec& spec) {
  const fs::path copy = file.string() + ".copy";
  fs::copy_file(file, copy, fs::copy_options::overwrite_existing);
  return digest_of(copy, spec);
}

/// Attaches a region, makes and flushes changes 1 to `count`, and returns the size of the file at the start and after
/// each.
std::vector<std::size_t> fill(const fs::path& file, const RegionSpec& spec, std::uint64_t count) {
  PageTable table;
  const std::uint64_t handle = table.attach(spec, file).value();
  std::vector<std::size_t> sizes{fs::file_size(file)};
  for (std::uint64_t k = 1; k <= count; ++k) {
    change(table, spec, k);
    EXPECT_EQ(table.flush(handle), std::nullopt);
    sizes.push_back(fs::file_size(file));
  }
  return sizes;
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

TEST_F(BackingFileTest, ATornTailIsCutOffAndThePreviousFlushRemains) {
  for (const RegionSpec& spec : {dense_box(), sparse_box()}) {
    fs::remove(file_);
    const auto sizes = fill(file_, spec, 3);
    const std::string whole = *read_file(file_);
    ASSERT_EQ(whole.size(), sizes[3]);
    for (std::size_t flush = 0; flush < 3; ++flush) {
      const std::uint64_t expected = digest_after(spec, flush);
      const std::size_t step = std::max<std::size_t>(1, (sizes[flush + 1] - sizes[flush]) / 40);
      for (std::size_t size = sizes[flush]; size<sizes[flush + 1]; size += size + 40> sizes[flush + 1] ? 1 : step) {
        ASSERT_TRUE(write_file(file_, whole.substr(0, size)).ok());
        auto region = spec.layout == Layout::sparse ? make_sparse(1, spec) : make_dense(1, spec);
        const auto opened = BackingFile::open(file_, *region);
        ASSERT_TRUE(opened.ok()) << opened.error().message();
        ASSERT_EQ((*opened)->dropped_bytes(), size - sizes[flush]);
        ASSERT_EQ(fs::file_size(file_), sizes[flush]);
        ASSERT_EQ(digest_of_copy(file_, spec), expected) << size;
      }
    }
    // Zeros and noise after the last commit are cut off too, and the log continues afterwards.
    for (const std::string& tail : {std::string(5000, '\0'), std::string(100, '\x01'), whole.substr(sizes[1], 500)}) {
      ASSERT_TRUE(write_file(file_, whole + tail).ok());
      PageTable table;
      const auto handle = table.attach(spec, file_);
      ASSERT_TRUE(handle.ok()) << handle.error().message();
      ASSERT_EQ(table.digest(), digest_after(spec, 3));
      change(table, spec, 4);
      ASSERT_EQ(table.flush(*handle), std::nullopt);
      ASSERT_EQ(digest_of_copy(file_, spec), digest_after(spec, 4));
    }
  }
}

TEST_F(BackingFileTest, AFileWithAnIncompleteHeaderIsRecreated) {
  const RegionSpec spec = dense_box();
  fill(file_, spec, 0);
  const std::string header = *read_file(file_);
  for (std::size_t size = 0; size < header.size(); ++size) {
    ASSERT_TRUE(write_file(file_, header.substr(0, size)).ok());
    EXPECT_EQ(digest_of(file_, spec), digest_after(spec, 0));
    EXPECT_EQ(*read_file(file_), header);
  }
}

/// The position of each page's bytes in the file, by the format of backing_file.h.
struct Stored {
  std::uint64_t page;
  std::size_t at, size;
};
std::vector<Stored> pages_in(const std::string& file) {
  std::vector<Stored> pages;
  for (std::size_t at = 16; at < file.size();) {
    std::uint32_t kind, bytes;
    std::uint64_t number;
    std::memcpy(&kind, file.data() + at, 4);
    std::memcpy(&bytes, file.data() + at + 4, 4);
    std::memcpy(&number, file.data() + at + 8, 8);
    if (kind == 1) pages.push_back({number, at + 32, bytes});
    at += 32 + bytes;
  }
  return pages;
}

TEST_F(BackingFileTest, AFlippedBitInACommittedPageIsReportedWithItsNumberAndFirstCoordinate) {
  const RegionSpec spec = dense_box();
  const auto index = BoxIndex::make(spec);
  ASSERT_TRUE(index);
  fill(file_, spec, 3);
  const std::string whole = *read_file(file_);
  const auto pages = pages_in(whole);
  ASSERT_GT(pages.size(), 4u);
  Random random(6);
  for (const Stored& page : pages) {
    std::string damaged = whole;
    damaged[page.at + random.below(page.size)] ^= static_cast<char>(1 << random.below(8));
    ASSERT_TRUE(write_file(file_, damaged).ok());
    PageTable table;
    const auto handle = table.attach(spec, file_);
    ASSERT_FALSE(handle.ok());
    EXPECT_EQ(handle.error().message(), file_.string() + ": byte " + std::to_string(page.at - 32) +
                                            ": torn, the checksum is wrong: page " + std::to_string(page.page) +
                                            " at " + index->coordinate(page.page * 4096 >> spec.cell_log2).raw_text() +
                                            "; expected the bytes that were flushed");
    EXPECT_TRUE(table.regions().empty());
  }
}

TEST_F(BackingFileTest, EveryTornPageIsNamed) {
  const RegionSpec spec = sparse_box();
  fill(file_, spec, 6);
  std::string damaged = *read_file(file_);
  const auto pages = pages_in(damaged);
  ASSERT_GT(pages.size(), 9u);
  std::string expected;
  for (const std::size_t i : {1, 4, 9}) {
    damaged[pages[i].at + 5] ^= 8;
    PageNumber number;
    std::memcpy(&number, damaged.data() + pages[i].at - 24, sizeof number);
    expected += (expected.empty() ? "page " : ", page ") + PackedCoordinate::from_bits(number).raw_text();
  }
  ASSERT_TRUE(write_file(file_, damaged).ok());
  PageTable table;
  const auto handle = table.attach(spec, file_);
  ASSERT_FALSE(handle.ok());
  EXPECT_EQ(handle.error().found, "torn, the checksum is wrong: " + expected);
}

TEST_F(BackingFileTest, NoFlippedBitIsTakenForContents) {
  // Before the last commit it is damage; in the last commit itself it looks like an interrupted flush.
  const RegionSpec spec = box({{Axis::column, 0, 64}}, Layout::sparse, 3);
  const auto sizes = fill(file_, spec, 2);
  const std::string whole = *read_file(file_);
  const std::uint64_t before = digest_after(spec, 1);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] ^= static_cast<char>(1 << at % 8);
    ASSERT_TRUE(write_file(file_, damaged).ok());
    PageTable table;
    const auto handle = table.attach(spec, file_);
    ASSERT_EQ(handle.ok(), at >= sizes[2] - 32) << at;
    if (handle.ok()) {
      ASSERT_EQ(table.digest(), before);
    }
  }
}

TEST_F(BackingFileTest, APageThatContainsARecordIsNotReadAsOne) {
  // A region that contains a copy of its own file, and whose next flush is torn just after that page.
  const RegionSpec spec = box({{Axis::column, 0, 1024}}, Layout::row_major, 3);
  const auto sizes = fill(file_, spec, 1);
  const std::string first = *read_file(file_);
  PageTable table;
  TranslationCache cache;
  const std::uint64_t handle = table.attach(spec, file_).value();
  const std::string commit = first.substr(first.size() - 32);
  std::memcpy(table.cell(spec.first, 3, true, cache).at + 64, commit.data(), commit.size());
  ASSERT_EQ(table.flush(handle), std::nullopt);
  const std::string second = *read_file(file_);
  for (const std::size_t torn : {std::size_t{33}, std::size_t{500}, second.size() - sizes[1] - 32}) {
    ASSERT_TRUE(write_file(file_, second.substr(0, sizes[1] + torn)).ok());
    EXPECT_EQ(digest_of(file_, spec), digest_after(spec, 1));
  }
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
    ASSERT_TRUE(write_file(file_, bytes).ok());
    PageTable table;
    const auto handle = table.attach(sparse_box(), file_);
    ASSERT_FALSE(handle.ok());
    EXPECT_EQ(handle.error().message(),
              file_.string() + ": byte 0: not the header of a backing file; expected 'VTPUPPT1'");
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
  PageTable small(PageTable::Limits{.bytes = 2048});
  const auto handle = small.attach(spec, file_);
  ASSERT_FALSE(handle.ok());
  EXPECT_EQ(handle.error().found, "more pages than the table may hold");
  EXPECT_EQ(small.check_allocation(box({{Axis::column, 0, 2048}}, Layout::row_major)), MemoryFault::quota);
  EXPECT_EQ(small.check_allocation(spec), std::nullopt);
}

TEST_F(BackingFileTest, TheLogIsCompactedBeforeItIsFiveTimesItsLiveContents) {
  for (const RegionSpec& spec : {dense_box(), box({{Axis::line, 3, 3}, {Axis::column, 40, 200}}, Layout::sparse, 4)}) {
    fs::remove(file_);
    const auto sizes = fill(file_, spec, 80);
    PageTable table;
    ASSERT_TRUE(table.attach(spec, file_).ok());
    bool shrank = false;
    for (std::size_t k = 1; k < sizes.size(); ++k) shrank |= sizes[k] < sizes[k - 1];
    EXPECT_TRUE(shrank);
    EXPECT_LT(sizes.back(), 5 * (table.regions()[0].bytes + 32 * table.regions()[0].pages_made) + 8192);
    EXPECT_EQ(table.digest(), digest_after(spec, 80));
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);  // no temporary
  }
}

TEST_F(BackingFileTest, AFlushThatCannotBeWrittenIsAFaultAndTheNextOneIsComplete) {
  const RegionSpec spec = dense_box();
  const auto sizes = fill(folder_ / "measured", spec, 2);
  const std::size_t pages = sizes[2] - sizes[1] - 32;
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
    // Nothing, a part of a page, all pages but no commit, and all but the last byte of it.
    for (const std::size_t room : {std::size_t{0}, std::size_t{40}, pages, pages + 31}) {
      rlimit low = limit;
      low.rlim_cur = size + room;
      ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &low), 0);
      EXPECT_EQ(table.flush(handle), MemoryFault::io);
      ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
      EXPECT_EQ(fs::file_size(file_), size);
      EXPECT_EQ(digest_of_copy(file_, spec), digest_after(spec, 1));
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
