#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "vtpu/exec/context.h"
#include "vtpu/exec/exchange.h"
#include "vtpu/memory/page_table.h"

namespace vtpu::exec {

/// Sentrons with the memory that they share, and the exchange of those of one thread. All sentrons of a machine form
/// one group.
class Machine {
 public:
  explicit Machine(memory::PageTable memory = {}, Exchange::Limits limits = {});

  memory::PageTable& memory() { return memory_; }
  const memory::PageTable& memory() const { return memory_; }
  Exchange& exchange() { return exchange_; }
  const Exchange& exchange() const { return exchange_; }
  /// The one that the sentron uses: of its worker, in a node.
  Exchange& exchange(const Context& sentron) { return sentron.exchange == nullptr ? exchange_ : *sentron.exchange; }

  /// Adds a sentron with zero registers, its own translation cache and the given fuel, at word 0. References stay
  /// valid.
  Context& spawn(std::uint64_t fuel = std::uint64_t{1} << 40);
  const std::vector<std::unique_ptr<Context>>& sentrons() const { return sentrons_; }

  /// That many workers run sentrons from now on; 1: one thread. Called while no sentron runs, before the workers start
  /// and after they have ended, for each machine with a table over the same memory. A worker sets Context::worker of
  /// the sentrons that it runs, calls memory().quiescent(worker) between turns, and memory().away(worker) before it
  /// sleeps.
  void share(unsigned workers);
  /// Drops a sentron's translations to regions that others have freed, so that everything freed before what this thread
  /// has seen is unmapped for it. Called before each turn of a sentron, whoever ran it last, and when it takes a
  /// message or the outcome of a rendezvous; not while its pointers are in host registers. Returns whether something
  /// was freed.
  bool see_frees(Context& context) const {
    if (has_seen_frees(context)) return false;
    drop_freed(context);
    return true;
  }

  /// Whether nothing was freed since.
  bool has_seen_frees(const Context& context) const { return context.frees == frees_->load(); }

  /// Drops the translations to a region that this sentron has freed: its own if several workers run, else those of all.
  void forget(Context& context, std::uint64_t region);
  /// Called when the quota refuses a sentron memory. Waits for the memory of regions that other workers may still use;
  /// returns whether there is more now.
  bool wait_for_freed(Context& context);

 private:
  void drop_freed(Context& context) const;

  memory::PageTable memory_;
  const std::atomic<std::uint64_t>* frees_ = &memory_.frees();
  Exchange exchange_;
  std::vector<std::unique_ptr<Context>> sentrons_;
  std::vector<std::unique_ptr<memory::TranslationCache>> caches_;
};

}  // namespace vtpu::exec
