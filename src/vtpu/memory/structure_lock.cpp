#include "vtpu/memory/structure_lock.h"

namespace vtpu::memory {

void StructureLock::enter(Kind kind) {
  if (kind == Kind::reading) return enter_reading(slots_[slot_of_thread()].readers);
  mutex_.lock();
  if (kind == Kind::holding) return;
  // Sequentially consistent, as are the readers' accesses: either a reader sees that somebody writes, or it is seen.
  writing_.store(1);
  for (Slot& slot : slots_)
    while (const std::uint32_t readers = slot.readers.load()) slot.readers.wait(readers);
}

void StructureLock::leave(Kind kind) {
  if (kind == Kind::reading) return leave_reading(slots_[slot_of_thread()].readers);
  if (kind == Kind::writing) writing_.store(0);
  mutex_.unlock();
}

void StructureLock::enter_reading(std::atomic<std::uint32_t>& readers) {
  readers.fetch_add(1);
  if (writing_.load() == 0) return;
  leave_reading(readers);
  // While the mutex is held, nobody writes.
  const std::lock_guard lock(mutex_);
  readers.fetch_add(1);
}

void StructureLock::leave_reading(std::atomic<std::uint32_t>& readers) {
  // Who writes sleeps until the slot's last reader has left. A reader that joins meanwhile finds that somebody writes
  // and leaves again, which wakes it too.
  if (readers.fetch_sub(1) == 1 && writing_.load() != 0) readers.notify_one();
}

}  // namespace vtpu::memory
