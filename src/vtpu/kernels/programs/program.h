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

/// Values of a program's `param` items by name; one that is missing has the text's value.
using Parameters = std::map<std::string, std::int64_t>;
/// The mapped tensors of a program in order of declaration, each row-major without gaps.
using Tensors = std::span<const std::span<std::byte>>;

/// A program in the kernel language with all that is needed to run, judge and time it. Its last param is `repeat`: the
/// kernel does its work so many times, and each repetition leaves what one call of the reference leaves.
struct CompiledProgram {
  std::string_view name;
  std::string_view what;
  std::string_view source;  ///< text of <name>.phx

  /// Parameters for which the mapped tensors together take a part of a first-level cache (at most 24 KiB), of a second
  /// (256 to 512 KiB), and of memory (at least 32 MiB); where a program's data cannot grow so far, it says so.
  struct Size {
    std::string_view level;  ///< "L1", "L2", "memory"
    Parameters parameters;
  };
  std::array<Size, 3> sizes;
  Parameters small;  ///< for tests: every loop runs, with remainders where the program allows them

  /// Fills the tensors, which are zeros. The same parameters and seed give the same bytes.
  void (*fill)(const Parameters& parameters, std::uint64_t seed, Tensors tensors) = nullptr;

  /// Useful work of one repetition: additions, multiplications, comparisons, roots (an exponential counts as one), of
  /// floats or, in programs of integers, of integers.
  double (*flop)(const Parameters& parameters) = nullptr;
  /// Bytes that one repetition has to move: each element read or written once.
  double (*bytes)(const Parameters& parameters) = nullptr;

  /// How far an element of a tensor of floats may lie from the reference, over the greatest magnitude in its tensor,
  /// after `repeat` repetitions, whatever order the reference adds in. Tensors of integers are equal bit for bit. Null:
  /// those of floats too.
  double (*tolerance)(const Parameters& parameters) = nullptr;

  /// Sentrons that run it together; of several, each runs the text compiled with `rank` as its number.
  std::uint32_t sentrons = 1;
  /// The same work in words scheduled by a person: the same tensors, one sentron. Null: nobody wrote one. Parameters
  /// are complete (`complete`).
  isa::Program (*by_hand)(const Parameters& parameters) = nullptr;
};

/// All of list.def, in its order.
std::span<const CompiledProgram> programs();
/// Null: there is none of that name.
const CompiledProgram* find_program(std::string_view name);

/// One repetition in plain C++ (references/reference.h); `parameters` in the order of the param items.
using ReferenceFunction = void (*)(const std::int64_t* parameters, void* const* tensors);
/// The reference of a program as this library was compiled, without fused multiply-adds.
ReferenceFunction reference_of(std::string_view program);

/// The param items of a text, in order, with their values.
std::vector<std::pair<std::string, std::int64_t>> parameters_of(std::string_view source);
/// The values of all params of a program. A name that is no param is a mistake of the caller.
Parameters complete(const CompiledProgram& program, const Parameters& parameters);
/// The same in order, as references take them.
std::vector<std::int64_t> ordered(const CompiledProgram& program, const Parameters& parameters);

}  // namespace vtpu::kernels
