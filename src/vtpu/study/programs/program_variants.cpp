#include "vtpu/study/programs/program_variants.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <memory>

#include "vtpu/analysis/liveness.h"
#include "vtpu/base/check.h"
#include "vtpu/study/baselines/peers.h"
#include "vtpu/study/programs/program_run.h"

namespace vtpu::study::programs {
namespace {

using kernels::Parameters;
using measure::Alternative;

constexpr std::uint64_t kSeed = 1;

compiler::Options options_of(const Variant& variant, const Parameters& parameters) {
  return {.level = variant.level,
          .parameters = parameters,
          .machine = variant.machine ? *variant.machine : compiler::MachineModel::reference(),
          .pipeline = variant.pipeline,
          .allocate = false};
}

bool is_words(const Variant& variant) { return variant.by != Variant::By::function; }

Result<ProgramRun> make_run(const kernels::CompiledProgram& program, const Variant& variant,
                            const Parameters& parameters) {
  if (variant.by == Variant::By::hand) return ProgramRun::by_hand(program, parameters, engines::Runnable::By::native);
  return ProgramRun::compiled(program, parameters, options_of(variant, parameters), engines::Runnable::By::native);
}

/// Calls a function `repeat` times on tensors that the caller keeps alive.
std::function<void()> calls(const kernels::CompiledProgram& program, const Parameters& parameters,
                            kernels::ReferenceFunction function, std::span<const std::span<std::byte>> tensors,
                            std::int64_t repeat) {
  std::vector<void*> pointers;
  for (const auto& tensor : tensors) pointers.push_back(tensor.data());
  return [values = kernels::ordered(program, parameters), pointers, function, repeat] {
    for (std::int64_t r = 0; r < repeat; ++r) function(values.data(), pointers.data());
  };
}

/// The shorter time of two runs, since another program may interrupt one; a long run is not repeated.
double seconds_of(const std::function<void()>& work) {
  double least = HUGE_VAL;
  for (int run = 0; run < 2; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    if (least > 0.1) break;
  }
  return least;
}

/// The expected answer of a program after several repetitions.
struct Expected {
  const kernels::CompiledProgram& program;
  Parameters parameters;
  std::vector<compiler::ir::Tensor> shapes;
  ReferenceRun result;

  std::int64_t repeat() const { return parameters.at("repeat"); }
  Result<void> holds(const Variant& variant, std::span<const std::span<std::byte>> got) const {
    const auto same = compare(program, parameters, shapes, got, result.tensors());
    if (!same)
      return Error{fmt::format("{}, {}: {}", program.name, variant.name, same.error().where), same.error().found,
                   same.error().expected};
    return {};
  }
};

struct Checked {
  double seconds = 0;       ///< per repetition
  bool same_bytes = false;  ///< whether a function's answer has the bytes of the reference; of words, not compared
};

Result<Checked> check_words(const Expected& expected, const Variant& variant) {
  auto run = make_run(expected.program, variant, expected.parameters);
  if (!run) return run.error();
  run->fill(kSeed);
  if (auto done = run->run(); !done) return done.error();
  if (auto same = expected.holds(variant, run->tensors()); !same) return same.error();
  return Checked{seconds_of([&] { measure::keep(run->run().ok()); }) / static_cast<double>(expected.repeat()), false};
}

Result<Checked> check_function(const Expected& expected, const Variant& variant) {
  ReferenceRun run(expected.program, expected.parameters, expected.shapes);
  run.fill(kSeed);
  const auto work = calls(expected.program, expected.parameters, variant.function, run.tensors(), expected.repeat());
  work();
  if (auto same = expected.holds(variant, run.tensors()); !same) return same.error();
  const bool same_bytes = std::ranges::equal(run.tensors(), expected.result.tensors(), std::ranges::equal);
  return Checked{seconds_of(work) / static_cast<double>(expected.repeat()), same_bytes};
}

/// Chooses the number of repetitions that takes about `aim` seconds, or 100 times as long as starting the machine, and
/// counts their ops. `seconds`: of one repetition, with its share of a start; each guess is refined with a timing of
/// more repetitions.
Result<ProgramVariants::Prepared> choose_repetitions(const kernels::CompiledProgram& program, const Variant& variant,
                                                     Parameters parameters, double seconds, double aim) {
  ProgramVariants::Prepared prepared{variant, 1, 0};
  constexpr int kGuesses = 4;
  constexpr double kStarts = 100, kNoise = 20;
  double one = 0;  // of a run of one repetition
  for (int guess = 0; guess < kGuesses; ++guess) {
    prepared.repeat = guess == 0 && is_words(variant) ? 1 : std::max<std::int64_t>(1, std::llround(aim / seconds));
    if (!is_words(variant)) break;
    parameters["repeat"] = prepared.repeat;
    auto run = make_run(program, variant, parameters);
    if (!run) return run.error();
    run->fill(kSeed);
    const auto retired = run->run();
    if (!retired) return retired.error();
    prepared.ops = static_cast<double>(retired->total());
    if (guess + 1 == kGuesses) break;
    const double taken = seconds_of([&] { measure::keep(run->run().ok()); });
    if (guess == 0) {
      one = taken;
      continue;
    }
    if (prepared.repeat == 1) break;
    // Where starting takes longer than the repetitions, its spread hides them, and more are needed to time one.
    const auto repeat = static_cast<double>(prepared.repeat);
    seconds = std::max((taken - one) / (repeat - 1), taken / (kNoise * repeat));
    aim = std::max(aim, kStarts * (one - seconds));
  }
  return prepared;
}

/// The share of live ops of a run of one repetition, whose final memory counts as used.
Result<double> live_share_of(const kernels::CompiledProgram& program, const Variant& variant, Parameters parameters) {
  parameters["repeat"] = 1;
  auto run = make_run(program, variant, parameters);
  if (!run) return run.error();
  run->fill(kSeed);
  analysis::ExecutionTrace trace;
  if (auto done = run->run(trace); !done) return done.error();
  if (!trace.complete())
    return Error{fmt::format("{}, {}", program.name, variant.name), "a run too long to trace", "a shorter one"};
  const analysis::OpLiveness ops = trace.liveness(analysis::EndState::memory).total();
  return static_cast<double>(ops.live) / static_cast<double>(ops.executed);
}

}  // namespace

std::vector<Variant> all_word_variants() {
  return {{"tier0", Variant::By::compiler, 0, false, nullptr},      {"tier1", Variant::By::compiler, 1, false, nullptr},
          {"tier2", Variant::By::compiler, 2, false, nullptr},      {"tier3", Variant::By::compiler, 3, true, nullptr},
          {"tier3_list", Variant::By::compiler, 3, false, nullptr}, {"hand", Variant::By::hand, 3, true, nullptr}};
}

std::vector<Variant> tier3_only() { return {{"tier3", Variant::By::compiler, 3, true, nullptr}}; }

Parameters ProgramVariants::parameters(const Prepared& variant) const {
  Parameters parameters = size().parameters;
  parameters["repeat"] = variant.repeat;
  return parameters;
}

Result<ProgramVariants> ProgramVariants::prepare(
    const kernels::CompiledProgram& program, std::size_t size, const std::vector<Variant>& words,
    const std::vector<std::pair<std::string, baselines::References>>& references, const RunLengths& lengths) {
  ProgramVariants made;
  made.program_ = &program;
  made.size_ = size;
  std::vector<Variant> variants;
  for (const Variant& variant : words)
    if (variant.by != Variant::By::hand || program.by_hand != nullptr) variants.push_back(variant);
  for (const auto& [level, module] : references) {
    const auto reference = module.find(program.name);
    VTPU_CHECK(reference != nullptr, "a module has the reference of every program");
    variants.push_back({level, Variant::By::function, 0, false, reference});
  }
  if (const auto peer = baselines::openblas_peer(program.name))
    variants.push_back({"openblas", Variant::By::function, 0, false, peer});
  if (const auto peer = baselines::eigen_peer(program.name))
    variants.push_back({"eigen", Variant::By::function, 0, false, peer});

  // Two repetitions, so that the second is checked, too, unless the data are large.
  Parameters parameters = program.sizes[size].parameters;
  parameters["repeat"] = program.sizes[size].level == "memory" ? 1 : 2;
  const auto shapes = make_run(program, variants.front(), parameters);
  if (!shapes) return shapes.error();
  Expected expected{program, parameters, shapes->shapes(), {program, parameters, shapes->shapes()}};
  expected.result.fill(kSeed);
  for (std::int64_t r = 0; r < expected.repeat(); ++r) expected.result.run(kernels::reference_of(program.name));

  for (const Variant& variant : variants) {
    const auto checked = is_words(variant) ? check_words(expected, variant) : check_function(expected, variant);
    if (!checked) return checked.error();
    if (checked->seconds > lengths.most_seconds && variant.name != "tier3") {
      made.too_long_.push_back(variant.name);
      continue;
    }
    auto prepared = choose_repetitions(program, variant, parameters, checked->seconds, lengths.aim_seconds);
    if (!prepared) return prepared.error();
    prepared->same_bytes = checked->same_bytes;
    if (is_words(variant) && made.size().level == "L1") {
      const auto live = live_share_of(program, variant, parameters);
      if (!live) return live.error();
      prepared->live_share = *live;
    }
    made.ways_.push_back(std::move(*prepared));
  }
  return made;
}

const ProgramVariants::Prepared* ProgramVariants::find(const std::string& variant) const {
  const auto at =
      std::find_if(ways_.begin(), ways_.end(), [&](const Prepared& one) { return one.variant.name == variant; });
  return at == ways_.end() ? nullptr : &*at;
}

compiler::Compiled ProgramVariants::compiled(const Prepared& variant) const {
  VTPU_CHECK(variant.variant.by == Variant::By::compiler, "the variant comes from the compiler");
  auto made = compiler::compile(std::string(program_->name) + ".phx", program_->source,
                                options_of(variant.variant, parameters(variant)));
  VTPU_CHECK(made.ok(), "a prepared variant compiles");
  return std::move(*made);
}

std::vector<Alternative> ProgramVariants::alternatives() const {
  std::vector<Alternative> alternatives;
  std::shared_ptr<ProgramRun> data;
  for (const Prepared& prepared : ways_) {
    const std::string name = fmt::format("{} {}", program_->name, prepared.variant.name);
    const auto work = static_cast<double>(prepared.repeat);
    if (is_words(prepared.variant)) {
      auto made = make_run(*program_, prepared.variant, parameters(prepared));
      VTPU_CHECK(made.ok(), "what was prepared compiles");
      const auto run = std::make_shared<ProgramRun>(std::move(*made));
      run->fill(kSeed);
      if (!data) data = run;
      alternatives.push_back({name, work, [run] { measure::keep(run->run()->words); }, {}});
    } else {
      VTPU_CHECK(data != nullptr, "a variant that is words comes first");
      alternatives.push_back({name,
                              work,
                              [data, call = calls(*program_, parameters(prepared), prepared.variant.function,
                                                  data->tensors(), prepared.repeat)] { call(); },
                              {}});
    }
  }
  return alternatives;
}

}  // namespace vtpu::study::programs
