#include "vtpu/ports/port_model.h"

#include <gtest/gtest.h>

#include "vtpu/isa/builder.h"

namespace vtpu::ports {
namespace {

using isa::at;
using isa::Builder;
using isa::Cost;
using isa::M;
using isa::op;
using isa::Opcode;
using isa::P;
using isa::R;
using isa::V;

std::size_t at_cost(Cost cost) { return static_cast<std::size_t>(cost); }

PortMap small_core() {
  PortMap map;
  map.processor = "a core of the test";
  map.dispatch = 4;
  map.alone[at_cost(Cost::alu)] = 0.25;
  map.alone[at_cost(Cost::load)] = 0.5;
  map.alone[at_cost(Cost::store)] = 1;
  map.alone[at_cost(Cost::branch)] = 0.5;
  map.alone[at_cost(Cost::shuffle)] = 1;
  map.alone[at_cost(Cost::vector_float)] = 0.5;
  map.least[at_cost(Cost::load)] = 0.5;
  map.latency[at_cost(Cost::alu)] = 1;
  map.latency[at_cost(Cost::load)] = 4;
  map.latency[at_cost(Cost::store)] = 1;
  map.latency[at_cost(Cost::vector_float)] = 3;
  map.pairs[{Cost::vector_float, Cost::shuffle}] = 1;  // one port serves both classes
  map.pairs[{Cost::alu, Cost::load}] = 0.5;            // nothing shared
  map.pairs[{Cost::load, Cost::store}] = 0.8;          // partly shared
  return map;
}

Mix mix(std::initializer_list<std::pair<Cost, double>> counts) {
  Mix result{};
  for (const auto& [cost, count] : counts) result[at_cost(cost)] = count;
  return result;
}

TEST(PortModel, a_class_alone_takes_its_count_times_its_rate) {
  EXPECT_DOUBLE_EQ(bound(small_core(), mix({{Cost::store, 7}})), 7);
  EXPECT_DOUBLE_EQ(bound(small_core(), mix({{Cost::load, 7}})), 3.5);
  EXPECT_EQ(bound(small_core(), Mix{}), 0);
}

TEST(PortModel, a_pair_that_shares_a_resource_takes_the_measured_part_of_both_times) {
  EXPECT_DOUBLE_EQ(bound(small_core(), mix({{Cost::vector_float, 1}, {Cost::shuffle, 1}})), 1.5);
  EXPECT_DOUBLE_EQ(bound(small_core(), mix({{Cost::load, 10}, {Cost::store, 10}})), 12);
  EXPECT_DOUBLE_EQ(bound(small_core(), mix({{Cost::load, 9}, {Cost::store, 3}})), 0.8 * (9 * 0.5 + 3 * 1.0));
}

TEST(PortModel, a_pair_that_shares_nothing_adds_no_constraint_and_dispatch_limits_all) {
  const auto all = constraints(small_core(), mix({{Cost::alu, 6}, {Cost::load, 2}}));
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].name(), "dispatch");
  EXPECT_DOUBLE_EQ(all[0].cycles, 2);
  EXPECT_EQ(all[1].name(), "alu");
  EXPECT_EQ(all[2].name(), "load");
}

TEST(PortModel, the_hard_limit_leaves_pairs_out_and_takes_the_least_cycles_of_a_class) {
  const Mix both = mix({{Cost::vector_float, 4}, {Cost::shuffle, 1}});
  EXPECT_DOUBLE_EQ(bound(small_core(), both), 3) << "the two exclude each other in the order that was measured";
  EXPECT_DOUBLE_EQ(hard_limit(small_core(), both).cycles, 2);
  EXPECT_EQ(hard_limit(small_core(), both).name(), "vector_float");
  PortMap map = small_core();
  map.least[at_cost(Cost::vector_float)] = 0.25;
  EXPECT_DOUBLE_EQ(hard_limit(map, both).cycles, 1.25);
  EXPECT_EQ(hard_limit(map, both).name(), "dispatch");
  EXPECT_EQ(hard_limit(map, Mix{}).cycles, 0);
}

TEST(PortModel, survives_a_round_trip_through_json) {
  const PortMap map = small_core();
  const auto read = PortMap::from_json(map.to_json());
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(read.value(), map);
}

TEST(PortModel, bad_json_is_refused_with_its_place) {
  const auto where = [](std::string_view text) { return PortMap::from_json(text).error().where; };
  EXPECT_EQ(where("["), "port map:1:2");
  EXPECT_EQ(where("{}"), "port map: dispatch");
  EXPECT_EQ(where(R"({"dispatch": -1})"), "port map: dispatch");
  EXPECT_EQ(where(R"({"dispatch": 4, "alone": {"load": "x"}})"), "port map: alone.load");
  EXPECT_EQ(where(R"({"dispatch": 4, "latency": {"lode": 1}})"), "port map: latency");
  EXPECT_EQ(where(R"({"dispatch": 4, "pairs": [{"first": "load"}]})"), "port map: pairs[0].second");
  EXPECT_EQ(where(R"({"dispatch": 4, "pairs": [{"first": "load", "second": "load", "together": 1}]})"),
            "port map: pairs[0]");
  EXPECT_EQ(where(R"({"dispatch": 4, "processor": 3})"), "port map: processor");
}

isa::Program loop_of(const std::function<void(Builder&)>& body) {
  Builder b("loop");
  b.counted_loop(R{15}, 10, [&] { body(b); });
  b.word(op(Opcode::dhalt));
  return b.build();
}
Loop only_loop(const isa::Program& program) {
  const auto loops = innermost_loops(program);
  EXPECT_EQ(loops.size(), 1U);
  return loops.at(0);
}
double recurrence(const isa::Program& program) { return recurrence_bound(small_core(), program, only_loop(program)); }

TEST(Recurrence, of_one_sum_is_the_latency_of_its_addition) {
  EXPECT_DOUBLE_EQ(recurrence(loop_of([](Builder& b) { b.word(op(Opcode::dadd_f32x16, V{0}, V{0}, V{1})); })), 3);
}

TEST(Recurrence, of_a_chain_through_two_words_adds_their_latencies) {
  EXPECT_DOUBLE_EQ(recurrence(loop_of([](Builder& b) {
                     b.word(op(Opcode::dadd_i64, R{1}, R{0}, 1));
                     b.word(op(Opcode::sgather_i64, R{0}, at(P{0}, R{1}, 8)));
                   })),
                   5);
}

TEST(Recurrence, of_a_rotation_over_two_iterations_is_half_of_its_latency) {
  // Both slots read the state before the word, so r0 → r1 → r0 takes two iterations.
  EXPECT_DOUBLE_EQ(recurrence(loop_of([](Builder& b) {
                     b.word(op(Opcode::dadd_i64, R{1}, R{0}, 1), op(Opcode::sgather_i64, R{0}, at(P{0}, R{1}, 8)));
                   })),
                   2.5);
}

TEST(Recurrence, ends_where_a_register_is_overwritten) {
  EXPECT_DOUBLE_EQ(recurrence(loop_of([](Builder& b) {
                     b.word(op(Opcode::sgather_v64, V{0}, at(P{0})));
                     b.word(op(Opcode::dadd_f32x16, V{0}, V{0}, V{1}));
                   })),
                   small_core().latency_of(Cost::branch));  // the latency of the loop's own counter
}

TEST(Recurrence, lanes_of_a_buffer_are_separate_and_a_packed_lane_is_not_read) {
  const double packs = recurrence(loop_of([](Builder& b) {
    for (int k = 0; k < 40; ++k) b.word(op(Opcode::cpack_i64, M{0}, k % 4, R{1}));
  }));
  EXPECT_DOUBLE_EQ(packs, small_core().latency_of(Cost::branch));
  const double through = recurrence(loop_of([](Builder& b) {
    b.word(op(Opcode::cpack_i64, M{0}, 2, R{1}));
    b.word(op(Opcode::cunpack_i64, R{1}, M{0}, 2));
  }));
  EXPECT_DOUBLE_EQ(through, 5);
}

TEST(Loops, of_a_nest_are_the_innermost) {
  Builder b("nest");
  b.counted_loop(R{1}, 2, [&] {
    b.counted_loop(R{2}, 2, [&] { b.word(op(Opcode::dadd_i64, R{3}, R{3}, 1)); });
    b.counted_loop(R{2}, 2, [&] { b.word(op(Opcode::dadd_i64, R{3}, R{3}, 1)); });
  });
  b.word(op(Opcode::dhalt));
  EXPECT_EQ(innermost_loops(b.build()), (std::vector<Loop>{{2, 3}, {5, 6}}));
}

TEST(Prediction, is_the_greater_of_ports_and_recurrence_and_names_it) {
  const auto stores = loop_of([](Builder& b) {
    for (int k = 0; k < 8; ++k) b.word(op(Opcode::sscattr_i64, R{1}, at(P{0}, 8 * k)));
  });
  const Prediction ports = predict(small_core(), stores, only_loop(stores));
  EXPECT_DOUBLE_EQ(ports.cycles, 8);
  EXPECT_EQ(ports.limit, "store");
  EXPECT_DOUBLE_EQ(ports.ops, 8);
  EXPECT_TRUE(ports.unmeasured.empty());

  const auto chase = loop_of([](Builder& b) {
    b.word(op(Opcode::dmul_i64, R{2}, R{2}, R{2}), op(Opcode::sgather_i64, R{1}, at(P{0}, R{1}, 8)));
  });
  const Prediction latency = predict(small_core(), chase, only_loop(chase));
  EXPECT_DOUBLE_EQ(latency.cycles, 4);
  EXPECT_EQ(latency.limit, "recurrence");
  EXPECT_EQ(latency.unmeasured, std::vector<Cost>{Cost::mul});
}

TEST(PortConflicts, name_the_slots_that_compete_and_the_cycles_lost) {
  const auto program = loop_of([](Builder& b) {
    b.word(op(Opcode::sscattr_i64, R{1}, at(P{0})), op(Opcode::cpack_i64, M{0}, 0, R{1}));
    b.word(op(Opcode::sgather_i64, R{2}, at(P{0})), op(Opcode::cpack_i64, M{0}, 1, R{1}));
    b.word();
  });
  // Three stores, one load, one branch: 0.8 (3 + 0.5) cycles for load and store, 3 for stores alone, 1.25 for dispatch.
  const auto conflicts = port_conflicts(small_core(), program, only_loop(program));
  ASSERT_EQ(conflicts.size(), 2U);
  EXPECT_EQ(conflicts[0].constraint.name(), "store");
  EXPECT_DOUBLE_EQ(conflicts[0].cycles_lost, 3 - 1.25);
  EXPECT_EQ(conflicts[0].places,
            (std::vector<PortConflict::Place>{{1, isa::Slot::S}, {1, isa::Slot::C}, {2, isa::Slot::C}}));
  EXPECT_EQ(conflicts[0].crowded_words, std::vector<std::uint32_t>{1});
  EXPECT_EQ(conflicts[1].constraint.name(), "load and store");
}

TEST(PortConflicts, there_are_none_if_dispatch_is_the_limit) {
  const auto program = loop_of([](Builder& b) {
    for (unsigned k = 0; k < 8; ++k)
      b.word(op(Opcode::dmov_i64, R{k}, 1), op(Opcode::sgather_i64, R{8 + k % 4}, at(P{0})));
  });
  EXPECT_TRUE(port_conflicts(small_core(), program, only_loop(program)).empty());
}

}  // namespace
}  // namespace vtpu::ports
