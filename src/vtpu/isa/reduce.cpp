#include <algorithm>
#include <utility>

#include "vtpu/isa/random_program.h"
#include "vtpu/isa/validator.h"

namespace vtpu::isa {
namespace {

/// The program without words [from, to); branches into them go to the next word.
Program without(const Program& program, std::size_t from, std::size_t to) {
  Program shorter = program;
  shorter.labels.clear();
  shorter.words.erase(shorter.words.begin() + static_cast<std::ptrdiff_t>(from),
                      shorter.words.begin() + static_cast<std::ptrdiff_t>(to));
  for (Word& word : shorter.words) {
    if (!info(word.dense.opcode).has_target()) continue;
    const auto target = static_cast<std::size_t>(word.dense.imm);
    if (target >= to)
      word.dense.imm -= static_cast<std::int64_t>(to - from);
    else if (target > from)
      word.dense.imm = static_cast<std::int64_t>(from);
  }
  return shorter;
}

class Reducer {
 public:
  Reducer(Program program, const std::function<bool(const Program&)>& still_fails)
      : best_(std::move(program)), still_fails_(still_fails) {}

  Program run() && {
    bool helped = true;
    while (helped) {
      helped = remove_words();
      helped = empty_slots() || helped;
      helped = zero_numbers() || helped;
    }
    return std::move(best_);
  }

 private:
  bool keep(Program candidate) {
    if (!validate(candidate, 1).empty() || !still_fails_(candidate)) return false;
    best_ = std::move(candidate);
    return true;
  }

  bool remove_words() {
    bool any = false;
    for (std::size_t chunk = std::max<std::size_t>(best_.words.size() / 2, 1);; chunk /= 2) {
      for (std::size_t end = best_.words.size(); end > 0;) {
        end = std::min(end, best_.words.size());
        const std::size_t from = end > chunk ? end - chunk : 0;
        any |= keep(without(best_, from, end));
        end = from;
      }
      if (chunk == 1) return any;
    }
  }

  bool empty_slots() {
    return try_each([](Op& op) { op = Op{}; });
  }

  bool zero_numbers() {
    bool any = try_each([](Op& op) {
      if (!info(op.opcode).has_target()) op.imm = 0;
    });
    any |= try_each([](Op& op) { op.disp = 0; });
    return any;
  }

  template <class Change>
  bool try_each(Change change) {
    bool any = false;
    for (std::size_t i = 0; i < best_.words.size(); ++i)
      for (std::size_t s = 0; s < kSlots; ++s) {
        Program candidate = best_;
        Op& op = candidate.words[i].slot(static_cast<Slot>(s));
        change(op);
        if (op != best_.words[i].slot(static_cast<Slot>(s))) any |= keep(std::move(candidate));
      }
    return any;
  }

  Program best_;
  const std::function<bool(const Program&)>& still_fails_;
};

}  // namespace

Program reduce(Program program, const std::function<bool(const Program&)>& still_fails) {
  return Reducer(std::move(program), still_fails).run();
}

}  // namespace vtpu::isa
