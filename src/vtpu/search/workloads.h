#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/workload/traffic.h"

namespace vtpu::search {

/// What logical ranks send each other in one step of a job, in bytes. All phases of a step count as one sum: what comes
/// of it is a bound by bandwidth, as if they overlapped perfectly.
/// Traffic between all alike is kept apart from that of single pairs, since it does not depend on who sits where.
struct StepTraffic {
  std::string name;
  int ranks = 0;
  double each_pair = 0;            ///< bytes that every rank sends to every other
  std::vector<net::workload::Demand>
      pairs;  ///< further bytes, no pair twice, by source and destination; none to itself

  /// Bytes a rank sends: the mean over ranks.
  double mean_bytes() const;
  /// Bytes of the rank that sends most.
  double most_bytes() const;
};

/// How many ways a job is divided. Ranks are numbered ((stage · data + replica) · model1 + i) · model2 + j.
struct Partition {
  int pipeline = 1;
  int data = 1;
  int model1 = 1;
  int model2 = 1;
  int ranks() const { return pipeline * data * model1 * model2; }
};

/// A decoder-only transformer. Defaults: GPT-3 175B, Brown et al., "Language models are few-shot learners", NeurIPS
/// 2020, Table 2.1 (layers, width, tokens a batch) and section 2.1 (context); two bytes a number as in mixed precision.
struct Transformer {
  int layers = 96;
  int width = 12288;
  int sequence = 2048;
  double batch_tokens = 3.2e6;
  int bytes_a_number = 2;
};

/// One training step. With s tokens a sequence, width h, b bytes a number, a = s·h·b bytes of activations a sequence, L
/// layers a stage and B sequences a replica, each rank sends
///   tensor parallel, model1 = 1 (n = model2; Shoeybi et al., "Megatron-LM", arXiv 1909.08053, section 3): four
///     all-reduces of a per layer and sequence, forward and backward together: 4·2(n-1)/n · a · L·B round its ring;
///   tensor parallel in two dimensions (Pope et al., "Efficiently scaling transformer inference", MLSys 2023, section
///     3.2.2): activations of width h/model1 are gathered and scattered along model2 and those inside attention (3h in,
///     h out) and feed-forward (4h in, 4h out) of width /model2 along model1, and the same again backward:
///     2·4·(n-1)/n · a/model1 · L·B along rings of n = model2, 2·12·(n-1)/n · a/model2 · L·B along rings of n = model1;
///   pipeline: activations on, gradients back, each a/(model1·model2) · B to the same rank of the neighbour stage;
///   data parallel: one all-reduce of 12·h²·b/(model1·model2) · L round the ring of replicas.
/// Rings go both ways, half of the data each. Error: a part that is not positive, layers that are no multiple of the
/// stages.
Result<StepTraffic> transformer_step(const Transformer& model, const Partition& partition, std::string name);

/// A recommendation model with its tables spread over all ranks. Defaults: the sensitivity model of Jouppi et al., "TPU
/// v4", ISCA 2023, Figure 8 (dense parameters, features, valency 1 to 100: the mean); its Section 3.2 has a table of
/// 100 elements a row. Samples a rank are a choice made here, numbers of four bytes too.
struct Recommender {
  double dense_parameters = 1e8;
  int features = 300;
  double valency = 50.5;
  int row_elements = 100;
  int samples_a_rank = 512;
  int bytes_a_number = 4;
};

/// One training step of N ranks: each sends every other 1/N of its samples' ids (features · valency numbers a sample),
/// of the rows found for others (features · row_elements), and of their gradients; and the gradients of the dense
/// parameters are all-reduced among neighbours of `grid` (see mixed_step).
StepTraffic recommender_step(const Recommender& model, const net::Shape& grid);

/// `bytes` a rank, of which `all_to_all` (0..1) goes evenly to all other ranks and the rest evenly to the neighbours
/// of a logical torus, as in an all-reduce with all links busy (bucket; net/collective/). Sides of 2 have one neighbour
/// that gets both shares; sides of 1 none. Error: a share outside 0..1.
Result<StepTraffic> mixed_step(const net::Shape& grid, double all_to_all, double bytes = 1e9);

/// Each rank sends `bytes` to one other, by a random permutation in which none stays in place.
StepTraffic permutation_step(int ranks, Random random, double bytes = 1e9);

}  // namespace vtpu::search
