#pragma once
#include <cstddef>
#include <cstdint>

/// Interface of the plain C++ references. The references include nothing else of this project and are compiled at
/// several levels and by several compilers (study/programs_reference.h).
///
/// reference_<program>(parameters, tensors) does one repetition. `parameters` are in the order of the text's param
/// items, `tensors` are the mapped tensors in order of declaration.
extern "C" {
struct ReferenceEntry {
  const char* name;
  void (*run)(const std::int64_t* parameters, void* const* tensors);
};
/// All references; `count` receives their number.
const ReferenceEntry* vtpu_references(std::size_t* count);

#define PROGRAM(name) void reference_##name(const std::int64_t* parameters, void* const* tensors);
#include "../list.def"
#include "../unseen.def"
#include "../geometry.def"
#undef PROGRAM
}
