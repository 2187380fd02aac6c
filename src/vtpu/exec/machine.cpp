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

void Machine::share(unsigned workers) {
  memory_.share(workers);
  for (const auto& sentron : sentrons_) see_frees(*sentron);
}

void Machine::drop_freed(Context& context) const { context.frees = memory_.forget_freed(context.p, context.cache); }

void Machine::forget(Context& context, std::uint64_t region) {
  const auto forget = [region](Context& sentron) {
    sentron.cache->forget(region);
    for (memory::Pointer& p : sentron.p)
      if (p.handle == region) p.forget();
  };
  if (memory_.shared()) return forget(context);  // other sentrons may be running
  for (const auto& sentron : sentrons_) forget(*sentron);
}

bool Machine::wait_for_freed(Context& context) {
  const bool more = memory_.wait_for_freed(context.worker);
  see_frees(context);
  return more;
}

}  // namespace vtpu::exec
