#include "vtpu/compiler/random_kernel/generator.h"

namespace vtpu::compiler::random_kernel_tree {
namespace {

/// Calls visit for the expression and all its descendants.
template <class Visit>
void for_each(const Expression& e, const Visit& visit) {
  visit(e);
  for (const Expression& part : e.parts) for_each(part, visit);
}

/// Whether the loop may be called independent. Its body must consist of lets and stores of single elements. Each store
/// goes to a tensor that nothing else in the body touches, at a place in which the loop variable is a summand exactly
/// once and nothing is loaded.
bool is_independent(const Statement& loop) {
  std::vector<std::string> read, written;
  bool plain = true;
  const auto note = [&](const Expression& e) {
    if (e.kind == Expression::Kind::load || e.kind == Expression::Kind::slice || e.kind == Expression::Kind::gather ||
        e.kind == Expression::Kind::dot_u8i8 || e.kind == Expression::Kind::dot_bf16) {
      read.push_back(e.name);
      read.push_back(e.other);
    }
    read.insert(read.end(), e.tensors.begin(), e.tensors.end());
  };
  for (const Statement& s : loop.body) {
    plain = plain &&
            (s.kind == Statement::Kind::let || (s.kind == Statement::Kind::store && !s.compound && !is_vector(s.type)));
    for_each(s.value, note);
    if (s.kind != Statement::Kind::store) continue;
    written.push_back(s.name);
    std::size_t uses = 0;
    for (const Expression& place : s.places)
      for_each(place, [&](const Expression& e) {
        uses += e.kind == Expression::Kind::variable && e.name == loop.name ? 1 : 0;
        plain = plain && (e.kind == Expression::Kind::variable || e.kind == Expression::Kind::literal ||
                          e.kind == Expression::Kind::binary);
      });
    plain = plain && uses == 1;
  }
  std::sort(written.begin(), written.end());
  plain = plain && std::adjacent_find(written.begin(), written.end()) == written.end();
  return plain && !written.empty() && std::all_of(written.begin(), written.end(), [&](const std::string& name) {
           return std::find(read.begin(), read.end(), name) == read.end();
         });
}

class Generator : ExpressionGenerator {
 public:
  using ExpressionGenerator::ExpressionGenerator;

  Program program() {
    for (std::size_t k = random_.below(3); k > 0; --k) program_.parameters.push_back({fresh('n'), between(1, 24)});
    declare_tensors();
    for (std::size_t k = pick({40, 30, 20, 10}); k > 0; --k) declare_function();
    body(program_.body, static_cast<std::size_t>(between(2, 5)), 0);
    return std::move(program_);
  }

 private:
  void declare_tensors() {
    constexpr ir::Element kElements[] = {ir::Element::i32, ir::Element::f32, ir::Element::f64, ir::Element::i64,
                                         ir::Element::u8,  ir::Element::i8,  ir::Element::u16, ir::Element::bf16};
    const std::size_t count = static_cast<std::size_t>(between(3, 7));
    for (std::size_t k = 0; k < count; ++k) {
      Tensor tensor;
      tensor.name = fresh('t');
      // The first two provide indices and bounds (i32) and the type most used in arithmetic.
      tensor.element = kElements[k < 2 ? k : pick({20, 22, 14, 10, 9, 9, 8, 8})];
      switch (k == 0 ? 0 : pick({65, 25, 6, 4})) {
        case 0: tensor.shape = {chance(60) ? between(20, 200) : chance(60) ? between(200, 800) : between(1, 20)}; break;
        case 1: tensor.shape = {between(1, 14), between(1, 44)}; break;
        case 2: tensor.shape = {between(1, 4), between(1, 6), between(1, 20)}; break;
        default: tensor.shape = {between(2040, 2300)}; break;  // continues in a second line
      }
      tensor.whole = k > 1 && ir::is_float(ir::type_of(tensor.element)) && chance(40);
      program_.tensors.push_back(std::move(tensor));
    }
    // operands of dot products
    if (chance(15))
      for (const ir::Element element : {ir::Element::u8, ir::Element::i8, ir::Element::bf16})
        program_.tensors.push_back({fresh('t'), element, {between(64, 200)}, false});
  }

  void declare_function() {
    constexpr Type kDrawnTypes[] = {Type::i32, Type::f32, Type::f64, Type::i64, Type::f32x16};
    const auto any_type = [&] { return kDrawnTypes[pick({30, 35, 15, 15, 5})]; };
    Function function;
    function.name = fresh('f');
    const std::size_t form = pick({60, 25, 15});
    std::optional<Expression> element;
    in_function_ = true;
    if (form != 0) {
      std::vector<const Tensor*> suits;
      for (const Tensor& tensor : program_.tensors)
        if (!tensor.whole && tensor.shape.size() <= 2) suits.push_back(&tensor);
      const Tensor& like = *one_of(suits);
      Function::Parameter p;
      p.name = fresh('a');
      p.tensor = true;
      p.element = like.element;
      p.dimensions = like.shape.size();
      element = make(Expression::Kind::load, read_type(like.element));
      element->name = p.name;
      function.parameters.push_back(p);
      for (std::size_t k = 0; k < like.shape.size(); ++k) {
        Function::Parameter at;
        at.name = fresh('a');
        at.type = Type::i64;
        function.parameters.push_back(at);
        element->parts.push_back(variable({at.name, Type::i64, false, false, 0, 0}));
      }
      function.type = element->type;
    } else {
      function.type = any_type();
    }
    const std::size_t values = form == 2 ? 1 : static_cast<std::size_t>(between(1, 3));
    for (std::size_t k = 0; k < values; ++k) {
      Function::Parameter p;
      p.name = fresh('a');
      p.type = form == 2 ? function.type : any_type();
      scope_.push_back({p.name, p.type, false, false, 0, 0});
      function.parameters.push_back(p);
    }
    if (chance(50)) {
      Statement let;
      let.name = fresh('v');
      let.type = any_type();
      let.value = expression(let.type, 2);
      scope_.push_back({let.name, let.type, false, false, 0, 0});
      function.body.push_back(std::move(let));
    }
    Expression value = expression(function.type, 2);
    if (element && form == 1) value = binary(Operator::add, function.type, *element, std::move(value));
    if (form == 2) {
      function.gives = false;
      Statement store;
      store.kind = Statement::Kind::store;
      store.name = element->name;
      store.type = function.type;
      store.places = element->parts;
      store.value = std::move(value);
      store.compound = chance(50);
      function.body.push_back(std::move(store));
    } else {
      function.result = std::move(value);
    }
    in_function_ = false;
    scope_.clear();
    program_.functions.push_back(std::move(function));
  }

  void body(std::vector<Statement>& out, std::size_t count, unsigned depth) {
    for (; count > 0; --count) statement(out, depth);
  }

  void statement(std::vector<Statement>& out, unsigned depth) {
    // Outside loops, most statements are loops.
    switch (pick({depth == 0 ? 15u : 45u, 12, depth == 0 ? 0u : 14u,
                  depth == 0  ? 65u
                  : depth < 3 ? 22u
                              : 0u,
                  6, 7, 3, 4})) {
      case 0: return store(out);
      case 1: {
        constexpr Type kDrawnTypes[] = {Type::i32,    Type::f32,    Type::f64,   Type::i64,
                                   Type::f32x16, Type::i32x16, Type::f64x8, Type::boolean};
        const Type type = kDrawnTypes[pick({22, 26, 14, 12, 10, 8, 4, 4})];
        return declare(out, Statement::Kind::let, type, expression(type, 3));
      }
      case 2: return assign(out);
      case 3: return loop(out, depth);
      case 4: {
        constexpr Type kDrawnTypes[] = {Type::i32, Type::f32, Type::f64, Type::i64};
        const Type type = kDrawnTypes[random_.below(4)];
        return declare(out, Statement::Kind::let, type, reduction(type, 2));
      }
      case 5: return vector_store(out);
      case 6: return scatter(out);
      default: return call_statement(out);
    }
  }

  void declare(std::vector<Statement>& out, Statement::Kind kind, Type type, Expression value) {
    Statement s;
    s.kind = kind;
    s.name = fresh('v');
    s.type = type;
    s.value = std::move(value);
    scope_.push_back({s.name, type, kind == Statement::Kind::var, false, 0, 0});
    out.push_back(std::move(s));
  }

  const Tensor& written_tensor() {
    std::vector<const Tensor*> all;
    for (const Tensor& tensor : program_.tensors)
      if (!tensor.whole) all.push_back(&tensor);
    return *one_of(all);
  }
  Operator compound_operator(Type type) {
    constexpr Operator kDrawnOperators[] = {Operator::add,     Operator::sub,    Operator::mul,
                                       Operator::bit_and, Operator::bit_or, Operator::bit_xor};
    return kDrawnOperators[is_float(type) ? pick({5, 2, 2}) : pick({5, 2, 2, 1, 1, 1})];
  }

  void store_to(std::vector<Statement>& out, const Tensor& tensor, Expression value) {
    Statement s;
    s.kind = Statement::Kind::store;
    s.name = tensor.name;
    s.type = value.type;
    s.places = places(tensor, lanes_of(value.type));
    s.value = std::move(value);
    s.compound = chance(30);
    s.op = compound_operator(s.type);
    out.push_back(std::move(s));
  }
  void store(std::vector<Statement>& out) {
    const Tensor& tensor = written_tensor();
    const Type type = read_type(tensor.element);
    Expression value = expression(type, static_cast<unsigned>(between(1, 3)));
    // Sometimes the value comes from the same tensor nearby, so that one iteration reads what another writes.
    if (chance(45)) {
      Expression old = make(Expression::Kind::load, type, places(tensor));
      old.name = tensor.name;
      value = binary(compound_operator(type), type, std::move(old), std::move(value));
    }
    store_to(out, tensor, std::move(value));
  }
  void vector_store(std::vector<Statement>& out) {
    constexpr Type kDrawnTypes[] = {Type::f32x16, Type::i32x16, Type::f64x8};
    const Type type = kDrawnTypes[pick({5, 4, 2})];
    std::vector<const Tensor*> all;
    for (const Tensor* tensor : tensors(type, lanes_of(type)))
      if (!tensor->whole) all.push_back(tensor);
    if (all.empty()) return store(out);
    store_to(out, *one_of(all), expression(type, static_cast<unsigned>(between(1, 3))));
  }
  void scatter(std::vector<Statement>& out) {
    const Type type = chance(50) ? Type::f32x16 : Type::i32x16;
    std::vector<const Tensor*> all;
    for (const Tensor* tensor : tensors(type))
      if (!tensor->whole && tensor->shape.size() == 1 && ir::size_of(tensor->element) == 4) all.push_back(tensor);
    if (all.empty()) return store(out);
    const Tensor& tensor = *one_of(all);
    Statement s;
    s.kind = Statement::Kind::scatter;
    s.name = tensor.name;
    s.type = type;
    s.places = {vector_index(tensor.shape[0], 1)};
    s.value = expression(type, 2);
    out.push_back(std::move(s));
  }
  void call_statement(std::vector<Statement>& out) {
    for (const Function& function : program_.functions) {
      if (function.gives) continue;
      std::vector<const Tensor*> suits;
      for (const Tensor& tensor : program_.tensors)
        if (!tensor.whole && tensor.element == function.parameters[0].element &&
            tensor.shape.size() == function.parameters[0].dimensions)
          suits.push_back(&tensor);
      const Tensor& tensor = *one_of(suits);
      Statement s;
      s.kind = Statement::Kind::call;
      s.name = function.name;
      s.tensors = {tensor.name};
      s.places = places(tensor);
      s.value = expression(function.type, 2);
      out.push_back(std::move(s));
      return;
    }
    store(out);
  }

  void assign(std::vector<Statement>& out) {
    std::vector<Name> all;
    for (const Name& name : scope_)
      if (name.assignable) all.push_back(name);
    if (all.empty()) return store(out);
    const Name name = one_of(all);
    Statement s;
    s.kind = Statement::Kind::assign;
    s.name = name.name;
    s.type = name.type;
    Expression value = expression(name.type, 2);
    switch (is_vector(name.type) ? pick({5, 2}) : pick({5, 2, 2, 2})) {
      case 0:
        s.compound = true;
        s.op = compound_operator(name.type);
        break;
      case 1: value = binary(compound_operator(name.type), name.type, variable(name), std::move(value)); break;
      case 2: {
        Expression less = binary(Operator::lt, Type::boolean, variable(name), value);
        value = make(Expression::Kind::conditional, name.type, {std::move(less), std::move(value), variable(name)});
        break;
      }
      default:
        value = make(chance(50) ? Expression::Kind::min : Expression::Kind::max, name.type,
                     {variable(name), std::move(value)});
        break;
    }
    s.value = std::move(value);
    out.push_back(std::move(s));
  }

  /// Single-element statements of one type: the body of a loop that can be vectorised.
  void plain_body(std::vector<Statement>& out) {
    constexpr Type kDrawnTypes[] = {Type::f32, Type::i32, Type::f64};
    const Type type = kDrawnTypes[pick({5, 4, 2})];
    std::vector<const Tensor*> all;
    for (const Tensor* tensor : tensors(type))
      if (!tensor->whole && lane_size(type) == ir::size_of(tensor->element)) all.push_back(tensor);
    if (all.empty()) return store(out);
    plain_ = true;
    for (std::size_t k = pick({60, 30, 10}) + 1; k > 0; --k) {
      if (chance(20))
        declare(out, Statement::Kind::let, type, expression(type, 2));
      else
        store_to(out, *one_of(all), expression(type, static_cast<unsigned>(between(1, 3))));
    }
    plain_ = false;
  }
  static std::size_t lane_size(Type type) { return type == Type::f64 || type == Type::i64 ? 8 : 4; }

  void loop(std::vector<Statement>& out, unsigned depth) {
    const std::size_t outer = scope_.size();
    // Carried values: declared before the loop, changed inside, stored after it.
    for (std::size_t k = pick({55, 33, 12}); k > 0; --k) {
      constexpr Type kDrawnTypes[] = {Type::i32, Type::f32, Type::f64, Type::i64, Type::f32x16, Type::i32x16};
      const Type type = kDrawnTypes[pick({25, 30, 15, 15, 9, 6})];
      declare(out, Statement::Kind::var, type, leaf(type));
    }
    const std::size_t carried = scope_.size();
    const Range over = range();
    Statement s;
    s.kind = Statement::Kind::loop;
    s.name = fresh('i');
    s.low = over.low;
    s.high = over.high;
    s.step = over.step;
    constexpr std::int64_t kUnroll[] = {1, 2, 3, 4, 8};
    if (chance(12)) s.unroll = kUnroll[random_.below(5)];
    const std::int64_t work = work_;
    work_ *= std::max<std::int64_t>(1, over.trips);
    scope_.push_back({s.name, Type::i64, false, over.ranged, over.first, over.last});
    if (chance(30)) {
      plain_body(s.body);
    } else {
      if (carried > outer && chance(80)) assign(s.body);
      body(s.body, static_cast<std::size_t>(between(1, depth == 0 ? 4 : 2)), depth + 1);
    }
    scope_.resize(carried);
    work_ = work;
    s.independent = is_independent(s) && chance(50);
    out.push_back(std::move(s));
    for (std::size_t k = outer; k < carried; ++k) {
      const Name name = scope_[k];
      std::vector<const Tensor*> all;
      for (const Tensor* tensor : tensors(name.type, lanes_of(name.type)))
        if (!tensor->whole) all.push_back(tensor);
      if (!all.empty()) store_to(out, *one_of(all), variable(name));
    }
  }
};

}  // namespace

Program random_program(std::uint64_t seed) { return Generator(seed).program(); }

}  // namespace vtpu::compiler::random_kernel_tree
