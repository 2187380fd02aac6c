#include "programs/vtpu-model/train.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>

#include "programs/command/command.h"
#include "vtpu/base/arguments.h"
#include "vtpu/base/file.h"

namespace vtpu::command {
namespace {

volatile std::sig_atomic_t stopped = 0;

/// A line of progress: rewritten on a terminal, else one line for each point of the curve.
void show(const std::string& text, bool last) {
  if (::isatty(STDERR_FILENO) != 0)
    std::fputs(("\r\x1b[K" + text + (last ? "\n" : "")).c_str(), stderr);
  else if (last)
    std::fputs((text + "\n").c_str(), stderr);
}

}  // namespace

void add_train_options(CLI::App& command, TrainOptions& options) {
  model::train::Settings& settings = options.settings;
  model::train::Shape& shape = settings.shape;
  model::train::Optimizer& optimizer = settings.optimizer;
  constexpr std::int64_t kMost = 1 << 20;
  command.add_option("--corpus", options.corpus, "the text to learn, any bytes")->required();
  command.add_option("--out", options.folder, "folder of the model; a run that ended early continues from it")
      ->required();
  add_number(command, "--steps", settings.steps, "updates of the parameters", std::int64_t{1}, std::int64_t{1} << 40);
  add_number(command, "--sequences", settings.sequences, "sequences of a batch", std::int64_t{1}, kMost);
  add_number(command, "--length", settings.length, "bytes of a sequence", std::int64_t{1}, kMost);
  add_number(command, "--accumulate", settings.accumulate, "batches whose gradients make one update", std::int64_t{1},
             kMost);
  add_number(command, "--layers", shape.layers, "of the model", std::int64_t{1}, std::int64_t{1024});
  add_number(command, "--hidden", shape.hidden, "size of the hidden state", std::int64_t{1}, kMost);
  add_number(command, "--heads", shape.heads, "of queries", std::int64_t{1}, std::int64_t{1024});
  add_number(command, "--kv-heads", shape.kv_heads, "of keys and values", std::int64_t{1}, std::int64_t{1024});
  add_number(command, "--head-width", shape.head_width, "elements of a head, an even number", std::int64_t{2},
             std::int64_t{1024});
  add_number(command, "--intermediate", shape.intermediate, "size of the feed-forward layers", std::int64_t{1}, kMost);
  add_choice<model::train::Method>(command, "--optimizer", optimizer.method, "sgd, momentum or adamw (default)");
  add_number(command, "--rate", optimizer.rate, "highest learning rate", 0.0, 1e6);
  add_number(command, "--last-rate", optimizer.last_rate, "learning rate at the end, as a share of the highest", 0.0,
             1.0);
  add_number(command, "--warm-up", optimizer.warm_up, "steps in which the learning rate grows", std::int64_t{0},
             std::int64_t{1} << 40);
  add_number(command, "--beta1", optimizer.beta1, "of AdamW, or the momentum", 0.0, 0.999999);
  add_number(command, "--beta2", optimizer.beta2, "of AdamW", 0.0, 0.999999);
  add_number(command, "--decay", optimizer.decay, "of the matrices, times the learning rate", 0.0, 1e6);
  add_number(command, "--clip", optimizer.most_norm, "greatest norm of the gradient; 0: it is not clipped", 0.0, 1e30);
  command.add_flag("--bf16", options.bf16, "products read weights in bf16; updates change f32");
  add_number(command, "--held-out", settings.held_out, "share of the text, at its end, that is not learnt", 0.0001,
             0.9);
  add_number(command, "--evaluate-every", settings.evaluate_every, "steps between points of the loss curve",
             std::int64_t{1}, std::int64_t{1} << 40);
  add_number(command, "--save-every", options.save_every, "steps between checkpoints", std::int64_t{1},
             std::int64_t{1} << 40);
  add_number(command, "--seed", settings.seed, "of the first parameters and the places in the text");
}

Result<int> run_train(const TrainOptions& options) {
  model::train::Settings settings = options.settings;
  if (options.bf16) settings.weights = model::train::WeightType::bf16;
  const auto corpus = read_file(options.corpus);
  if (!corpus) return corpus.error();
  auto run = model::train::TrainingRun::open(settings, *corpus, options.folder);
  if (!run) return run.error();
  // So that a folder that cannot be written is found before the first step.
  if (const auto saved = run->save(); !saved) return saved.error();
  std::signal(SIGINT, [](int) { stopped = 1; });
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  const std::int64_t first = run->step();
  show(fmt::format("{} parameters, {} bytes a step, step {} of {}", run->trained_parameters(), run->bytes_per_step(),
                   first, settings.steps),
       true);
  std::size_t points = run->curve().size();
  while (run->step() < settings.steps && stopped == 0) {
    const auto loss = run->advance();
    if (!loss) return loss.error();
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    const auto done = static_cast<double>(run->step() - first);
    const bool point = run->curve().size() > points;
    points = run->curve().size();
    show(fmt::format("step {} of {}, loss {:.4f}{}, {:.0f} tokens/s, {:.0f} s left", run->step(), settings.steps,
                     point ? run->curve().back().loss : *loss,
                     point ? fmt::format(", held out {:.4f}", run->curve().back().held_out) : std::string(),
                     done * static_cast<double>(run->bytes_per_step()) / seconds,
                     seconds / done * static_cast<double>(settings.steps - run->step())),
         point);
    if (run->step() % options.save_every == 0)
      if (const auto saved = run->save(); !saved) return saved.error();
  }
  if (const auto saved = run->save(); !saved) return saved.error();
  return stopped == 0 ? kDone : kInterrupted;
}

}  // namespace vtpu::command
