#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <regex>
#include <string>
#include <string_view>
#include <utility>

#include "vtpu/compiler/ir/text.h"
#include "vtpu/compiler/ir/verify.h"
#include "vtpu/compiler/language/frontend.h"

namespace vtpu::compiler::language {

/// All diagnostics of a text, as printed.
inline std::string errors_of(const std::string& text, const std::map<std::string, std::int64_t>& parameters = {}) {
  std::string all;
  for (const Diagnostic& diagnostic : read("k.phx", text, parameters).diagnostics)
    all += render(diagnostic, "k.phx", text);
  return all;
}

/// The module of a text without errors; checks that it verifies.
inline ir::Module module_of(const std::string& text, const std::map<std::string, std::int64_t>& parameters = {}) {
  Read made = read("k.phx", text, parameters);
  EXPECT_TRUE(made.module.has_value()) << errors_of(text, parameters);
  if (!made.module) return {};
  const Result<void> verified = ir::verify(*made.module);
  EXPECT_TRUE(verified.ok()) << (verified.ok() ? "" : verified.error().message()) << "\n" << text;
  return std::move(*made.module);
}

/// Items shared by the listings.
inline const std::string kItems = R"(param n = 64;
const half: f32 = 0.5;
tensor x: f32[n]; tensor y: f32[n]; tensor g: f32[4, 16];
tensor d: f64[n]; tensor k: i64[n]; tensor w: i32[n];
tensor b: u8[n]; tensor c: i8[n]; tensor h: bf16[n];
tensor s: f64[8, 2048] sparse;
fn mean(v: f32[], from: i64) -> f32 { let t = sum(i in from..from + 16) v[i]; return t / 16.0; }
fn twice(v: f32) -> f32 { let q = v + v; return q; }
fn clear(v: f32[]) { for i in 0..n { v[i] = 0.0; } }
fn squared(v) { return v * v; }
)";

/// The ops of a kernel with the body `statements`, after kItems, as text without source places.
inline std::string lowered(const std::string& statements) {
  const ir::Module module = module_of(kItems + "kernel main() {\n" + statements + "\n}\n");
  const std::string text = std::regex_replace(ir::to_text(module), std::regex(" @[0-9]+:[0-9]+"), "");
  // Skip the module's header and tensors.
  std::size_t at = 0;
  while (at < text.size()) {
    const std::string_view line(text.data() + at, text.find('\n', at) - at);
    if (!line.starts_with("module ") && !line.starts_with("values ") && !line.starts_with("loops ") &&
        !line.starts_with("tensor "))
      break;
    at += line.size() + 1;
  }
  return "\n" + text.substr(at);
}

}  // namespace vtpu::compiler::language
