#include "vtpu/net/fault/placement.h"

#include <algorithm>
#include <utility>

#include "vtpu/base/check.h"
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
      works_(machine.chip_count(), true),
      joined_(machine.chip_count(), true),
      usable_(machine.chip_count(), true),
      causes_(machine.chip_count(), 0) {
  if (spares != Spares::chips)
    for (const Chip chip : IndexRange(Chip(machine.active_count()), Chip(machine.chip_count()))) joined_[chip] = false;
  for (const Block block : index_range<Block>(machine.active_block_count())) holder_.push_back(block);
}

bool Placement::seated(Chip chip) const {
  const Unit unit(unit_chips_ == 1 ? chip.value() : machine_.block_place_of(chip).block.value());
  return unit.value() < units_of(machine_, spares_) && seats_.seat_of(unit).has_value();
}

bool Placement::fail(Component component) {
  bool stops = false;
  if (is_wire(component.kind)) {
    stops = fabric_.in_use(component, in_job());
    fabric_.fail(component);
  }
  for (const Chip chip : chips_of(machine_, component)) {
    if (causes_[chip]++ > 0) continue;
    stops = stops || (joined_[chip] && usable_[chip]);
    works_[chip] = false;
  }
  return stops;
}

void Placement::repair(Component component) {
  if (is_wire(component.kind)) fabric_.repair(component);
  for (const Chip chip : chips_of(machine_, component)) works_[chip] = --causes_[chip] == 0;
}

IndexedVector<Chip, bool> Placement::in_job() const {
  IndexedVector<Chip, bool> chips(works_.size());
  for (const Chip chip : chips.indices()) chips[chip] = works_[chip] && joined_[chip];
  return chips;
}

bool Placement::unit_usable(const IndexedVector<Chip, bool>& usable, Unit unit) const {
  if (unit_chips_ == 1) return usable[Chip(unit.value())];
  for (int position = 0; position < unit_chips_; ++position)
    if (!usable[machine_.chip_at(BlockPlace{Block(unit.value()), position})]) return false;
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
  const IndexedVector<Chip, bool> chips = in_job();
  IndexedVector<Chip, bool> now = fabric_.largest_part(chips);
  int cut_off = 0;
  for (const Chip chip : now.indices()) {
    cut_off += chips[chip] && !now[chip];
    if (!joined_[chip]) now[chip] = works_[chip];
  }
  stock.cut_off = std::max(stock.cut_off, cut_off);
  std::vector<Unit> gone, back;
  for (const Unit unit : index_range<Unit>(units_of(machine_, spares_))) {
    const bool whole = unit_usable(now, unit);
    if (whole == !seats_.failed(unit)) continue;
    (whole ? back : gone).push_back(unit);
  }
  usable_ = std::move(now);
  bool spliced = false;
  if (with_repairs)
    for (const Unit unit : back) spliced = give_back(unit, stock) || spliced;
  for (const Unit unit : gone) spliced = take_out(unit, stock) || spliced;
  return spliced;
}

bool Placement::take_out(Unit unit, Stock& stock) {
  const Seats::Move move = seats_.fail(unit);
  const Change::What what = !move.seat ? Change::What::struck_off : move.to ? Change::What::moved : Change::What::lost;
  stock.changes.push_back({what, unit, move.seat.value_or(Seat::none()), move.to.value_or(Unit::none())});
  return move.to && splice(*move.seat, *move.to, stock);
}

bool Placement::give_back(Unit unit, Stock& stock) {
  const std::optional<Seat> seat = seats_.repair(unit);
  stock.changes.push_back({Change::What::returned, unit, seat.value_or(Seat::none())});
  return seat && splice(*seat, unit, stock);
}

/// Gives a block the circuits of its new place. Returns whether it did not have them yet.
bool Placement::splice(Seat seat, Unit unit, Stock& stock) {
  const Block block(unit.value());
  if (spares_ != Spares::blocks || holder_[seat] == block) return false;
  const Block before = std::exchange(holder_[seat], block);
  const Result<ocs::Splice> splice = ocs::splice_block(fabric_.state(), before, block);
  VTPU_CHECK(splice.ok(), "a block that takes a new place has no circuits");
  stock.circuits += static_cast<int>(splice->changes.added.size());
  fabric_.set_state(splice->state);
  for (const Chip chip : chips_of(machine_, {ComponentKind::block, before.value()})) joined_[chip] = false;
  for (const Chip chip : chips_of(machine_, {ComponentKind::block, block.value()})) joined_[chip] = true;
  return true;
}

}  // namespace vtpu::net::fault
