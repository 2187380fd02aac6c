#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/base/random.h"
#include "vtpu/model/safetensors.h"
#include "vtpu/model/token.h"

namespace vtpu::model {

/// A Qwen3 model with random weights, computed in doubles by plain loops over the whole sequence, without a cache.
class ReferenceModel {
 public:
  struct Shape {
    int hidden = 0, layers = 0, heads = 0, kv_heads = 0, head_width = 0, inner = 0, vocabulary = 0;
    bool tied = false, bf16 = false;
    nlohmann::json rope;  ///< of config.json; null: no scaling
  };

  ReferenceModel(const Shape& shape, std::uint64_t seed) : shape_(shape), random_(seed) {
    const int q = shape.heads * shape.head_width, kv = shape.kv_heads * shape.head_width;
    add("model.embed_tokens.weight", {shape.vocabulary, shape.hidden}, 1);
    if (!shape.tied) add("lm_head.weight", {shape.vocabulary, shape.hidden}, 0.2);
    add("model.norm.weight", {shape.hidden}, 0.3, 1);
    for (int k = 0; k < shape.layers; ++k) {
      const std::string layer = "model.layers." + std::to_string(k) + ".";
      add(layer + "input_layernorm.weight", {shape.hidden}, 0.3, 1);
      add(layer + "post_attention_layernorm.weight", {shape.hidden}, 0.3, 1);
      add(layer + "self_attn.q_norm.weight", {shape.head_width}, 0.3, 1);
      add(layer + "self_attn.k_norm.weight", {shape.head_width}, 0.3, 1);
      add(layer + "self_attn.q_proj.weight", {q, shape.hidden}, 0.2);
      add(layer + "self_attn.k_proj.weight", {kv, shape.hidden}, 0.2);
      add(layer + "self_attn.v_proj.weight", {kv, shape.hidden}, 0.2);
      add(layer + "self_attn.o_proj.weight", {shape.hidden, q}, 0.2);
      add(layer + "mlp.gate_proj.weight", {shape.inner, shape.hidden}, 0.2);
      add(layer + "mlp.up_proj.weight", {shape.inner, shape.hidden}, 0.2);
      add(layer + "mlp.down_proj.weight", {shape.hidden, shape.inner}, 0.2);
    }
  }

  /// Writes config.json and the weights in two files with an index.
  void write(const std::filesystem::path& folder) const {
    std::filesystem::remove_all(folder);
    const nlohmann::json config = {{"architectures", {"Qwen3ForCausalLM"}},
                                   {"model_type", "qwen3"},
                                   {"hidden_size", shape_.hidden},
                                   {"num_hidden_layers", shape_.layers},
                                   {"num_attention_heads", shape_.heads},
                                   {"num_key_value_heads", shape_.kv_heads},
                                   {"head_dim", shape_.head_width},
                                   {"intermediate_size", shape_.inner},
                                   {"vocab_size", shape_.vocabulary},
                                   {"rms_norm_eps", 1e-6},
                                   {"rope_theta", 1e6},
                                   {"rope_scaling", shape_.rope},
                                   {"tie_word_embeddings", shape_.tied},
                                   {"max_position_embeddings", 65536}};
    static_cast<void>(write_file(folder / "config.json", json_text(config)).ok());
    Tensors files[2];
    nlohmann::json index;
    std::vector<std::vector<std::uint16_t>> narrow;
    std::vector<std::vector<float>> wide;
    narrow.reserve(weights_.size()), wide.reserve(weights_.size());
    int file = 0;
    for (const auto& [name, weight] : weights_) {
      wide.emplace_back(weight.values.begin(), weight.values.end());
      TensorView view{ElementType::f32, weight.shape, std::as_bytes(std::span(wide.back()))};
      if (shape_.bf16) {
        auto& half = narrow.emplace_back();
        for (const float value : wide.back())
          half.push_back(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16));
        view = {ElementType::bf16, weight.shape, std::as_bytes(std::span(half))};
      }
      file ^= 1;
      files[file].emplace(name, view);
      index["weight_map"][name] = "part-" + std::to_string(file) + ".safetensors";
    }
    for (int k = 0; k < 2; ++k)
      static_cast<void>(write_safetensors(folder / ("part-" + std::to_string(k) + ".safetensors"), files[k]).ok());
    static_cast<void>(write_file(folder / "model.safetensors.index.json", json_text(index)).ok());
  }

  /// Replaces a matrix, element by element, by value(row, column).
  template <class Value>
  void set(const std::string& name, const Value& value) {
    Weight& weight = weights_.at(name);
    const std::int64_t columns = weight.shape.back();
    for (std::size_t k = 0; k < weight.values.size(); ++k) {
      const auto at = static_cast<std::int64_t>(k);
      weight.values[k] = value(at / columns, at % columns);
    }
  }

  std::vector<std::vector<double>> logits(const std::vector<Token>& tokens) const {
    const std::size_t count = tokens.size();
    Rows x(count);
    for (std::size_t t = 0; t < count; ++t)
      for (int k = 0; k < shape_.hidden; ++k) x[t].push_back(at("model.embed_tokens.weight", tokens[t].value(), k));
    for (int layer = 0; layer < shape_.layers; ++layer) {
      const std::string name = "model.layers." + std::to_string(layer) + ".";
      Rows n(count), q(count), k(count), v(count);
      for (std::size_t t = 0; t < count; ++t) {
        n[t] = normed(x[t], name + "input_layernorm.weight");
        q[t] = rotated(product(name + "self_attn.q_proj.weight", n[t]), name + "self_attn.q_norm.weight", t);
        k[t] = rotated(product(name + "self_attn.k_proj.weight", n[t]), name + "self_attn.k_norm.weight", t);
        v[t] = product(name + "self_attn.v_proj.weight", n[t]);
      }
      for (std::size_t t = 0; t < count; ++t) {
        add_to(x[t], product(name + "self_attn.o_proj.weight", attended(q[t], k, v, t)));
        const auto m = normed(x[t], name + "post_attention_layernorm.weight");
        auto gate = product(name + "mlp.gate_proj.weight", m);
        const auto up = product(name + "mlp.up_proj.weight", m);
        for (std::size_t j = 0; j < gate.size(); ++j) gate[j] *= up[j] / (1 + std::exp(-gate[j]));
        add_to(x[t], product(name + "mlp.down_proj.weight", gate));
      }
    }
    Rows all;
    for (const auto& row : x)
      all.push_back(
          product(shape_.tied ? "model.embed_tokens.weight" : "lm_head.weight", normed(row, "model.norm.weight")));
    return all;
  }

  /// The mean cross entropy of what follows each token.
  double loss(const std::vector<Token>& tokens, const std::vector<Token>& targets) const {
    const auto rows = logits(tokens);
    double sum = 0;
    for (std::size_t t = 0; t < rows.size(); ++t) {
      double all = 0;
      for (const double value : rows[t]) all += std::exp(value);
      sum += std::log(all) - rows[t][static_cast<std::size_t>(targets[t].value())];
    }
    return sum / static_cast<double>(rows.size());
  }
  /// The elements of a tensor, in row-major order.
  std::vector<double>& values(const std::string& name) { return weights_.at(name).values; }

 private:
  using Row = std::vector<double>;
  using Rows = std::vector<Row>;
  struct Weight {
    std::vector<std::int64_t> shape;
    std::vector<double> values;  ///< as made, of type f32
  };

  void add(const std::string& name, const std::vector<std::int64_t>& shape, double spread, double mean = 0) {
    Weight& weight = weights_[name];
    weight.shape = shape;
    std::int64_t count = 1;
    for (const std::int64_t side : shape) count *= side;
    std::vector<float> made;
    for (std::int64_t k = 0; k < count; ++k) {
      auto value = static_cast<float>(mean + spread * (2 * random_.unit() - 1));
      if (shape_.bf16) value = std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) & 0xFFFF0000);
      made.push_back(value);
    }
    weight.values.assign(made.begin(), made.end());
  }
  double at(const std::string& name, std::int64_t row, std::int64_t column) const {
    const Weight& weight = weights_.at(name);
    return weight.values[static_cast<std::size_t>(row * weight.shape.back() + column)];
  }
  static void add_to(Row& x, const Row& more) {
    for (std::size_t k = 0; k < x.size(); ++k) x[k] += more[k];
  }
  Row product(const std::string& name, const Row& x) const {
    const Weight& weight = weights_.at(name);
    Row y(static_cast<std::size_t>(weight.shape[0]));
    for (std::size_t i = 0; i < y.size(); ++i)
      for (std::size_t j = 0; j < x.size(); ++j) y[i] += weight.values[i * x.size() + j] * x[j];
    return y;
  }
  Row normed(const Row& x, const std::string& name) const {
    double squares = 0;
    for (const double value : x) squares += value * value;
    Row y = x;
    for (std::size_t k = 0; k < x.size(); ++k)
      y[k] *= weights_.at(name).values[k] / std::sqrt(squares / static_cast<double>(x.size()) + 1e-6);
    return y;
  }
  Row rotated(const Row& x, const std::string& gain, std::size_t position) const {
    const auto width = static_cast<std::size_t>(shape_.head_width), half = width / 2;
    Row y;
    for (std::size_t head = 0; head < x.size(); head += width) {
      const auto from = x.begin() + static_cast<std::ptrdiff_t>(head);
      const Row n = normed(Row(from, from + shape_.head_width), gain);
      for (std::size_t k = 0; k < width; ++k) {
        const double angle = static_cast<double>(position) *
                             std::pow(1e6, -2.0 * static_cast<double>(k % half) / static_cast<double>(width));
        y.push_back(n[k] * std::cos(angle) + (k < half ? -n[k + half] : n[k - half]) * std::sin(angle));
      }
    }
    return y;
  }
  Row attended(const Row& q, const Rows& k, const Rows& v, std::size_t position) const {
    const auto width = static_cast<std::size_t>(shape_.head_width);
    const auto group = static_cast<std::size_t>(shape_.heads / shape_.kv_heads);
    Row y(q.size());
    for (std::size_t head = 0; head < static_cast<std::size_t>(shape_.heads); ++head) {
      const std::size_t shared = head / group * width;
      Row share(position + 1);
      double top = -HUGE_VAL, sum = 0;
      for (std::size_t s = 0; s <= position; ++s) {
        for (std::size_t j = 0; j < width; ++j) share[s] += q[head * width + j] * k[s][shared + j];
        share[s] /= std::sqrt(static_cast<double>(width));
        top = std::max(top, share[s]);
      }
      for (double& each : share) sum += each = std::exp(each - top);
      for (std::size_t s = 0; s <= position; ++s)
        for (std::size_t j = 0; j < width; ++j) y[head * width + j] += share[s] / sum * v[s][shared + j];
    }
    return y;
  }

  Shape shape_;
  Random random_;
  std::map<std::string, Weight> weights_;
};

}  // namespace vtpu::model
