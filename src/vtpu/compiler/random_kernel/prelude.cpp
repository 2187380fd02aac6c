#include "vtpu/compiler/random_kernel/random_kernel.h"

namespace vtpu::compiler {

/// Arithmetic of the kernel language in plain C++ without undefined behaviour. It uses builtins instead of <cmath>,
/// because thousands of files are compiled with it.
std::string_view cplusplus_prelude() {
  return R"text(#include <cstdint>
namespace rk {
using std::int32_t;
using std::int64_t;
using std::uint32_t;
using std::uint64_t;
struct bf16 {
  std::uint16_t bits;
};
template <class T>
struct unsigned_of;
template <>
struct unsigned_of<int32_t> {
  using type = uint32_t;
};
template <>
struct unsigned_of<int64_t> {
  using type = uint64_t;
};
template <class T>
using U = typename unsigned_of<T>::type;
template <class T>
constexpr bool integral = T(0.5) == T(0);
template <class To, class From>
To same_bits(From x) {
  static_assert(sizeof(To) == sizeof(From));
  To y;
  __builtin_memcpy(&y, &x, sizeof y);
  return y;
}
template <class T, int N>
struct V {
  T l[N];
};
template <int N>
struct M {
  bool l[N];
};

// The numbers low, low + step, … below high, by unsigned arithmetic: their distance may exceed an int64_t.
inline uint64_t trips(int64_t low, int64_t high, uint64_t step) {
  return low < high ? (uint64_t(high) - uint64_t(low) - 1) / step + 1 : 0;
}

template <class T>
T add(T a, T b) {
  if constexpr (integral<T>)
    return T(U<T>(a) + U<T>(b));
  else
    return a + b;
}
template <class T>
T sub(T a, T b) {
  if constexpr (integral<T>)
    return T(U<T>(a) - U<T>(b));
  else
    return a - b;
}
template <class T>
T mul(T a, T b) {
  if constexpr (integral<T>)
    return T(U<T>(a) * U<T>(b));
  else
    return a * b;
}
template <class T>
T div(T a, T b) {
  return a / b;
}
template <class T>
T band(T a, T b) {
  return a & b;
}
template <class T>
T bor(T a, T b) {
  return a | b;
}
template <class T>
T bxor(T a, T b) {
  return a ^ b;
}
template <class T>
T least(T a, T b) {
  return a < b ? a : b;
}
template <class T>
T greatest(T a, T b) {
  return a > b ? a : b;
}
#define RK_LANES(name)                                         \
  template <class T, int N>                                    \
  V<T, N> name(V<T, N> a, V<T, N> b) {                         \
    V<T, N> r;                                                 \
    for (int k = 0; k < N; ++k) r.l[k] = name(a.l[k], b.l[k]); \
    return r;                                                  \
  }
RK_LANES(add)
RK_LANES(sub)
RK_LANES(mul)
RK_LANES(div)
RK_LANES(band)
RK_LANES(bor)
RK_LANES(bxor)
RK_LANES(least) RK_LANES(greatest)
#define RK_COMPARE(name, op)                               \
  template <class T, int N>                                \
  M<N> name(V<T, N> a, V<T, N> b) {                        \
    M<N> r;                                                \
    for (int k = 0; k < N; ++k) r.l[k] = a.l[k] op b.l[k]; \
    return r;                                              \
  }
    RK_COMPARE(eq, ==) RK_COMPARE(ne, !=) RK_COMPARE(lt, <) RK_COMPARE(le, <=) RK_COMPARE(gt, >)
        RK_COMPARE(ge, >=)

            template <class T, class S>
            T shl(T a, S by) {
  return T(U<T>(a) << (by & S(8 * sizeof(T) - 1)));
}
template <class T, class S>
T shr(T a, S by) {
  return a >> (by & S(8 * sizeof(T) - 1));
}
template <class T, class S>
T lshr(T a, S by) {
  return T(U<T>(a) >> (by & S(8 * sizeof(T) - 1)));
}
#define RK_SHIFT(name)                                     \
  template <int N, class S>                                \
  V<int32_t, N> name(V<int32_t, N> a, S by) {              \
    for (int k = 0; k < N; ++k) a.l[k] = name(a.l[k], by); \
    return a;                                              \
  }
RK_SHIFT(shl)
RK_SHIFT(shr)
RK_SHIFT(lshr)

template <class T>
T neg(T a) {
  if constexpr (integral<T>)
    return T(U<T>(0) - U<T>(a));
  else
    return -a;
}
template <class T>
T inv(T a) {
  return ~a;
}
template <class T>
T mag(T a) {
  if constexpr (integral<T>)
    return a < 0 ? neg(a) : a;
  else if constexpr (sizeof(T) == 4)
    return __builtin_fabsf(a);
  else
    return __builtin_fabs(a);
}
template <class T>
T root(T a) {
  if constexpr (sizeof(T) == 4)
    return __builtin_sqrtf(a);
  else
    return __builtin_sqrt(a);
}
#define RK_UNARY(name)                                 \
  template <class T, int N>                            \
  V<T, N> name(V<T, N> a) {                            \
    for (int k = 0; k < N; ++k) a.l[k] = name(a.l[k]); \
    return a;                                          \
  }
RK_UNARY(neg)
RK_UNARY(inv)
RK_UNARY(mag)
RK_UNARY(root)
template <class T>
T muladd(T a, T b, T c) {
  if constexpr (integral<T>)
    return add(mul(a, b), c);
  else if constexpr (sizeof(T) == 4)
    return __builtin_fmaf(a, b, c);
  else
    return __builtin_fma(a, b, c);
}
template <class T, int N>
V<T, N> muladd(V<T, N> a, V<T, N> b, V<T, N> c) {
  for (int k = 0; k < N; ++k) a.l[k] = muladd(a.l[k], b.l[k], c.l[k]);
  return a;
}
template <class T>
T pick(bool c, T a, T b) {
  return c ? a : b;
}
template <class T, int N>
V<T, N> pick(M<N> c, V<T, N> a, V<T, N> b) {
  for (int k = 0; k < N; ++k) a.l[k] = c.l[k] ? a.l[k] : b.l[k];
  return a;
}

template <class To, class From>
To to(From x) {
  if constexpr (integral<To> && !integral<From>) {
    constexpr From end = From(uint64_t(1) << (8 * sizeof(To) - 1));
    return x >= -end && x < end ? To(x) : To(U<To>(1) << (8 * sizeof(To) - 1));
  } else if constexpr (integral<From> && !integral<To>) {
    return To(double(x));
  } else {
    return To(x);
  }
}
template <class To>
V<To, 16> lanes_to(V<int32_t, 16> x) {
  V<To, 16> r;
  for (int k = 0; k < 16; ++k) r.l[k] = to<To>(x.l[k]);
  return r;
}
template <class To>
V<To, 16> lanes_to(V<float, 16> x) {
  V<To, 16> r;
  for (int k = 0; k < 16; ++k) r.l[k] = to<To>(x.l[k]);
  return r;
}
template <class To, class From>
To bits(From x) {
  return x == x ? same_bits<To>(x) : To(0);
}

template <int N, class T>
V<T, N> spread(T x) {
  V<T, N> r;
  for (int k = 0; k < N; ++k) r.l[k] = x;
  return r;
}
inline V<int32_t, 16> iota() {
  V<int32_t, 16> r;
  for (int k = 0; k < 16; ++k) r.l[k] = k;
  return r;
}
template <class T>
V<T, 16> permuted(V<T, 16> a, V<int32_t, 16> i) {
  V<T, 16> r;
  for (int k = 0; k < 16; ++k) r.l[k] = a.l[i.l[k] & 15];
  return r;
}
template <class T, int N>
T all_add(V<T, N> a) {
  for (int half = N / 2; half > 0; half /= 2)
    for (int k = 0; k < half; ++k) a.l[k] = add(a.l[k], a.l[k + half]);
  return a.l[0];
}
template <class T, int N>
T all_min(V<T, N> a) {
  for (int half = N / 2; half > 0; half /= 2)
    for (int k = 0; k < half; ++k) a.l[k] = least(a.l[k], a.l[k + half]);
  return a.l[0];
}
template <class T, int N>
T all_max(V<T, N> a) {
  for (int half = N / 2; half > 0; half /= 2)
    for (int k = 0; k < half; ++k) a.l[k] = greatest(a.l[k], a.l[k + half]);
  return a.l[0];
}

inline int32_t get(const std::int8_t& x) { return x; }
inline int32_t get(const std::uint8_t& x) { return x; }
inline int32_t get(const std::uint16_t& x) { return x; }
inline float get(const bf16& x) { return same_bits<float>(uint32_t(x.bits) << 16); }
inline int32_t get(const int32_t& x) { return x; }
inline int64_t get(const int64_t& x) { return x; }
inline float get(const float& x) { return x; }
inline double get(const double& x) { return x; }
inline void put(bf16& x, float v) { x.bits = std::uint16_t(same_bits<uint32_t>(v) >> 16); }
template <class E, class T>
void put(E& x, T v) {
  x = E(v);
}
template <int N, class T>
V<T, N> slice(const T* p) {
  V<T, N> r;
  for (int k = 0; k < N; ++k) r.l[k] = p[k];
  return r;
}
template <class T, int N>
void put_slice(T* p, V<T, N> v) {
  for (int k = 0; k < N; ++k) p[k] = v.l[k];
}
template <class T>
V<T, 16> gathered(const T* p, V<int32_t, 16> i) {
  V<T, 16> r;
  for (int k = 0; k < 16; ++k) r.l[k] = p[i.l[k]];
  return r;
}
template <class T>
void scattered(T* p, V<int32_t, 16> i, V<T, 16> v) {
  for (int k = 0; k < 16; ++k) p[i.l[k]] = v.l[k];
}

inline V<int32_t, 16> dot_u8i8(V<int32_t, 16> sum, const std::uint8_t* a, const std::int8_t* b) {
  for (int k = 0; k < 64; ++k) sum.l[k / 4] = add(sum.l[k / 4], int32_t(a[k]) * int32_t(b[k]));
  return sum;
}
// Denormal factors, sums and results are replaced by zero; the odd element comes first. The product of two
// bfloat16 is exact in a double, and so is a sum close to the least normal number.
inline float flushed(float x) { return __builtin_fabsf(x) < 0x1p-126f ? __builtin_copysignf(0.0f, x) : x; }
inline float bf16_step(float c, float a, float b) {
  a = flushed(a), b = flushed(b);
  const float r = __builtin_fmaf(a, b, c);
  if (__builtin_fabsf(r) != 0x1p-126f) return flushed(r);
  return __builtin_fabs(double(a) * b + c) < 0x1p-126 - 0x1p-151 ? __builtin_copysignf(0.0f, r) : r;
}
inline V<float, 16> dot_bf16(V<float, 16> sum, const bf16* a, const bf16* b) {
  for (int k = 0; k < 16; ++k) {
    const float odd = bf16_step(flushed(sum.l[k]), get(a[2 * k + 1]), get(b[2 * k + 1]));
    sum.l[k] = bf16_step(odd, get(a[2 * k]), get(b[2 * k]));
  }
  return sum;
}
}  // namespace rk
  )text";
}

}  // namespace vtpu::compiler
