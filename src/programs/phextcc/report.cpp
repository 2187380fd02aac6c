#include "programs/phextcc/report.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <vector>

#include "vtpu/base/json.h"

namespace vtpu::command {

nlohmann::ordered_json report_json(const compiler::Compiled& compiled, const compiler::Options& options) {
  using nlohmann::ordered_json;
  ordered_json loops = ordered_json::array();
  for (const auto& loop : compiled.loops) {
    ordered_json row{{"line", loop.line}, {"loop", loop.name}, {"trip", nullptr}, {"pipelined", loop.pipelined}};
    if (loop.trip != 0) row["trip"] = loop.trip;
    if (!loop.pipelined) row["reason"] = loop.reason;
    row["initiation_interval_words"] = loop.initiation_interval;
    row["res_mii_words"] = loop.res_mii;
    row["rec_mii_words"] = loop.rec_mii;
    row["stages"] = loop.stages;
    row["kernel_copies"] = loop.copies;
    row["intervals_tried"] = loop.attempts;
    row["ops"] = {{"D", loop.slots[0]}, {"S", loop.slots[1]}, {"C", loop.slots[2]}};
    row["slot_use"] = loop.slot_use;
    row["registers"] = {
        {"r", loop.registers[1]}, {"v", loop.registers[2]}, {"p", loop.registers[3]}, {"m", loop.registers[4]}};
    row["modelled_port_cycles"] = loop.bound_cycles;
    row["modelled_recurrence_cycles"] = loop.recurrence_cycles;
    loops.push_back(std::move(row));
  }
  ordered_json report{{"ports", options.machine.ports.processor},
                      {"loops", std::move(loops)},
                      {"words", compiled.program.words.size()},
                      {"spilled_registers", compiled.spilled},
                      {"modelled_cycles", nullptr}};
  if (compiled.predicted_cycles) report["modelled_cycles"] = *compiled.predicted_cycles;
  return report;
}

std::string report_text(const nlohmann::ordered_json& report) {
  using nlohmann::ordered_json;
  // Columns right-aligned at their widest entry.
  std::vector<std::vector<std::string>> rows{{"line", "loop", "trip", "II", "ResMII", "RecMII", "stages", "copies", "D",
                                              "S", "C", "use", "r", "v", "p", "m", "ports", "recurrence"}};
  const auto number = [](const ordered_json& value) { return value.is_null() ? "?" : json_text(value); };
  const auto cycles = [](const ordered_json& value) { return fmt::format("{:.2f}", value.get<double>()); };
  std::string notes;
  for (const ordered_json& loop : report.at("loops")) {
    std::vector<std::string> row{number(loop.at("line")), loop.at("loop").get<std::string>()};
    for (const char* key :
         {"trip", "initiation_interval_words", "res_mii_words", "rec_mii_words", "stages", "kernel_copies"})
      row.push_back(number(loop.at(key)));
    for (const auto& ops : loop.at("ops")) row.push_back(number(ops));
    row.push_back(fmt::format("{:.0f}%", 100 * loop.at("slot_use").get<double>()));
    for (const auto& registers : loop.at("registers")) row.push_back(number(registers));
    row.push_back(cycles(loop.at("modelled_port_cycles")));
    row.push_back(cycles(loop.at("modelled_recurrence_cycles")));
    rows.push_back(std::move(row));
    if (!loop.at("pipelined").get<bool>())
      notes += fmt::format("line {}, loop {}: not pipelined: {}\n", loop.at("line").get<unsigned>(),
                           loop.at("loop").get<std::string>(), loop.at("reason").get<std::string>());
  }
  std::string text;
  if (rows.size() > 1) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const auto& row : rows)
      for (std::size_t k = 0; k < row.size(); ++k) widths[k] = std::max(widths[k], row[k].size());
    for (const auto& row : rows) {
      for (std::size_t k = 0; k < row.size(); ++k)
        text += fmt::format("{}{:>{}}", k == 0 ? "" : "  ", row[k], widths[k]);
      text += '\n';
    }
  } else {
    text = "no loop\n";
  }
  return text + notes +
         fmt::format("words {}, spilled registers {}; cycles by the ports of {}\n", report.at("words").get<unsigned>(),
                     report.at("spilled_registers").get<unsigned>(), report.at("ports").get<std::string>());
}

}  // namespace vtpu::command
