#include <fmt/core.h>

#include <utility>

#include "vtpu/base/text.h"
#include "vtpu/compiler/language/lower.h"

namespace vtpu::compiler::language {

void Lowering::fail(Span span, std::string found, std::string expected, std::string hint) {
  diagnostics_.add(fixed_.value_or(span), std::move(found), std::move(expected), std::move(hint));
  if (diagnostics_.full()) stopped_ = true;
}

const Lowering::Binding* Lowering::find(std::string_view name) const {
  const auto latest = latest_.find(name);
  std::size_t at = latest == latest_.end() ? kNowhere : latest->second;
  // The caller's bindings are not visible.
  while (at != kNowhere && at >= globals_ && at < frame_) at = bindings_[at].hidden;
  return at == kNowhere ? nullptr : &bindings_[at];
}

Lowering::Binding* Lowering::find(std::string_view name) {
  return const_cast<Binding*>(std::as_const(*this).find(name));
}

void Lowering::bind(Binding::Kind kind, std::string_view name, Span span, Quantity value, ir::TensorId tensor) {
  value.literal = value.hexadecimal = value.loaded = false;
  const auto [latest, added] = latest_.emplace(name, bindings_.size());
  const std::size_t hidden = added ? kNowhere : std::exchange(latest->second, bindings_.size());
  if (hidden != kNowhere && hidden >= scope_)
    fail(span, quoted(name) + " is already defined", "another name",
         fmt::format("declared in line {}", bindings_[hidden].span.place.line));
  bindings_.push_back({kind, name, span, std::move(value), tensor, hidden});
}

void Lowering::close_scope(std::size_t mark) {
  for (; bindings_.size() > mark; bindings_.pop_back()) {
    const Binding& last = bindings_.back();
    if (last.hidden == kNowhere)
      latest_.erase(last.name);
    else
      latest_[last.name] = last.hidden;
  }
}

std::string Lowering::did_you_mean(std::string_view name, const std::vector<std::string>& candidates) {
  // A name of one letter is similar to every other.
  const std::string near = name.size() < 2 ? "" : nearest(name, candidates);
  return near.empty() ? "" : fmt::format("did you mean '{}'?", near);
}

std::vector<std::string> Lowering::visible_names() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < bindings_.size(); ++i)
    if (i < globals_ || i >= frame_) names.emplace_back(bindings_[i].name);
  return names;
}

std::optional<Type> Lowering::type_of(const TypeName& name) {
  if (name.dimensions > 0) {
    fail(name.span, "a tensor", "the type of a value", "only an item or a parameter of a fn can be a tensor");
    return std::nullopt;
  }
  if (const auto type = type_named(name.name)) return type;
  const std::vector<std::string> names = {"i64",    "i32",    "f64",   "f32",   "bool",   "f64x8",
                                          "i32x16", "f32x16", "bytes", "coord", "message"};
  std::string hint = did_you_mean(name.name, names);
  if (element_named(name.name)) hint = quoted(name.name) + " can only be the element of a tensor";
  fail(name.span, "found " + quoted(name.name), "a type: " + join(names, ", "), hint);
  return std::nullopt;
}

bool Lowering::stop_when_too_much(Span span) {
  if (stopped_) return true;
  if (emit_.ops() <= kMostOps && ++work_ <= 10 * kMostOps) return false;
  fail(span, "the program becomes too large", fmt::format("at most {} ops with every call inlined", kMostOps),
       "use loops");
  stopped_ = true;
  return true;
}

}  // namespace vtpu::compiler::language
