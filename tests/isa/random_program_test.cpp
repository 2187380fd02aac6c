// Are random and synthetic programs valid, do they cover the whole table, and does reduction find the core of a
// failure?
#include "vtpu/isa/random_program.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "samples.h"
#include "vtpu/isa/generator.h"
#include "vtpu/isa/registers.h"

namespace vtpu::isa {
namespace {

std::set<Opcode> opcodes_of(const Program& program) {
  std::set<Opcode> used;
  for (const Word& word : program.words)
    for (const Op* op : {&word.dense, &word.sparse, &word.coord}) used.insert(op->opcode);
  return used;
}

TEST(RandomProgram, IsValidForEverySeedAndUsesEveryOpcodeBetweenThem) {
  std::set<Opcode> used;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Program program = random_program({.seed = seed});
    for (const Fault& fault : validate(program)) ADD_FAILURE() << "seed " << seed << ": " << fault.message();
    used.merge(opcodes_of(program));
  }
  for (const OpcodeInfo& row : all_opcodes()) EXPECT_TRUE(used.contains(row.opcode)) << row.mnemonic;
}

TEST(RandomProgram, DependsOnTheSeedAlone) {
  EXPECT_TRUE(samples::same(random_program({.seed = 7}), random_program({.seed = 7})));
  EXPECT_FALSE(random_program({.seed = 7}) == random_program({.seed = 8}));
}

TEST(RandomProgram, OmitsWhatItsSpecExcludes) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    for (const Opcode opcode :
         opcodes_of(random_program({.seed = seed, .memory = false, .messages = false, .slow = false}))) {
      const OpcodeInfo& row = info(opcode);
      EXPECT_TRUE(row.effect == Effect::pure || row.effect == Effect::control || row.effect == Effect::hint) << row.id;
      EXPECT_NE(row.cost, Cost::slow) << row.id;
    }
  }
}

TEST(RandomProgram, AHostileOneIsValidAndAimsEveryAccessAtBothLimitsOfADisplacement) {
  std::set<std::pair<Opcode, bool>> near;
  std::set<Opcode> used;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    const Program program = random_program({.seed = seed, .hostile = true});
    for (const Fault& fault : validate(program)) ADD_FAILURE() << "seed " << seed << ": " << fault.message();
    for (const Word& word : program.words) {
      const std::int64_t disp = word.sparse.disp;
      if (disp > INT32_MAX - 300) near.emplace(word.sparse.opcode, true);
      if (disp < INT32_MIN + 300) near.emplace(word.sparse.opcode, false);
    }
    used.merge(opcodes_of(program));
  }
  for (const OpcodeInfo& row : all_opcodes())
    if (std::any_of(row.kinds().begin(), row.kinds().end(), is_layout_address)) {
      for (const bool above : {false, true}) EXPECT_TRUE(near.contains({row.opcode, above})) << row.mnemonic;
    }
  for (const Opcode opcode : {Opcode::salloc, Opcode::sfree, Opcode::crecv, Opcode::csend, Opcode::cbar,
                              Opcode::sgatherc_i64, Opcode::sscattrc_i64, Opcode::shyper, Opcode::sflush})
    EXPECT_TRUE(used.contains(opcode)) << info(opcode).mnemonic;
}

TEST(RandomProgram, BranchesBackOnlyToCountDownARegisterThatNothingElseInTheLoopWrites) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Program program = random_program({.seed = seed});
    for (std::size_t i = 0; i < program.words.size(); ++i) {
      const Op& op = program.words[i].dense;
      if (op.opcode == Opcode::dbr || op.opcode == Opcode::dbr_nz || op.opcode == Opcode::dbr_z) {
        EXPECT_GT(op.imm, static_cast<std::int64_t>(i));
      }
      if (op.opcode != Opcode::dloop) continue;
      for (std::size_t k = static_cast<std::size_t>(op.imm); k < i; ++k)
        for (const Op* inner : {&program.words[k].dense, &program.words[k].sparse, &program.words[k].coord})
          EXPECT_EQ(uses_of(*inner).writes.r >> op.d & 1, 0) << "seed " << seed << " word " << k;
    }
  }
}

TEST(Reduce, KeepsTheOpsThatThePredicateNeedsAndAnEnd) {
  const auto needs = [](const Program& program) {
    const auto used = opcodes_of(program);
    return used.contains(Opcode::salloc) && used.contains(Opcode::dloop);
  };
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Program program = random_program({.seed = seed, .words = 120});
    if (!needs(program)) continue;
    const Program smaller = reduce(program, needs);
    EXPECT_TRUE(validate(smaller).empty());
    EXPECT_TRUE(needs(smaller));
    EXPECT_LE(smaller.words.size(), 3u);
    EXPECT_LE(opcodes_of(smaller).size(), 4u);  // salloc, dloop, dhalt and empty slots
  }
}

TEST(Reduce, KeepsTheTargetsOfBranches) {
  Program program = samples::around(std::vector<Word>(6));
  program.words[1].dense.opcode = Opcode::dbr;
  program.words[1].dense.imm = 4;
  program.words[4].dense = samples::op_of(Opcode::dmov_sr, false);
  const Program smaller = reduce(program, [](const Program& p) {
    for (const Word& word : p.words)
      if (word.dense.opcode == Opcode::dbr &&
          p.words[static_cast<std::size_t>(word.dense.imm)].dense.opcode == Opcode::dmov_sr)
        return true;
    return false;
  });
  EXPECT_EQ(smaller.words.size(), 3u);
}

TEST(SyntheticProgram, IsValidForEveryMixLocalityAndDepthAndFillsTheSlotsOfItsMix) {
  for (const Mix mix : kMixes)
    for (const Locality locality : kLocalities)
      for (const unsigned depth : {1u, 2u, 8u, 100u})
        for (const std::size_t words : {8u, 16u, 64u, 4096u}) {
          const auto program = synthetic_program({.mix = mix, .locality = locality, .depth = depth, .words = words});
          ASSERT_TRUE(program.ok());
          EXPECT_TRUE(validate(*program).empty());
          const Word* loop = &program->words[program->labels.begin()->first];
          std::size_t ops[kSlots] = {};
          for (std::size_t i = 0; i < words; ++i)
            for (std::size_t s = 0; s < kSlots; ++s) ops[s] += loop[i].slot(static_cast<Slot>(s)).opcode != Opcode::nop;
          if (mix == Mix::sparse || mix == Mix::balanced) {
            EXPECT_EQ(ops[1], words);
          }
          if (mix == Mix::coordination || mix == Mix::balanced) {
            EXPECT_EQ(ops[2], words);
          }
          if (mix == Mix::dense || mix == Mix::balanced) {
            EXPECT_EQ(ops[0], words);
          }
          if (mix == Mix::dense) {
            EXPECT_EQ(ops[1], words / 4);
          }
        }
}

TEST(SyntheticProgram, OfDepthOneReadsNoResultsOfItsLoopOps) {
  const Program program =
      *synthetic_program({.mix = Mix::balanced, .locality = Locality::high, .depth = 1, .words = 32});
  const std::size_t begin = program.labels.begin()->first;
  for (std::size_t i = begin + 2; i + 1 < begin + 32; ++i)
    EXPECT_EQ(uses_of(program.words[i].dense).reads.r & 0x7ff0, 0) << i;
  const Program chained = *synthetic_program({.mix = Mix::dense, .depth = 8, .words = 32});
  std::size_t chains = 0;
  for (std::size_t i = begin + 3; i + 1 < begin + 32; ++i)
    chains += uses_of(chained.words[i].dense).reads.intersects(uses_of(chained.words[i - 1].dense).writes);
  EXPECT_GE(chains, 22u);
}

/// Executes the dense ops with immediates of a loop, which move its index, and returns r1 after each word.
std::vector<std::uint64_t> indexes_of(const Program& program, int iterations) {
  std::uint64_t r[16] = {};
  std::vector<std::uint64_t> indexes;
  const std::size_t begin = program.labels.begin()->first;
  const auto step = [&](const Op& op) {
    if (!op.immediate()) return;
    const auto imm = static_cast<std::uint64_t>(op.imm);
    switch (op.opcode) {
      case Opcode::dmov_i64: r[op.d] = imm; break;
      case Opcode::dadd_i64: r[op.d] = r[op.a] + imm; break;
      case Opcode::dmul_i64: r[op.d] = r[op.a] * imm; break;
      case Opcode::dshr_i64: r[op.d] = r[op.a] >> imm; break;
      case Opcode::dand_i64: r[op.d] = r[op.a] & imm; break;
      default: ADD_FAILURE() << info(op.opcode).mnemonic;
    }
  };
  for (std::size_t i = 0; i < begin; ++i) step(program.words[i].dense);
  for (int k = 0; k < iterations; ++k)
    for (std::size_t i = begin; program.words[i].dense.opcode != Opcode::dhalt; ++i) {
      indexes.push_back(r[1]);
      step(program.words[i].dense);
    }
  return indexes;
}

TEST(SyntheticProgram, StaysInItsRegionAndAccessesItWithItsLocality) {
  constexpr std::uint64_t kFootprints[] = {4 << 10, 256 << 10, 32 << 20};
  for (const Mix mix : kMixes)
    for (const Locality locality : kLocalities) {
      const Program program = *synthetic_program({.mix = mix, .locality = locality, .depth = 2, .words = 8});
      const auto first = program.coordinates[0], last = program.coordinates[1];
      EXPECT_EQ(last.get(phext::Axis::column) - first.get(phext::Axis::column), 2047u);
      const std::uint64_t region = (last.get(phext::Axis::line) - first.get(phext::Axis::line) + 1) * 2048 * 8;
      const std::uint64_t footprint = kFootprints[static_cast<std::size_t>(locality)];
      EXPECT_GE(region, footprint);
      std::set<std::uint64_t> lines;
      for (const std::uint64_t index : indexes_of(program, 8192)) {
        EXPECT_EQ(index % 64, 0u);
        EXPECT_LE(index + 64, footprint);
        lines.insert(index);
      }
      if (locality != Locality::low) {
        EXPECT_EQ(lines.size(), footprint / 64);
      } else {
        EXPECT_GE(lines.size(), 8000u);
      }
    }
}

TEST(SyntheticProgram, RefusesNumbersOutOfRangeByName) {
  EXPECT_EQ(synthetic_program({.depth = 0}).error().message(), "depth: a chain of 0 ops; expected at least 1");
  EXPECT_EQ(synthetic_program({.words = 7}).error().message(), "words: a loop of 7 words; expected 8 to 4096");
  EXPECT_EQ(synthetic_program({.iterations = 0}).error().message(),
            "iterations: a loop of 0 iterations; expected at least 1");
}

}  // namespace
}  // namespace vtpu::isa
