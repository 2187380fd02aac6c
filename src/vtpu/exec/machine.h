#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "vtpu/exec/context.h"
#include "vtpu/exec/exchange.h"
#include "vtpu/memory/page_table.h"

namespace vtpu::exec {

/// The sentrons of one thread with the memory and the exchange that they share. All sentrons of a machine form one
/// group.
class Machine {
 public:
  explicit Machine(memory::PageTable memory = {}, Exchange::Limits limits = {});

  memory::PageTable& memory() { return memory_; }
  const memory::PageTable& memory() const { return memory_; }
  Exchange& exchange() { return exchange_; }
  const Exchange& exchange() const { return exchange_; }

  /// Adds a sentron with zero registers, its own translation cache and the given fuel, at word 0. References stay
  /// valid.
  Context& spawn(std::uint64_t fuel = std::uint64_t{1} << 40);
  const std::vector<std::unique_ptr<Context>>& sentrons() const { return sentrons_; }

  /// Drops all translations to a freed region.
  void forget(const memory::Region* region);

 private:
  memory::PageTable memory_;
  Exchange exchange_;
  std::vector<std::unique_ptr<Context>> sentrons_;
  std::vector<std::unique_ptr<memory::TranslationCache>> caches_;
};

}  // namespace vtpu::exec
