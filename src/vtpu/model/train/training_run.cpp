#include "vtpu/model/train/training_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <numbers>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/base/random.h"
#include "vtpu/model/mapped_file.h"
#include "vtpu/model/safetensors.h"

namespace vtpu::model::train {
namespace {

using nlohmann::ordered_json;

constexpr const char* kState = "training.safetensors";
constexpr std::int64_t kBytes = 256;
constexpr std::int64_t kCurveColumns = 3;
/// Sequences of the held-out text on which a point of the curve is the mean.
constexpr std::int64_t kWindows = 64;

/// A number from the normal distribution of mean 0 and deviation 1, by the method of Box and Muller.
double normal(Random& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
  return radius * std::cos(2 * std::numbers::pi * random.unit());
}

std::span<const std::byte> bytes_of_text(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace

std::string Shape::config_text(std::int64_t positions) const {
  return json_text(ordered_json{{"architectures", {"Qwen3ForCausalLM"}},
                                {"model_type", "qwen3"},
                                {"hidden_size", hidden},
                                {"num_hidden_layers", layers},
                                {"num_attention_heads", heads},
                                {"num_key_value_heads", kv_heads},
                                {"head_dim", head_width},
                                {"intermediate_size", intermediate},
                                {"vocab_size", kBytes},
                                {"max_position_embeddings", positions},
                                {"rms_norm_eps", 1e-6},
                                {"rope_theta", 10000.0},
                                {"rope_scaling", nullptr},
                                {"hidden_act", "silu"},
                                {"attention_bias", false},
                                {"tie_word_embeddings", true}},
                   2) +
         "\n";
}

Result<ModelConfig> Shape::config(std::int64_t positions) const {
  return ModelConfig::parse(config_text(positions), "the model's sizes");
}

std::string Settings::text() const {
  return json_text(ordered_json{{"layers", shape.layers},
                                {"hidden", shape.hidden},
                                {"heads", shape.heads},
                                {"key_value_heads", shape.kv_heads},
                                {"head_width", shape.head_width},
                                {"intermediate", shape.intermediate},
                                {"method", choice_name(optimizer.method)},
                                {"rate", optimizer.rate},
                                {"last_rate", optimizer.last_rate},
                                {"warm_up", optimizer.warm_up},
                                {"beta1", optimizer.beta1},
                                {"beta2", optimizer.beta2},
                                {"stability", optimizer.stability},
                                {"decay", optimizer.decay},
                                {"most_norm", optimizer.most_norm},
                                {"weights", weights == WeightType::bf16 ? "bf16" : "f32"},
                                {"steps", steps},
                                {"sequences", sequences},
                                {"length", length},
                                {"accumulate", accumulate},
                                {"seed", seed},
                                {"held_out", held_out},
                                {"evaluate_every", evaluate_every}});
}

/// A printable byte stands for itself, the others for the characters from 256 on, in order.
std::string byte_tokenizer() {
  ordered_json vocabulary;
  int further = 256;
  for (int byte = 0; byte < kBytes; ++byte) {
    const bool printable = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
    const int c = printable ? byte : further++;
    const std::string text = c < 0x80
                                 ? std::string(1, static_cast<char>(c))
                                 : std::string{static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 63))};
    vocabulary[text] = byte;
  }
  return json_text(
             ordered_json{{"version", "1.0"},
                          {"added_tokens", ordered_json::array()},
                          {"normalizer", nullptr},
                          {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}}},
                          {"post_processor", nullptr},
                          {"decoder", {{"type", "ByteLevel"}}},
                          {"model", {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", ordered_json::array()}}}}) +
         "\n";
}

TrainingRun::TrainingRun(const Settings& settings, std::string_view corpus, std::filesystem::path folder,
                         Replica replica)
    : settings_(settings),
      corpus_(corpus),
      digest_(sha256(corpus)),
      trained_on_(static_cast<std::int64_t>((1 - settings.held_out) * static_cast<double>(corpus.size()))),
      folder_(std::move(folder)),
      replica_(std::move(replica)) {}

Result<TrainingRun> TrainingRun::open(const Settings& settings, std::string_view corpus,
                                      const std::filesystem::path& folder) {
  const auto config = settings.shape.config(settings.length);
  if (!config) return config.error();
  auto replica =
      Replica::make(*config, {.sequences = settings.sequences, .length = settings.length, .weights = settings.weights});
  if (!replica) return replica.error();
  TrainingRun run(settings, corpus, folder, *std::move(replica));
  const auto bytes = static_cast<std::int64_t>(corpus.size());
  for (const auto& [part, size] :
       {std::pair{"the text to train on", run.trained_on_}, std::pair{"the held-out text", bytes - run.trained_on_}})
    if (size < settings.length + 1)
      return Error{part, fmt::format("found {} bytes", size),
                   fmt::format("at least {}, one sequence and what follows it", settings.length + 1)};
  const std::filesystem::path state = folder / kState;
  const auto ready = std::filesystem::exists(state) ? run.resume(state) : run.begin();
  if (!ready) return ready.error();
  return run;
}

std::int64_t TrainingRun::trained_parameters() const {
  std::int64_t sum = 0;
  for (const Parameter& each : replica_.parameters().list()) sum += each.elements();
  return sum;
}

/// Gains are 1. Matrices are drawn from normal distributions of deviation 0.02; those that write to the residual stream
/// have less, by the root of their number (Radford et al., "Language models are unsupervised multitask learners",
/// 2019).
Result<void> TrainingRun::begin() {
  const Random random(settings_.seed);
  std::uint64_t stream = 0;
  const auto master = replica_.values(Replica::Vector::master);
  for (const Parameter& each : replica_.parameters().list()) {
    Random own = random.fork(stream++);
    const bool residual = each.name.ends_with("o_proj.weight") || each.name.ends_with("down_proj.weight");
    const double deviation = residual ? 0.02 / std::sqrt(2 * static_cast<double>(settings_.shape.layers)) : 0.02;
    for (std::int64_t k = 0; k < each.elements(); ++k)
      master[static_cast<std::size_t>(replica_.parameters().place(each, k))] =
          each.shape.size() == 1 ? 1.0F : static_cast<float>(deviation * normal(own));
  }
  return replica_.weights_changed();
}

Batch TrainingRun::batch_at(std::span<const std::int64_t> places) const {
  Batch batch;
  for (const std::int64_t place : places)
    for (std::int64_t k = 0; k < settings_.length; ++k) {
      const auto byte = [&](std::int64_t at) {
        return Token(static_cast<unsigned char>(corpus_[static_cast<std::size_t>(at)]));
      };
      batch.tokens.push_back(byte(place + k));
      batch.targets.push_back(byte(place + k + 1));
    }
  return batch;
}

Result<double> TrainingRun::advance() {
  VTPU_CHECK(step_ < settings_.steps, "a run has its number of steps");
  // The places depend on the step only, so that a resumed run needs no state of a generator.
  Random random = Random(settings_.seed).fork(mix64(static_cast<std::uint64_t>(step_) + 1));
  replica_.clear_sum();
  double sum = 0;
  const double share = 1 / static_cast<double>(settings_.accumulate);
  for (std::int64_t part = 0; part < settings_.accumulate; ++part) {
    std::vector<std::int64_t> places;
    for (std::int64_t k = 0; k < settings_.sequences; ++k)
      places.push_back(
          static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(trained_on_ - settings_.length))));
    const auto loss = replica_.differentiate(batch_at(places), share);
    if (!loss) return loss.error();
    if (const auto added = replica_.add(); !added) return added.error();
    sum += *loss * share;
  }
  ++step_;
  const auto norm = replica_.update(settings_.optimizer, settings_.optimizer.rate_at(step_, settings_.steps), step_);
  if (!norm) return norm.error();
  if (!std::isfinite(sum) || !std::isfinite(*norm))
    return Error{fmt::format("step {}", step_), "found a loss or a gradient that is not finite",
                 "a lower --rate, or a longer --warm-up"};
  sum_since_ += sum;
  ++steps_since_;
  if (step_ % settings_.evaluate_every == 0 || step_ == settings_.steps) {
    const auto held_out = held_out_loss(kWindows);
    if (!held_out) return held_out.error();
    curve_.push_back({step_, sum_since_ / static_cast<double>(steps_since_), *held_out});
    sum_since_ = 0;
    steps_since_ = 0;
  }
  return sum;
}

Result<double> TrainingRun::held_out_loss(std::int64_t windows) {
  const std::int64_t room = static_cast<std::int64_t>(corpus_.size()) - trained_on_ - settings_.length;
  const std::int64_t batches =
      std::max<std::int64_t>(1, std::min(windows, room / settings_.length) / settings_.sequences);
  double sum = 0;
  for (std::int64_t b = 0; b < batches; ++b) {
    std::vector<std::int64_t> places;
    for (std::int64_t k = 0; k < settings_.sequences; ++k)
      places.push_back(trained_on_ + (b * settings_.sequences + k) * (room - 1) / (batches * settings_.sequences));
    const auto loss = replica_.loss(batch_at(places));
    if (!loss) return loss.error();
    sum += *loss;
  }
  return sum / static_cast<double>(batches);
}

Result<void> TrainingRun::save() const {
  const std::int64_t total = replica_.parameters().total;
  Tensors state;
  const auto vector = [&](const char* name, Replica::Vector which) {
    state[name] = {ElementType::f32, {total}, std::as_bytes(replica_.values(which))};
  };
  vector("parameters", Replica::Vector::master);
  vector("first_moment", Replica::Vector::first_moment);
  vector("second_moment", Replica::Vector::second_moment);
  const std::vector<std::int64_t> counts = {step_, steps_since_};
  state["counts"] = {ElementType::i64, {2}, std::as_bytes(std::span(counts))};
  std::vector<double> numbers = {sum_since_};
  for (const Point& point : curve_)
    numbers.insert(numbers.end(), {static_cast<double>(point.step), point.loss, point.held_out});
  state["curve"] = {ElementType::f64, {static_cast<std::int64_t>(numbers.size())}, std::as_bytes(std::span(numbers))};
  const std::string settings = settings_.text();
  state["settings"] = {ElementType::u8, {static_cast<std::int64_t>(settings.size())}, bytes_of_text(settings)};
  state["text"] = {ElementType::u8, {static_cast<std::int64_t>(digest_.size())}, bytes_of_text(digest_)};
  if (auto done = write_safetensors(folder_ / kState, state); !done) return done;

  Tensors model;
  std::vector<std::vector<float>> kept;
  kept.reserve(replica_.parameters().list().size());
  const auto master = replica_.values(Replica::Vector::master);
  for (const Parameter& each : replica_.parameters().list()) {
    auto& values = kept.emplace_back();
    for (std::int64_t k = 0; k < each.elements(); ++k)
      values.push_back(master[static_cast<std::size_t>(replica_.parameters().place(each, k))]);
    model[each.name] = {ElementType::f32, each.shape, std::as_bytes(std::span(values))};
  }
  std::string csv = "step,loss,held_out_loss\n";
  for (const Point& point : curve_) csv += fmt::format("{},{:.6f},{:.6f}\n", point.step, point.loss, point.held_out);
  if (auto done = write_safetensors(folder_ / "model.safetensors", model); !done) return done;
  const std::pair<const char*, std::string> files[] = {{"config.json", settings_.shape.config_text(settings_.length)},
                                                       {"tokenizer.json", byte_tokenizer()},
                                                       {"loss.csv", csv}};
  for (const auto& [name, text] : files)
    if (auto done = write_file_if_changed(folder_ / name, text); !done) return done;
  return {};
}

Result<void> TrainingRun::resume(const std::filesystem::path& file) {
  const auto mapped = MappedFile::open(file);
  if (!mapped) return mapped.error();
  const auto tensors = parse_safetensors(mapped->bytes(), file.string());
  if (!tensors) return tensors.error();
  const auto bytes_of = [&](const char* name, ElementType type,
                            std::size_t least) -> Result<std::span<const std::byte>> {
    const auto found = tensors->find(name);
    if (found == tensors->end()) return Error{file.string(), fmt::format("lacks the tensor \"{}\"", name), ""};
    if (found->second.type != type || found->second.bytes.size() < least)
      return Error{fmt::format("{}, tensor \"{}\"", file.string(), name), "found another type or size", ""};
    return found->second.bytes;
  };
  for (const auto& [name, mine, what] :
       {std::tuple{"settings", settings_.text(), "settings"}, std::tuple{"text", digest_, "a text"}}) {
    const auto bytes = bytes_of(name, ElementType::u8, 0);
    if (!bytes) return bytes.error();
    const std::string theirs(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    if (theirs != mine)
      return Error{file.string(), fmt::format("found {} {}", what, theirs),
                   fmt::format("those of this run, {}, or another folder", mine)};
  }
  const std::pair<const char*, Replica::Vector> vectors[] = {{"parameters", Replica::Vector::master},
                                                             {"first_moment", Replica::Vector::first_moment},
                                                             {"second_moment", Replica::Vector::second_moment}};
  for (const auto& [name, which] : vectors) {
    const auto to = std::as_writable_bytes(replica_.values(which));
    const auto bytes = bytes_of(name, ElementType::f32, to.size());
    if (!bytes) return bytes.error();
    std::memcpy(to.data(), bytes->data(), to.size());
  }
  const auto counts = bytes_of("counts", ElementType::i64, 2 * sizeof(std::int64_t));
  if (!counts) return counts.error();
  const auto curve = bytes_of("curve", ElementType::f64, sizeof(double));
  if (!curve) return curve.error();
  std::int64_t count[2];
  std::memcpy(count, counts->data(), sizeof count);
  if (count[0] < 0 || count[0] > settings_.steps || count[1] < 0 || count[1] > count[0])
    return Error{file.string() + ", tensor \"counts\"", fmt::format("found {} steps", count[0]),
                 fmt::format("0 to {}", settings_.steps)};
  step_ = count[0], steps_since_ = count[1];
  std::vector<double> numbers(curve->size() / sizeof(double));
  std::memcpy(numbers.data(), curve->data(), numbers.size() * sizeof(double));
  sum_since_ = numbers[0];
  for (std::size_t k = 1; k + kCurveColumns <= numbers.size(); k += kCurveColumns) {
    const double at = numbers[k];
    if (!(at >= 0 && at <= static_cast<double>(step_)))
      return Error{file.string() + ", tensor \"curve\"", fmt::format("found the step {}", at),
                   fmt::format("0 to {}", step_)};
    curve_.push_back({static_cast<std::int64_t>(at), numbers[k + 1], numbers[k + 2]});
  }
  return replica_.weights_changed();
}

}  // namespace vtpu::model::train
