#include "vtpu/compiler/machine_model.h"

#include <iterator>

namespace vtpu::compiler {
namespace {

using isa::Cost;

/// Core cycles, rounded to two digits after the point. A latency of 0 was not measured. Source:
/// data/reference/full/core-ports.json and host.json (median of 20 processes on a Zen 5 core).
struct Rate {
  Cost cost;
  double alone, latency;
};
constexpr Rate kRates[] = {{Cost::alu, 0.20, 1},          {Cost::shift, 0.38, 1},      {Cost::mul, 0.33, 3},
                           {Cost::scalar_float, 0.50, 2}, {Cost::divide, 2.50, 10},    {Cost::vector_int, 0.25, 2},
                           {Cost::vector_float, 0.50, 2}, {Cost::vector_fma, 0.50, 4}, {Cost::vector_dot, 0.50, 4},
                           {Cost::shuffle, 0.50, 5},      {Cost::load, 0.26, 5},       {Cost::load32, 0.50, 0},
                           {Cost::load64, 0.50, 0},       {Cost::store, 0.50, 1},      {Cost::store32, 0.50, 0},
                           {Cost::store64, 1.00, 0},      {Cost::gather, 20.16, 0}};

/// Two classes that share ports: time of both together divided by the sum of the times alone. Pairs below 0.53 share no
/// port and are left out.
struct Pair {
  Cost first, second;
  double together;
};
constexpr Pair kPairs[] = {{Cost::alu, Cost::shift, 0.80},
                           {Cost::alu, Cost::mul, 0.88},
                           {Cost::shift, Cost::mul, 0.68},
                           {Cost::alu, Cost::scalar_float, 0.56},
                           {Cost::mul, Cost::scalar_float, 0.53},
                           {Cost::alu, Cost::divide, 0.54},
                           {Cost::alu, Cost::vector_int, 0.59},
                           {Cost::scalar_float, Cost::vector_int, 0.75},
                           {Cost::divide, Cost::vector_int, 0.63},
                           {Cost::alu, Cost::vector_float, 0.56},
                           {Cost::mul, Cost::vector_float, 0.53},
                           {Cost::scalar_float, Cost::vector_float, 1.00},
                           {Cost::vector_int, Cost::vector_float, 0.75},
                           {Cost::alu, Cost::vector_fma, 0.56},
                           {Cost::mul, Cost::vector_fma, 0.53},
                           {Cost::divide, Cost::vector_fma, 0.70},
                           {Cost::vector_int, Cost::vector_fma, 0.76},
                           {Cost::alu, Cost::vector_dot, 0.56},
                           {Cost::divide, Cost::vector_dot, 0.70},
                           {Cost::vector_int, Cost::vector_dot, 0.75},
                           {Cost::vector_fma, Cost::vector_dot, 1.00},
                           {Cost::alu, Cost::shuffle, 0.55},
                           {Cost::scalar_float, Cost::shuffle, 0.70},
                           {Cost::divide, Cost::shuffle, 0.70},
                           {Cost::vector_int, Cost::shuffle, 0.75},
                           {Cost::vector_float, Cost::shuffle, 0.69},
                           {Cost::vector_fma, Cost::shuffle, 0.73},
                           {Cost::vector_dot, Cost::shuffle, 0.76},
                           {Cost::alu, Cost::load, 0.64},
                           {Cost::divide, Cost::load, 0.54},
                           {Cost::load, Cost::load32, 0.92},
                           {Cost::mul, Cost::load64, 0.53},
                           {Cost::load, Cost::load64, 1.00},
                           {Cost::load32, Cost::load64, 1.00},
                           {Cost::alu, Cost::store, 0.66},
                           {Cost::mul, Cost::store, 0.53},
                           {Cost::load, Cost::store, 0.75},
                           {Cost::load32, Cost::store, 0.57},
                           {Cost::load64, Cost::store, 0.58},
                           {Cost::mul, Cost::store32, 0.53},
                           {Cost::vector_fma, Cost::store32, 1.00},
                           {Cost::vector_dot, Cost::store32, 1.00},
                           {Cost::load, Cost::store32, 0.75},
                           {Cost::load32, Cost::store32, 0.57},
                           {Cost::load64, Cost::store32, 0.58},
                           {Cost::store, Cost::store32, 1.00},
                           {Cost::shift, Cost::store64, 0.53},
                           {Cost::vector_fma, Cost::store64, 0.97},
                           {Cost::vector_dot, Cost::store64, 0.97},
                           {Cost::load, Cost::store64, 0.64},
                           {Cost::load32, Cost::store64, 0.56},
                           {Cost::load64, Cost::store64, 0.55},
                           {Cost::store, Cost::store64, 1.00},
                           {Cost::store32, Cost::store64, 1.00},
                           {Cost::alu, Cost::gather, 0.81},
                           {Cost::shift, Cost::gather, 0.70},
                           {Cost::mul, Cost::gather, 0.72},
                           {Cost::scalar_float, Cost::gather, 0.77},
                           {Cost::divide, Cost::gather, 0.54},
                           {Cost::vector_int, Cost::gather, 0.78},
                           {Cost::vector_float, Cost::gather, 0.77},
                           {Cost::vector_fma, Cost::gather, 0.71},
                           {Cost::vector_dot, Cost::gather, 0.71},
                           {Cost::shuffle, Cost::gather, 0.77},
                           {Cost::load, Cost::gather, 0.77},
                           {Cost::load32, Cost::gather, 0.66},
                           {Cost::load64, Cost::gather, 0.66},
                           {Cost::store, Cost::gather, 0.63},
                           {Cost::store32, Cost::gather, 0.65},
                           {Cost::store64, Cost::gather, 0.57}};

constexpr double kDispatch = 7.89;

/// Sizes are those of the caches. A level's latency is that of a dependent load whose working set just fits the level.
constexpr MemoryLevel kLadder[] = {{48 * 1024.0, 5}, {1024 * 1024.0, 15}, {16 * 1024 * 1024.0, 55}, {0, 900}};

}  // namespace

MachineModel MachineModel::reference() {
  MachineModel model;
  model.ports.processor = "reference (Zen 5)";
  model.ports.dispatch = kDispatch;
  for (const Rate& rate : kRates) {
    model.ports.alone[static_cast<std::size_t>(rate.cost)] = rate.alone;
    model.ports.latency[static_cast<std::size_t>(rate.cost)] = rate.latency;
  }
  for (const Pair& pair : kPairs) model.ports.pairs[{pair.first, pair.second}] = pair.together;
  model.ladder.assign(std::begin(kLadder), std::end(kLadder));
  return model;
}

}  // namespace vtpu::compiler
