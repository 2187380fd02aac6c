#include "vtpu/compiler/language/builtins.h"

namespace vtpu::compiler::language {

std::string_view prelude_text() {
  return R"(
// Functions written in the language itself, for f32 and f32x16 (a parameter without a type takes the type of its
// argument). The stated errors are the maxima that tests/compiler/prelude_test.cpp finds against binary64, in units in
// the last place (ulp); for denormal results an ulp is 2^-149.

// e^r for r in [-0.35, 0.35]: the steps that exp and exp_nonpositive share (coefficients: Moshier, Cephes, expf).
fn exp_near_zero(r) {
  let p = fma(fma(fma(fma(fma(1.9875691500e-4, r, 1.3981999507e-3), r, 8.3334519073e-3), r, 4.1665795894e-2), r,
                  1.6666665459e-1), r, 5.0000001201e-1);
  return fma(p, r * r, r) + 1.0;
}

// e^x within 1.1 ulp; 0 below -103.98, infinity above 88.73. n = x / ln 2 is rounded by adding 1.5 * 2^23. 254 more are
// added, so that the low bits of the sum hold n + 254, which are the exponents of two powers of two with the product
// 2^n. Two factors round denormal results once.
fn exp(x) {
  let y = min(89.0, max(-105.0, x));
  let t = fma(y, 1.4426950408889634, 12583166.0);
  let whole = t - 12583166.0;
  let e = exp_near_zero(fma(whole, 1.9046542e-9, fma(whole, -0.693147182464599609375, y)));
  let first = lshr(bits_i32(t), 1) << 23;
  let second = (bits_i32(t) << 23) - first;
  return e * bits_f32(first) * bits_f32(second);
}

// The same bits as exp(x), in fewer ops, for x that are not positive: the second factor is then always 2^-63.
fn exp_nonpositive(x) {
  let y = max(-105.0, x);
  let t = fma(y, 1.4426950408889634, 12583102.0);
  let whole = t - 12583102.0;
  let e = exp_near_zero(fma(whole, 1.9046542e-9, fma(whole, -0.693147182464599609375, y)));
  return e * bits_f32(bits_i32(t) << 23) * 1.0842021724855044e-19;
}

// 1 / (1 + e^-x) within 2.3 ulp. On both sides of 0, the power cannot overflow. The sign bit makes -|x| of x.
fn sigmoid(x) {
  let e = exp_nonpositive(bits_f32(bits_i32(x) | -2147483648));
  return select(x < 0.0, e, 1.0) / (1.0 + e);
}

// Within 1.4 ulp. Near 0 a polynomial of x^2 (Moshier, Cephes, tanhf), otherwise 1 - 2 / (e^2|x| + 1).
fn tanh(x) {
  let a = abs(x);
  let s = x * x;
  let near = fma(fma(fma(fma(fma(-5.70498872745e-3, s, 2.06390887954e-2), s, -5.37397155531e-2), s,
                         1.33314422036e-1), s, -3.33332819422e-1) * s, x, x);
  let far = 1.0 - 2.0 / (exp(a + a) + 1.0);
  return select(a < 0.625, near, select(x < 0.0, -far, far));
}
)";
}

}  // namespace vtpu::compiler::language
