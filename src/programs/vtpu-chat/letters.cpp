#include "programs/vtpu-chat/letters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <memory>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "programs/vtpu-chat/texts.h"
#include "vtpu/base/check.h"
#include "vtpu/base/random.h"
#include "vtpu/compiler/phextcc.h"
#include "vtpu/exec/machine.h"
#include "vtpu/study/programs/mapped_tensors.h"

namespace vtpu::chat {
namespace {

// Those of examples/microvtpu.py. A full stop begins and ends a word.
constexpr std::string_view kWords[] = {"bear", "crab", "crow", "deer", "dove", "duck", "fawn", "frog", "goat", "hare",
                                       "hawk", "lamb", "lark", "lion", "mole", "moth", "newt", "puma", "seal", "swan"};
constexpr std::size_t kTime = 5;
constexpr float kRate = 0.3F, kWidest = 0.5F;  // the learning rate at first; weights at first lie within ± kWidest

std::string alphabet() {
  std::set<char> letters;
  for (const std::string_view word : kWords) letters.insert(word.begin(), word.end());
  return "." + std::string(letters.begin(), letters.end());
}

/// The compiled step, its machine and its tensors.
class Model {
 public:
  static Result<Model> make(const Training& training) {
    compiler::Options options;
    auto code = compiler::compile("letters.phx", text_of("src/programs/vtpu-chat/letters.phx"), options);
    if (!code) return code.error();
    auto valid = isa::ValidProgram::make(std::move(code->program));
    if (!valid) return Error{"letters.phx", valid.error().message(), ""};
    Model made;
    made.program_ = std::make_unique<isa::ValidProgram>(*std::move(valid));
    auto chosen = command::choose_engine(training.engine, {}, *made.program_);
    if (!chosen) return chosen.error();
    made.engine_ = *std::move(chosen);
    command::spawn_sentrons(*made.machine_, 1, kFuel);
    auto tensors = study::programs::MappedTensors::map(*made.machine_, code->tensors);
    if (!tensors) return tensors.error();
    made.tensors_ = std::make_unique<study::programs::MappedTensors>(*std::move(tensors));
    made.draw_weights(Random(training.seed));
    return made;
  }

  template <class T>
  std::span<T> tensor(std::string_view name) const {
    for (std::size_t k = 0; k < tensors_->shapes().size(); ++k)
      if (tensors_->shapes()[k].name == name)
        return {reinterpret_cast<T*>(tensors_->bytes()[k].data()), tensors_->bytes()[k].size() / sizeof(T)};
    VTPU_CHECK(false, "the kernel has the tensor");
    return {};
  }

  /// Runs a step. Error: a trap.
  Result<void> step(float rate) {
    tensor<float>("rate")[0] = rate;
    exec::Context& sentron = *machine_->sentrons().front();
    sentron.status = exec::Status::ready;
    sentron.pc = 0;
    machine_->exchange().enter(sentron.id);
    if (engine_.engine->run(*machine_, sentron) != exec::Status::halted)
      return Error{"letters.phx", sentron.trap.message(), ""};
    return {};
  }
  std::uint64_t ops() const { return machine_->sentrons().front()->retired.total(); }
  const std::string& engine() const { return engine_.name; }

 private:
  static constexpr std::uint64_t kFuel = std::uint64_t{1} << 62;

  void draw_weights(Random random) {
    for (const char* const name : {"letter", "position", "query", "key", "value", "mix", "up", "down", "score"})
      for (float& weight : tensor<float>(name)) weight = kWidest * static_cast<float>(2 * random.unit() - 1);
  }

  std::unique_ptr<isa::ValidProgram> program_;
  command::Chosen engine_;
  std::unique_ptr<exec::Machine> machine_ = std::make_unique<exec::Machine>();
  std::unique_ptr<study::programs::MappedTensors> tensors_;
};

/// A letter by its chance.
std::size_t draw(std::span<const float> chances, Random& random) {
  double left = random.unit();
  for (std::size_t i = 0; i + 1 < chances.size(); ++i)
    if ((left -= static_cast<double>(chances[i])) < 0) return i;
  return chances.size() - 1;
}

}  // namespace

Result<std::string> talk(const Training& training) {
  const std::string letters = alphabet();
  auto made = Model::make(training);
  if (!made) return made.error();
  Model& model = *made;
  const std::span<std::int64_t> input = model.tensor<std::int64_t>("input"),
                                target = model.tensor<std::int64_t>("target");
  const std::span<const float> chances = model.tensor<float>("chance");
  VTPU_CHECK(input.size() == kTime && chances.size() == kTime * letters.size(), "the kernel has our sizes");
  const auto chances_at = [&](std::size_t place) { return chances.subspan(place * letters.size(), letters.size()); };

  Random random = Random(training.seed).fork(1);
  const auto start = std::chrono::steady_clock::now();
  std::vector<double> losses;
  for (unsigned step = 0; step < training.steps; ++step) {
    const std::string word = fmt::format(".{}.", kWords[random.below(std::size(kWords))]);
    for (std::size_t t = 0; t < kTime; ++t) {
      input[t] = static_cast<std::int64_t>(letters.find(word[t]));
      target[t] = static_cast<std::int64_t>(letters.find(word[t + 1]));
    }
    const auto done = model.step(kRate * (1 - static_cast<float>(step) / static_cast<float>(training.steps)));
    if (!done) return done.error();
    double loss = 0;
    for (std::size_t t = 0; t < kTime; ++t)
      loss -= std::log(static_cast<double>(chances_at(t)[static_cast<std::size_t>(target[t])])) / kTime;
    losses.push_back(loss);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::uint64_t ops = model.ops();

  std::vector<std::string> written;
  for (int count = 0; count < 8; ++count) {
    std::string word = ".";
    while (word.size() <= kTime && (word.size() == 1 || word.back() != '.')) {
      for (std::size_t t = 0; t < kTime; ++t)
        input[t] = t < word.size() ? static_cast<std::int64_t>(letters.find(word[t])) : 0;
      if (const auto done = model.step(0); !done) return done.error();
      word += letters[draw(chances_at(word.size() - 1), random)];
    }
    word.erase(0, 1);
    if (word.ends_with('.')) word.pop_back();
    written.push_back(std::move(word));
  }
  const auto mean = [](std::span<const double> part) {
    double sum = 0;
    for (const double one : part) sum += one;
    return sum / static_cast<double>(part.size());
  };
  const std::size_t tenth = losses.size() / 10 + 1;
  return fmt::format(
      "{}\n"
      "  These words are drawn from a transformer of one layer that knows nothing but letters: it has just been\n"
      "  trained on {} words of four letters. It understands no question.\n"
      "  training: {} steps from seed {}, {} vTPU ops; loss {:.2f} at first, {:.2f} at last, {:.2f} by guessing\n"
      "  {}; {:.2f} s by the wall clock, without a check for disturbance\n",
      fmt::join(written, " "), std::size(kWords), training.steps, training.seed, ops,
      mean(std::span(losses).first(tenth)), mean(std::span(losses).last(tenth)),
      std::log(static_cast<double>(letters.size())), model.engine(), seconds);
}

}  // namespace vtpu::chat
