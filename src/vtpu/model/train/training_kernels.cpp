#include "vtpu/model/train/training_kernels.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "vtpu/exec/jit/native_engine.h"

namespace vtpu::model::train {
namespace {

/// The forward pass keeps what the backward pass reads, for all layers. `d_` marks derivatives of the loss.
constexpr std::string_view kTensors = R"(
tensor args: i64[1];              // layer
tensor numbers: f32[NUMBERS];
tensor token: i64[TOKENS];
tensor target: i64[TOKENS];       // the token that follows
tensor part: f32[TOKENS];         // by which a token's loss counts; 0 for padding
tensor cosine: f32[LENGTH * HALF];
tensor sine: f32[LENGTH * HALF];
tensor result: f64[2];            // loss, norm of the gradient
tensor losses: f32[TOKENS];
tensor x: f32[(LAYERS + 1) * TOKENS * HIDDEN];   // before each layer, and after the last
tensor middle: f32[LAYERS * TOKENS * HIDDEN];    // between attention and feed-forward layer
tensor n: f32[LAYERS * TOKENS * HIDDEN];         // norm of x
tensor m: f32[LAYERS * TOKENS * HIDDEN];         // norm of middle
tensor final: f32[TOKENS * HIDDEN];
tensor qkv: f32[LAYERS * TOKENS * PROJECTED];
tensor query: f32[LAYERS * TOKENS * ATTENDED];   // normed and rotated
tensor key: f32[LAYERS * TOKENS * KV_HEADS * WIDTH];
tensor share: f32[LAYERS * SEQUENCES * HEADS * LENGTH * SPAN];  // of each position in what a query attends to
tensor attended: f32[LAYERS * TOKENS * ATTENDED];
tensor gates: f32[LAYERS * TOKENS * GATED];      // gates, then what they gate
tensor inner: f32[LAYERS * TOKENS * INNER];
tensor logits: f32[TOKENS * LOGITS];             // then their derivative
tensor d_x: f32[TOKENS * HIDDEN];
tensor d_n: f32[TOKENS * HIDDEN];
tensor d_qkv: f32[TOKENS * PROJECTED];
tensor d_query: f32[TOKENS * ATTENDED];
tensor d_key: f32[TOKENS * KV_HEADS * WIDTH];
tensor d_attended: f32[TOKENS * ATTENDED];
tensor d_gates: f32[TOKENS * GATED];
tensor d_inner: f32[TOKENS * INNER];
tensor score: f32[SPAN + 16];
tensor d_score: f32[LENGTH * SPAN];
tensor turned: f32[WIDTH * SPAN];                // keys or values of a head, one row for each of its elements
tensor packed: f32[PACKED];                      // columns of a product's second factor, in strips of 16
tensor band: f32[SLAB_MOST * 32];                // 32 rows of a product's first factor, one column after the other
tensor master: f32[TOTAL];
tensor weight: bf16[NARROW];
tensor gradient: f32[TOTAL];
tensor sum: f32[TOTAL];
tensor first_moment: f32[TOTAL];
tensor second_moment: f32[TOTAL];
)";

// ---- products of matrices

/// C[i, j] += Σ_k A[i, k] B[k, j] in slabs of SLAB values of k. Strips of 16 STRIPS columns of B are copied to
/// contiguous memory once for each slab. A tile of TILE rows by a strip stays in vector registers over a slab.
constexpr std::string_view kProduct = R"(
kernel main() {
  let layer = args[0];
  CLEAR
  for slab in 0..DEPTH / SLAB {
    let k0 = slab * SLAB;
    PACK
    for i in 0..ROWS step 32 {
      BAND
      for strip in 0..COLUMNS / (16 * STRIPS) {
        let b = strip * (SLAB * 16 * STRIPS);
        for r in 0..32 / TILE {
          let row = i + r * TILE;
          let c = C_AT + row * COLUMNS + strip * (16 * STRIPS);
LOAD
          for k in 0..SLAB / 4 {
MULTIPLY
          }
STORE
        }
      }
    }
  }
}
)";

constexpr std::string_view kClear = R"(
  for at in 0..ROWS * COLUMNS / 16 { C[C_AT + at * 16:16] = spread(0.0f32); }
)";

/// B as it lies in memory, COLUMNS elements a row, in vectors or (bf16) element by element.
constexpr std::string_view kPackVectors = R"(
    for strip in 0..COLUMNS / (16 * STRIPS) {
      for k in 0..SLAB {
        for v in 0..STRIPS {
          packed[(strip * SLAB + k) * (16 * STRIPS) + v * 16:16] =
              B[B_AT + (k0 + k) * COLUMNS + (strip * STRIPS + v) * 16:16];
        }
      }
    }
)";
constexpr std::string_view kPackElements = R"(
    for strip in 0..COLUMNS / (16 * STRIPS) {
      for k in 0..SLAB {
        for j in 0..16 * STRIPS {
          packed[(strip * SLAB + k) * (16 * STRIPS) + j] =
              B[B_AT + (k0 + k) * COLUMNS + strip * (16 * STRIPS) + j];
        }
      }
    }
)";
/// The transpose of a matrix of DEPTH elements a row.
constexpr std::string_view kPackTurned = R"(
    for strip in 0..COLUMNS / (16 * STRIPS) {
      for j in 0..16 * STRIPS {
        for k in 0..SLAB {
          packed[(strip * SLAB + k) * (16 * STRIPS) + j] =
              B[B_AT + (strip * (16 * STRIPS) + j) * DEPTH + k0 + k];
        }
      }
    }
)";
/// Columns of a matrix with ROWS elements a row, of which A is the transpose.
constexpr std::string_view kBand = R"(
      for k in 0..SLAB {
        band[k * 32:16] = A[A_AT + (k0 + k) * ROWS + i:16];
        band[k * 32 + 16:16] = A[A_AT + (k0 + k) * ROWS + i + 16:16];
      }
)";

// ---- norms

/// OUT = x · scale · gain with scale = (mean of squares + epsilon)^(-1/2).
constexpr std::string_view kNorm = R"(
kernel main() {
  let layer = args[0];
  for t in 0..TOKENS {
    let from = FROM_AT + t * HIDDEN;
    let to = TO_AT + t * HIDDEN;
    var squares = spread(0.0f32);
    for k in 0..HIDDEN step 16 { squares = fma(FROM[from + k:16], FROM[from + k:16], squares); }
    let scale = 1.0 / sqrt(fma(reduce_add(squares), numbers[PER_HIDDEN], numbers[EPSILON]));
    for k in 0..HIDDEN step 16 { TO[to + k:16] = FROM[from + k:16] * scale * master[GAIN + k:16]; }
  }
}
)";

/// From the derivative `d_n` of a norm, that of its gain and that of its input, which STORE sets or adds to `d_x`.
constexpr std::string_view kNormBack = R"(
kernel main() {
  let layer = args[0];
  for t in 0..TOKENS {
    let from = FROM_AT + t * HIDDEN;
    let row = t * HIDDEN;
    var squares = spread(0.0f32);
    var products = spread(0.0f32);
    for k in 0..HIDDEN step 16 {
      squares = fma(FROM[from + k:16], FROM[from + k:16], squares);
      products = fma(d_n[row + k:16] * master[GAIN + k:16], FROM[from + k:16], products);
    }
    let scale = 1.0 / sqrt(fma(reduce_add(squares), numbers[PER_HIDDEN], numbers[EPSILON]));
    let along = -(scale * scale * scale * numbers[PER_HIDDEN] * reduce_add(products));
    for k in 0..HIDDEN step 16 {
      let d = d_n[row + k:16] * scale;
      let to = fma(d, master[GAIN + k:16], FROM[from + k:16] * along);
      d_x[row + k:16] STORE to;
      gradient[GAIN + k:16] += d * FROM[from + k:16];
    }
  }
}
)";

// ---- embedding

constexpr std::string_view kEmbed = R"(
kernel main() {
  for t in 0..TOKENS {
    let row = EMBEDDING + token[t] * HIDDEN;
    for k in 0..HIDDEN { x[t * HIDDEN + k] = MATRIX[row + k]; }
  }
}
)";

constexpr std::string_view kEmbedBack = R"(
kernel main() {
  for t in 0..TOKENS {
    let row = EMBEDDING + token[t] * HIDDEN;
    for k in 0..HIDDEN step 16 { gradient[row + k:16] += d_x[t * HIDDEN + k:16]; }
  }
}
)";

// ---- attention

/// Norms and rotates the heads of queries and keys.
constexpr std::string_view kRotate = R"(
fn head(layer, from, to, gain, t, out: f32[]) {
  var squares = spread(0.0f32);
  for k in 0..WIDTH step 16 { squares = fma(qkv[from + k:16], qkv[from + k:16], squares); }
  let scale = 1.0 / sqrt(fma(reduce_add(squares), numbers[PER_HEAD], numbers[EPSILON]));
  for k in 0..HALF step 16 {
    let low = qkv[from + k:16] * scale * master[gain + k:16];
    let high = qkv[from + HALF + k:16] * scale * master[gain + HALF + k:16];
    let c = cosine[t * HALF + k:16];
    let s = sine[t * HALF + k:16];
    out[to + k:16] = fma(low, c, -(high * s));
    out[to + HALF + k:16] = fma(high, c, low * s);
  }
}
kernel main() {
  let layer = args[0];
  for b in 0..SEQUENCES {
    for t in 0..LENGTH {
      let row = layer * TOKENS + b * LENGTH + t;
      for h in 0..HEADS {
        head(layer, row * PROJECTED + h * WIDTH, row * ATTENDED + h * WIDTH, QUERY_GAIN + layer * WIDTH, t, query);
      }
      for h in 0..KV_HEADS {
        head(layer, row * PROJECTED + (HEADS + h) * WIDTH, (row * KV_HEADS + h) * WIDTH, KEY_GAIN + layer * WIDTH, t,
             key);
      }
    }
  }
}
)";

constexpr std::string_view kRotateBack = R"(
fn head(from, to, at, gain, t, d_out: f32[]) {
  var squares = spread(0.0f32);
  for k in 0..WIDTH step 16 { squares = fma(qkv[from + k:16], qkv[from + k:16], squares); }
  let scale = 1.0 / sqrt(fma(reduce_add(squares), numbers[PER_HEAD], numbers[EPSILON]));
  var products = spread(0.0f32);
  for k in 0..HALF step 16 {
    let c = cosine[t * HALF + k:16];
    let s = sine[t * HALF + k:16];
    let low = fma(d_out[at + k:16], c, d_out[at + HALF + k:16] * s);
    let high = fma(d_out[at + HALF + k:16], c, -(d_out[at + k:16] * s));
    products = fma(low * master[gain + k:16], qkv[from + k:16], products);
    products = fma(high * master[gain + HALF + k:16], qkv[from + HALF + k:16], products);
    d_qkv[to + k:16] = low;
    d_qkv[to + HALF + k:16] = high;
  }
  let along = -(scale * scale * scale * numbers[PER_HEAD] * reduce_add(products));
  for k in 0..WIDTH step 16 {
    let d = d_qkv[to + k:16] * scale;
    d_qkv[to + k:16] = fma(d, master[gain + k:16], qkv[from + k:16] * along);
    gradient[gain + k:16] += d * qkv[from + k:16];
  }
}
kernel main() {
  let layer = args[0];
  for b in 0..SEQUENCES {
    for t in 0..LENGTH {
      let row = b * LENGTH + t;
      let from = (layer * TOKENS + row) * PROJECTED;
      for h in 0..HEADS {
        head(from + h * WIDTH, row * PROJECTED + h * WIDTH, row * ATTENDED + h * WIDTH, QUERY_GAIN + layer * WIDTH, t,
             d_query);
      }
      for h in 0..KV_HEADS {
        head(from + (HEADS + h) * WIDTH, row * PROJECTED + (HEADS + h) * WIDTH, (row * KV_HEADS + h) * WIDTH,
             KEY_GAIN + layer * WIDTH, t, d_key);
      }
    }
  }
}
)";

/// Each query attends to the positions up to its own. The scores behind the last one are so small that their
/// exponentials are 0.
constexpr std::string_view kAttend = R"(
kernel main() {
  let layer = args[0];
  for b in 0..SEQUENCES {
    let first = layer * TOKENS + b * LENGTH;
    for g in 0..KV_HEADS {
      for t in 0..LENGTH {
        for k in 0..WIDTH { turned[k * SPAN + t] = key[((first + t) * KV_HEADS + g) * WIDTH + k]; }
      }
      for u in 0..GROUP {
        let h = g * GROUP + u;
        for t in 0..LENGTH {
          let q = (first + t) * ATTENDED + h * WIDTH;
          let row = (((layer * SEQUENCES + b) * HEADS + h) * LENGTH + t) * SPAN;
          for s in 0..t + 1 step 16 {
            var products = spread(0.0f32);
            for k in 0..WIDTH { products = fma(spread(query[q + k]), turned[k * SPAN + s:16], products); }
            score[s:16] = products * numbers[SCORE_SCALE];
          }
          score[t + 1:16] = spread(-1.0e30f32);
          var tops = spread(-1.0e30f32);
          for s in 0..t + 1 step 16 { tops = max(tops, score[s:16]); }
          let top = reduce_max(tops);
          var parts = spread(0.0f32);
          for s in 0..t + 1 step 16 {
            let e = exp_nonpositive(score[s:16] - top);
            share[row + s:16] = e;
            parts = parts + e;
          }
          let per_sum = 1.0 / reduce_add(parts);
          for s in 0..t + 1 step 16 { share[row + s:16] = share[row + s:16] * per_sum; }
          for k in 0..WIDTH step 32 {
            let values = first * PROJECTED + (HEADS + KV_HEADS + g) * WIDTH + k;
            var low = spread(0.0f32);
            var high = spread(0.0f32);
            for s in 0..t + 1 {
              let p = spread(share[row + s]);
              low = fma(p, qkv[values + s * PROJECTED:16], low);
              high = fma(p, qkv[values + s * PROJECTED + 16:16], high);
            }
            attended[q + k:16] = low;
            attended[q + k + 16:16] = high;
          }
        }
      }
    }
  }
}
)";

/// The derivative of a score s is p (d_p - Σ p d_p), with the share p of its position. Queries that share keys and
/// values add to their derivatives.
constexpr std::string_view kAttendBack = R"(
kernel main() {
  let layer = args[0];
  for b in 0..SEQUENCES {
    let first = layer * TOKENS + b * LENGTH;
    for g in 0..KV_HEADS {
      let value = (HEADS + KV_HEADS + g) * WIDTH;
      for t in 0..LENGTH {
        for k in 0..WIDTH { turned[k * SPAN + t] = qkv[(first + t) * PROJECTED + value + k]; }
        for k in 0..WIDTH step 16 {
          d_key[((b * LENGTH + t) * KV_HEADS + g) * WIDTH + k:16] = spread(0.0f32);
          d_qkv[(b * LENGTH + t) * PROJECTED + value + k:16] = spread(0.0f32);
        }
      }
      for u in 0..GROUP {
        let h = g * GROUP + u;
        let shares = ((layer * SEQUENCES + b) * HEADS + h) * LENGTH * SPAN;
        for t in 0..LENGTH {
          let d_a = (b * LENGTH + t) * ATTENDED + h * WIDTH;
          var products = spread(0.0f32);
          for s in 0..t + 1 step 16 {
            var d_p = spread(0.0f32);
            for k in 0..WIDTH { d_p = fma(spread(d_attended[d_a + k]), turned[k * SPAN + s:16], d_p); }
            d_score[t * SPAN + s:16] = d_p;
            products = fma(d_p, share[shares + t * SPAN + s:16], products);
          }
          let mean = reduce_add(products);
          for s in 0..t + 1 step 16 {
            d_score[t * SPAN + s:16] =
                share[shares + t * SPAN + s:16] * (d_score[t * SPAN + s:16] - mean) * numbers[SCORE_SCALE];
          }
          for k in 0..WIDTH step 32 {
            let keys = (first * KV_HEADS + g) * WIDTH + k;
            var low = spread(0.0f32);
            var high = spread(0.0f32);
            for s in 0..t + 1 {
              let d = spread(d_score[t * SPAN + s]);
              low = fma(d, key[keys + s * (KV_HEADS * WIDTH):16], low);
              high = fma(d, key[keys + s * (KV_HEADS * WIDTH) + 16:16], high);
            }
            d_query[d_a + k:16] = low;
            d_query[d_a + k + 16:16] = high;
          }
        }
        for s in 0..LENGTH {
          let d_k = ((b * LENGTH + s) * KV_HEADS + g) * WIDTH;
          let d_v = (b * LENGTH + s) * PROJECTED + value;
          for k in 0..WIDTH step 32 {
            let queries = first * ATTENDED + h * WIDTH + k;
            let d_a = b * LENGTH * ATTENDED + h * WIDTH + k;
            var key_low = d_key[d_k + k:16];
            var key_high = d_key[d_k + k + 16:16];
            for t in s..LENGTH {
              let d = spread(d_score[t * SPAN + s]);
              key_low = fma(d, query[queries + t * ATTENDED:16], key_low);
              key_high = fma(d, query[queries + t * ATTENDED + 16:16], key_high);
            }
            d_key[d_k + k:16] = key_low;
            d_key[d_k + k + 16:16] = key_high;
            var value_low = d_qkv[d_v + k:16];
            var value_high = d_qkv[d_v + k + 16:16];
            for t in s..LENGTH {
              let p = spread(share[shares + t * SPAN + s]);
              value_low = fma(p, d_attended[d_a + t * ATTENDED:16], value_low);
              value_high = fma(p, d_attended[d_a + t * ATTENDED + 16:16], value_high);
            }
            d_qkv[d_v + k:16] = value_low;
            d_qkv[d_v + k + 16:16] = value_high;
          }
        }
      }
    }
  }
}
)";

// ---- feed-forward layer

/// `sigmoid` of the language chooses between lanes, which the form for AVX2 leaves to the interpreter. For arguments
/// below -88, the exponential is infinite and the quotient 0.
constexpr std::string_view kActivate = R"(
kernel main() {
  let layer = args[0];
  for t in 0..TOKENS {
    let from = (layer * TOKENS + t) * GATED;
    for k in 0..INNER step 16 {
      let gate = gates[from + k:16];
      inner[(layer * TOKENS + t) * INNER + k:16] = gate / (1.0 + exp(-gate)) * gates[from + INNER + k:16];
    }
  }
}
)";

constexpr std::string_view kActivateBack = R"(
kernel main() {
  let layer = args[0];
  for t in 0..TOKENS {
    let from = (layer * TOKENS + t) * GATED;
    for k in 0..INNER step 16 {
      let gate = gates[from + k:16];
      let part_open = 1.0 / (1.0 + exp(-gate));
      let d = d_inner[t * INNER + k:16] * part_open;
      d_gates[t * GATED + k:16] =
          d * gates[from + INNER + k:16] * fma(gate, 1.0 - part_open, spread(1.0f32));
      d_gates[t * GATED + INNER + k:16] = d * gate;
    }
  }
}
)";

// ---- loss

/// The cross entropy of each token, and the derivative of the logits in their place.
constexpr std::string_view kLoss = R"(
// ln x for positive normal x (coefficients: Moshier, Cephes, logf).
fn logarithm(x: f32) -> f32 {
  let bits = bits_i32(x);
  let mantissa = bits_f32((bits & 8388607i32) | 1056964608i32);
  let small = mantissa < 0.70710678;
  let e = f32((bits >> 23) - 126i32) - (small ? 1.0f32 : 0.0f32);
  let r = (small ? mantissa + mantissa : mantissa) - 1.0;
  let z = r * r;
  let p = fma(fma(fma(fma(fma(fma(fma(fma(7.0376836292e-2, r, -1.1514610310e-1), r, 1.1676998740e-1), r,
      -1.2420140846e-1), r, 1.4249322787e-1), r, -1.6668057665e-1), r, 2.0000714765e-1), r, -2.4999993993e-1), r,
      3.3333331174e-1);
  return fma(e, 0.693359375, r + fma(-0.5, z, fma(e, -2.12194440e-4, p * r * z)));
}
kernel main() {
  var total = 0.0;
  for t in 0..TOKENS {
    let row = t * LOGITS;
    for k in VOCABULARY..LOGITS { logits[row + k] = -1.0e30f32; }
    var tops = spread(-1.0e30f32);
    for k in 0..LOGITS step 16 { tops = max(tops, logits[row + k:16]); }
    let top = reduce_max(tops);
    let aim = logits[row + target[t]];
    var parts = spread(0.0f32);
    for k in 0..LOGITS step 16 {
      let e = exp_nonpositive(logits[row + k:16] - top);
      logits[row + k:16] = e;
      parts = parts + e;
    }
    let all = reduce_add(parts);
    let factor = part[t] / all;
    for k in 0..LOGITS step 16 { logits[row + k:16] = logits[row + k:16] * factor; }
    logits[row + target[t]] = logits[row + target[t]] - part[t];
    losses[t] = logarithm(all) + (top - aim);
    total = total + f64(losses[t]) * f64(part[t]);
  }
  result[0] = total;
}
)";

// ---- optimizer

constexpr std::string_view kAdd = R"(
kernel main() {
  for k in 0..TOTAL step 16 { sum[k:16] = sum[k:16] + gradient[k:16]; }
}
)";

constexpr std::string_view kMeasure = R"(
kernel main() {
  var total = 0.0;
  for block in 0..TOTAL / 256 {
    var squares = spread(0.0f32);
    for k in 0..256 step 16 { squares = fma(sum[block * 256 + k:16], sum[block * 256 + k:16], squares); }
    total = total + f64(reduce_add(squares));
  }
  let norm = sqrt(total);
  result[1] = norm;
  numbers[CLIP] = min(numbers[MOST_NORM] / f32(norm), 1.0f32);
}
)";

constexpr std::string_view kDescend = R"(
fn update(first, last, decay: f32) {
  for k in first..last step 16 {
    let v = fma(first_moment[k:16], numbers[BETA1], sum[k:16] * numbers[CLIP]);
    first_moment[k:16] = v;
    master[k:16] = fma(v, -numbers[RATE], master[k:16] * (1.0f32 - decay));
  }
}
kernel main() {
  update(0, MATRICES, numbers[DECAY]);
  update(MATRICES, TOTAL, 0.0f32);
}
)";

constexpr std::string_view kAdamW = R"(
fn update(first, last, decay: f32) {
  for k in first..last step 16 {
    let g = sum[k:16] * numbers[CLIP];
    let v = fma(first_moment[k:16], numbers[BETA1], g * (1.0f32 - numbers[BETA1]));
    let s = fma(second_moment[k:16], numbers[BETA2], g * g * (1.0f32 - numbers[BETA2]));
    first_moment[k:16] = v;
    second_moment[k:16] = s;
    let move = v * numbers[CORRECTION1] / (sqrt(s * numbers[CORRECTION2]) + numbers[STABILITY]);
    master[k:16] = fma(move, -numbers[RATE], master[k:16] * (1.0f32 - decay));
  }
}
kernel main() {
  update(0, MATRICES, numbers[DECAY]);
  update(MATRICES, TOTAL, 0.0f32);
}
)";

/// To the nearest bf16, halves to even; storing a bf16 drops the low half.
constexpr std::string_view kRound = R"(
kernel main() {
  for k in 0..MATRICES {
    let bits = bits_i32(master[k]);
    weight[k] = bits_f32(bits + 32767i32 + (lshr(bits, 16) & 1i32));
  }
}
)";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

std::string with(std::string_view pattern, const std::vector<std::pair<std::string_view, std::string>>& words) {
  std::string text(pattern);
  for (const auto& [name, value] : words) replace_all(text, name, value);
  return text;
}

/// The greatest multiple of 32 up to 256 that divides the depth of a product.
std::int64_t slab_of(std::int64_t depth) {
  std::int64_t slab = 256;
  while (depth % slab != 0) slab -= 32;
  return slab;
}

/// How a factor lies in memory: as the product's formula has it, or transposed.
enum class Lies { straight, turned };

struct Factor {
  std::string tensor, at;
  Lies lies;
};

/// The tile of a product: its sums and a strip of B fill the vector registers. The form for AVX2 has seven registers of
/// 512 bits, that for AVX-512 thirty.
struct Tile {
  std::int64_t rows, strips;
};
Tile tile_of_host() { return exec::jit::host_form() == exec::jit::Form::avx512 ? Tile{8, 2} : Tile{4, 1}; }

class Texts {
 public:
  Texts(const Sizes& sizes, const Parameters& parameters, WeightType type)
      : sizes_(sizes), parameters_(parameters), bf16_(type == WeightType::bf16), tile_(tile_of_host()) {}

  std::vector<KernelText> make() {
    const std::string rows = "layer * (TOKENS * HIDDEN)", after = "(layer + 1) * (TOKENS * HIDDEN)";
    const auto gain = [](const char* kind) { return fmt::format("{} + layer * HIDDEN", kind); };
    add("embed", kEmbed), add("embed.back", kEmbedBack);
    norm("attention_norm", "x", rows, "n", rows, gain("ATTENTION_GAIN"), "+=");
    product("project", "PROJECT", sizes_.projected, sizes_.hidden, "n", "qkv", "d_qkv", "d_n", Kind::plain);
    add("rotate", kRotate), add("rotate.back", kRotateBack, kListTier);
    add("attend", kAttend), add("attend.back", kAttendBack);
    product("attention_out", "ATTENTION_OUT", sizes_.hidden, sizes_.attended, "attended", "middle", "d_x", "d_attended",
            Kind::residual);
    norm("mlp_norm", "middle", rows, "m", rows, gain("MLP_GAIN"), "+=");
    product("gate", "GATE", sizes_.gated, sizes_.hidden, "m", "gates", "d_gates", "d_n", Kind::plain);
    add("activate", kActivate), add("activate.back", kActivateBack);
    product("mlp_out", "MLP_OUT", sizes_.hidden, sizes_.inner, "inner", "x", "d_x", "d_inner", Kind::next);
    norm("final_norm", "x", "LAYERS * (TOKENS * HIDDEN)", "final", "0", "FINAL_GAIN", "=");
    product("output", "HEAD", sizes_.logits, sizes_.hidden, "final", "logits", "logits", "d_n", Kind::whole);
    add("loss", kLoss);
    add("add", kAdd), add("measure", kMeasure), add("descend", kDescend), add("adamw", kAdamW);
    if (bf16_) add("round", kRound);
    return std::move(texts_);
  }

 private:
  void add(std::string name, std::string_view body, unsigned tier = 3) {
    texts_.push_back({std::move(name), head() + with(body, {{"MATRIX", matrix()}}), tier});
  }

  /// What the products read of the parameters.
  std::string matrix() const { return bf16_ ? "weight" : "master"; }

  void norm(const std::string& name, const std::string& from, const std::string& from_at, const std::string& to,
            const std::string& to_at, const std::string& gain, const char* store) {
    const std::vector<std::pair<std::string_view, std::string>> words = {
        {"FROM_AT", from_at}, {"FROM", from}, {"TO_AT", to_at}, {"TO[", to + "["}, {"GAIN", gain}, {"STORE", store}};
    add(name, with(kNorm, words));
    add(name + ".back", with(kNormBack, words));
  }

  /// Where the output of a product is: of the layer; added to a copy of the layer's input; of the next layer, added to
  /// a copy of what lies between; or there is one for the whole model.
  enum class Kind { plain, residual, next, whole };

  /// output[t, row] = Σ_column weight[row, column] input[t, column], and the derivatives.
  void product(const std::string& name, const std::string& weight, std::int64_t rows, std::int64_t columns,
               const std::string& input, const std::string& output, const std::string& d_output,
               const std::string& d_input, Kind kind) {
    const std::int64_t tokens = sizes_.tokens;
    const bool layered = kind != Kind::whole;
    const auto of_layer = [&](std::int64_t elements) {
      return layered ? fmt::format("layer * ({} * {})", elements, tokens) : std::string("0");
    };
    const std::string weight_at = layered ? fmt::format("{} + layer * ({} * {})", weight, rows, columns) : weight;
    std::string output_at = of_layer(rows), clear(kClear);
    if (kind == Kind::residual)
      clear = "for at in 0..ROWS * COLUMNS / 16 { C[C_AT + at * 16:16] = x[layer * (ROWS * COLUMNS) + at * 16:16]; }";
    if (kind == Kind::next) {
      clear =
          "for at in 0..ROWS * COLUMNS / 16 { C[C_AT + at * 16:16] = middle[layer * (ROWS * COLUMNS) + at * 16:16]; }";
      output_at = fmt::format("(layer + 1) * ({} * {})", rows, tokens);
    }
    multiply(name, tokens, rows, columns, {input, of_layer(columns), Lies::straight},
             {matrix(), weight_at, Lies::turned}, output, output_at, clear);
    multiply(name + ".inputs", tokens, columns, rows, {d_output, "0", Lies::straight},
             {matrix(), weight_at, Lies::straight}, d_input, "0", std::string(kClear));
    multiply(name + ".weights", rows, columns, tokens, {d_output, "0", Lies::turned},
             {input, of_layer(columns), Lies::straight}, "gradient", weight_at, "");
  }

  /// C = or += A B; `clear` is the text that gives C its first value.
  void multiply(const std::string& name, std::int64_t rows, std::int64_t columns, std::int64_t depth, const Factor& a,
                const Factor& b, const std::string& c, const std::string& c_at, const std::string& clear) {
    const std::int64_t slab = slab_of(depth);
    std::string load, work, store;
    for (std::int64_t r = 0; r < tile_.rows; ++r)
      for (std::int64_t v = 0; v < tile_.strips; ++v) {
        load += fmt::format("          var s{}_{} = C[c + {} * COLUMNS + {}:16];\n", r, v, r, 16 * v);
        store += fmt::format("          C[c + {} * COLUMNS + {}:16] = s{}_{};\n", r, 16 * v, r, v);
      }
    for (int u = 0; u < 4; ++u) {
      for (std::int64_t v = 0; v < tile_.strips; ++v)
        work += fmt::format("            let b{}_{} = packed[b + (k * 4 + {}) * {} + {}:16];\n", u, v, u,
                            16 * tile_.strips, 16 * v);
      for (std::int64_t r = 0; r < tile_.rows; ++r) {
        work += a.lies == Lies::straight
                    ? fmt::format("            let a{}_{} = spread(A[A_AT + (row + {}) * DEPTH + k0 + k * 4 + {}]);\n",
                                  u, r, r, u)
                    : fmt::format("            let a{}_{} = spread(band[(k * 4 + {}) * 32 + r * TILE + {}]);\n", u, r,
                                  u, r);
        for (std::int64_t v = 0; v < tile_.strips; ++v)
          work += fmt::format("            s{0}_{1} = fma(a{2}_{0}, b{2}_{1}, s{0}_{1});\n", r, v, u);
      }
    }
    const std::string_view pack = b.lies == Lies::turned ? kPackTurned
                                  : b.tensor == "weight" ? kPackElements
                                                         : kPackVectors;
    const std::string text = with(kProduct, {{"CLEAR", clear},
                                             {"PACK", std::string(pack)},
                                             {"BAND", std::string(a.lies == Lies::turned ? kBand : "")},
                                             {"LOAD", load},
                                             {"MULTIPLY", work},
                                             {"STORE", store},
                                             {"A_AT", a.at},
                                             {"B_AT", b.at},
                                             {"C_AT", c_at},
                                             {"A[", a.tensor + "["},
                                             {"B[", b.tensor + "["},
                                             {"C[", c + "["},
                                             {"STRIPS", std::to_string(tile_.strips)},
                                             {"TILE", std::to_string(tile_.rows)},
                                             {"ROWS", std::to_string(rows)},
                                             {"COLUMNS", std::to_string(columns)},
                                             {"DEPTH", std::to_string(depth)},
                                             {"SLAB", std::to_string(slab)}});
    add(name, text, kProductTier);
  }

  /// What all texts begin with.
  std::string head() const {
    std::int64_t packed = 0;  // the most that a product packs: a slab of all columns
    for (const std::int64_t columns :
         {sizes_.hidden, sizes_.projected, sizes_.attended, sizes_.gated, sizes_.inner, sizes_.logits})
      packed = std::max(packed, columns);
    const std::pair<std::string_view, std::int64_t> values[] = {{"LAYERS", sizes_.layers},
                                                                {"HIDDEN", sizes_.hidden},
                                                                {"HALF", sizes_.half},
                                                                {"WIDTH", sizes_.width},
                                                                {"HEADS", sizes_.heads},
                                                                {"KV_HEADS", sizes_.kv_heads},
                                                                {"GROUP", sizes_.group},
                                                                {"PROJECTED", sizes_.projected},
                                                                {"ATTENDED", sizes_.attended},
                                                                {"GATED", sizes_.gated},
                                                                {"INNER", sizes_.inner},
                                                                {"VOCABULARY", sizes_.vocabulary},
                                                                {"LOGITS", sizes_.logits},
                                                                {"SEQUENCES", sizes_.sequences},
                                                                {"LENGTH", sizes_.length},
                                                                {"TOKENS", sizes_.tokens},
                                                                {"SPAN", sizes_.span},
                                                                {"PACKED", packed * kMostSlab},
                                                                {"SLAB_MOST", kMostSlab},
                                                                {"TOTAL", parameters_.total},
                                                                {"MATRICES", parameters_.matrices},
                                                                {"NARROW", bf16_ ? parameters_.matrices : 1},
                                                                {"EMBEDDING", parameters_.embedding},
                                                                {"HEAD", parameters_.head},
                                                                {"PROJECT", parameters_.project},
                                                                {"ATTENTION_OUT", parameters_.attention_out},
                                                                {"GATE", parameters_.gate},
                                                                {"MLP_OUT", parameters_.mlp_out},
                                                                {"ATTENTION_GAIN", parameters_.attention_gain},
                                                                {"QUERY_GAIN", parameters_.query_gain},
                                                                {"KEY_GAIN", parameters_.key_gain},
                                                                {"MLP_GAIN", parameters_.mlp_gain},
                                                                {"FINAL_GAIN", parameters_.final_gain},
                                                                {"NUMBERS", number::kCount},
                                                                {"PER_HIDDEN", number::kPerHidden},
                                                                {"EPSILON", number::kEpsilon},
                                                                {"PER_HEAD", number::kPerHead},
                                                                {"SCORE_SCALE", number::kScoreScale},
                                                                {"RATE", number::kRate},
                                                                {"DECAY", number::kDecay},
                                                                {"BETA1", number::kBeta1},
                                                                {"BETA2", number::kBeta2},
                                                                {"CORRECTION1", number::kCorrection1},
                                                                {"CORRECTION2", number::kCorrection2},
                                                                {"STABILITY", number::kStability},
                                                                {"MOST_NORM", number::kMostNorm},
                                                                {"CLIP", number::kClip}};
    std::string text;
    for (const auto& [name, value] : values) text += fmt::format("param {} = {};\n", name, value);
    return text + std::string(kTensors);
  }

  static constexpr std::int64_t kMostSlab = 256;
  /// One op per word, in the order of the text. The copies of loops that tier 3 makes do not fit the registers that a
  /// tile leaves.
  static constexpr unsigned kProductTier = 0;
  /// Tier 3 takes seconds to compile the kernel.
  static constexpr unsigned kListTier = 2;

  Sizes sizes_;
  Parameters parameters_;
  bool bf16_;
  Tile tile_;
  std::vector<KernelText> texts_;
};

}  // namespace

std::vector<KernelText> training_kernels(const Sizes& sizes, const Parameters& parameters, WeightType type) {
  return Texts(sizes, parameters, type).make();
}

}  // namespace vtpu::model::train
