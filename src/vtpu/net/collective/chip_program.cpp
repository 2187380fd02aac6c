#include "vtpu/net/collective/chip_program.h"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"

namespace vtpu::net::collective {
namespace {

int modulo(int value, int side) { return (value % side + side) % side; }

// A step's offsets relative to the chip at which it arrives.
std::array<int, 2 * kMaxDimensions> offset_at_destination(const ChipProgram& program, const ChipProgram::Step& step) {
  std::array<int, 2 * kMaxDimensions> offset = step.offset;
  for (int digit = 0; digit < program.digits(); ++digit) {
    const int d = program.dimension(step.part, digit);
    offset[at(digit)] = modulo(offset[at(digit)] - step.hop[at(d)], program.grid().side(d));
  }
  return offset;
}

// Whether the chip's own chunk is among those at `offset`.
bool holds_own(const ChipProgram& program, const ChipProgram::Step& step,
               const std::array<int, 2 * kMaxDimensions>& offset) {
  for (int digit = step.leading; digit < program.digits() - step.trailing; ++digit)
    if (modulo(offset[at(digit)], program.side(step.part, digit)) != 0) return false;
  return step.carries;
}

}  // namespace

ChipProgram::ChipProgram(Collective collective, Algorithm algorithm, const Shape& grid, std::vector<Stream> streams,
                         int segments, int digits)
    : collective_(collective),
      algorithm_(algorithm),
      grid_(grid),
      streams_(std::move(streams)),
      segments_(segments),
      digits_(digits) {}

int ChipProgram::add(Step step) {
  for (const int earlier : step.after)
    VTPU_CHECK(earlier >= 0 && earlier < size(), "a step waits only for earlier steps");
  for (int d = 0; d < grid_.dimensions(); ++d) step.hop[at(d)] = modulo(step.hop[at(d)], grid_.side(d));
  steps_.push_back(std::move(step));
  return size() - 1;
}

int ChipProgram::dimension(int part, int digit) const {
  const std::vector<int>& order = stream(part).order;
  return order[at(digit) % order.size()];
}

std::int64_t ChipProgram::combinations(int part, int first_digit, int last_digit) const {
  std::int64_t product = 1;
  for (int digit = first_digit; digit < last_digit; ++digit) product *= side(part, digit);
  return product;
}

std::int64_t ChipProgram::carried(int id) const {
  const Step& step = steps_[at(id)];
  if (!step.carries) return 0;
  return combinations(step.part, 0, step.leading) * combinations(step.part, digits_ - step.trailing, digits_);
}

std::int64_t ChipProgram::chunks() const {
  std::int64_t chunks = pieces();
  if (collective_ == Collective::all_to_all) chunks *= grid_.count();
  return chunks;
}

Cut ChipProgram::cut() const {
  std::vector<std::uint64_t> weights;
  for (int part = 0; part < parts(); ++part) weights.push_back(stream(part).weight);
  return {std::move(weights), grid_.count()};
}

Schedule ChipProgram::expand(const std::vector<int>& rank_of) const {
  const int chips = grid_.count();
  VTPU_CHECK(chunks() <= std::numeric_limits<int>::max(), "the number of chunks of an expanded program fits an int");
  VTPU_CHECK(std::int64_t{size()} * chips <= std::numeric_limits<int>::max(),
             "the number of transfers of an expanded program fits an int");
  const auto rank = [&](int place) { return rank_of.empty() ? place : rank_of[at(place)]; };
  const bool pairs = collective_ == Collective::all_to_all;
  const int span = static_cast<int>(chunks() / parts());

  const auto place_of = [&](int part, int number) {
    Coordinates place{};
    for (int digit = static_cast<int>(stream(part).order.size()) - 1; digit >= 0; --digit) {
      place[at(dimension(part, digit))] = number % side(part, digit);
      number /= side(part, digit);
    }
    return grid_.index_of(place);
  };
  std::vector<ChunkContract> contracts(at(static_cast<int>(chunks())));
  for (int chunk = 0; chunk < static_cast<int>(chunks()); ++chunk) {
    ChunkContract& contract = contracts[at(chunk)];
    const int part = chunk / span, number = chunk % span;
    if (pairs) {
      contract = {rank(place_of(part, number / chips)), rank(place_of(part, number % chips))};
    } else if (collective_ == Collective::all_gather) {
      contract.from = rank(place_of(part, number));
    } else if (collective_ == Collective::reduce_scatter) {
      contract.to = rank(place_of(part, number));
    }
  }

  std::vector<Coordinates> places(at(chips));
  for (int chip = 0; chip < chips; ++chip) places[at(chip)] = grid_.coordinates_of(chip);
  const auto neighbour = [&](int chip, const Coordinates& hop, int sign) {
    int index = 0;
    for (int d = 0; d < grid_.dimensions(); ++d) {
      int c = places[at(chip)][at(d)] + sign * hop[at(d)];  // hops are from 0 to the side minus 1
      if (c >= grid_.side(d)) c -= grid_.side(d);
      if (c < 0) c += grid_.side(d);
      index += c * grid_.stride(d);
    }
    return index;
  };

  Schedule schedule(collective_, algorithm_, chips, cut(), std::move(contracts));
  std::size_t dependencies = 0;
  for (const Step& step : steps_) dependencies += step.after.size();
  schedule.reserve(at(size()) * at(chips), dependencies * at(chips));
  std::vector<int> after;
  for (const Step& step : steps_) {
    std::array<int, 2 * kMaxDimensions> unit{};  // by digit: the distance between its values
    ChunkRun run;
    int unit_of_digit = 1;
    for (int digit = digits_ - 1; digit >= 0; --digit) {
      unit[at(digit)] = unit_of_digit;
      if (digit >= digits_ - step.trailing) run.count *= side(step.part, digit);
      if (digit < step.leading) run.repeats *= side(step.part, digit);
      if (digit == step.leading) run.stride = unit_of_digit * side(step.part, digit);
      unit_of_digit *= side(step.part, digit);
    }
    if (run.repeats == 1) run.stride = 0;
    for (int chip = 0; chip < chips; ++chip) {
      run.first = step.part * span;
      for (int digit = step.leading; digit < digits_ - step.trailing; ++digit) {
        const int d = dimension(step.part, digit);
        run.first += modulo(places[at(chip)][at(d)] + step.offset[at(digit)], grid_.side(d)) * unit[at(digit)];
      }
      after.clear();
      for (const int earlier : step.after)
        after.push_back(earlier * chips + neighbour(chip, steps_[at(earlier)].hop, -1));
      schedule.add({rank(chip), rank(neighbour(chip, step.hop, 1)), step.effect}, {&run, step.carries ? 1u : 0u},
                   after);
    }
  }
  return schedule;
}

workload::Workload ChipProgram::of_first_chip(std::uint64_t buffer_bytes) const {
  workload::Workload workload(to_string(collective_) + " " + to_string(algorithm_) + ", first chip");
  const Cut pieces = cut();
  for (int id = 0; id < size(); ++id) {
    // Runs of chunks are rounded one by one. The runs of all sources have the same destinations, hence the same size.
    const Step& step = steps_[at(id)];
    const std::int64_t run = combinations(step.part, digits_ - step.trailing, digits_);
    const std::uint64_t runs = static_cast<std::uint64_t>(carried(id) / run);
    const std::uint64_t bytes = runs * pieces.most(step.part, static_cast<int>(run), buffer_bytes);
    workload.add({.source = Chip(0), .destination = Chip(grid_.index_of(step.hop)), .bytes = bytes}, step.after);
  }
  return workload;
}

std::vector<std::uint64_t> ChipProgram::bytes_of_all_chips(std::uint64_t buffer_bytes) const {
  // The chunks of a step lie at the same offset from every chip, so the steps of all chips together carry each chunk of
  // the part equally often.
  const Cut pieces = cut();
  std::vector<std::uint64_t> bytes;
  for (int id = 0; id < size(); ++id) {
    const int first = steps_[at(id)].part * grid_.count();
    const std::uint64_t of_part = pieces.begin(first + grid_.count(), buffer_bytes) - pieces.begin(first, buffer_bytes);
    bytes.push_back(of_part * static_cast<std::uint64_t>(carried(id)));
  }
  return bytes;
}

ChipProgram reduce_scatter_of(const ChipProgram& all_gather) {
  VTPU_CHECK(all_gather.collective() == Collective::all_gather, "a reduce-scatter is an all-gather run backwards");
  const int size = all_gather.size();
  std::vector<std::vector<int>> before(at(size));
  for (int id = size - 1; id >= 0; --id)
    for (const int earlier : all_gather.step(id).after) before[at(earlier)].push_back(size - 1 - id);

  ChipProgram result(Collective::reduce_scatter, all_gather.algorithm(), all_gather.grid(), all_gather.streams(),
                     all_gather.segments(), all_gather.digits());
  for (int id = size - 1; id >= 0; --id) {
    ChipProgram::Step step = all_gather.step(id);
    const int segment = step.part % all_gather.segments();
    step.offset = offset_at_destination(all_gather, step);
    for (int& length : step.hop) length = -length;
    step.part += all_gather.segments() - 1 - 2 * segment;
    step.effect = Effect::reduce;
    step.after = std::move(before[at(id)]);
    result.add(std::move(step));
  }
  return result;
}

ChipProgram all_reduce_of(const ChipProgram& reduce_scatter, const ChipProgram& all_gather) {
  ChipProgram result(Collective::all_reduce, all_gather.algorithm(), all_gather.grid(), all_gather.streams(),
                     all_gather.segments(), all_gather.digits());
  std::vector<std::vector<int>> sums(at(all_gather.parts()));  // by part: steps that contribute to a chip's own chunk
  for (int id = 0; id < reduce_scatter.size(); ++id) {
    const ChipProgram::Step& step = reduce_scatter.step(id);
    if (holds_own(reduce_scatter, step, offset_at_destination(reduce_scatter, step))) sums[at(step.part)].push_back(id);
    result.add(step);
  }
  std::vector<std::size_t> readers(sums.size());
  for (int id = 0; id < all_gather.size(); ++id) {
    const ChipProgram::Step& step = all_gather.step(id);
    if (holds_own(all_gather, step, step.offset)) ++readers[at(step.part)];
  }
  // If many steps wait for many sums, they wait instead for one step that joins the sums.
  for (int part = 0; part < result.parts(); ++part) {
    std::vector<int>& its_sums = sums[at(part)];
    if (its_sums.size() * readers[at(part)] > 2 * (its_sums.size() + readers[at(part)]))
      its_sums = {result.add({.part = part, .carries = false, .after = its_sums})};
  }
  const int first = result.size();
  for (int id = 0; id < all_gather.size(); ++id) {
    ChipProgram::Step step = all_gather.step(id);
    for (int& earlier : step.after) earlier += first;
    if (holds_own(all_gather, step, step.offset)) {
      const std::vector<int>& its_sums = sums[at(step.part)];
      step.after.insert(step.after.begin(), its_sums.begin(), its_sums.end());
    }
    result.add(std::move(step));
  }
  return result;
}

}  // namespace vtpu::net::collective
