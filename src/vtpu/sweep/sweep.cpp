#include "vtpu/sweep/sweep.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>
#include <optional>
#include <thread>

#include "vtpu/base/check.h"
#include "vtpu/sweep/interrupt.h"
#include "vtpu/sweep/journal.h"
#include "vtpu/sweep/meter.h"

namespace vtpu::sweep {
namespace {

/// Computes the items of one share on several threads. When items fail, the first in order is reported, whatever the
/// number of threads: items before a failed one are still computed, items after it are cancelled.
class Workers {
 public:
  Workers(const Work& work, std::vector<int> items, Journal::Known& known, Journal* journal, Meter& meter,
          const std::function<double()>& in_progress)
      : work_(work),
        items_(std::move(items)),
        known_(known),
        journal_(journal),
        meter_(meter),
        in_progress_(in_progress) {}

  void run(int threads) {
    std::vector<std::thread> others;
    for (int i = 1; i < std::min(threads, static_cast<int>(items_.size())); ++i)
      others.emplace_back([this] { loop(); });
    loop();
    for (std::thread& thread : others) thread.join();
  }

  /// Whether an interrupt came before all items were done.
  bool interrupted() const { return interrupt_.came() && static_cast<std::size_t>(done_) < items_.size(); }
  const std::optional<Error>& failure() const { return failure_; }

 private:
  void loop() {
    while (true) {
      const std::size_t at = next_.fetch_add(1);
      if (at >= items_.size()) return;
      const int item = items_[at];
      std::atomic<bool> cancelled = false;
      const auto stop = [&] {
        if (interrupt_.came() || item > last_wanted_) cancelled = true;
        // Never waits: another thread that holds the lock shows the progress itself.
        if (const std::unique_lock lock(mutex_, std::try_to_lock); lock && in_progress_)
          meter_.show(done_, in_progress_());
        return cancelled.load();
      };
      if (stop()) return;
      const auto done = work_(item, stop);
      const std::lock_guard lock(mutex_);
      if (cancelled) continue;  // discard the output of cancelled items
      if (done)
        keep(item, *done);
      else if (item < last_wanted_)
        fail(item, Error{fmt::format("item {}{}{}", item, done.error().where.empty() ? "" : ": ", done.error().where),
                         done.error().found, done.error().expected});
    }
  }

  void keep(int item, const std::string& text) {
    VTPU_CHECK(text.find('\n') == std::string::npos, "the result of an item is one line");
    known_[static_cast<std::size_t>(item)] = text;
    if (journal_ != nullptr)
      if (const auto kept = journal_->append(item, text); !kept) fail(-1, kept.error());
    meter_.show(++done_, in_progress_ ? in_progress_() : 0);
  }

  void fail(int item, Error error) {
    failure_ = std::move(error);
    last_wanted_ = item;
  }

  const Work& work_;
  std::vector<int> items_;  ///< rising
  Journal::Known& known_;
  Journal* journal_;
  Meter& meter_;
  const std::function<double()>& in_progress_;
  const Interrupt interrupt_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<int> last_wanted_ = std::numeric_limits<int>::max();  ///< items after it are not needed any more
  std::mutex mutex_;                                                ///< guards the members below and `known_`
  std::optional<Error> failure_;
  int done_ = 0;
};

}  // namespace

Result<std::vector<std::string>> run(const std::string& identity, int count, const Work& work, const Options& options) {
  VTPU_CHECK(
      count >= 0 && options.share.count >= 1 && options.share.index >= 0 && options.share.index < options.share.count,
      "a sweep has a valid number of items and a valid share");
  Journal::Known known(static_cast<std::size_t>(count));
  std::optional<Journal> journal;
  if (!options.journal.empty()) {
    auto opened = Journal::open(options.journal, identity, count, options.share);
    if (!opened) return opened.error();
    journal.emplace(*std::move(opened));
    auto found = journal->known();
    if (!found) return found.error();
    known = *std::move(found);
  }
  std::vector<int> items;
  int mine = 0;
  for (int item = options.share.index; item < count; item += options.share.count) {
    ++mine;
    if (!known[static_cast<std::size_t>(item)]) items.push_back(item);
  }
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  Meter meter(options.progress, mine - static_cast<int>(items.size()), mine);
  Workers workers(work, std::move(items), known, journal ? &*journal : nullptr, meter, options.in_progress);
  workers.run(options.threads > 0 ? options.threads : cores);
  if (journal) {
    if (const auto kept = journal->flush(); !kept) return kept.error();
  }
  if (workers.interrupted())
    return Error{"", "interrupted",
                 options.journal.empty() ? "" : "another run, which resumes from " + options.journal.string()};
  if (workers.failure()) return *workers.failure();
  if (journal) {
    // Other shares may have finished meanwhile; the process that ends last sees all results.
    auto found = journal->known();
    if (!found) return found.error();
    known = *std::move(found);
  }
  std::vector<std::string> results;
  for (auto& text : known) results.push_back(std::move(text).value_or(""));
  return results;
}

}  // namespace vtpu::sweep
