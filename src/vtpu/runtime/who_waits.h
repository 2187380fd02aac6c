#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vtpu/exec/crew.h"

namespace vtpu::runtime {

/// What a waiting sentron waits for: the coordinate of a message, or the sentrons missing from a rendezvous, if
/// they are known.
std::string what_it_waits_for(const isa::Program& program, const exec::Context& sentron,
                              const std::vector<std::uint32_t>& missing);
/// The same after its number and its word.
std::string where_it_waits(const isa::Program& program, const exec::Context& sentron,
                           const std::vector<std::uint32_t>& missing);

/// What each of the sentrons that wait is waiting for, as above. A seat may be null.
std::string who_waits(std::span<const exec::Seat* const> seats, const std::vector<std::uint32_t>& missing);

/// Every sentron that waits ends in the trap `deadlock`.
void trap_those_that_wait(const exec::Machine& machine);

}  // namespace vtpu::runtime
