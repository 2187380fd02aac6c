#include "vtpu/exec/differential.h"

#include <fmt/core.h>

#include <cstring>

#include "vtpu/exec/crew.h"
#include "vtpu/exec/interpreter.h"

namespace vtpu::exec {
namespace {

/// Limit for all regions of a random program.
constexpr std::uint64_t kMemoryBytes = std::uint64_t{1} << 26;

Machine small_machine() {
  memory::PageTable::Limits limits;
  limits.bytes = kMemoryBytes;
  return Machine(memory::PageTable(limits), Exchange::Limits{64});
}

/// The position of a pointer within the bytes that it covers, which does not depend on host addresses.
std::string place_of(const memory::Pointer& p) {
  if (!p.translated()) return p.coordinate.raw_text() + " not translated";
  return fmt::format("{} at {} of {}", p.coordinate.raw_text(), p.base - p.begin, p.end - p.begin);
}

template <std::size_t N>
std::string hex(const std::array<std::byte, N>& bytes) {
  std::string text;
  for (const std::byte b : bytes) text += fmt::format("{:02x}", static_cast<unsigned>(b));
  return text;
}

std::optional<Divergence> compare(const Machine& one, const Context& a, const Machine& other, const Context& b) {
  const auto differ = [](const std::string& what, const auto& left, const auto& right) {
    return Divergence{fmt::format("{}: {} by the interpreter, {} by compiled code", what, left, right)};
  };
  if (a.status != b.status) return differ("status", static_cast<int>(a.status), static_cast<int>(b.status));
  if (!(a.trap == b.trap)) return differ("trap", a.trap.message(), b.trap.message());
  if (a.pc != b.pc) return differ("pc", a.pc, b.pc);
  for (std::size_t i = 0; i < a.r.size(); ++i)
    if (a.r[i] != b.r[i])
      return differ(fmt::format("r{}", i), fmt::format("{:#x}", a.r[i]), fmt::format("{:#x}", b.r[i]));
  for (std::size_t i = 0; i < a.v.size(); ++i)
    if (!(a.v[i] == b.v[i])) return differ(fmt::format("v{}", i), hex(a.v[i].bytes), hex(b.v[i].bytes));
  for (std::size_t i = 0; i < a.m.size(); ++i)
    if (!(a.m[i] == b.m[i])) return differ(fmt::format("m{}", i), hex(a.m[i].bytes), hex(b.m[i].bytes));
  for (std::size_t i = 0; i < a.p.size(); ++i)
    if (place_of(a.p[i]) != place_of(b.p[i]) || a.p[i].coordinate.bits() != b.p[i].coordinate.bits())
      return differ(fmt::format("p{}", i), place_of(a.p[i]), place_of(b.p[i]));
  if (a.sr != b.sr) return differ("sr", a.sr, b.sr);
  if (a.fuel != b.fuel) return differ("fuel", a.fuel, b.fuel);
  if (!(a.retired == b.retired))
    return differ("retired words, D, S, C, control",
                  fmt::format("{} {} {} {} {}", a.retired.words, a.retired.ops[0], a.retired.ops[1], a.retired.ops[2],
                              a.retired.control),
                  fmt::format("{} {} {} {} {}", b.retired.words, b.retired.ops[0], b.retired.ops[1], b.retired.ops[2],
                              b.retired.control));
  if (std::memcmp(&a.temperature, &b.temperature, sizeof a.temperature) != 0)
    return differ("temperature", a.temperature, b.temperature);
  const memory::TranslationCounters& x = a.cache->counters;
  const memory::TranslationCounters& y = b.cache->counters;
  if (!(x == y))
    return differ("translation hits, misses, evictions", fmt::format("{} {} {}", x.hits, x.misses, x.evictions),
                  fmt::format("{} {} {}", y.hits, y.misses, y.evictions));
  if (one.memory().digest() != other.memory().digest()) return differ("memory", "one content", "another");
  const auto left = one.exchange().pending(), right = other.exchange().pending();
  if (left.size() != right.size()) return differ("pending messages", left.size(), right.size());
  for (std::size_t i = 0; i < left.size(); ++i)
    if (left[i].number != right[i].number || left[i].at != right[i].at || !(left[i].payload == right[i].payload))
      return differ(fmt::format("pending message {}", i), hex(left[i].payload.bytes), hex(right[i].payload.bytes));
  return {};
}

/// Runs one sentron alone, or several until none is called any longer.
template <class Engine>
void take_turns(Machine& machine, const std::vector<Engine>& engines) {
  if (engines.size() == 1) {
    engines[0].run(machine, *machine.sentrons()[0]);
    return;
  }
  std::vector<const exec::Engine*> each;
  for (const Engine& engine : engines) each.push_back(&engine);
  Crew crew(machine, each);
  crew.call_all();
  while (Seat* const seat = crew.next()) seat->engine->take_turn(*seat);
}

}  // namespace

Result<std::optional<Divergence>> compare_engines(std::span<const isa::ValidProgram> interpreted,
                                                  std::span<const isa::ValidProgram> compiled, jit::Form form,
                                                  std::uint64_t fuel, RunSummary* summary,
                                                  jit::CompileOptions options) {
  options.form = form;
  Machine one = small_machine(), other = small_machine();
  std::vector<Interpreter> interpreters;
  std::vector<jit::NativeEngine> natives;
  for (std::size_t i = 0; i < interpreted.size(); ++i) {
    interpreters.emplace_back(interpreted[i]);
    auto native = jit::NativeEngine::compile(compiled[i], options);
    if (!native) return native.error();
    natives.push_back(std::move(*native));
    one.spawn(fuel);
    other.spawn(fuel);
  }
  take_turns(one, interpreters);
  take_turns(other, natives);
  for (std::size_t i = 0; i < interpreted.size(); ++i) {
    const Context &a = *one.sentrons()[i], &b = *other.sentrons()[i];
    if (summary != nullptr) *summary = {a.status, a.trap, a.retired.words};
    if (auto divergence = compare(one, a, other, b)) return std::optional(*divergence);
  }
  return std::optional<Divergence>();
}

Result<std::optional<Divergence>> compare_engines(const isa::ValidProgram& program, jit::Form form, std::uint64_t fuel,
                                                  RunSummary* summary, jit::CompileOptions options) {
  return compare_engines({&program, 1}, {&program, 1}, form, fuel, summary, options);
}

}  // namespace vtpu::exec
