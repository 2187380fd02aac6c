#include "vtpu/kernels/programs/program.h"

#include <algorithm>
#include <charconv>

#include "vtpu/base/check.h"
#include "vtpu/base/text.h"
#include "vtpu/kernels/programs/parts.h"
#include "vtpu/kernels/programs/references/reference.h"

namespace vtpu::kernels {

std::span<const CompiledProgram> programs() {
#define PROGRAM(name) phx::name(),
  static const CompiledProgram kAll[] = {
#include "vtpu/kernels/programs/list.def"
  };
  return kAll;
}

std::span<const CompiledProgram> unseen_programs() {
  static const CompiledProgram kAll[] = {
#include "vtpu/kernels/programs/unseen.def"
  };
  return kAll;
}

std::span<const CompiledProgram> geometry_programs() {
  static const CompiledProgram kAll[] = {
#include "vtpu/kernels/programs/geometry.def"
  };
#undef PROGRAM
  return kAll;
}

const CompiledProgram* find_program(std::string_view name) {
  for (const auto& list : {programs(), unseen_programs(), geometry_programs()})
    for (const CompiledProgram& program : list)
      if (program.name == name) return &program;
  return nullptr;
}

ReferenceFunction reference_of(std::string_view program) {
  std::size_t count = 0;
  const ReferenceEntry* const entries = vtpu_references(&count);
  for (std::size_t k = 0; k < count; ++k)
    if (program == entries[k].name) return entries[k].run;
  VTPU_CHECK(false, "every program has a reference");
  return nullptr;
}

std::vector<std::pair<std::string, std::int64_t>> parameters_of(std::string_view source) {
  std::vector<std::pair<std::string, std::int64_t>> found;
  for (const std::string_view line : split(source, '\n')) {
    constexpr std::string_view kItem = "param ";
    if (!line.starts_with(kItem)) continue;
    const std::size_t equals = line.find(" = ");
    VTPU_CHECK(equals != std::string_view::npos, "each param item is one line of the form name = number");
    std::int64_t number = 0;
    const std::string_view digits = line.substr(equals + 3);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    VTPU_CHECK(read.ec == std::errc() && *read.ptr == ';', "each param item is one line of the form name = number");
    found.emplace_back(line.substr(kItem.size(), equals - kItem.size()), number);
  }
  return found;
}

Parameters complete(const CompiledProgram& program, const Parameters& parameters) {
  Parameters all;
  for (const auto& [name, number] : parameters_of(program.source)) all.emplace(name, number);
  for (const auto& [name, number] : parameters) {
    VTPU_CHECK(all.contains(name), "every given name is a param of the program");
    all[name] = number;
  }
  return all;
}

std::vector<std::int64_t> ordered(const CompiledProgram& program, const Parameters& parameters) {
  const Parameters all = complete(program, parameters);
  std::vector<std::int64_t> values;
  for (const auto& item : parameters_of(program.source)) values.push_back(all.at(item.first));
  return values;
}

void fill_uniform(std::span<float> values, Random& random, double low, double high) {
  for (float& x : values) x = static_cast<float>(low + (high - low) * random.unit());
}

void fill_below(std::span<std::int32_t> values, Random& random, std::uint64_t bound) {
  for (std::int32_t& x : values) x = static_cast<std::int32_t>(random.below(bound));
}

void fill_below(std::span<std::uint8_t> values, Random& random, std::uint64_t bound) {
  for (std::uint8_t& x : values) x = static_cast<std::uint8_t>(random.below(bound));
}

}  // namespace vtpu::kernels
