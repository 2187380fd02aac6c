#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "vtpu/base/keyed_hash.h"
#include "vtpu/compiler/language/arithmetic.h"
#include "vtpu/compiler/language/ast.h"
#include "vtpu/compiler/language/emitter.h"

namespace vtpu::compiler::language {

/// Inlining stops at this number of ops and at ten times as many expressions.
inline constexpr std::size_t kMostOps = 100'000;

/// Used only for look-up. The source chooses the names, and must not be able to choose many of one bucket.
template <class T>
using ByName = std::unordered_map<std::string_view, T, ProcessKeyedHash>;

/// A place in a tensor, as named by a program.
struct Element {
  ir::Access access;
  Type type = Type::poison;  ///< type read or written at the place
  std::uint8_t width = 64;   ///< bytes of a vector
};

/// Checks a program and lowers it to a module. Errors are reported as diagnostics; a faulty expression becomes poison,
/// which suppresses further errors.
class Lowering {
 public:
  Lowering(const Program& program, const Program& prelude, std::string_view name,
           const std::map<std::string, std::int64_t>& parameters, Diagnostics& diagnostics);

  ir::Module run();

  // ---- interface for built-in functions
  Emitter& emit() { return emit_; }
  Arithmetic& math() { return math_; }
  void fail(Span span, std::string found, std::string expected, std::string hint = {});
  /// Ops appended from here on have this source place.
  void at(Span span) { emit_.place = fixed_.value_or(span).place; }
  /// `wanted`: the type required by the context, used only for a choice between two literals.
  Quantity expression(const Expression& e, Type wanted = Type::poison);
  /// An expression of this type; literals are converted. Otherwise reports an error and returns poison. `what`: named
  /// in the message.
  Quantity typed(const Expression& e, Type type, std::string_view what);
  /// An i64, or an i32 that is extended, as for indexes and bounds.
  Quantity index(const Expression& e, std::string_view what);
  /// A constant i64 in [low, high].
  std::optional<std::int64_t> constant(const Expression& e, std::int64_t low, std::int64_t high, std::string_view what);
  /// An axis by its name.
  std::optional<phext::Axis> axis(const Expression& e);
  /// Converts both to one type: a literal takes the other's type, and a scalar is splatted over lanes. Reports an error
  /// and returns false if this is impossible. Poison is accepted.
  bool unify(Quantity& a, Quantity& b, Span span, std::string_view what);
  /// Converts a literal to the type. Reports an error and returns false if it does not fit; other quantities stay
  /// unchanged.
  bool adapt(Quantity& q, Type type, Span span);
  /// `condition ? a : b`.
  Quantity choose(const Quantity& condition, Quantity a, Quantity b, Span span, Type wanted = Type::poison);
  /// `what`: the operator, for messages.
  Quantity shift(ir::OpKind kind, Quantity a, Quantity b, Span span, const std::string& what);
  /// Converts a quantity to the type of its destination; a scalar is splatted. `what`: the destination, for messages.
  Quantity fitted(Quantity q, Type type, Span span, std::string_view what);
  /// A tensor by its name.
  std::optional<ir::TensorId> tensor(const Expression& e);
  /// Whether a place known to lie outside its tensor is an error. It is not for hints.
  enum class Checked : std::uint8_t { no, yes };
  /// The place `name[parts : width]` in the tensor.
  std::optional<Element> element(ir::TensorId tensor, const std::vector<const Expression*>& parts,
                                 const Expression* width, Span span, Checked checked = Checked::yes);
  /// One i64 per dimension. `taken`: number of elements accessed along the last dimension.
  std::optional<std::vector<Quantity>> indexes(ir::TensorId tensor, const std::vector<const Expression*>& parts,
                                               std::int64_t taken, Span span, Checked checked);
  Quantity load(const Element& element);
  void store(const Element& element, const Quantity& value);
  /// The coordinate of a place. `indexes` has one entry per dimension, or one less; then the last index is 0.
  Quantity coordinate_of(ir::TensorId tensor, const std::vector<Quantity>& indexes);

 private:
  struct Binding {
    enum class Kind : std::uint8_t { constant, let, fixed, var, tensor };  // fixed: a loop counter or parameter
    Kind kind = Kind::let;
    std::string_view name;
    Span span;
    Quantity value;
    ir::TensorId tensor = ir::kNoTensor;
    std::size_t hidden = kNowhere;  ///< outer binding of the same name
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
  /// Checks functions that nothing calls, as if they were called.
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
  /// Outer variables assigned in the body, in order of declaration.
  std::vector<std::size_t> assigned_in(const std::vector<Statement>& body) const;

  // ---- loops
  /// The bounds of a loop. Its trip count is constant or, if only a run can tell, a value of at most `most`.
  struct Bounds {
    Form low;
    std::int64_t step = 1;
    std::optional<std::int64_t> trip;
    ir::Value trip_value = ir::kNone;
    std::int64_t most = 0;
    /// With a constant trip count: whether the loop runs at all, if only a run can tell.
    ir::Value guard = ir::kNone;
  };
  std::optional<Bounds> bounds(const Expression& low, const Expression& high, const Expression* step);
  Quantity trip_count(const Quantity& from, const Quantity& to, const Form& length, const Range& starts,
                      const Range& ends, std::int64_t step);
  ir::Loop open_loop(std::string_view name, const Bounds& bounds);
  /// Appends a loop opened for these bounds. A guard becomes a loop around it, of at most one iteration.
  void append_loop(ir::Loop loop, const Bounds& bounds);
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
  Quantity plain_reduction(const Expression& e, const Bounds& range, ir::Loop loop, const Quantity& term);
  Quantity index_reduction(const Expression& e, const Bounds& range, ir::Loop loop, const Quantity& term,
                           const Form& at);
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
  ByName<std::size_t> latest_;  ///< innermost binding by name
  std::size_t frame_ = 0;       ///< first binding of the current function
  std::size_t scope_ = 0;       ///< first binding of the innermost block
  std::size_t globals_ = 0;     ///< number of bindings of items
  std::vector<Span> tensor_spans_;
  std::vector<bool> sizes_unknown_;  ///< by tensor: it is a parameter of a function that nothing calls

  ByName<const Function*> functions_, prelude_functions_;
  std::vector<const Function*> calls_;  ///< functions being inlined, outermost first
  std::map<const Function*, bool> called_;
  std::optional<Span> fixed_;  ///< within the prelude: the call to which places and errors refer
  std::string_view reduced_;   ///< variable of the last reduction lowered
  std::size_t work_ = 0;
  std::uint32_t depth_ = 0;
  bool stopped_ = false;
};

}  // namespace vtpu::compiler::language
