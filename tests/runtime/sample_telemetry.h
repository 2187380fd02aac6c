#pragma once
#include "vtpu/runtime/telemetry.h"

namespace vtpu::runtime {

/// Two workers and three sentrons in different states, no two numbers of a worker equal.
inline Telemetry sample_telemetry() {
  Telemetry telemetry;
  telemetry.program = "ring.siw";
  telemetry.process = 4711;
  telemetry.seconds = 1.5;
  telemetry.workers = {{.cpu = 1,
                        .busy_nanoseconds = 1'200'000'000,
                        .turns = 21,
                        .waits = 20,
                        .steals = 1,
                        .parks = 2,
                        .sent = 13,
                        .taken = 12,
                        .ready = 3,
                        .pending = 4},
                       {}};
  telemetry.sentrons = {{.number = 0,
                         .worker = 0,
                         .status = exec::Status::halted,
                         .word = 9,
                         .waits_for = {},
                         .retired = {.words = 50, .ops = {100, 20, 3}, .control = 5},
                         .translations = {.hits = 30, .misses = 2, .evictions = 1}},
                        {.number = 1,
                         .worker = 0,
                         .status = exec::Status::ready,
                         .word = 2,
                         .waits_for = {},
                         .retired = {.words = 5, .ops = {10, 2, 0}, .control = 1},
                         .translations = {.hits = 3, .misses = 1, .evictions = 0}},
                        {.number = 2,
                         .worker = 1,
                         .status = exec::Status::waiting,
                         .word = 4,
                         .waits_for = "a message at 1.1.1/1.1.1/1.1.2",
                         .retired = {.words = 9, .ops = {8, 6, 7}, .control = 4},
                         .translations = {}}};
  return telemetry;
}

}  // namespace vtpu::runtime
