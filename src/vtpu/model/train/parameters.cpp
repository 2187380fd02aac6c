#include "vtpu/model/train/parameters.h"

namespace vtpu::model::train {
namespace {

constexpr std::int64_t padded(std::int64_t value, std::int64_t unit) { return (value + unit - 1) / unit * unit; }

}  // namespace

Sizes::Sizes(const ModelConfig& config, std::int64_t sequences_at_once, std::int64_t sequence_length)
    : layers(config.layers),
      hidden(padded(config.hidden, 32)),
      half(padded(config.head_width / 2, 16)),
      width(2 * half),
      heads(config.heads),
      kv_heads(config.kv_heads),
      group(config.heads / config.kv_heads),
      projected((heads + 2 * kv_heads) * width),
      attended(heads * width),
      gated(2 * padded(config.intermediate, 32)),
      inner(padded(config.intermediate, 32)),
      vocabulary(config.vocabulary),
      logits(padded(config.vocabulary, 32)),
      sequences(sequences_at_once),
      length(sequence_length),
      tokens(padded(sequences * length, 32)),
      span(padded(length, 16)),
      tied(config.tied) {}

Parameters::Parameters(const ModelConfig& config, const Sizes& sizes)
    : head_width_(config.head_width), half_(sizes.half), width_(sizes.width) {
  std::int64_t end = 0;
  const auto take = [&end](std::int64_t count) {
    const std::int64_t begin = end;
    end += count;
    return begin;
  };
  embedding = take(sizes.logits * sizes.hidden);
  head = sizes.tied ? embedding : take(sizes.logits * sizes.hidden);
  project = take(sizes.layers * sizes.projected * sizes.hidden);
  attention_out = take(sizes.layers * sizes.hidden * sizes.attended);
  gate = take(sizes.layers * sizes.gated * sizes.hidden);
  mlp_out = take(sizes.layers * sizes.hidden * sizes.inner);
  matrices = end;
  attention_gain = take(sizes.layers * sizes.hidden);
  query_gain = take(sizes.layers * sizes.width);
  key_gain = take(sizes.layers * sizes.width);
  mlp_gain = take(sizes.layers * sizes.hidden);
  final_gain = take(sizes.hidden);
  total = padded(end, 256);

  const std::int64_t hidden = config.hidden, inner = config.intermediate;
  const std::int64_t q = config.heads * config.head_width, kv = config.kv_heads * config.head_width;
  list_.push_back({"model.embed_tokens.weight", {config.vocabulary, hidden}, embedding, sizes.hidden});
  if (!sizes.tied) list_.push_back({"lm_head.weight", {config.vocabulary, hidden}, head, sizes.hidden});
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    const std::string name = "model.layers." + std::to_string(layer) + ".";
    const std::int64_t queries = project + layer * sizes.projected * sizes.hidden;
    const std::int64_t keys = queries + sizes.attended * sizes.hidden;
    const std::int64_t values = keys + sizes.kv_heads * sizes.width * sizes.hidden;
    const std::int64_t gates = gate + layer * sizes.gated * sizes.hidden;
    list_.push_back({name + "self_attn.q_proj.weight", {q, hidden}, queries, sizes.hidden, true});
    list_.push_back({name + "self_attn.k_proj.weight", {kv, hidden}, keys, sizes.hidden, true});
    list_.push_back({name + "self_attn.v_proj.weight", {kv, hidden}, values, sizes.hidden, true});
    list_.push_back({name + "self_attn.o_proj.weight",
                     {hidden, q},
                     attention_out + layer * sizes.hidden * sizes.attended,
                     sizes.attended,
                     false,
                     true});
    list_.push_back({name + "mlp.gate_proj.weight", {inner, hidden}, gates, sizes.hidden});
    list_.push_back({name + "mlp.up_proj.weight", {inner, hidden}, gates + sizes.inner * sizes.hidden, sizes.hidden});
    list_.push_back(
        {name + "mlp.down_proj.weight", {hidden, inner}, mlp_out + layer * sizes.hidden * sizes.inner, sizes.inner});
    list_.push_back({name + "input_layernorm.weight", {hidden}, attention_gain + layer * sizes.hidden});
    list_.push_back({name + "post_attention_layernorm.weight", {hidden}, mlp_gain + layer * sizes.hidden});
    list_.push_back(
        {name + "self_attn.q_norm.weight", {config.head_width}, query_gain + layer * sizes.width, 0, false, true});
    list_.push_back(
        {name + "self_attn.k_norm.weight", {config.head_width}, key_gain + layer * sizes.width, 0, false, true});
  }
  list_.push_back({"model.norm.weight", {hidden}, final_gain});
}

std::int64_t Parameters::place(const Parameter& parameter, std::int64_t k) const {
  const auto in_heads = [this](std::int64_t at) {
    const std::int64_t head_number = at / head_width_, element = at % head_width_;
    return head_number * width_ + (element < head_width_ / 2 ? element : half_ + element - head_width_ / 2);
  };
  const std::int64_t columns = parameter.shape.back();
  const std::int64_t row = k / columns, column = k % columns;
  return parameter.first + (parameter.rows_in_heads ? in_heads(row) : row) * parameter.stride +
         (parameter.columns_in_heads ? in_heads(column) : column);
}

}  // namespace vtpu::model::train
