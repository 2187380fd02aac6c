#include "vtpu/net/fault/placement.h"

#include <algorithm>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"
#include "vtpu/net/fault/degraded.h"

namespace vtpu::net::fault {
namespace {

bool is_wire(ComponentKind kind) {
  return kind == ComponentKind::link || kind == ComponentKind::fibre || kind == ComponentKind::ocs;
}

int units_of(const Machine& machine, Spares spares) {
  switch (spares) {
    case Spares::none: return machine.active_count();
    case Spares::chips: return machine.chip_count();
    case Spares::blocks: return machine.block_count();
  }
  return 0;
}

}  // namespace

Result<Placement> Placement::make(const Machine& machine, Spares spares) {
  if (spares != Spares::chips) return Placement(machine, spares, whole_torus(machine));
  Result<ocs::OcsState> spliced = splice_in_series(machine, SpliceRule::spread, machine.config().spare_blocks);
  if (!spliced) return spliced.error();
  return Placement(machine, spares, std::move(*spliced));
}

Placement::Placement(const Machine& machine, Spares spares, ocs::OcsState state)
    : machine_(machine),
      spares_(spares),
      unit_chips_(spares == Spares::blocks ? machine.block_shape().count() : 1),
      seats_(machine.active_count() / unit_chips_, units_of(machine, spares)),
      fabric_(machine, std::move(state)),
      works_(at(machine.chip_count()), true),
      joined_(at(machine.chip_count()), true),
      usable_(at(machine.chip_count()), true),
      causes_(at(machine.chip_count()), 0) {
  if (spares != Spares::chips)
    for (int chip = machine.active_count(); chip < machine.chip_count(); ++chip) joined_[at(chip)] = false;
  for (int block = 0; block < machine.active_block_count(); ++block) holder_.push_back(block);
}

bool Placement::seated(int chip) const {
  const int unit = unit_chips_ == 1 ? chip : machine_.block_place_of(chip).block.value();
  return unit < units_of(machine_, spares_) && seats_.seat_of(unit).has_value();
}

bool Placement::fail(Component component) {
  bool stops = false;
  if (is_wire(component.kind)) {
    stops = fabric_.in_use(component, in_job());
    fabric_.fail(component);
  }
  for (const int chip : chips_of(machine_, component)) {
    if (causes_[at(chip)]++ > 0) continue;
    stops = stops || (joined_[at(chip)] && usable_[at(chip)]);
    works_[at(chip)] = false;
  }
  return stops;
}

void Placement::repair(Component component) {
  if (is_wire(component.kind)) fabric_.repair(component);
  for (const int chip : chips_of(machine_, component)) works_[at(chip)] = --causes_[at(chip)] == 0;
}

std::vector<bool> Placement::in_job() const {
  std::vector<bool> chips(works_.size());
  for (std::size_t chip = 0; chip < chips.size(); ++chip) chips[chip] = works_[chip] && joined_[chip];
  return chips;
}

bool Placement::unit_usable(const std::vector<bool>& usable, int unit) const {
  if (unit_chips_ == 1) return usable[at(unit)];
  for (int position = 0; position < unit_chips_; ++position)
    if (!usable[at(machine_.chip_at(BlockPlace{unit, position}))]) return false;
  return true;
}

Placement::Stock Placement::take_stock() {
  Stock stock;
  // Every round after the first only removes units, so the loop ends.
  bool again = compare(true, stock);
  while (again) again = compare(false, stock);
  return stock;
}

/// Returns whether a block was spliced in.
bool Placement::compare(bool with_repairs, Stock& stock) {
  const std::vector<bool> chips = in_job();
  std::vector<bool> now = fabric_.largest_part(chips);
  int cut_off = 0;
  for (std::size_t chip = 0; chip < now.size(); ++chip) {
    cut_off += chips[chip] && !now[chip];
    if (!joined_[chip]) now[chip] = works_[chip];
  }
  stock.cut_off = std::max(stock.cut_off, cut_off);
  std::vector<int> gone, back;
  for (int unit = 0; unit < units_of(machine_, spares_); ++unit) {
    const bool whole = unit_usable(now, unit);
    if (whole == !seats_.failed(unit)) continue;
    (whole ? back : gone).push_back(unit);
  }
  usable_ = std::move(now);
  bool spliced = false;
  if (with_repairs)
    for (const int unit : back) spliced = give_back(unit, stock) || spliced;
  for (const int unit : gone) spliced = take_out(unit, stock) || spliced;
  return spliced;
}

bool Placement::take_out(int unit, Stock& stock) {
  const Seats::Move move = seats_.fail(unit);
  const Change::What what = !move.seat ? Change::What::struck_off : move.to ? Change::What::moved : Change::What::lost;
  stock.changes.push_back({what, unit, move.seat.value_or(-1), move.to.value_or(-1)});
  return move.to && splice(*move.seat, *move.to, stock);
}

bool Placement::give_back(int unit, Stock& stock) {
  const std::optional<int> seat = seats_.repair(unit);
  stock.changes.push_back({Change::What::returned, unit, seat.value_or(-1)});
  return seat && splice(*seat, unit, stock);
}

/// Gives a block the circuits of its new place. Returns whether it did not have them yet.
bool Placement::splice(int seat, int unit, Stock& stock) {
  if (spares_ != Spares::blocks || holder_[at(seat)] == unit) return false;
  const int before = std::exchange(holder_[at(seat)], unit);
  const Result<ocs::Splice> splice = ocs::splice_block(fabric_.state(), before, unit);
  VTPU_CHECK(splice.ok(), "a block that takes a new place has no circuits");
  stock.circuits += static_cast<int>(splice->changes.added.size());
  fabric_.set_state(splice->state);
  for (const int chip : chips_of(machine_, {ComponentKind::block, before})) joined_[at(chip)] = false;
  for (const int chip : chips_of(machine_, {ComponentKind::block, unit})) joined_[at(chip)] = true;
  return true;
}

}  // namespace vtpu::net::fault
