// Several threads use one table at once. Is each function one step for the others, and does freed memory stay until
// every worker has passed a quiescent point?
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "model.h"
#include "vtpu/memory/region.h"

namespace vtpu::memory {
namespace {

/// Runs f(0) to f(workers − 1), each on a thread of its own.
template <class F>
void on_threads(unsigned workers, const F& f) {
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < workers; ++i) threads.emplace_back([&f, i] { f(i); });
  for (std::thread& thread : threads) thread.join();
}

/// A box of `cells` columns in the numbered place of a library.
RegionSpec row_in(std::uint32_t library, std::uint32_t place, std::uint32_t cells, Layout layout) {
  RegionSpec spec = box({{Axis::column, 0, cells}}, layout);
  for (PackedCoordinate* corner : {&spec.first, &spec.last})
    *corner = corner->with(Axis::library, library).with(Axis::scroll, place);
  return spec;
}

/// A worker with regions in a library of its own, of which it knows every cell, and regions in library 1, which all
/// workers allocate, write and free. Its own cells must always have what it wrote; of the common ones, column i is
/// written by worker i only, so it has nothing, or what that worker wrote last.
class Worker {
 public:
  Worker(PageTable table, unsigned number, std::uint64_t seed)
      : table_(std::move(table)), number_(number), library_(100 + number), random_(Random(seed).fork(number)) {}

  void run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
      turn();
      switch (random_.below(12)) {
        case 0: allocate(); break;
        case 1: free(); break;
        case 2: search(); break;
        case 3: neighbours(); break;
        case 4: common_region(); break;
        case 5: common_cell(); break;
        case 6: flush(); break;
        default: access();
      }
    }
    table_.away(number_);
  }

 private:
  static constexpr std::uint32_t kPlaces = 4, kCells = 150;
  struct Own {
    std::uint64_t handle = 0;
    RegionSpec spec;
    std::map<std::uint32_t, std::uint64_t> cells;  // by column; the others are 0
    Pointer pointer;
  };

  void turn() {
    if (random_.below(4) == 0) table_.quiescent(number_);
    if (frees_ == table_.frees()) return;
    std::vector<Pointer*> all{&common_};
    for (auto& [place, own] : own_) all.push_back(&own.pointer);
    for (Pointer* pointer : all) table_.forget_freed({pointer, 1}, nullptr);
    frees_ = table_.forget_freed({}, cache_.get());
  }
  void allocate() {
    const auto place = static_cast<std::uint32_t>(random_.below(kPlaces));
    const RegionSpec spec = row_in(library_, place, kCells, random_.below(3) == 0 ? Layout::row_major : Layout::sparse);
    const auto allocated = table_.allocate(spec);
    if (own_.contains(place)) {
      EXPECT_EQ(allocated.fault, MemoryFault::overlap);
      return;
    }
    EXPECT_FALSE(allocated.fault);
    Own& own = own_[place];
    own.handle = allocated.handle, own.spec = spec, own.pointer.coordinate = spec.first;
  }
  void free() {
    if (own_.empty()) return;
    const auto own = own_.begin();
    EXPECT_EQ(table_.free(own->second.handle), std::nullopt);
    EXPECT_EQ(table_.free(own->second.handle), MemoryFault::bad_handle);
    cache_->forget(own->second.handle);
    EXPECT_FALSE(table_.mapped(own->second.spec.first));
    own_.erase(own);
  }
  /// The cell of a column, by pointer or by coordinate.
  PageTable::Place place(Own& own, std::uint32_t column, bool write) {
    if (random_.below(2) == 0) return table_.cell(own.spec.first.with(Axis::column, column), 3, write, *cache_);
    PageTable::step(own.pointer, Axis::column, std::int64_t{column} - own.pointer.coordinate.get(Axis::column));
    return table_.access(own.pointer, 0, 8, write, *cache_);
  }
  void access() {
    if (own_.empty()) return allocate();
    Own& own = std::next(own_.begin(), static_cast<std::ptrdiff_t>(random_.below(own_.size())))->second;
    const auto column = static_cast<std::uint32_t>(random_.below(kCells));
    const bool write = random_.below(2) == 0;
    const auto [at, fault] = place(own, column, write);
    ASSERT_FALSE(fault);
    if (write) {
      const std::uint64_t value = random_.next() | 1;
      std::memcpy(at, &value, 8);
      own.cells[column] = value;
    } else {
      std::uint64_t value = 0;
      std::memcpy(&value, at, 8);
      EXPECT_EQ(value, own.cells.contains(column) ? own.cells[column] : 0);
    }
  }
  void search() {
    std::uint64_t looked_at = 0, expected = 0, found = 0;
    for (const auto& [place, own] : own_) expected += own.cells.size();
    const PackedCoordinate first = PackedCoordinate().with(Axis::library, library_);
    const PackedCoordinate last = PackedCoordinate::from_bits(first.with(Axis::library, library_ + 1).bits() - 1);
    for (OccupiedCells cells(table_, first, last, looked_at); cells.next();) ++found;
    EXPECT_EQ(found, expected);
  }
  void neighbours() {
    if (own_.empty()) return;
    Own& own = own_.begin()->second;
    const auto column = static_cast<std::uint32_t>(1 + random_.below(kCells - 2));
    const auto around = table_.neighbourhood(own.spec.first.with(Axis::column, column), 64);
    ASSERT_FALSE(around.fault);
    for (const int side : {-1, 1}) {
      const std::byte* const cell = around.around[2 * static_cast<std::size_t>(Axis::column) + (side + 1) / 2];
      ASSERT_NE(cell, nullptr);
      std::uint64_t value = 0;
      std::memcpy(&value, cell, 8);
      const auto found = own.cells.find(column + static_cast<std::uint32_t>(side));
      EXPECT_EQ(value, found == own.cells.end() ? 0 : found->second);
    }
  }
  void flush() {
    if (!own_.empty()) EXPECT_EQ(table_.flush(own_.begin()->second.handle), std::nullopt);
  }

  void common_region() {
    const auto place = static_cast<std::uint32_t>(random_.below(2));
    if (random_.below(2) == 0) {
      const auto allocated = table_.allocate(row_in(1, place, 64, place == 0 ? Layout::sparse : Layout::row_major));
      if (!allocated.fault) common_handle_ = allocated.handle;
      EXPECT_TRUE(!allocated.fault || allocated.fault == MemoryFault::overlap);
    } else if (common_handle_ != 0) {  // that of a region which only this worker frees
      EXPECT_EQ(table_.free(common_handle_), std::nullopt);
      cache_->forget(common_handle_);
      if (common_.handle == common_handle_) common_.forget();
      common_handle_ = 0;
    }
  }
  void common_cell() {
    const auto place = static_cast<std::uint32_t>(random_.below(2));
    const PackedCoordinate c = row_in(1, place, 64, Layout::sparse).first.with(Axis::column, number_);
    if (random_.below(2) == 0) common_.forget(), common_.coordinate = c;
    const bool write = random_.below(2) == 0, by_pointer = random_.below(2) == 0;
    const auto [at, fault] =
        by_pointer ? table_.access(common_, 0, 8, write, *cache_) : table_.cell(c, 3, write, *cache_);
    EXPECT_TRUE(!fault || fault == MemoryFault::unmapped);
    if (fault) return;
    if (write) {
      const std::uint64_t value = 1000 * (number_ + 1) + ++written_;
      std::memcpy(at, &value, 8);
    } else {
      std::uint64_t value = 0;
      std::memcpy(&value, at, 8);
      EXPECT_TRUE(value == 0 || (value > 1000 * (number_ + 1) && value <= 1000 * (number_ + 1) + written_)) << value;
    }
  }

  PageTable table_;
  unsigned number_;
  std::uint32_t library_;
  Random random_;
  std::unique_ptr<TranslationCache> cache_ = std::make_unique<TranslationCache>();
  std::map<std::uint32_t, Own> own_;
  Pointer common_;
  std::uint64_t common_handle_ = 0, written_ = 0, frees_ = 0;
};

TEST(SharedTable, EveryWorkerFindsItsCellsWhileTheOthersAllocateFreeSearchAndFlush) {
  for (const unsigned workers : {2u, 4u, 7u}) {
    PageTable table(PageTable::Limits{.bytes = 64 << 20});
    table.share(workers);
    on_threads(workers, [&](unsigned i) { Worker(table.alias(), i, workers).run(4000); });
    ASSERT_FALSE(HasFailure()) << workers << " workers";
    table.share(1);
    for (const auto& region : table.regions()) EXPECT_EQ(table.free(region.handle), std::nullopt);
    EXPECT_EQ(table.quota().held(), 0u) << workers << " workers";
  }
}

TEST(SharedTable, OfAllWhoAllocateOneBoxOneSucceedsAndOfAllWhoFreeItOne) {
  constexpr unsigned kWorkers = 4;
  PageTable table;
  table.share(kWorkers);
  for (int round = 0; round < 200; ++round) {
    std::atomic<unsigned> allocated{0}, freed{0};
    std::atomic<std::uint64_t> handle{0};
    on_threads(kWorkers, [&](unsigned) {
      const auto result = table.allocate(row_in(1, 0, 64, round % 2 == 0 ? Layout::sparse : Layout::row_major));
      if (!result.fault) ++allocated, handle = result.handle;
    });
    on_threads(kWorkers, [&](unsigned) { freed += !table.free(handle); });
    ASSERT_EQ(allocated, 1u);
    ASSERT_EQ(freed, 1u);
  }
  EXPECT_EQ(table.quota().held(), 0u) << "all workers are away";
}

TEST(SharedTable, WorkersThatCreateOnePageAtOnceGetTheSamePage) {
  constexpr unsigned kWorkers = 4;
  PageTable table;
  table.share(kWorkers);
  ASSERT_FALSE(table.allocate(row_in(1, 0, 2048, Layout::sparse)).fault);
  on_threads(kWorkers, [&](unsigned number) {
    const auto cache = std::make_unique<TranslationCache>();
    for (std::uint32_t column = number; column < 2048; column += kWorkers) {
      const auto cell = table.cell(row_in(1, 0, 1, Layout::sparse).first.with(Axis::column, column), 3, true, *cache);
      const std::uint64_t value = column + 1;
      std::memcpy(cell.at, &value, 8);
    }
    EXPECT_EQ(cache->counters.misses, 32u) << "one for each page";
    EXPECT_EQ(cache->counters.hits, 2048 / kWorkers - 32u);
  });
  EXPECT_EQ(table.regions()[0].pages_made, 32u);
  for (std::uint32_t column = 0; column < 2048; ++column) {
    std::uint64_t value = 0;
    const auto bytes = table.peek(row_in(1, 0, 1, Layout::sparse).first.with(Axis::column, column));
    std::memcpy(&value, bytes.data(), 8);
    EXPECT_EQ(value, column + 1);
  }
}

TEST(SharedTable, TheLastPageThatTheQuotaHasRoomForGoesToOneWorker) {
  constexpr unsigned kWorkers = 4;
  for (int round = 0; round < 50; ++round) {
    PageTable table(PageTable::Limits{.bytes = kRegionBytes + 3 * 4096});  // one page of cells of 64 bytes
    table.share(kWorkers);
    ASSERT_FALSE(table.allocate(box({{Axis::column, 0, 2048}}, Layout::sparse, 6)).fault);
    std::atomic<unsigned> created{0};
    on_threads(kWorkers, [&](unsigned number) {
      const auto cache = std::make_unique<TranslationCache>();
      const PackedCoordinate c = box({{Axis::column, 0, 2048}}, Layout::sparse).first.with(Axis::column, 64 * number);
      if (!table.check_cell(c, 6, true)) created += !table.cell(c, 6, true, *cache).fault;
    });
    ASSERT_EQ(created, 1u);
    ASSERT_LE(table.quota().held(), table.quota().most());
  }
}

/// Whether the system still has something mapped at this address.
bool is_mapped(const std::byte* at) {
  unsigned char there = 0;
  return ::mincore(const_cast<std::byte*>(at), 4096, &there) == 0;
}

TEST(SharedTable, FreedMemoryStaysUntilEveryWorkerHasPassedAQuiescentPoint) {
  PageTable table;
  table.share(3);
  const auto handle = table.allocate(box({{Axis::column, 0, 512}}, Layout::row_major)).handle;
  const auto cache = std::make_unique<TranslationCache>();
  Pointer p;
  p.coordinate = table.regions()[0].spec.first;
  std::byte* const at = table.access(p, 0, 8, true, *cache).at;
  table.quiescent(0), table.quiescent(1);  // worker 2 is away
  const std::uint64_t held = table.quota().held();
  EXPECT_EQ(table.free(handle), std::nullopt);
  EXPECT_FALSE(table.mapped(p.coordinate));
  table.quiescent(0);
  EXPECT_TRUE(is_mapped(at));
  EXPECT_EQ(table.quota().held(), held);
  table.quiescent(2);  // has begun after the free
  EXPECT_TRUE(is_mapped(at));
  table.quiescent(1);
  EXPECT_FALSE(is_mapped(at));
  EXPECT_EQ(table.quota().held(), 0u);
}

TEST(SharedTable, AWorkerThatIsAwayHoldsNoMemoryBack) {
  PageTable table;
  table.share(2);
  table.quiescent(0), table.quiescent(1);
  const auto handle = table.allocate(box({{Axis::column, 0, 512}}, Layout::row_major)).handle;
  EXPECT_EQ(table.free(handle), std::nullopt);
  table.quiescent(0);
  EXPECT_GT(table.quota().held(), 0u);
  table.away(1);
  EXPECT_EQ(table.quota().held(), 0u);
}

TEST(SharedTable, TranslationsToFreedRegionsAreDroppedAndOthersStay) {
  PageTable table;
  table.share(2);
  const RegionSpec gone = row_in(1, 0, 64, Layout::sparse), stays = row_in(1, 1, 64, Layout::sparse);
  const auto handle = table.allocate(gone).handle;
  ASSERT_FALSE(table.allocate(stays).fault);
  const auto cache = std::make_unique<TranslationCache>();
  std::array<Pointer, 2> pointers;
  pointers[0].coordinate = gone.first, pointers[1].coordinate = stays.first;
  for (Pointer& p : pointers) ASSERT_FALSE(table.access(p, 0, 8, true, *cache).fault);
  EXPECT_EQ(table.free(handle), std::nullopt);
  ASSERT_FALSE(table.allocate(gone).fault);  // perhaps at the same address
  EXPECT_EQ(table.forget_freed(pointers, cache.get()), table.frees());
  EXPECT_FALSE(pointers[0].translated());
  EXPECT_TRUE(pointers[1].translated());
  EXPECT_FALSE(cache->hits(gone.first, 3));
  EXPECT_TRUE(cache->hits(stays.first, 3));
}

TEST(SharedTable, APageThatIsWrittenDuringAFlushIsStoredWithoutDamage) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "the flush reads bytes that others write, as accesses to data may";
#endif
  const auto file = std::filesystem::temp_directory_path() / ("vtpu_shared_table_" + std::to_string(::getpid()));
  const RegionSpec spec = row_in(1, 0, 2048, Layout::sparse);
  {
    PageTable table;
    const auto handle = table.attach(spec, file);
    ASSERT_TRUE(handle) << handle.error().message();
    table.share(3);
    std::atomic<bool> ends{false};
    std::atomic<std::uint64_t> written{0};
    on_threads(3, [&](unsigned number) {
      if (number == 0) {
        for (int i = 0; i < 40 || written < 100000; ++i) EXPECT_EQ(table.flush(*handle), std::nullopt);
        ends = true;
        return;
      }
      const auto cache = std::make_unique<TranslationCache>();
      for (std::uint64_t k = 1; !ends; ++k) {
        const auto cell = table.cell(spec.first.with(Axis::column, (k * 64 * number) % 2048 + number), 3, true, *cache);
        ASSERT_FALSE(cell.fault);
        std::atomic_ref(*reinterpret_cast<std::uint64_t*>(cell.at)).store(k, std::memory_order_relaxed);
        ++written;
      }
    });
    table.share(1);
  }
  PageTable again;
  const auto restored = again.attach(spec, file);
  EXPECT_TRUE(restored) << restored.error().message();
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace vtpu::memory
