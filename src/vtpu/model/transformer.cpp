#include "vtpu/model/transformer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/compiler/box.h"
#include "vtpu/compiler/phextcc.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/exec/machine.h"
#include "vtpu/model/layer_kernels.h"
#include "vtpu/model/weight_matrix.h"

namespace vtpu::model {
namespace {

constexpr std::int64_t kUsualPositions = 4096;
/// Of a tensor of one dimension; see `compiler::box_of`.
constexpr std::int64_t kMostElements = std::int64_t{1} << 33;
constexpr std::uint64_t kKernelFuel = std::uint64_t{1} << 62;

/// Where element k of a head goes: each half begins at a whole vector.
std::int64_t place_in_head(std::int64_t k, std::int64_t head_width, const KernelSizes& sizes) {
  return k < head_width / 2 ? k : sizes.half + k - head_width / 2;
}

}  // namespace

struct Transformer::State {
  /// A kernel as words and as what executes them.
  struct LayerKernel {
    std::unique_ptr<isa::ValidProgram> program;
    std::unique_ptr<exec::Engine> engine;
  };

  ModelConfig config;
  KernelSizes sizes;
  exec::Machine machine;
  exec::Context* sentron = nullptr;
  std::map<std::string, std::span<std::byte>> tensors;
  std::array<LayerKernel, kKernels> kernels;
  std::int64_t length = 0;
  std::size_t held = 0;  ///< tokens of the last block
  std::size_t first_logits = 0;
  Work work;

  State(const ModelConfig& model, const KernelSizes& kernel_sizes, std::uint64_t memory)
      : config(model), sizes(kernel_sizes), machine(memory::PageTable({.bytes = memory, .regions = 4096})) {}

  template <class T>
  std::span<T> elements(const std::string& name) const {
    const std::span<std::byte> bytes = tensors.at(name);
    return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
  }

  Result<void> compile() {
    for (std::size_t k = 0; k < kKernels; ++k) {
      const auto kernel = static_cast<KernelName>(k);
      const std::string name = name_of(kernel);
      auto made = compiler::compile(
          name, kernel_text(kernel, sizes),
          {.level = 3, .parameters = {}, .machine = compiler::MachineModel::reference(), .pipeline = true});
      if (!made) return made.error();
      if (k == 0)
        if (const auto mapped = map(made->tensors); !mapped) return mapped.error();
      auto valid = isa::ValidProgram::make(std::move(made->program));
      if (!valid) return valid.error();
      kernels[k].program = std::make_unique<isa::ValidProgram>(*std::move(valid));
      if (!exec::jit::host_form()) {
        kernels[k].engine = std::make_unique<exec::Interpreter>(*kernels[k].program);
        continue;
      }
      auto native = exec::jit::NativeEngine::compile(*kernels[k].program);
      if (!native) return native.error();
      kernels[k].engine = std::make_unique<exec::jit::NativeEngine>(*std::move(native));
    }
    return {};
  }

  Result<void> map(const std::vector<compiler::ir::Tensor>& shapes) {
    for (const compiler::ir::Tensor& tensor : shapes) {
      const compiler::Box box = compiler::box_of(tensor);
      const memory::RegionSpec spec{box.first, box.last, box.mask, box.cell_log2, memory::Layout::row_major};
      if (machine.memory().allocate(spec).fault)
        return Error{"tensor " + tensor.name, fmt::format("{} bytes cannot be mapped", tensor.bytes()),
                     "a smaller model or fewer positions"};
      // The box begins at its first cell. It belongs to the machine, which is not const.
      tensors[tensor.name] = {const_cast<std::byte*>(machine.memory().peek(spec.first).data()),
                              static_cast<std::size_t>(tensor.bytes())};
    }
    return {};
  }

  Result<void> run(KernelName kernel) {
    const LayerKernel& code = kernels[static_cast<std::size_t>(kernel)];
    memory::TranslationCache* const cache = sentron->cache;
    *sentron = exec::Context{};
    sentron->cache = cache;
    sentron->fuel = kKernelFuel;
    code.engine->run(machine, *sentron);
    if (sentron->status != exec::Status::halted)
      return Error{"kernel " + name_of(kernel), sentron->trap.message(), "a kernel that halts"};
    work.vtpu.words += sentron->retired.words;
    work.vtpu.control += sentron->retired.control;
    for (std::size_t k = 0; k < work.vtpu.ops.size(); ++k) work.vtpu.ops[k] += sentron->retired.ops[k];
    return {};
  }

  void set_arguments(const KernelArguments& arguments) {
    const auto args = elements<std::int64_t>("args");
    args[0] = arguments.layer, args[1] = arguments.first, args[2] = arguments.from, args[3] = arguments.tokens;
  }

  /// Sines and cosines of the positions of a block.
  void set_angles(std::int64_t tokens) {
    const auto cosine = elements<float>("cosine"), sine = elements<float>("sine");
    for (std::int64_t t = 0; t < tokens; ++t)
      for (std::size_t k = 0; k < config.frequencies.size(); ++k) {
        const double angle = static_cast<double>(length + t) * config.frequencies[k];
        const std::size_t at = static_cast<std::size_t>(t * sizes.half) + k;
        cosine[at] = static_cast<float>(std::cos(angle) * config.rotation_scale);
        sine[at] = static_cast<float>(std::sin(angle) * config.rotation_scale);
        work.host += 5;  // the angle, two functions, two products
      }
  }

  // ---- weights

  /// Writes the rows of a matrix into one with `stride` columns, from `first_row` on. `row_of` and `column_of` give the
  /// places of rows and columns.
  template <class RowOf, class ColumnOf>
  void put_matrix(const std::string& name, const WeightMatrix& from, std::int64_t first_row, std::int64_t stride,
                  const RowOf& row_of, const ColumnOf& column_of) {
    if (is_quantized(sizes.weights)) return put_levels(name, from, first_row, stride, row_of, column_of);
    std::byte* const to = tensors.at(name).data();
    for (std::int64_t row = 0; row < from.rows(); ++row)
      for (std::int64_t column = 0; column < from.columns(); ++column) {
        const float value = from.at(row, column);
        const std::int64_t place = column_of(column), base = (first_row + row_of(row)) * stride;
        if (sizes.weights == WeightType::bf16) {
          // Of 32 neighbours, k is in the low half of pair k, and k + 16 in its high half.
          const std::int64_t pair = (base + place / 32 * 32) / 2 + place % 16;
          const auto high = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16);
          std::memcpy(to + 4 * pair + (place % 32 < 16 ? 0 : 2), &high, 2);
        } else {
          std::memcpy(to + 4 * (base + place), &value, 4);
        }
      }
  }

  /// Fills the matrices of quantised weights with what stands for 0, as what pads them must be: an embedding is read
  /// with its padding.
  void clear_levels() {
    const std::uint8_t zero = sizes.weights == WeightType::int4_block ? 0x88 : 0x80;
    for (const auto& [name, bytes] : tensors)
      if (tensors.contains(name + "_scale")) std::memset(bytes.data(), zero, bytes.size());
  }

  /// The same as `put_matrix` in the tiles of quantised weights, with their scales. They are cleared before.
  template <class RowOf, class ColumnOf>
  void put_levels(const std::string& name, const WeightMatrix& from, std::int64_t first_row, std::int64_t stride,
                  const RowOf& row_of, const ColumnOf& column_of) {
    const bool halves = sizes.weights == WeightType::int4_block;
    const auto to = elements<std::uint8_t>(name);
    const auto scales = elements<std::uint32_t>(name + "_scale");
    const std::int64_t blocks = stride / ColumnBlocks::kMost, block_bytes = 16 * ColumnBlocks::kMost / (halves ? 2 : 1);
    for (std::int64_t row = 0; row < from.rows(); ++row) {
      const std::int64_t target = first_row + row_of(row), tile = target / 16, lane = target % 16;
      for (std::int64_t column = 0; column < from.columns(); ++column) {
        const std::int64_t place = column_of(column), in_block = place % 32;
        // Byte j of the i32 for lane l has element 8 j + l of the block; the high half of 4 bits has element 8 j + l
        // + 4.
        const std::int64_t l = in_block % (halves ? 4 : 8), byte = in_block / 8;
        const auto at =
            static_cast<std::size_t>((tile * blocks + place / 32) * block_bytes + (l * 16 + lane) * 4 + byte);
        const std::int64_t changed = (from.level(row, column) + sizes.bias()) ^ sizes.bias();
        to[at] = static_cast<std::uint8_t>(to[at] ^ changed << (halves && in_block % 8 >= 4 ? 4 : 0));
      }
      if (sizes.weights == WeightType::int8_row) {
        scales[static_cast<std::size_t>(target)] = std::uint32_t{from.scale_bits(row, 0)} << 16;
        continue;
      }
      for (std::int64_t block = 0; block < from.blocks().count(); ++block)
        scales[static_cast<std::size_t>((tile * (blocks / 2) + block / 2) * 16 + lane)] |=
            std::uint32_t{from.scale_bits(row, block)} << (block % 2 * 16);
    }
  }

  Result<void> fill(const Checkpoint& checkpoint) {
    const auto same = [](std::int64_t k) { return k; };
    const std::int64_t head_width = config.head_width;
    const auto in_heads = [&](std::int64_t k) {
      return k / head_width * sizes.width + place_in_head(k % head_width, head_width, sizes);
    };
    const auto matrix = [&](const std::string& name, std::int64_t rows, std::int64_t columns, const std::string& to,
                            std::int64_t first_row, std::int64_t stride, const auto& row_of,
                            const auto& column_of) -> Result<void> {
      const auto found =
          WeightMatrix::find(checkpoint, name, rows, columns, block_run(config, name, columns), sizes.weights);
      if (!found) return found.error();
      put_matrix(to, *found, first_row, stride, row_of, column_of);
      return {};
    };
    const auto gain = [&](const std::string& name, std::int64_t count, const std::string& to, std::int64_t first,
                          const auto& place) -> Result<void> {
      const auto tensor = checkpoint.find(name, {count});
      if (!tensor) return tensor.error();
      if (const auto suits = check_floats(*tensor, name); !suits) return suits.error();
      const auto values = elements<float>(to);
      for (std::int64_t k = 0; k < count; ++k)
        values[static_cast<std::size_t>(first + place(k))] = float_at(*tensor, k);
      return {};
    };
    if (is_quantized(sizes.weights)) clear_levels();
    std::vector<Result<void>> done;
    const std::int64_t hidden = config.hidden, inner = config.intermediate;
    const std::int64_t q = config.heads * head_width, kv = config.kv_heads * head_width;
    done.push_back(
        matrix("model.embed_tokens.weight", config.vocabulary, hidden, "embedding", 0, sizes.hidden, same, same));
    if (!config.tied)
      done.push_back(matrix("lm_head.weight", config.vocabulary, hidden, "head", 0, sizes.hidden, same, same));
    done.push_back(gain("model.norm.weight", hidden, "final_gain", 0, same));
    for (std::int64_t layer = 0; layer < config.layers; ++layer) {
      const std::string name = fmt::format("model.layers.{}.", layer);
      const std::int64_t row = layer * sizes.projected, keys = row + sizes.heads * sizes.width;
      const std::int64_t values = keys + sizes.kv_heads * sizes.width, gates = layer * sizes.gated;
      done.push_back(gain(name + "input_layernorm.weight", hidden, "attention_gain", layer * sizes.hidden, same));
      done.push_back(gain(name + "post_attention_layernorm.weight", hidden, "mlp_gain", layer * sizes.hidden, same));
      done.push_back(gain(name + "self_attn.q_norm.weight", head_width, "query_gain", layer * sizes.width, in_heads));
      done.push_back(gain(name + "self_attn.k_norm.weight", head_width, "key_gain", layer * sizes.width, in_heads));
      done.push_back(
          matrix(name + "self_attn.q_proj.weight", q, hidden, "project_weight", row, sizes.hidden, in_heads, same));
      done.push_back(
          matrix(name + "self_attn.k_proj.weight", kv, hidden, "project_weight", keys, sizes.hidden, in_heads, same));
      done.push_back(
          matrix(name + "self_attn.v_proj.weight", kv, hidden, "project_weight", values, sizes.hidden, in_heads, same));
      done.push_back(matrix(name + "self_attn.o_proj.weight", hidden, q, "attention_out_weight", layer * sizes.hidden,
                            sizes.attended, same, in_heads));
      done.push_back(
          matrix(name + "mlp.gate_proj.weight", inner, hidden, "gate_weight", gates, sizes.hidden, same, same));
      done.push_back(matrix(name + "mlp.up_proj.weight", inner, hidden, "gate_weight", gates + sizes.inner,
                            sizes.hidden, same, same));
      done.push_back(matrix(name + "mlp.down_proj.weight", hidden, inner, "mlp_out_weight", layer * sizes.hidden,
                            sizes.inner, same, same));
      if (!done.back()) break;
    }
    for (const Result<void>& each : done)
      if (!each) return each.error();
    const auto numbers = elements<float>("numbers");
    numbers[0] = static_cast<float>(1.0 / static_cast<double>(hidden));
    numbers[1] = static_cast<float>(config.norm_epsilon);
    numbers[2] = static_cast<float>(1.0 / static_cast<double>(head_width));
    numbers[3] = static_cast<float>(1.0 / std::sqrt(static_cast<double>(head_width)));
    return {};
  }
};

Transformer::Transformer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Transformer::Transformer(Transformer&&) noexcept = default;
Transformer& Transformer::operator=(Transformer&&) noexcept = default;
Transformer::~Transformer() = default;

Result<Transformer> Transformer::load(const ModelConfig& config, const Checkpoint& checkpoint, const Options& options) {
  const std::int64_t positions = options.positions == 0 ? std::min(config.context, kUsualPositions) : options.positions;
  if (positions > config.context)
    return Error{"positions", fmt::format("found {}", positions),
                 fmt::format("at most {}, as config.json says", config.context)};
  const KernelSizes sizes(config, positions, options.block, weight_type(config, checkpoint));
  const std::pair<const char*, std::int64_t> counts[] = {
      {"the keys of all positions", sizes.layers * sizes.kv_heads * sizes.positions * sizes.width},
      {"the embedding", sizes.logits * sizes.hidden},
      {"the projections", sizes.layers * sizes.projected * sizes.hidden},
      {"the feed-forward layers", sizes.layers * sizes.gated * sizes.hidden}};
  for (const auto& [what, count] : counts)
    if (count > kMostElements)
      return Error{what, fmt::format("found {} elements", count), fmt::format("at most {}", kMostElements)};
  constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 40;
  auto state = std::make_unique<State>(config, sizes, kMostMemory);
  state->sentron = &state->machine.spawn(kKernelFuel);
  if (const auto compiled = state->compile(); !compiled) return compiled.error();
  if (const auto filled = state->fill(checkpoint); !filled) return filled.error();
  return Transformer(std::move(state));
}

Result<Transformer> Transformer::load(const std::filesystem::path& folder, const Options& options) {
  const auto config = ModelConfig::load(folder / "config.json");
  if (!config) return config.error();
  const auto checkpoint = Checkpoint::open(folder);
  if (!checkpoint) return checkpoint.error();
  return load(*config, *checkpoint, options);
}

const ModelConfig& Transformer::config() const { return state_->config; }
WeightType Transformer::weights() const { return state_->sizes.weights; }
std::int64_t Transformer::positions() const { return state_->sizes.positions; }
std::int64_t Transformer::block() const { return state_->sizes.block; }
std::int64_t Transformer::length() const { return state_->length; }
const Transformer::Work& Transformer::work() const { return state_->work; }
void Transformer::cut(std::int64_t length) {
  VTPU_CHECK(length >= 0 && length <= state_->length, "a sequence is cut to at most its length");
  state_->length = length;
}

Result<void> Transformer::append(std::span<const Token> tokens, Logits logits) {
  State& state = *state_;
  const auto count = static_cast<std::int64_t>(tokens.size());
  VTPU_CHECK(count >= 1 && count <= state.sizes.block,
             "a block has at most as many tokens as the kernels were compiled for");
  if (count > state.sizes.positions - state.length)
    return Error{"sequence", fmt::format("found {} tokens", state.length + count),
                 fmt::format("at most {}", state.sizes.positions)};
  const auto numbers = state.elements<std::int64_t>("token");
  for (std::size_t k = 0; k < tokens.size(); ++k) {
    if (!tokens[k].valid() || tokens[k].value() >= state.config.vocabulary)
      return Error{"", fmt::format("found the token {}", tokens[k].value()),
                   fmt::format("a token from 0 to {}", state.config.vocabulary - 1)};
    numbers[k] = tokens[k].value();
  }
  state.set_angles(count);
  KernelArguments arguments{.layer = 0, .first = state.length, .from = 0, .tokens = count};
  state.set_arguments(arguments);
  if (const auto done = state.run(KernelName::embed); !done) return done;
  for (; arguments.layer < state.config.layers; ++arguments.layer) {
    state.set_arguments(arguments);
    for (KernelName kernel = KernelName::attention_norm; kernel < KernelName::final_norm;
         kernel = static_cast<KernelName>(static_cast<int>(kernel) + 1))
      if (const auto done = state.run(kernel); !done) return done;
  }
  state.length += count;
  state.held = tokens.size();
  state.first_logits = logits == Logits::all ? 0 : logits == Logits::last ? tokens.size() - 1 : tokens.size();
  if (logits == Logits::none) return {};
  arguments.layer = 0;
  arguments.from = static_cast<std::int64_t>(state.first_logits);
  state.set_arguments(arguments);
  for (const KernelName kernel : {KernelName::final_norm, KernelName::output, KernelName::choose})
    if (const auto done = state.run(kernel); !done) return done;
  return {};
}

std::span<const float> Transformer::logits(std::size_t token) const {
  VTPU_CHECK(token >= state_->first_logits && token < state_->held, "logits were computed for this token");
  return state_->elements<float>("logits").subspan(token * static_cast<std::size_t>(state_->sizes.logits),
                                                   static_cast<std::size_t>(state_->config.vocabulary));
}

Token Transformer::greedy(std::size_t token) const {
  VTPU_CHECK(token >= state_->first_logits && token < state_->held, "logits were computed for this token");
  return Token(static_cast<int>(state_->elements<std::int64_t>("chosen")[token]));
}

}  // namespace vtpu::model
