#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/workload/traffic.h"

namespace vtpu::search {

/// Bytes that logical ranks send each other in one step of a job. The phases of a step are added up as if they
/// overlapped perfectly, so times derived from it are bandwidth bounds. Traffic that is equal between all pairs is
/// stored separately, since it does not depend on the placement.
struct StepTraffic {
  std::string name;
  int ranks = 0;
  double each_pair = 0;  ///< bytes that every rank sends to every other
  /// Further bytes, sorted by source and destination; no pair twice, none to itself. A demand's chips stand for the
  /// ranks of the same numbers.
  std::vector<net::workload::Demand> pairs;

  /// Bytes that a rank sends, averaged over ranks.
  double mean_bytes() const;
  /// Bytes sent by the rank that sends most.
  double most_bytes() const;
};

/// The degrees of parallelism of a job. Ranks are numbered ((stage · data + replica) · model1 + i) · model2 + j.
struct Partition {
  int pipeline = 1;
  int data = 1;
  int model1 = 1;
  int model2 = 1;
  int ranks() const { return pipeline * data * model1 * model2; }
};

/// A decoder-only transformer. Defaults: GPT-3 175B, Brown et al., "Language models are few-shot learners", NeurIPS
/// 2020, Table 2.1 (layers, width, tokens per batch) and section 2.1 (context); two bytes per number as in mixed
/// precision.
struct Transformer {
  int layers = 96;
  int width = 12288;
  int sequence = 2048;
  double batch_tokens = 3.2e6;
  int bytes_per_number = 2;
};

/// One training step. With s tokens per sequence, width h, b bytes per number, a = s·h·b bytes of activations per
/// sequence, L layers per stage and B sequences per replica, each rank sends
///   tensor parallel, model1 = 1 (n = model2; Shoeybi et al., "Megatron-LM", arXiv 1909.08053, section 3): four
///     all-reduces of a per layer and sequence, forward and backward together: 4·2(n-1)/n · a · L·B around its ring;
///   tensor parallel in two dimensions (Pope et al., "Efficiently scaling transformer inference", MLSys 2023, section
///     3.2.2): activations of width h/model1 are gathered and scattered along model2 and those inside attention (3h in,
///     h out) and feed-forward (4h in, 4h out) of width /model2 along model1, and the same again backward:
///     2·4·(n-1)/n · a/model1 · L·B along rings of n = model2, 2·12·(n-1)/n · a/model2 · L·B along rings of n = model1;
///   pipeline: activations forward, gradients backward, each a/(model1·model2) · B to the same rank of the next stage;
///   data parallel: one all-reduce of 12·h²·b/(model1·model2) · L around the ring of replicas.
/// Rings carry half of the data in each direction. Error: a degree that is not positive; a number of layers that is not
/// a multiple of the stages.
Result<StepTraffic> transformer_step(const Transformer& model, const Partition& partition, std::string name);

/// A recommendation model with its tables sharded over all ranks. Defaults: the sensitivity model of Jouppi et al.,
/// "TPU v4", ISCA 2023, Figure 8 (dense parameters, features, the mean of valencies 1 to 100); Section 3.2 there has a
/// table of 100 elements per row. Samples per rank and four bytes per number are our choice.
struct Recommender {
  double dense_parameters = 1e8;
  int features = 300;
  double valency = 50.5;
  int row_elements = 100;
  int samples_per_rank = 512;
  int bytes_per_number = 4;
};

/// One training step of N ranks. Each rank sends every other 1/N of its samples' ids (features · valency numbers per
/// sample), of the rows looked up for others (features · row_elements) and of their gradients. The gradients of the
/// dense parameters are all-reduced among neighbours of `grid` (see mixed_step).
StepTraffic recommender_step(const Recommender& model, const net::Shape& grid);

/// Each rank sends `bytes`: the share `all_to_all` (0..1) evenly to all other ranks and the rest evenly to its
/// neighbours on a logical torus, as in an all-reduce that keeps all links busy (bucket; net/collective/). A side of 2
/// has one neighbour that gets both shares; a side of 1 has none. Error: a share outside 0..1.
Result<StepTraffic> mixed_step(const net::Shape& grid, double all_to_all, double bytes = 1e9);

/// Each rank sends `bytes` to one other, by a random permutation without fixed points.
StepTraffic permutation_step(int ranks, Random random, double bytes = 1e9);

}  // namespace vtpu::search
