#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>

#include "vtpu/base/text.h"
#include "vtpu/sweep/sweep.h"

namespace vtpu::sweep {
namespace {

/// A number from the environment; empty when the variable is not set.
Result<std::optional<std::int64_t>> variable(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr) return std::optional<std::int64_t>();
  const auto number = parse_integer(text, std::string("environment variable ") + name);
  if (!number) return number.error();
  return std::optional<std::int64_t>(*number);
}

Result<Share> share_of(std::int64_t index, std::int64_t count, const std::string& where) {
  if (count < 1 || count > std::numeric_limits<int>::max())
    return Error{where, "found " + std::to_string(count) + " processes", "at least one"};
  if (index < 0 || index >= count)
    return Error{where, "found process " + std::to_string(index), "a number of 0.." + std::to_string(count - 1)};
  return Share{static_cast<int>(index), static_cast<int>(count)};
}

/// Index and number of processes from two variables; empty when neither is set.
Result<std::optional<Share>> pair(const char* index_name, const char* count_name) {
  const auto index = variable(index_name);
  if (!index) return index.error();
  const auto count = variable(count_name);
  if (!count) return count.error();
  if (!*index && !*count) return std::optional<Share>();
  const std::string where = std::string("environment variables ") + index_name + ", " + count_name;
  if (!*index || !*count) return Error{where, "found only one of them", "both or neither"};
  const auto share = share_of(**index, **count, where);
  if (!share) return share.error();
  return std::optional<Share>(*share);
}

/// The share among the processes that one launcher started.
Result<Share> among_processes() {
  auto found = pair("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE");
  if (found && !*found) found = pair("PMI_RANK", "PMI_SIZE");
  // Slurm also describes a batch script as process 0 of the tasks that srun would start; only processes that srun did
  // start have a step.
  if (found && !*found && std::getenv("SLURM_STEP_ID") != nullptr) found = pair("SLURM_PROCID", "SLURM_NTASKS");
  if (!found) return found.error();
  return *found ? **found : Share{};
}

/// The share among the tasks of a Slurm array, whose numbers rise in equal steps.
Result<Share> among_tasks() {
  const auto task = variable("SLURM_ARRAY_TASK_ID");
  if (!task) return task.error();
  if (!*task) return Share{};
  const auto least = variable("SLURM_ARRAY_TASK_MIN");
  if (!least) return least.error();
  const auto most = variable("SLURM_ARRAY_TASK_MAX");
  if (!most) return most.error();
  const auto given_step = variable("SLURM_ARRAY_TASK_STEP");
  if (!given_step) return given_step.error();
  const auto given_count = variable("SLURM_ARRAY_TASK_COUNT");
  if (!given_count) return given_count.error();
  const std::int64_t step = given_step->value_or(1);
  if (!*least || !*most || step < 1)
    return Error{"environment variables SLURM_ARRAY_TASK_*", "found no minimum, no maximum or a step below 1",
                 "the variables that Slurm sets together with SLURM_ARRAY_TASK_ID"};
  const std::int64_t count = given_count->value_or((**most - **least) / step + 1);
  if ((**task - **least) % step != 0 || (**most - **least) / step + 1 != count)
    return Error{"environment variables SLURM_ARRAY_TASK_*", "found an array with gaps",
                 "tasks in equal steps, as in --array=0-7 or --array=0-14:2"};
  return share_of((**task - **least) / step, count, "environment variables SLURM_ARRAY_TASK_*");
}

}  // namespace

Result<Share> Share::of_environment() {
  const auto process = among_processes();
  if (!process) return process;
  const auto task = among_tasks();
  if (!task) return task;
  return share_of(static_cast<std::int64_t>(task->index) * process->count + process->index,
                  static_cast<std::int64_t>(task->count) * process->count, "environment");
}

}  // namespace vtpu::sweep
