#include "vtpu/net/flit/run_steady_state.h"

#include <fmt/core.h>

namespace vtpu::net::flit {

Result<void> check(const SteadyPlan& plan, const Network& network, const workload::Traffic& traffic) {
  if (!(plan.offered >= 0 && plan.offered <= 1))
    return Error{"offered load", fmt::format("found {}", plan.offered), "0 to 1 flits/chip/cycle"};
  struct Least {
    const char* name;
    int value, least;
  };
  for (const Least& field :
       {Least{"cycles of a period", plan.period, 1}, Least{"warm-up periods", plan.warm_up, 1},
        Least{"warm-up limit", plan.warm_up_limit, plan.warm_up}, Least{"measured periods", plan.batches, 2}})
    if (field.value < field.least)
      return Error{field.name, fmt::format("found {}", field.value), fmt::format("at least {}", field.least)};
  if (!(plan.latency_limit > 0))
    return Error{"latency limit", fmt::format("found {}", plan.latency_limit), "a positive number of cycles"};
  if (traffic.chip_count() != network.chip_count())
    return Error{traffic.name(), fmt::format("found traffic for {} chips", traffic.chip_count()),
                 fmt::format("as many as {} has, {}", network.name(), network.chip_count())};
  return {};
}

}  // namespace vtpu::net::flit
