#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vtpu/exec/crew.h"

namespace vtpu::runtime {

/// What each of the sentrons that wait is waiting for: its number, its word, and the coordinate of a message or the
/// sentrons missing from a rendezvous. `seats`: may be null.
std::string who_waits(std::span<const exec::Seat* const> seats, const std::vector<std::uint32_t>& missing);

/// Every sentron that waits ends in the trap `deadlock`.
void trap_those_that_wait(const exec::Machine& machine);

}  // namespace vtpu::runtime
