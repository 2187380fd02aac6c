#include "vtpu/exec/parking_place.h"

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace vtpu::exec {

bool ParkingPlace::has_membarrier() {
  static const bool registered = ::syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
  return registered;
}

void ParkingPlace::announce() {
  word_.store(kAsleep, std::memory_order_seq_cst);
  if (cheap_)
    ::syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
  else
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

void ParkingPlace::sleep() {
  ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word_), FUTEX_WAIT_PRIVATE, kAsleep, nullptr, nullptr, 0);
  cancel();
}

bool ParkingPlace::wake_sleeper() {
  std::uint32_t asleep = kAsleep;
  if (!word_.compare_exchange_strong(asleep, kAwake, std::memory_order_acq_rel)) return false;
  ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word_), FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  return true;
}

}  // namespace vtpu::exec
