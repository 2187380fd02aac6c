#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/isa/program.h"

namespace vtpu::kernels {

/// Values of a program's `param` items by name; a missing one has the default of the text.
using Parameters = std::map<std::string, std::int64_t>;
/// The mapped tensors of a program in order of declaration, each row-major and contiguous.
using Tensors = std::span<const std::span<std::byte>>;

/// A program in the kernel language with everything needed to run, check and time it. Its last param is `repeat`: the
/// kernel repeats its work that often, and each repetition has the effect of one call of the reference.
struct CompiledProgram {
  std::string_view name;
  std::string_view what;
  std::string_view source;  ///< text of <name>.phx

  /// Parameters for which the mapped tensors together take part of a first-level cache (at most 24 KiB), of a
  /// second-level cache (256 to 512 KiB), and of memory (at least 32 MiB). A program whose data cannot grow that far
  /// documents it.
  struct Size {
    std::string_view level;  ///< "L1", "L2", "memory"
    Parameters parameters;
  };
  std::array<Size, 3> sizes;
  Parameters small;  ///< for tests: every loop runs, with remainder iterations where the program allows them

  /// Fills the tensors, which are zero before. The same parameters and seed give the same bytes.
  void (*fill)(const Parameters& parameters, std::uint64_t seed, Tensors tensors) = nullptr;

  /// Useful work of one repetition: additions, multiplications, comparisons and roots of floats (an exponential counts
  /// as one) or, in integer programs, of integers.
  double (*flop)(const Parameters& parameters) = nullptr;
  /// Minimum traffic of one repetition in bytes: each element read or written once.
  double (*bytes)(const Parameters& parameters) = nullptr;

  /// Maximum difference between a float tensor and the reference, relative to the greatest magnitude in the tensor,
  /// after `repeat` repetitions and for any order of additions in the reference. Integer tensors must be identical.
  /// Null: float tensors must be identical too.
  double (*tolerance)(const Parameters& parameters) = nullptr;

  /// Number of sentrons that run it together. If there are several, each runs the text compiled with its number as
  /// `rank`.
  std::uint32_t sentrons = 1;
  /// The same work scheduled by hand, for the same tensors and one sentron. Null: there is no such version. All
  /// parameters must be given (see `complete`).
  isa::Program (*by_hand)(const Parameters& parameters) = nullptr;
};

/// The programs of list.def, in its order: those by which the compiler was developed.
std::span<const CompiledProgram> programs();
/// The programs of unseen.def: those by which the cost model is checked.
std::span<const CompiledProgram> unseen_programs();
/// The programs of geometry.def: those of experiments/geometry.cpp alone.
std::span<const CompiledProgram> geometry_programs();
/// A program of any list. Null if there is no program of that name.
const CompiledProgram* find_program(std::string_view name);

/// One repetition in plain C++ (references/reference.h). `parameters`: in the order of the param items.
using ReferenceFunction = void (*)(const std::int64_t* parameters, void* const* tensors);
/// The reference of a program as compiled into this library, without fused multiply-adds.
ReferenceFunction reference_of(std::string_view program);

/// The param items of a text in order, with their values.
std::vector<std::pair<std::string, std::int64_t>> parameters_of(std::string_view source);
/// The values of all params of a program. An unknown name is a bug of the caller.
Parameters complete(const CompiledProgram& program, const Parameters& parameters);
/// The same values in order, as references take them.
std::vector<std::int64_t> ordered(const CompiledProgram& program, const Parameters& parameters);

}  // namespace vtpu::kernels
