#include "vtpu/net/sparse/exchange.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "vtpu/base/index.h"
#include "vtpu/base/position.h"
#include "vtpu/base/random.h"

namespace vtpu::net::sparse {
namespace {

// A piece of a row and the chip that holds it in one number, so that sorting groups pieces by owner.
using Wanted = std::uint64_t;
constexpr int kPieceBits = 40;

int owner_of(Wanted wanted) { return static_cast<int>(wanted >> kPieceBits); }

class Builder {
 public:
  Builder(const ShardedTables& tables, const MessageFormat& format) : tables_(tables), format_(format) {}

  std::vector<Wanted> wanted(std::vector<std::uint64_t> rows, bool once) const {
    std::sort(rows.begin(), rows.end());
    if (once) rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    std::vector<Wanted> all;
    const int parts = tables_.parts();
    all.reserve(rows.size() * at(parts));
    for (int part = 0; part < parts; ++part) {
      if (tables_.part_bytes(part) == 0) continue;
      for (const std::uint64_t row : rows)
        all.push_back(static_cast<Wanted>(tables_.owner(row, part)) << kPieceBits |
                      (row * static_cast<std::uint64_t>(parts) + static_cast<std::uint64_t>(part)));
    }
    // There are many columns, and they are visited in order.
    if (!std::is_sorted(all.begin(), all.end())) std::sort(all.begin(), all.end());
    return all;
  }
  std::uint64_t bytes_of(Wanted wanted) const {
    const Wanted piece = wanted & ((Wanted{1} << kPieceBits) - 1);
    return tables_.part_bytes(static_cast<int>(piece % static_cast<std::uint64_t>(tables_.parts())));
  }

  Transfer request(int from, int to, std::size_t ids, std::size_t messages) const {
    return {Chip(from), Chip(to), static_cast<std::uint32_t>(messages),
            messages * format_.header_bytes + ids * format_.id_bytes};
  }
  Transfer reply(int from, int to, std::uint64_t bytes, std::size_t messages) const {
    return {Chip(from), Chip(to), static_cast<std::uint32_t>(messages), messages * format_.header_bytes + bytes};
  }

  /// Calls visit(owner, bytes) once for every sum that the owners of one bag's pieces send.
  template <class Visit>
  void for_each_sum(const std::uint64_t* rows, int bag, Visit visit) const {
    std::vector<std::pair<int, int>> sums;  // owner, part
    for (int i = 0; i < bag; ++i)
      for (int part = 0; part < tables_.parts(); ++part)
        if (tables_.part_bytes(part) > 0) sums.emplace_back(tables_.owner(rows[i], part), part);
    if (bag > 1) {
      std::sort(sums.begin(), sums.end());
      sums.erase(std::unique(sums.begin(), sums.end()), sums.end());
    }
    for (const auto& [owner, part] : sums) visit(owner, tables_.part_bytes(part));
  }

 private:
  const ShardedTables& tables_;
  MessageFormat format_;
};

/// Sorts transfers by destination; transfers with the same destination keep their order.
std::vector<Transfer> by_destination(const std::vector<Transfer>& transfers, int chips) {
  std::vector<std::size_t> place(at(chips) + 1, 0);
  for (const Transfer& t : transfers) ++place[at(t.destination.value()) + 1];
  for (std::size_t i = 1; i < place.size(); ++i) place[i] += place[i - 1];
  std::vector<Transfer> sorted(transfers.size());
  for (const Transfer& t : transfers) sorted[place[at(t.destination.value())]++] = t;
  return sorted;
}

Exchange pairwise(const Builder& build, const std::vector<std::vector<std::uint64_t>>& lookups, int bag, Scheme scheme,
                  int chips) {
  Exchange exchange = {{"request", {}}, {"reply", {}}};
  std::vector<std::uint64_t> sums(at(chips), 0);  // bytes, by owner
  for (int chip = 0; chip < chips; ++chip) {
    const std::vector<std::uint64_t>& rows = lookups[at(chip)];
    if (scheme == Scheme::pooled) {
      std::fill(sums.begin(), sums.end(), 0);
      for (std::size_t first = 0; first < rows.size(); first += at(bag))
        build.for_each_sum(&rows[first], bag, [&](int owner, std::uint64_t bytes) { sums[at(owner)] += bytes; });
    }
    const std::vector<Wanted> wanted = build.wanted(rows, scheme == Scheme::deduplicated);
    for (std::size_t begin = 0, end = 0; begin < wanted.size(); begin = end) {
      const int owner = owner_of(wanted[begin]);
      std::uint64_t bytes = 0;
      for (; end < wanted.size() && owner_of(wanted[end]) == owner; ++end) bytes += build.bytes_of(wanted[end]);
      if (owner == chip) continue;
      if (scheme == Scheme::pooled) bytes = sums[at(owner)];
      const std::size_t messages = scheme == Scheme::random ? end - begin : 1;
      exchange[0].transfers.push_back(build.request(chip, owner, end - begin, messages));
      exchange[1].transfers.push_back(build.reply(owner, chip, bytes, messages));
    }
  }
  exchange[0].transfers = by_destination(exchange[0].transfers, chips);
  return exchange;
}

/// Exchanges along one dimension after the other, starting with `first`. `held`: the pieces that each chip requests,
/// without repetitions. Adds its transfers to the phases of `exchange`: requests, one phase per dimension, then
/// replies.
void go_by_dimensions(const Builder& build, std::vector<std::vector<Wanted>> held, const Shape& grid, int first,
                      Exchange& exchange) {
  const int chips = grid.count(), dimensions = grid.dimensions();
  for (int turn = 0; turn < dimensions; ++turn) {
    const int d = (first + turn) % dimensions;
    std::vector<Transfer>& there = exchange[at(turn)].transfers;
    std::vector<Transfer>& back = exchange[at(2 * dimensions - 1 - turn)].transfers;
    std::vector<std::vector<Wanted>> next(at(chips));
    std::vector<std::vector<Wanted>> of_place(at(grid.side(d)));
    for (int chip = 0; chip < chips; ++chip) {
      for (auto& items : of_place) items.clear();
      for (const Wanted wanted : held[at(chip)])
        of_place[at(grid.coordinate_of(owner_of(wanted), d))].push_back(wanted);
      held[at(chip)] = {};
      for (int place = 0; place < grid.side(d); ++place) {
        const std::vector<Wanted>& items = of_place[at(place)];
        if (items.empty()) continue;
        const int to = chip + (place - grid.coordinate_of(chip, d)) * grid.stride(d);
        next[at(to)].insert(next[at(to)].end(), items.begin(), items.end());
        if (to == chip) continue;
        std::uint64_t bytes = 0;
        for (const Wanted wanted : items) bytes += build.bytes_of(wanted);
        there.push_back(build.request(chip, to, items.size(), 1));
        back.push_back(build.reply(to, chip, bytes, 1));
      }
    }
    for (auto& items : next) {
      std::sort(items.begin(), items.end());
      items.erase(std::unique(items.begin(), items.end()), items.end());
    }
    held = std::move(next);
  }
}

/// `orders`: the number of orders of dimensions, 1 or one per dimension, each with its share of the pieces.
Exchange hierarchical(const Builder& build, const std::vector<std::vector<std::uint64_t>>& lookups, const Shape& grid,
                      int orders) {
  Exchange exchange;
  for (const char* kind : {"request", "reply"})
    for (int turn = 0; turn < grid.dimensions(); ++turn) exchange.push_back({fmt::format("{} {}", kind, turn + 1), {}});
  std::vector<std::vector<std::vector<Wanted>>> held(at(orders), std::vector<std::vector<Wanted>>(lookups.size()));
  for (std::size_t chip = 0; chip < lookups.size(); ++chip)
    for (const Wanted wanted : build.wanted(lookups[chip], true)) {
      // Piece numbers are mixed, because the rows of a chip have much in common.
      const std::size_t order = orders == 1 ? 0 : mix64(wanted) % static_cast<std::uint64_t>(orders);
      held[order][chip].push_back(wanted);
    }
  for (int order = 0; order < orders; ++order)
    go_by_dimensions(build, std::move(held[at(order)]), grid, order, exchange);
  for (ExchangePhase& phase : exchange)
    std::sort(phase.transfers.begin(), phase.transfers.end(), [](const Transfer& a, const Transfer& b) {
      return std::pair(a.destination, a.source) < std::pair(b.destination, b.source);
    });
  return exchange;
}

}  // namespace

std::string_view name_of(Scheme scheme) {
  switch (scheme) {
    case Scheme::random: return "random";
    case Scheme::batched: return "batched";
    case Scheme::deduplicated: return "deduplicated";
    case Scheme::hierarchical: return "hierarchical";
    case Scheme::rotated: return "rotated";
    case Scheme::pooled: break;
  }
  return "pooled";
}

double ExchangePhase::bytes() const {
  double sum = 0;
  for (const Transfer& transfer : transfers) sum += static_cast<double>(transfer.bytes);
  return sum;
}

double ExchangePhase::messages() const {
  double sum = 0;
  for (const Transfer& transfer : transfers) sum += transfer.messages;
  return sum;
}

Result<Exchange> make_exchange(const ShardedTables& tables, const std::vector<std::vector<std::uint64_t>>& lookups,
                               int bag, Scheme scheme, const MessageFormat& format, const Shape& grid) {
  const int chips = tables.chips();
  if (lookups.size() != at(chips) || grid.count() != chips)
    return Error{"sparse exchange", fmt::format("lookups of {} chips on a grid of {}", lookups.size(), grid.count()),
                 fmt::format("{} chips, as in the tables", chips)};
  const std::uint64_t rows = tables.tables().total_rows();
  if (rows > (Wanted{1} << kPieceBits) / static_cast<std::uint64_t>(tables.parts()))
    return Error{"sparse exchange", fmt::format("{} rows in {} parts", rows, tables.parts()), "at most 2^40 pieces"};
  for (const std::vector<std::uint64_t>& own : lookups) {
    if (bag < 1 || own.size() % at(bag) != 0)
      return Error{"sparse exchange", fmt::format("{} lookups", own.size()), fmt::format("whole bags of {}", bag)};
    for (const std::uint64_t row : own)
      if (row >= rows) return Error{"sparse exchange", fmt::format("row {}", row), fmt::format("one below {}", rows)};
  }
  const Builder build(tables, format);
  if (scheme == Scheme::hierarchical) return hierarchical(build, lookups, grid, 1);
  if (scheme == Scheme::rotated) return hierarchical(build, lookups, grid, grid.dimensions());
  return pairwise(build, lookups, bag, scheme, chips);
}

workload::Workload workload_of(const Exchange& exchange, int chips, const std::string& name) {
  workload::Workload workload(name);
  IndexedVector<Chip, int> ready(chips, -1);  // by chip: the message that its next phase waits for
  for (const ExchangePhase& phase : exchange) {
    IndexedVector<Chip, std::vector<int>> arrives(chips);
    // Each chip begins with the next higher destination; otherwise all chips would send to the same one at the same
    // time.
    std::vector<Transfer> transfers = phase.transfers;
    const auto turn = [&](const Transfer& t) { return (t.destination.value() - t.source.value() + chips) % chips; };
    std::stable_sort(transfers.begin(), transfers.end(),
                     [&](const Transfer& a, const Transfer& b) { return turn(a) < turn(b); });
    for (const Transfer& transfer : transfers) {
      const int before = ready[transfer.source];
      const std::array<int, 1> after{before};
      for (std::uint32_t m = 0; m < transfer.messages; ++m) {
        // Messages of one transfer have the same size up to the remainder of the division.
        const std::uint64_t bytes = transfer.bytes / transfer.messages + (m < transfer.bytes % transfer.messages);
        const int id =
            workload.add({transfer.source, transfer.destination, bytes}, std::span(after).first(before < 0 ? 0 : 1));
        arrives[transfer.destination].push_back(id);
      }
    }
    for (const Chip chip : ready.indices()) {
      std::vector<int>& waits = arrives[chip];
      if (ready[chip] >= 0) waits.push_back(ready[chip]);
      // One message of a chip to itself stands for everything that has arrived, so that n messages after n others need
      // 2n dependences instead of n².
      if (!waits.empty()) ready[chip] = workload.add({chip, chip, 0}, waits);
    }
  }
  return workload;
}

}  // namespace vtpu::net::sparse
