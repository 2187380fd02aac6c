#include "vtpu/model/layer_kernels.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "vtpu/base/check.h"

namespace vtpu::model {
namespace {

constexpr std::int64_t up_to(std::int64_t value, std::int64_t unit) { return (value + unit - 1) / unit * unit; }

/// PACKED, the elements of matrices, are f32, or i32 that hold SHARE weights each. Of weights in bf16, an i32 holds the
/// elements k and k + 16 of 32 neighbours, the first in its low half, so that a vector of them is read as two vectors
/// of f32. For quantised weights see kMultiplyLevels.
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
tensor embedding: PACKED[LOGITS * HIDDEN / SHARE];
tensor project_weight: PACKED[LAYERS * PROJECTED * HIDDEN / SHARE];
tensor attention_out_weight: PACKED[LAYERS * HIDDEN * ATTENDED / SHARE];
tensor gate_weight: PACKED[LAYERS * GATED * HIDDEN / SHARE];
tensor mlp_out_weight: PACKED[LAYERS * HIDDEN * INNER / SHARE];
)";

/// The output layer, unless it is the embedding.
constexpr std::string_view kHead = "tensor head: PACKED[LOGITS * HIDDEN / SHARE];\n";

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

/// What quantised matrices add: the scales of their rows or blocks, and the input of a product in 8 bits, by blocks of
/// 32 elements. An i32 of `bytes` holds the elements k, k + 8, k + 16 and k + 24 of a block, so that they are packed
/// without moving lanes. `offset` undoes that weights are stored with BIAS added, because the dot product takes
/// unsigned bytes from one side.
constexpr std::string_view kQuantizedTensors = R"(
tensor bytes: i32[BLOCK * WIDEST / 4];
tensor byte_scale: f32[BLOCK * WIDEST / 32];
tensor offset: i32[BLOCK * WIDEST / 32];
tensor embedding_scale: SCALE_TYPE[LOGITS * HIDDEN_SCALES];
tensor project_weight_scale: SCALE_TYPE[LAYERS * PROJECTED * HIDDEN_SCALES];
tensor attention_out_weight_scale: SCALE_TYPE[LAYERS * HIDDEN * ATTENDED_SCALES];
tensor gate_weight_scale: SCALE_TYPE[LAYERS * GATED * HIDDEN_SCALES];
tensor mlp_out_weight_scale: SCALE_TYPE[LAYERS * HIDDEN * INNER_SCALES];
)";
constexpr std::string_view kHeadScale = "tensor head_scale: SCALE_TYPE[LOGITS * HIDDEN_SCALES];\n";

/// Adding 1.5 * 2^23 rounds a small number to a whole one, which the low bits then hold.
constexpr std::string_view kQuantize = R"(
const rounder: f32 = 12582912.0;
const rounder_bits: i32 = 1262485504;
fn rounded(x: f32x16, inverse: f32) -> i32x16 { return bits_i32(fma(x, spread(inverse), spread(rounder))) - rounder_bits; }
fn quantize(x: f32[], at, block) {
  let x0 = x[at:8];
  let x1 = x[at + 8:8];
  let x2 = x[at + 16:8];
  let x3 = x[at + 24:8];
  let top = max(reduce_max(max(max(abs(x0), abs(x1)), max(abs(x2), abs(x3)))), 1.0e-30);
  let inverse = 127.0 / top;
  let q0 = rounded(x0, inverse);
  let q1 = rounded(x1, inverse);
  let q2 = rounded(x2, inverse);
  let q3 = rounded(x3, inverse);
  bytes[block * 8:8] = (q0 & 255) | ((q1 & 255) << 8) | ((q2 & 255) << 16) | (q3 << 24);
  byte_scale[block] = top * 0.007874015748031496;
  offset[block] = reduce_add(q0 + q1 + q2 + q3) * -BIAS;
}
)";

/// The sum over a block of levels times bytes, for sixteen rows. Lane r of a vector of weights holds weights of row r.
/// In 8 bits, vector l of a block has those that belong to i32 l of `bytes`; in 4 bits, those of i32 l in the low
/// halves of its bytes, and those of i32 l + 4 in the high ones.
constexpr std::string_view kDotLevels8 = R"(
fn dot_block(w: i32[], at, block) -> i32x16 {
  let x = block * 8;
  let a0 = dot_u8i8(spread(offset[block]), bits_bytes(w[at:16]), bits_bytes(spread(bytes[x])));
  let a1 = dot_u8i8(a0, bits_bytes(w[at + 16:16]), bits_bytes(spread(bytes[x + 1])));
  let a2 = dot_u8i8(a1, bits_bytes(w[at + 32:16]), bits_bytes(spread(bytes[x + 2])));
  let a3 = dot_u8i8(a2, bits_bytes(w[at + 48:16]), bits_bytes(spread(bytes[x + 3])));
  let a4 = dot_u8i8(a3, bits_bytes(w[at + 64:16]), bits_bytes(spread(bytes[x + 4])));
  let a5 = dot_u8i8(a4, bits_bytes(w[at + 80:16]), bits_bytes(spread(bytes[x + 5])));
  let a6 = dot_u8i8(a5, bits_bytes(w[at + 96:16]), bits_bytes(spread(bytes[x + 6])));
  return dot_u8i8(a6, bits_bytes(w[at + 112:16]), bits_bytes(spread(bytes[x + 7])));
}
)";
constexpr std::string_view kDotLevels4 = R"(
fn low_halves(w: i32x16) -> bytes { return bits_bytes(w & 252645135); }
fn dot_both(sum: i32x16, w: i32x16, x) -> i32x16 {
  let low = dot_u8i8(sum, low_halves(w), bits_bytes(spread(bytes[x])));
  return dot_u8i8(low, low_halves(lshr(w, 4)), bits_bytes(spread(bytes[x + 4])));
}
fn dot_block(w: i32[], at, block) -> i32x16 {
  let x = block * 8;
  let a0 = dot_both(spread(offset[block]), w[at:16], x);
  let a1 = dot_both(a0, w[at + 16:16], x + 1);
  let a2 = dot_both(a1, w[at + 32:16], x + 2);
  return dot_both(a2, w[at + 48:16], x + 3);
}
)";

/// The same as kMultiply from quantised weights. A matrix lies in tiles of sixteen rows; a tile in blocks of 32
/// columns. IN_BLOCK is the number of i32 in a block of a tile.
constexpr std::string_view kMultiplyLevels = R"(
kernel main() {
  let layer = args[0];
  for t in args[2]..args[3] {
    for b in 0..COLUMNS / 32 { quantize(INPUT, t * COLUMNS + b * 32, t * (COLUMNS / 32) + b); }
  }
  for i in 0..ROWS / 16 {
    let tile = layer * (ROWS / 16) + i;
    for t in args[2]..args[3] {
      var sums = spread(0.0f32);
      for p in 0..COLUMNS / 64 {
        let at = (tile * (COLUMNS / 32) + 2 * p) * IN_BLOCK;
        let block = t * (COLUMNS / 32) + 2 * p;
        let first = f32x16(dot_block(MATRIX, at, block));
        let second = f32x16(dot_block(MATRIX, at + IN_BLOCK, block + 1));
        ADD_BLOCKS
      }
      FINISH
      RESULT[t * ROWS + i * 16:16] STORE sums;
    }
  }
}
)";

/// One scale in f32 for each row.
constexpr std::string_view kAddUnscaled = R"(
        sums = fma(first, spread(byte_scale[block]), sums);
        sums = fma(second, spread(byte_scale[block + 1]), sums);)";
constexpr std::string_view kScaleRows = "sums = sums * MATRIX_scale[tile * 16:16];";
/// Scales of blocks are in bf16, those of two neighbours in one i32.
constexpr std::string_view kAddScaled = R"(
        let scales = MATRIX_scale[(tile * (COLUMNS / 64) + p) * 16:16];
        sums = fma(first, bits_f32(scales << 16) * byte_scale[block], sums);
        sums = fma(second, bits_f32(scales & -65536) * byte_scale[block + 1], sums);)";

constexpr std::string_view kEmbedLevels = R"(
fn place_of(row, block) { return ((row >> 4) * (HIDDEN / 32) + block) * IN_BLOCK + (row & 15); }
kernel main() {
  for t in args[2]..args[3] {
    let row = token[t];
    for b in 0..HIDDEN / 32 {
      let scale = SCALE_OF_BLOCK;
      for l in 0..IN_BLOCK / 16 {
        let w = embedding[place_of(row, b) + l * 16];
        let to = t * HIDDEN + b * 32 + l;
        UNPACK
      }
    }
  }
}
)";
constexpr std::string_view kScaleOfRow = "embedding_scale[row]";
constexpr std::string_view kScaleOfBlock =
    "bits_f32((embedding_scale[((row >> 4) * (HIDDEN / 64) + (b >> 1)) * 16 + (row & 15)] >> ((b & 1) * 16)) << 16)";

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
std::string product(WeightType weights, std::string_view weight, std::string_view rows, std::string_view columns,
                    std::string_view input, std::string_view output, std::string_view store) {
  std::string text;
  if (is_quantized(weights)) {
    text = kMultiplyLevels;
    replace_all(text, "ADD_BLOCKS", weights == WeightType::int8_row ? kAddUnscaled : kAddScaled);
    replace_all(text, "FINISH", weights == WeightType::int8_row ? kScaleRows : "");
    replace_all(text, "MATRIX", weight);
    text = std::string(weights == WeightType::int4_block ? kDotLevels4 : kDotLevels8) + text;
    text = std::string(kQuantize) + text;
  } else {
    text = kMultiply;
    for (int row = 0; row < 4; ++row)
      for (const char* half : {"FIRST_", "SECOND_"})
        replace_all(text, fmt::format("{}{}", half, row),
                    fmt::format("{}({}, row + {} * (COLUMNS / SHARE) + p * (32 / SHARE))",
                                half[0] == 'F' ? "first_half" : "second_half", weight, row));
  }
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

std::string embed(WeightType weights) {
  if (!is_quantized(weights)) return std::string(kEmbed);
  std::string text(kEmbedLevels), unpack;
  // Byte j of an i32 is element 8 j + l of the block; of 4 bits, the high half is element 8 j + l + 4.
  for (int byte = 0; byte < 4; ++byte)
    for (int half = 0; half < (weights == WeightType::int4_block ? 2 : 1); ++half)
      unpack += fmt::format("x[to + {}] = f32(((w >> {}) & {}) - BIAS) * scale;\n", 8 * byte + 4 * half,
                            8 * byte + 4 * half, weights == WeightType::int4_block ? 15 : 255);
  replace_all(text, "UNPACK", unpack);
  replace_all(text, "SCALE_OF_BLOCK", weights == WeightType::int8_row ? kScaleOfRow : kScaleOfBlock);
  return text;
}

std::string body(KernelName kernel, WeightType weights) {
  switch (kernel) {
    case KernelName::embed: return embed(weights);
    case KernelName::attention_norm: return norm("attention_gain", "args[0]");
    case KernelName::project: return product(weights, "project_weight", "PROJECTED", "HIDDEN", "n", "qkv", "=");
    case KernelName::rotate: return std::string(kRotate);
    case KernelName::attend: return std::string(kAttend);
    case KernelName::attention_out:
      return product(weights, "attention_out_weight", "HIDDEN", "ATTENDED", "attended", "x", "+=");
    case KernelName::mlp_norm: return norm("mlp_gain", "args[0]");
    case KernelName::gate: return product(weights, "gate_weight", "GATED", "HIDDEN", "n", "gates", "=");
    case KernelName::activate: return std::string(kActivate);
    case KernelName::mlp_out: return product(weights, "mlp_out_weight", "HIDDEN", "INNER", "inner", "x", "+=");
    case KernelName::final_norm: return norm("final_gain", "0");
    case KernelName::output: return product(weights, "OUTPUT_LAYER", "LOGITS", "HIDDEN", "n", "logits", "=");
    case KernelName::choose: return std::string(kChoose);
  }
  VTPU_CHECK(false, "every kernel has a text");
  return {};
}

}  // namespace

KernelSizes::KernelSizes(const ModelConfig& config, std::int64_t most_positions, std::int64_t tokens_at_once,
                         WeightType weight_type)
    : layers(config.layers),
      // Quantised rows have pairs of blocks, and no block has elements of both halves of a head.
      hidden(up_to(config.hidden, is_quantized(weight_type) ? 64 : 32)),
      half(up_to(config.head_width / 2, is_quantized(weight_type) ? 32 : 16)),
      width(2 * half),
      heads(config.heads),
      kv_heads(config.kv_heads),
      group(config.heads / config.kv_heads),
      projected((heads + 2 * kv_heads) * width),
      attended(heads * width),
      gated(2 * up_to(config.intermediate, is_quantized(weight_type) ? 64 : 32)),
      inner(gated / 2),
      vocabulary(config.vocabulary),
      logits(up_to(config.vocabulary, 16)),
      positions(most_positions),
      block(tokens_at_once),
      tied(config.tied),
      weights(weight_type) {}

std::int64_t KernelSizes::in_element() const {
  switch (weights) {
    case WeightType::f32: return 1;
    case WeightType::bf16: return 2;
    case WeightType::int8_row:
    case WeightType::int8_block: return 4;
    case WeightType::int4_block: return 8;
  }
  VTPU_CHECK(false, "every type of weights has a size");
  return 0;
}

std::int64_t KernelSizes::bias() const { return weights == WeightType::int4_block ? 8 : 128; }

std::string name_of(KernelName kernel) {
  constexpr std::array<const char*, kKernels> kNames = {
      "embed", "attention_norm", "project", "rotate",     "attend", "attention_out", "mlp_norm",
      "gate",  "activate",       "mlp_out", "final_norm", "output", "choose"};
  return kNames[static_cast<std::size_t>(kernel)];
}

std::string kernel_text(KernelName kernel, const KernelSizes& sizes) {
  const bool quantized = is_quantized(sizes.weights), row_scales = sizes.weights == WeightType::int8_row;
  const std::pair<std::string_view, std::int64_t> parameters[] = {
      {"LAYERS", sizes.layers},
      {"HIDDEN", sizes.hidden},
      {"HALF", sizes.half},
      {"WIDTH", sizes.width},
      {"HEADS", sizes.heads},
      {"KV_HEADS", sizes.kv_heads},
      {"GROUP", sizes.group},
      {"PROJECTED", sizes.projected},
      {"ATTENDED", sizes.attended},
      {"GATED", sizes.gated},
      {"INNER", sizes.inner},
      {"VOCABULARY", sizes.vocabulary},
      {"LOGITS", sizes.logits},
      {"POSITIONS", sizes.positions},
      {"BLOCK", sizes.block},
      {"SHARE", sizes.in_element()},
      {"WIDEST", std::max({sizes.hidden, sizes.attended, sizes.inner})},
      {"IN_BLOCK", 512 / sizes.in_element()},
      {"HIDDEN_SCALES", row_scales ? 1 : sizes.hidden / 64},
      {"ATTENDED_SCALES", row_scales ? 1 : sizes.attended / 64},
      {"INNER_SCALES", row_scales ? 1 : sizes.inner / 64}};
  std::string text;
  for (const auto& [name, value] : parameters) text += fmt::format("param {} = {};\n", name, value);
  text += kTensors;
  if (!sizes.tied) text += kHead;
  if (quantized) text += kQuantizedTensors;
  if (quantized && !sizes.tied) text += kHeadScale;
  if (!quantized) text += sizes.weights == WeightType::bf16 ? kReadBf16 : kReadF32;
  text += body(kernel, sizes.weights);
  replace_all(text, "PACKED", sizes.weights == WeightType::f32 ? "f32" : "i32");
  replace_all(text, "BIAS", std::to_string(sizes.bias()));
  replace_all(text, "SCALE_TYPE", row_scales ? "f32" : "i32");
  replace_all(text, "OUTPUT_LAYER", sizes.tied ? "embedding" : "head");
  return text;
}

}  // namespace vtpu::model
