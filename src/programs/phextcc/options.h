#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/compiler/phextcc.h"

namespace vtpu::command {

/// What the command line of phextcc said.
struct Options {
  std::string file, out, emit, form, ports, engine = "auto";
  std::vector<std::string> definitions, fills, shows;
  compiler::Options compiler;
  std::uint64_t seed = 1;
  unsigned samples = 9;
  bool report = false, run = false, measure = false, json = false, no_pipeline = false, pipeline_all = false,
       words_with_source = false;
};

}  // namespace vtpu::command
