#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/model/model_config.h"

namespace vtpu::model::train {

/// The sizes of a model and of a batch as the kernels of training see them. Rows are padded with zeros to multiples of
/// 32, and each half of a head to a multiple of 16, so that no kernel has a remainder. What is zero stays zero: its
/// gradient is zero.
struct Sizes {
  Sizes(const ModelConfig& config, std::int64_t sequences_at_once, std::int64_t sequence_length);

  std::int64_t layers, hidden, half, width, heads, kv_heads, group, projected, attended, gated, inner, vocabulary,
      logits;
  std::int64_t sequences, length;
  std::int64_t tokens;  ///< rows of a batch, with padding
  std::int64_t span;    ///< a sequence's length, padded to whole vectors
  bool tied;
};

/// A tensor of a checkpoint and its place in the vector of all parameters.
struct Parameter {
  std::string name;
  std::vector<std::int64_t> shape;  ///< one or two dimensions
  std::int64_t first = 0;           ///< place of its first element
  std::int64_t stride = 0;          ///< between rows
  bool rows_in_heads = false;       ///< rows are elements of heads, whose halves are padded
  bool columns_in_heads = false;

  std::int64_t elements() const { return shape.size() == 2 ? shape[0] * shape[1] : shape[0]; }
};

/// Where each parameter of a model is. One vector holds all of them, and others of its length their gradients and the
/// state of the optimizer, so that an update is one loop. Matrices come first.
class Parameters {
 public:
  Parameters(const ModelConfig& config, const Sizes& sizes);

  const std::vector<Parameter>& list() const { return list_; }
  /// The place of element `k` of a parameter in row-major order.
  std::int64_t place(const Parameter& parameter, std::int64_t k) const;

  // Places of the first layer's matrices, then gains. The same kinds of all layers follow each other.
  std::int64_t embedding = 0, head = 0, project = 0, attention_out = 0, gate = 0, mlp_out = 0;
  std::int64_t attention_gain = 0, query_gain = 0, key_gain = 0, mlp_gain = 0, final_gain = 0;
  std::int64_t matrices = 0;  ///< elements of all matrices
  std::int64_t total = 0;     ///< elements, a multiple of 256

 private:
  std::int64_t head_width_, half_, width_;
  std::vector<Parameter> list_;
};

}  // namespace vtpu::model::train
