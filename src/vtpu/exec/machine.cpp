#include "vtpu/exec/machine.h"

namespace vtpu::exec {

Machine::Machine(memory::PageTable memory, Exchange::Limits limits)
    : memory_(std::move(memory)), exchange_(limits, &memory_.quota()) {}

Context& Machine::spawn(std::uint64_t fuel) {
  caches_.push_back(std::make_unique<memory::TranslationCache>());
  sentrons_.push_back(std::make_unique<Context>());
  Context& context = *sentrons_.back();
  context.cache = caches_.back().get();
  context.id = static_cast<std::uint32_t>(sentrons_.size() - 1);
  context.fuel = fuel;
  exchange_.enter(context.id);
  return context;
}

void Machine::forget(const memory::Region* region) {
  for (const auto& sentron : sentrons_) {
    sentron->cache->forget(region);
    for (memory::Pointer& p : sentron->p)
      if (p.region == region) p.forget();
  }
}

}  // namespace vtpu::exec
