#include "vtpu/compiler/language/builtins.h"

namespace vtpu::compiler::language {

std::string_view prelude_text() {
  return R"(
// Functions written in the language itself, for f32 and f32x16 (a parameter without a type takes the type of its
// argument). The stated errors are the maxima that tests/compiler/prelude_test.cpp finds against binary64, in units in
// the last place (ulp); for denormal results an ulp is 2^-149.

// e^x within 1.1 ulp; 0 below -103.98, infinity above 88.73. n = x / ln 2, rounded by adding 1.5 * 2^23. The result is
// a polynomial of r = x - n ln 2 in [-0.35, 0.35] (coefficients: Moshier, Cephes, expf), times 2^n in two factors so
// that denormal results are rounded once.
fn exp(x) {
  let y = min(89.0, max(-105.0, x));
  let t = fma(y, 1.4426950408889634, 12582912.0);
  let n = bits_i32(t) - 0x4b400000;
  let whole = t - 12582912.0;
  let r = fma(whole, 1.9046542e-9, fma(whole, -0.693147182464599609375, y));
  let p = fma(fma(fma(fma(fma(1.9875691500e-4, r, 1.3981999507e-3), r, 8.3334519073e-3), r, 4.1665795894e-2), r,
                  1.6666665459e-1), r, 5.0000001201e-1);
  let e = fma(p, r * r, r) + 1.0;
  let half = n >> 1;
  return e * bits_f32((half + 127) << 23) * bits_f32((n - half + 127) << 23);
}

// 1 / (1 + e^-x) within 2.3 ulp. On both sides of 0, the power cannot overflow.
fn sigmoid(x) {
  let e = exp(-abs(x));
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
