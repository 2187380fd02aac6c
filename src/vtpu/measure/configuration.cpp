#include "vtpu/measure/configuration.h"

#include <algorithm>
#include <limits>

#include "vtpu/base/check.h"

namespace vtpu::measure {

void Configuration::set(const std::string& name, Parameter value) {
  if (const auto* number = std::get_if<std::uint64_t>(&value);
      number != nullptr && *number <= std::uint64_t{std::numeric_limits<std::int64_t>::max()})
    value = static_cast<std::int64_t>(*number);
  const auto at = std::find_if(all_.begin(), all_.end(), [&](const auto& one) { return one.first == name; });
  if (at == all_.end())
    all_.emplace_back(name, std::move(value));
  else
    at->second = std::move(value);
}

const Parameter& Configuration::at(const std::string& name) const {
  const auto at = std::find_if(all_.begin(), all_.end(), [&](const auto& one) { return one.first == name; });
  VTPU_CHECK(at != all_.end(), "a parameter is looked up by the name under which it was set");
  return at->second;
}

}  // namespace vtpu::measure
