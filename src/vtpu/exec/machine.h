#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "vtpu/exec/context.h"
#include "vtpu/exec/exchange.h"
#include "vtpu/memory/page_table.h"

namespace vtpu::exec {

/// What the sentrons of one thread share: memory, pending messages, and each other. The group of a machine is all its
/// sentrons.
class Machine {
 public:
  explicit Machine(memory::PageTable memory = {}, Exchange::Limits limits = {});

  memory::PageTable& memory() { return memory_; }
  const memory::PageTable& memory() const { return memory_; }
  Exchange& exchange() { return exchange_; }
  const Exchange& exchange() const { return exchange_; }

  /// A new sentron with its own translation cache, registers 0, at word 0, with that much fuel. References stay valid.
  Context& spawn(std::uint64_t fuel = std::uint64_t{1} << 40);
  const std::vector<std::unique_ptr<Context>>& sentrons() const { return sentrons_; }

  /// Drops all translations to a region: it has ended.
  void forget(const memory::Region* region);

 private:
  memory::PageTable memory_;
  Exchange exchange_;
  std::vector<std::unique_ptr<Context>> sentrons_;
  std::vector<std::unique_ptr<memory::TranslationCache>> caches_;
};

}  // namespace vtpu::exec
