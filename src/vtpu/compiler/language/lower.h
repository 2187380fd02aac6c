#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "vtpu/compiler/language/arithmetic.h"
#include "vtpu/compiler/language/ast.h"
#include "vtpu/compiler/language/emitter.h"

namespace vtpu::compiler::language {

/// Inlining stops at so many ops, and at ten times as many expressions.
inline constexpr std::size_t kMostOps = 100'000;

/// A place in a tensor that a program names.
struct Element {
  ir::Access access;
  Type type = Type::poison;  ///< read or written there
  std::uint8_t width = 64;   ///< bytes, of a vector
};

/// Checks a program and turns it into a module. Mistakes go to the diagnostics; what has one is poison from then on.
class Lowering {
 public:
  Lowering(const Program& program, const Program& prelude, std::string_view name,
           const std::map<std::string, std::int64_t>& parameters, Diagnostics& diagnostics);

  ir::Module run();

  // ---- for the built-in functions
  Emitter& emit() { return emit_; }
  Arithmetic& math() { return math_; }
  void fail(Span span, std::string found, std::string expected, std::string hint = {});
  /// What is appended from here on comes from this place.
  void at(Span span) { emit_.place = fixed_.value_or(span).place; }
  /// `wanted`: the type that its place has, for a choice between literals, which meets nothing else that has one.
  Quantity expression(const Expression& e, Type wanted = Type::poison);
  /// As an expression of the type: literals take it. Poison, and a diagnostic, otherwise. `what`: for the message.
  Quantity typed(const Expression& e, Type type, std::string_view what);
  /// An i64, from an i32 too, as places and bounds are.
  Quantity index(const Expression& e, std::string_view what);
  /// A constant i64 from low to high.
  std::optional<std::int64_t> constant(const Expression& e, std::int64_t low, std::int64_t high, std::string_view what);
  /// The name of an axis.
  std::optional<phext::Axis> axis(const Expression& e);
  /// Gives both one type: literals take the other's, scalars are spread over lanes. False, and a diagnostic, when there
  /// is none. Poison passes.
  bool unify(Quantity& a, Quantity& b, Span span, std::string_view what);
  /// A literal as the type. False, and a diagnostic, when it does not fit; any other quantity passes as it is.
  bool adapt(Quantity& q, Type type, Span span);
  /// `condition ? a : b`.
  Quantity choose(const Quantity& condition, Quantity a, Quantity b, Span span, Type wanted = Type::poison);
  /// `what`: the operator as messages name it.
  Quantity shift(ir::OpKind kind, Quantity a, Quantity b, Span span, const std::string& what);
  /// A quantity in the type of a place that has one; a scalar is spread. `what`: the place, for the message.
  Quantity fitted(Quantity q, Type type, Span span, std::string_view what);
  /// A tensor by its name.
  std::optional<ir::TensorId> tensor(const Expression& e);
  /// Whether places that are seen to lie outside are mistakes; a hint may be about one.
  enum class Checked : std::uint8_t { no, yes };
  /// The place `name[parts : width]` in the tensor.
  std::optional<Element> element(ir::TensorId tensor, const std::vector<const Expression*>& parts,
                                 const Expression* width, Span span, Checked checked = Checked::yes);
  /// One i64 a dimension; `taken` elements lie along the last.
  std::optional<std::vector<Quantity>> indexes(ir::TensorId tensor, const std::vector<const Expression*>& parts,
                                               std::int64_t taken, Span span, Checked checked);
  Quantity load(const Element& element);
  void store(const Element& element, const Quantity& value);
  /// The coordinate of a place. `indexes`: as many as there are dimensions, or one less: the last is then left at 0.
  Quantity coordinate_of(ir::TensorId tensor, const std::vector<Quantity>& indexes);

 private:
  struct Binding {
    enum class Kind : std::uint8_t { constant, let, fixed, var, tensor };  // fixed: a counter or parameter
    Kind kind = Kind::let;
    std::string_view name;
    Span span;
    Quantity value;
    ir::TensorId tensor = ir::kNoTensor;
    std::size_t hidden = kNowhere;  ///< binding of the same name outside
  };
  static constexpr std::size_t kNowhere = ~std::size_t{0};

  // ---- items
  /// Functions, constants and tensors.
  void items();
  void check_parameters();
  void constant_item(const ConstantItem& item);
  void tensor_item(const TensorItem& item);
  void collect_functions();
  void check_overlaps();
  /// Functions that nothing calls, as if they were.
  void check_unused_functions();
  void check_unused(const Function& function);
  std::optional<ir::Tensor> tensor_of(const TensorItem& item);
  bool tensor_extents(const TensorItem& item, ir::Tensor& tensor);

  // ---- names
  const Binding* find(std::string_view name) const;
  Binding* find(std::string_view name);
  void bind(Binding::Kind kind, std::string_view name, Span span, Quantity value, ir::TensorId tensor = ir::kNoTensor);
  void close_scope(std::size_t mark);
  static std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates);
  std::vector<std::string> visible_names() const;
  std::optional<Type> type_of(const TypeName& name);

  // ---- statements
  void statements(const std::vector<Statement>& list);
  void statement(const Statement& s);
  void let(const Let& let, Binding::Kind kind);
  void assign(const Statement& s);
  void store_statement(const Statement& s);
  void loop(const Statement& s);
  Quantity updated(const Statement& s, const Quantity& old, Quantity value, Type type, std::string_view what);
  /// Outer variables that the body assigns, in order of declaration.
  std::vector<std::size_t> assigned_in(const std::vector<Statement>& body) const;

  // ---- loops
  struct Bounds {
    Form low;
    std::int64_t step = 1;
    std::optional<std::int64_t> trip;
    ir::Value trip_value = ir::kNone;
  };
  std::optional<Bounds> bounds(const Expression& low, const Expression& high, const Expression* step);
  Form counter(const Bounds& bounds, const ir::Loop& loop) const;

  // ---- expressions
  Quantity expression_inside(const Expression& e, Type wanted);
  Quantity number(const Expression& e);
  Quantity name(const Expression& e);
  Quantity unary(const Expression& e, Type wanted);
  Quantity binary_of(Operator op, Quantity a, Quantity b, Span span);
  Quantity divide(Operator op, const Quantity& a, const Quantity& b, Span span);
  Quantity conditional(const Expression& e, Type wanted);
  Quantity element_expression(const Expression& e);
  Quantity block(const Expression& e, Type wanted);
  Quantity reduction(const Expression& e);
  Quantity plain_reduction(const Expression& e, ir::Loop loop, const Quantity& term);
  Quantity index_reduction(const Expression& e, ir::Loop loop, const Quantity& term, const Form& low, const Form& at);
  Quantity call(const Expression& e);
  Quantity inlined(const Function& function, const Expression& e, bool from_prelude);
  bool bind_arguments(const Function& function, const Expression& e);
  Quantity body_of(const Function& function, Span call);
  bool stop_when_too_much(Span span);

  // ---- places
  bool check_dimension(ir::TensorId tensor, std::size_t dimension, const Form& index, std::int64_t width, Span span);
  std::optional<Element> sparse_element(ir::TensorId tensor, std::vector<Quantity> indexes);
  bool slice_type(const ir::Tensor& tensor, std::int64_t width, Span span, Element& made);

  const Program& program_;
  const Program& prelude_;
  const std::map<std::string, std::int64_t>& parameters_;
  Diagnostics& diagnostics_;
  ir::Module module_;
  Emitter emit_;
  Arithmetic math_;

  std::vector<Binding> bindings_;
  std::unordered_map<std::string_view, std::size_t> latest_;  ///< by name: the innermost binding; looked up only
  std::size_t frame_ = 0;                                     ///< first binding of the function being lowered
  std::size_t scope_ = 0;                                     ///< first binding of the innermost block
  std::size_t globals_ = 0;                                   ///< bindings of items
  std::vector<Span> tensor_spans_;
  std::vector<bool> sizes_unknown_;  ///< by tensor: a parameter of a function that nothing calls

  std::unordered_map<std::string_view, const Function*> functions_, prelude_functions_;  ///< looked up only
  std::vector<const Function*> calls_;  ///< being inlined, outermost first
  std::map<const Function*, bool> called_;
  std::optional<Span> fixed_;  ///< in the prelude: the call that everything is reported and placed at
  std::string_view reduced_;   ///< variable of the reduction just lowered
  std::size_t work_ = 0;
  std::uint32_t depth_ = 0;
  bool stopped_ = false;
};

}  // namespace vtpu::compiler::language
