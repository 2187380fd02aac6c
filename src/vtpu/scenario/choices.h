#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/choice.h"
#include "vtpu/base/result.h"

// The enumerations of a scenario, each with its one table of names, and a field that holds any of them.

namespace vtpu::scenario {

/// The rows of topologies.def.
enum class TopologyKind : std::uint8_t {
#define TOPOLOGY(enumerator, name, keys, build) enumerator,
#include "vtpu/scenario/topologies.def"
#undef TOPOLOGY
};

enum class RoutingKind : std::uint8_t {
  automatic,
  dimension_order,
  minimal_adaptive,
  valiant,
  e_cube,
  table,
  symmetric
};

/// net/routing/dimension_order.h describes the rules.
enum class DatelineRule : std::uint8_t { none, plain, balanced, crossing };
enum class TieRule : std::uint8_t { split, positive };

/// How a routing table splits a pair's traffic over its shortest paths.
enum class TableSplit : std::uint8_t { even, first, balanced };

enum class WorkloadKind : std::uint8_t { none, collective, all_to_all, trace };
enum class Level : std::uint8_t { automatic, flit, packet, flow };

/// When new routing tables reach their chips, and what a pause holds back: net/reconfigure and net/packet.
enum class TableDelivery : std::uint8_t { staged, sent };
enum class PauseHold : std::uint8_t { packets, messages };

enum class PolicyKind : std::uint8_t { chip_spare, block_spare, static_wiring, checkpoint_restart };
enum class LawKind : std::uint8_t { exponential, weibull };
enum class View : std::uint8_t { automatic, curve, links, machine };

/// A field of a scenario that holds a value of an enumeration, seen without its type.
class ChoiceField {
 public:
  template <Named E>
  ChoiceField(E* field)  // NOLINT(google-explicit-constructor): a pointer to a field becomes a Field, whatever its type
      : field_(field),
        names_(&choice_names<E>),
        name_([](const void* stored) { return choice_name(*static_cast<const E*>(stored)); }),
        assign_([](void* stored, std::string_view text, const std::string& where) -> Result<void> {
          const Result<E> value = parse_choice<E>(text, where);
          if (!value) return value.error();
          *static_cast<E*>(stored) = *value;
          return {};
        }) {}

  std::vector<std::string> names() const { return names_(); }
  /// The name of the stored value.
  std::string name() const { return name_(field_); }
  /// Error: `where`, the text with the nearest name, all names.
  Result<void> assign(std::string_view text, const std::string& where) const { return assign_(field_, text, where); }

 private:
  void* field_;
  std::vector<std::string> (*names_)();
  std::string (*name_)(const void*);
  Result<void> (*assign_)(void*, std::string_view, const std::string&);
};

#define TOPOLOGY(enumerator, name, keys, build) +1
inline constexpr std::size_t kTopologyKinds = 0
#include "vtpu/scenario/topologies.def"
    ;
#undef TOPOLOGY

}  // namespace vtpu::scenario

namespace vtpu {

template <>
inline constexpr Choices<scenario::TopologyKind, scenario::kTopologyKinds> kChoices<scenario::TopologyKind>{{
#define TOPOLOGY(enumerator, name, keys, build) {scenario::TopologyKind::enumerator, name},
#include "vtpu/scenario/topologies.def"
#undef TOPOLOGY
}};

template <>
inline constexpr Choices<scenario::RoutingKind, 7> kChoices<scenario::RoutingKind>{
    {{scenario::RoutingKind::automatic, "auto"},
     {scenario::RoutingKind::dimension_order, "dimension-order"},
     {scenario::RoutingKind::minimal_adaptive, "minimal-adaptive"},
     {scenario::RoutingKind::valiant, "valiant"},
     {scenario::RoutingKind::e_cube, "e-cube"},
     {scenario::RoutingKind::table, "table"},
     {scenario::RoutingKind::symmetric, "symmetric"}}};

template <>
inline constexpr Choices<scenario::DatelineRule, 4> kChoices<scenario::DatelineRule>{
    {{scenario::DatelineRule::none, "none"},
     {scenario::DatelineRule::plain, "plain"},
     {scenario::DatelineRule::balanced, "balanced"},
     {scenario::DatelineRule::crossing, "crossing"}}};

template <>
inline constexpr Choices<scenario::TieRule, 2> kChoices<scenario::TieRule>{
    {{scenario::TieRule::split, "split"}, {scenario::TieRule::positive, "positive"}}};

template <>
inline constexpr Choices<scenario::TableSplit, 3> kChoices<scenario::TableSplit>{
    {{scenario::TableSplit::even, "even"},
     {scenario::TableSplit::first, "first"},
     {scenario::TableSplit::balanced, "balanced"}}};

template <>
inline constexpr Choices<scenario::WorkloadKind, 4> kChoices<scenario::WorkloadKind>{
    {{scenario::WorkloadKind::none, "none"},
     {scenario::WorkloadKind::collective, "collective"},
     {scenario::WorkloadKind::all_to_all, "all-to-all"},
     {scenario::WorkloadKind::trace, "trace"}}};

template <>
inline constexpr Choices<scenario::Level, 4> kChoices<scenario::Level>{{{scenario::Level::automatic, "auto"},
                                                                        {scenario::Level::flit, "flit"},
                                                                        {scenario::Level::packet, "packet"},
                                                                        {scenario::Level::flow, "flow"}}};

template <>
inline constexpr Choices<scenario::TableDelivery, 2> kChoices<scenario::TableDelivery>{
    {{scenario::TableDelivery::staged, "staged"}, {scenario::TableDelivery::sent, "sent"}}};

template <>
inline constexpr Choices<scenario::PauseHold, 2> kChoices<scenario::PauseHold>{
    {{scenario::PauseHold::packets, "packets"}, {scenario::PauseHold::messages, "messages"}}};

template <>
inline constexpr Choices<scenario::PolicyKind, 4> kChoices<scenario::PolicyKind>{
    {{scenario::PolicyKind::chip_spare, "chip-spare"},
     {scenario::PolicyKind::block_spare, "block-spare"},
     {scenario::PolicyKind::static_wiring, "static"},
     {scenario::PolicyKind::checkpoint_restart, "checkpoint-restart"}}};

template <>
inline constexpr Choices<scenario::LawKind, 2> kChoices<scenario::LawKind>{
    {{scenario::LawKind::exponential, "exponential"}, {scenario::LawKind::weibull, "weibull"}}};

template <>
inline constexpr Choices<scenario::View, 4> kChoices<scenario::View>{{{scenario::View::automatic, "auto"},
                                                                      {scenario::View::curve, "curve"},
                                                                      {scenario::View::links, "links"},
                                                                      {scenario::View::machine, "machine"}}};

}  // namespace vtpu
