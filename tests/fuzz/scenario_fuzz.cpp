// Arbitrary bytes as a scenario, and as a setting of the command line: a scenario, or an Error with its place.
#include <cstdint>
#include <string>

#include "vtpu/base/check.h"
#include "vtpu/scenario/keys.h"
#include "vtpu/scenario/scenario.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vtpu::scenario;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto scenario = parse_scenario(bytes, "fuzz");
  if (!scenario)
    VTPU_CHECK(scenario.error().where.starts_with("fuzz:"), "an error says where");
  else
    for (const Key& key : keys()) static_cast<void>(value_text(key, *scenario));
  Scenario defaults;
  static_cast<void>(set(defaults, bytes));
  return 0;
}
