#pragma once
#include <vector>

#include "vtpu/plot/figure.h"

/// Every figure of the paper: declared here, listed here, each defined in the file that bears its name.
namespace vtpu::figures {

using Declare = plot::Figure();

// Diagrams, drawn from the tables of links, ports and routes that the experiments compute.
Declare system_architecture;
Declare coordinate_routing;
Declare sparse_network;
Declare sparse_speedup;
Declare sparsecore_pipeline;
Declare topology_comparison;
Declare fault_tolerance;
// Results of this host.
Declare memory_ladder;
Declare access_patterns;
Declare ordinary_ops;
Declare locality;
// The vTPU's core and memory.
Declare core_ops;
Declare port_map;
Declare footprint;
Declare synthetic_grid;
Declare translation_cache;
Declare lookup;
Declare embedding;
// Its compiler.
Declare compiler_ops;
Declare compiler_time;
Declare compiler_ii;
Declare compiler_hand;
// Results of the network.
Declare hop_distribution;
Declare bisection;
Declare alltoall_twist;
Declare batching;
Declare latency_throughput;
Declare all_reduce;
Declare infiniband;
Declare learned_gain;
Declare learned_state_picture;
Declare goodput;
Declare stretch;
Declare network_scaling;
Declare simulator_speed;
Declare recovery;
Declare exhaustion;
Declare learned_classes;
Declare learned_workloads;
Declare learned_transfer;
Declare reconfigure;
// Published numbers, and what became of the claims.
Declare workload_evolution;
Declare mlperf_scaling;
Declare energy_carbon;
Declare claim_verdicts;

inline std::vector<plot::Figure> all() {
  return {system_architecture(),
          coordinate_routing(),
          sparse_network(),
          sparse_speedup(),
          sparsecore_pipeline(),
          topology_comparison(),
          fault_tolerance(),
          memory_ladder(),
          access_patterns(),
          ordinary_ops(),
          locality(),
          core_ops(),
          port_map(),
          footprint(),
          synthetic_grid(),
          translation_cache(),
          lookup(),
          embedding(),
          compiler_ops(),
          compiler_time(),
          compiler_ii(),
          compiler_hand(),
          hop_distribution(),
          bisection(),
          alltoall_twist(),
          batching(),
          latency_throughput(),
          all_reduce(),
          infiniband(),
          learned_gain(),
          learned_state_picture(),
          goodput(),
          stretch(),
          network_scaling(),
          simulator_speed(),
          recovery(),
          exhaustion(),
          learned_classes(),
          learned_workloads(),
          learned_transfer(),
          reconfigure(),
          workload_evolution(),
          mlperf_scaling(),
          energy_carbon(),
          claim_verdicts()};
}

}  // namespace vtpu::figures
