#include "vtpu/model/layer_kernels.h"

#include <fmt/core.h>

#include <array>
#include <string_view>
#include <utility>

#include "vtpu/base/check.h"

namespace vtpu::model {
namespace {

constexpr std::int64_t up_to(std::int64_t value, std::int64_t unit) { return (value + unit - 1) / unit * unit; }

/// PAIRS, the elements of matrices, are f32, or i32 for weights in bf16: each holds the elements k and k + 16 of 32
/// neighbours, the first in its low half, so that a vector of them is read as two vectors of f32. An element of PAIRS
/// holds SHARE weights.
constexpr std::string_view kTensors = R"(
tensor args: i64[4];              // layer, first position, first token and number of tokens of the block
tensor numbers: f32[8];           // 1/hidden, epsilon, 1/head width, 1/root of the head width
tensor token: i64[BLOCK];
tensor cosine: f32[BLOCK * HALF];
tensor sine: f32[BLOCK * HALF];
tensor x: f32[BLOCK * HIDDEN];    // the hidden state
tensor n: f32[BLOCK * HIDDEN];    // its norm
tensor qkv: f32[BLOCK * PROJECTED];
tensor attended: f32[BLOCK * ATTENDED];
tensor gates: f32[BLOCK * GATED]; // gates, then what they gate
tensor inner: f32[BLOCK * INNER];
tensor logits: f32[BLOCK * LOGITS];
tensor chosen: i64[BLOCK];
tensor score: f32[POSITIONS + 16];
tensor key: f32[LAYERS * KV_HEADS * POSITIONS * WIDTH];
tensor value: f32[LAYERS * KV_HEADS * POSITIONS * WIDTH];
tensor attention_gain: f32[LAYERS * HIDDEN];
tensor query_gain: f32[LAYERS * WIDTH];
tensor key_gain: f32[LAYERS * WIDTH];
tensor mlp_gain: f32[LAYERS * HIDDEN];
tensor final_gain: f32[HIDDEN];
tensor embedding: PAIRS[LOGITS * HIDDEN / SHARE];
tensor project_weight: PAIRS[LAYERS * PROJECTED * HIDDEN / SHARE];
tensor attention_out_weight: PAIRS[LAYERS * HIDDEN * ATTENDED / SHARE];
tensor gate_weight: PAIRS[LAYERS * GATED * HIDDEN / SHARE];
tensor mlp_out_weight: PAIRS[LAYERS * HIDDEN * INNER / SHARE];
)";

/// The output layer, unless it is the embedding.
constexpr std::string_view kHead = "tensor head: PAIRS[LOGITS * HIDDEN / SHARE];\n";

/// Reads 32 weights of a matrix from the element `at` on as two vectors.
constexpr std::string_view kReadBf16 = R"(
fn first_half(w: i32[], at) -> f32x16 { return bits_f32(w[at:16] << 16); }
fn second_half(w: i32[], at) -> f32x16 { return bits_f32(w[at:16] & -65536); }
)";
constexpr std::string_view kReadF32 = R"(
fn first_half(w: f32[], at) -> f32x16 { return w[at:16]; }
fn second_half(w: f32[], at) -> f32x16 { return w[at + 16:16]; }
)";

/// y[token, row] = (or +=) the sum over k of w[layer, row, k] x[token, k]. Four rows at a time share what they read of
/// x.
constexpr std::string_view kMultiply = R"(
kernel main() {
  let layer = args[0];
  for i in 0..ROWS step 4 {
    let row = (layer * ROWS + i) * (COLUMNS / SHARE);
    for t in args[2]..args[3] {
      var a0 = spread(0.0f32);
      var b0 = spread(0.0f32);
      var a1 = spread(0.0f32);
      var b1 = spread(0.0f32);
      var a2 = spread(0.0f32);
      var b2 = spread(0.0f32);
      var a3 = spread(0.0f32);
      var b3 = spread(0.0f32);
      for p in 0..COLUMNS / 32 {
        let first = INPUT[t * COLUMNS + p * 32:16];
        let second = INPUT[t * COLUMNS + p * 32 + 16:16];
        a0 = fma(FIRST_0, first, a0);
        b0 = fma(SECOND_0, second, b0);
        a1 = fma(FIRST_1, first, a1);
        b1 = fma(SECOND_1, second, b1);
        a2 = fma(FIRST_2, first, a2);
        b2 = fma(SECOND_2, second, b2);
        a3 = fma(FIRST_3, first, a3);
        b3 = fma(SECOND_3, second, b3);
      }
      let at = t * ROWS + i;
      RESULT[at] STORE reduce_add(a0 + b0);
      RESULT[at + 1] STORE reduce_add(a1 + b1);
      RESULT[at + 2] STORE reduce_add(a2 + b2);
      RESULT[at + 3] STORE reduce_add(a3 + b3);
    }
  }
}
)";

constexpr std::string_view kNorm = R"(
kernel main() {
  let layer = THIS_LAYER;
  for t in args[2]..args[3] {
    var squares = spread(0.0f32);
    for k in 0..HIDDEN step 16 { squares = fma(x[t * HIDDEN + k:16], x[t * HIDDEN + k:16], squares); }
    let scale = 1.0 / sqrt(fma(reduce_add(squares), numbers[0], numbers[1]));
    for k in 0..HIDDEN step 16 {
      n[t * HIDDEN + k:16] = x[t * HIDDEN + k:16] * scale * GAIN[layer * HIDDEN + k:16];
    }
  }
}
)";

constexpr std::string_view kEmbed = R"(
kernel main() {
  for t in args[2]..args[3] {
    let row = token[t] * (HIDDEN / SHARE);
    for p in 0..HIDDEN / 32 {
      x[t * HIDDEN + p * 32:16] = first_half(embedding, row + p * (32 / SHARE));
      x[t * HIDDEN + p * 32 + 16:16] = second_half(embedding, row + p * (32 / SHARE));
    }
  }
}
)";

/// Norms and rotates the heads of queries and keys, and appends keys and values to the cache.
constexpr std::string_view kRotate = R"(
kernel main() {
  let layer = args[0];
  for t in args[2]..args[3] {
    for h in 0..HEADS {
      let at = t * PROJECTED + h * WIDTH;
      var squares = spread(0.0f32);
      for k in 0..WIDTH step 16 { squares = fma(qkv[at + k:16], qkv[at + k:16], squares); }
      let scale = 1.0 / sqrt(fma(reduce_add(squares), numbers[2], numbers[1]));
      for k in 0..HALF step 16 {
        let low = qkv[at + k:16] * scale * query_gain[layer * WIDTH + k:16];
        let high = qkv[at + HALF + k:16] * scale * query_gain[layer * WIDTH + HALF + k:16];
        let c = cosine[t * HALF + k:16];
        let s = sine[t * HALF + k:16];
        qkv[at + k:16] = fma(low, c, -(high * s));
        qkv[at + HALF + k:16] = fma(high, c, low * s);
      }
    }
    for h in 0..KV_HEADS {
      let at = t * PROJECTED + (HEADS + h) * WIDTH;
      let to = ((layer * KV_HEADS + h) * POSITIONS + args[1] + t) * WIDTH;
      var squares = spread(0.0f32);
      for k in 0..WIDTH step 16 { squares = fma(qkv[at + k:16], qkv[at + k:16], squares); }
      let scale = 1.0 / sqrt(fma(reduce_add(squares), numbers[2], numbers[1]));
      for k in 0..HALF step 16 {
        let low = qkv[at + k:16] * scale * key_gain[layer * WIDTH + k:16];
        let high = qkv[at + HALF + k:16] * scale * key_gain[layer * WIDTH + HALF + k:16];
        let c = cosine[t * HALF + k:16];
        let s = sine[t * HALF + k:16];
        key[to + k:16] = fma(low, c, -(high * s));
        key[to + HALF + k:16] = fma(high, c, low * s);
      }
      for k in 0..WIDTH step 16 { value[to + k:16] = qkv[at + KV_HEADS * WIDTH + k:16]; }
    }
  }
}
)";

/// Each query attends to all positions up to its own. The scores behind the last one are so small that their
/// exponentials are 0.
constexpr std::string_view kAttend = R"(
kernel main() {
  let layer = args[0];
  for t in args[2]..args[3] {
    let seen = args[1] + t + 1;
    for g in 0..KV_HEADS {
      let cache = (layer * KV_HEADS + g) * POSITIONS * WIDTH;
      for q in 0..GROUP {
        let query = t * PROJECTED + (g * GROUP + q) * WIDTH;
        for s in 0..seen {
          var products = spread(0.0f32);
          for k in 0..WIDTH step 16 {
            products = fma(qkv[query + k:16], key[cache + s * WIDTH + k:16], products);
          }
          score[s] = reduce_add(products) * numbers[3];
        }
        let top = max(s in 0..seen) score[s];
        score[seen:16] = spread(-1.0e30f32);
        var parts = spread(0.0f32);
        for s in 0..seen step 16 {
          let e = exp_nonpositive(score[s:16] - top);
          score[s:16] = e;
          parts = parts + e;
        }
        let share = 1.0 / reduce_add(parts);
        for k in 0..WIDTH step 16 {
          var values = spread(0.0f32);
          for s in 0..seen { values = fma(spread(score[s]), value[cache + s * WIDTH + k:16], values); }
          attended[t * ATTENDED + (g * GROUP + q) * WIDTH + k:16] = values * share;
        }
      }
    }
  }
}
)";

constexpr std::string_view kActivate = R"(
kernel main() {
  for t in args[2]..args[3] {
    for k in 0..INNER step 16 {
      let gate = gates[t * GATED + k:16];
      inner[t * INNER + k:16] = gate * sigmoid(gate) * gates[t * GATED + INNER + k:16];
    }
  }
}
)";

constexpr std::string_view kChoose = R"(
kernel main() {
  for t in args[2]..args[3] {
    chosen[t] = argmax(i in 0..VOCABULARY) logits[t * LOGITS + i];
  }
}
)";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

/// A product of a matrix; `+=` adds to what the output holds.
std::string product(std::string_view weight, std::string_view rows, std::string_view columns, std::string_view input,
                    std::string_view output, std::string_view store) {
  std::string text(kMultiply);
  for (int row = 0; row < 4; ++row)
    for (const char* half : {"FIRST_", "SECOND_"})
      replace_all(text, fmt::format("{}{}", half, row),
                  fmt::format("{}({}, row + {} * (COLUMNS / SHARE) + p * (32 / SHARE))",
                              half[0] == 'F' ? "first_half" : "second_half", weight, row));
  replace_all(text, "ROWS", rows);
  replace_all(text, "COLUMNS", columns);
  replace_all(text, "INPUT", input);
  replace_all(text, "RESULT", output);
  replace_all(text, "STORE", store);
  return text;
}

std::string norm(std::string_view gain, std::string_view layer) {
  std::string text(kNorm);
  replace_all(text, "GAIN", gain);
  replace_all(text, "THIS_LAYER", layer);
  return text;
}

std::string body(KernelName kernel) {
  switch (kernel) {
    case KernelName::embed: return std::string(kEmbed);
    case KernelName::attention_norm: return norm("attention_gain", "args[0]");
    case KernelName::project: return product("project_weight", "PROJECTED", "HIDDEN", "n", "qkv", "=");
    case KernelName::rotate: return std::string(kRotate);
    case KernelName::attend: return std::string(kAttend);
    case KernelName::attention_out: return product("attention_out_weight", "HIDDEN", "ATTENDED", "attended", "x", "+=");
    case KernelName::mlp_norm: return norm("mlp_gain", "args[0]");
    case KernelName::gate: return product("gate_weight", "GATED", "HIDDEN", "n", "gates", "=");
    case KernelName::activate: return std::string(kActivate);
    case KernelName::mlp_out: return product("mlp_out_weight", "HIDDEN", "INNER", "inner", "x", "+=");
    case KernelName::final_norm: return norm("final_gain", "0");
    case KernelName::output: return product("OUTPUT_LAYER", "LOGITS", "HIDDEN", "n", "logits", "=");
    case KernelName::choose: return std::string(kChoose);
  }
  VTPU_CHECK(false, "every kernel has a text");
  return {};
}

}  // namespace

KernelSizes::KernelSizes(const ModelConfig& config, std::int64_t most_positions, std::int64_t tokens_at_once,
                         bool bf16_weights)
    : layers(config.layers),
      hidden(up_to(config.hidden, 32)),
      half(up_to(config.head_width / 2, 16)),
      width(2 * half),
      heads(config.heads),
      kv_heads(config.kv_heads),
      group(config.heads / config.kv_heads),
      projected((heads + 2 * kv_heads) * width),
      attended(heads * width),
      gated(2 * up_to(config.intermediate, 32)),
      inner(up_to(config.intermediate, 32)),
      vocabulary(config.vocabulary),
      logits(up_to(config.vocabulary, 16)),
      positions(most_positions),
      block(tokens_at_once),
      tied(config.tied),
      bf16(bf16_weights) {}

std::string name_of(KernelName kernel) {
  constexpr std::array<const char*, kKernels> kNames = {
      "embed", "attention_norm", "project", "rotate",     "attend", "attention_out", "mlp_norm",
      "gate",  "activate",       "mlp_out", "final_norm", "output", "choose"};
  return kNames[static_cast<std::size_t>(kernel)];
}

std::string kernel_text(KernelName kernel, const KernelSizes& sizes) {
  const std::pair<std::string_view, std::int64_t> parameters[] = {
      {"LAYERS", sizes.layers},     {"HIDDEN", sizes.hidden},       {"HALF", sizes.half},
      {"WIDTH", sizes.width},       {"HEADS", sizes.heads},         {"KV_HEADS", sizes.kv_heads},
      {"GROUP", sizes.group},       {"PROJECTED", sizes.projected}, {"ATTENDED", sizes.attended},
      {"GATED", sizes.gated},       {"INNER", sizes.inner},         {"VOCABULARY", sizes.vocabulary},
      {"LOGITS", sizes.logits},     {"POSITIONS", sizes.positions}, {"BLOCK", sizes.block},
      {"SHARE", sizes.bf16 ? 2 : 1}};
  std::string text;
  for (const auto& [name, value] : parameters) text += fmt::format("param {} = {};\n", name, value);
  text += kTensors;
  if (!sizes.tied) text += kHead;
  text += sizes.bf16 ? kReadBf16 : kReadF32;
  text += body(kernel);
  replace_all(text, "PAIRS", sizes.bf16 ? "i32" : "f32");
  replace_all(text, "OUTPUT_LAYER", sizes.tied ? "embedding" : "head");
  return text;
}

}  // namespace vtpu::model
