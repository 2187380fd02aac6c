#include "vtpu/runtime/telemetry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "vtpu/base/json.h"

namespace vtpu::runtime {
namespace {

using exec::Status;
using nlohmann::ordered_json;

constexpr std::array kSlots{"dense", "sparse", "coordination"};
constexpr std::array kStates{Status::ready, Status::waiting, Status::halted, Status::trapped};

/// A number of a worker: its key in JSON, and its name and meaning for Prometheus.
struct WorkerNumber {
  std::uint64_t Telemetry::Worker::*member;
  const char *key, *metric, *labels, *kind, *help;
};
constexpr WorkerNumber kWorkerNumbers[] = {
    {&Telemetry::Worker::turns, "turns", "vtpu_turns_total", "", "counter", "Entries of a sentron."},
    {&Telemetry::Worker::waits, "waits", "vtpu_waits_total", "", "counter",
     "Turns that ended because the sentron had to wait."},
    {&Telemetry::Worker::steals, "steals", "vtpu_steals_total", "", "counter", "Sentrons taken from other workers."},
    {&Telemetry::Worker::parks, "parks", "vtpu_parks_total", "", "counter",
     "Times that the thread slept because no sentron was ready."},
    {&Telemetry::Worker::sent, "sent", "vtpu_worker_messages_total", ",direction=\"sent\"", "counter",
     "Messages between workers."},
    {&Telemetry::Worker::taken, "taken", "vtpu_worker_messages_total", ",direction=\"taken\"", "counter", ""},
    {&Telemetry::Worker::ready, "ready", "vtpu_ready_sentrons", "", "gauge", "Sentrons in the ready queue."},
    {&Telemetry::Worker::pending, "pending", "vtpu_pending_messages", "", "gauge",
     "Messages that no sentron has received."},
};

/// What the sentrons of one worker have done together.
struct Sums {
  exec::Retired retired;
  memory::TranslationCounters translations;
  std::map<Status, std::uint64_t> states;
};

std::vector<Sums> sums_by_worker(const Telemetry& telemetry) {
  std::vector<Sums> all(telemetry.workers.size());
  for (const Telemetry::Sentron& sentron : telemetry.sentrons) {
    if (sentron.worker >= all.size()) continue;
    Sums& sums = all[sentron.worker];
    sums.retired.words += sentron.retired.words;
    for (std::size_t slot = 0; slot < kSlots.size(); ++slot) sums.retired.ops[slot] += sentron.retired.ops[slot];
    sums.retired.control += sentron.retired.control;
    sums.translations.hits += sentron.translations.hits;
    sums.translations.misses += sentron.translations.misses;
    sums.translations.evictions += sentron.translations.evictions;
    ++sums.states[sentron.status];
  }
  return all;
}

/// Reads one object of a telemetry text, and remembers the first key that is missing or of another kind.
class Reader {
 public:
  Reader(const ordered_json& object, std::string path) : object_(object), path_(std::move(path)) {}

  template <class T>
  void read(const char* key, T& value) {
    const auto found = object_.is_object() ? object_.find(key) : object_.end();
    const bool right = object_.is_object() && found != object_.end() && is<T>(*found);
    if (right)
      value = found->template get<T>();
    else if (!wrong_)
      wrong_ = path_ + key;
  }
  const std::optional<std::string>& wrong() const { return wrong_; }

 private:
  template <class T>
  static bool is(const ordered_json& value) {
    if constexpr (std::is_same_v<T, std::string>) return value.is_string();
    if constexpr (std::is_same_v<T, double>) return value.is_number();
    return value.is_number_unsigned();
  }

  const ordered_json& object_;
  std::string path_;
  std::optional<std::string> wrong_;
};

ordered_json json_of(const Telemetry::Worker& worker, std::size_t number) {
  ordered_json json{{"number", number}, {"cpu", nullptr}, {"busy_nanoseconds", worker.busy_nanoseconds}};
  if (worker.cpu) json["cpu"] = *worker.cpu;
  for (const WorkerNumber& each : kWorkerNumbers) json[each.key] = worker.*each.member;
  return json;
}

/// Gives `visit` the key and the place of every number of a sentron.
template <class Sentron, class Visit>
void each_number(Sentron& sentron, const Visit& visit) {
  visit("number", sentron.number);
  visit("worker", sentron.worker);
  visit("word", sentron.word);
  visit("words", sentron.retired.words);
  for (std::size_t slot = 0; slot < kSlots.size(); ++slot) visit(kSlots[slot], sentron.retired.ops[slot]);
  visit("control", sentron.retired.control);
  visit("hits", sentron.translations.hits);
  visit("misses", sentron.translations.misses);
  visit("evictions", sentron.translations.evictions);
}

ordered_json json_of(const Telemetry::Sentron& sentron) {
  ordered_json json{{"status", exec::name_of(sentron.status)}, {"waits_for", sentron.waits_for}};
  each_number(sentron, [&](const char* key, auto value) { json[key] = value; });
  return json;
}

}  // namespace

ordered_json to_json(const Telemetry& telemetry) {
  ordered_json json{{"program", telemetry.program},
                    {"process", telemetry.process},
                    {"seconds", telemetry.seconds},
                    {"workers", ordered_json::array()},
                    {"sentrons", ordered_json::array()}};
  for (std::size_t w = 0; w < telemetry.workers.size(); ++w)
    json["workers"].push_back(json_of(telemetry.workers[w], w));
  for (const Telemetry::Sentron& sentron : telemetry.sentrons) json["sentrons"].push_back(json_of(sentron));
  return json;
}

Result<Telemetry> telemetry_from_json(const std::string& text, const std::string& name) {
  const auto parsed = parse_json<ordered_json>(text, name, "the telemetry of a node");
  if (!parsed) return parsed.error();
  const auto wrong = [&](const std::string& key) {
    return Error{name + ", key " + key, "it is missing, of another type or out of order", "the telemetry of a node"};
  };
  Telemetry telemetry;
  Reader whole(*parsed, "");
  whole.read("program", telemetry.program);
  whole.read("process", telemetry.process);
  whole.read("seconds", telemetry.seconds);
  if (whole.wrong()) return wrong(*whole.wrong());
  for (const char* const list : {"workers", "sentrons"})
    if (!parsed->contains(list) || !(*parsed)[list].is_array()) return wrong(list);
  for (const ordered_json& each : (*parsed)["workers"]) {
    Telemetry::Worker worker;
    Reader reader(each, fmt::format("workers[{}].", telemetry.workers.size()));
    std::uint64_t number = 0;
    reader.read("number", number);
    reader.read("busy_nanoseconds", worker.busy_nanoseconds);
    for (const WorkerNumber& each_of : kWorkerNumbers) reader.read(each_of.key, worker.*each_of.member);
    if (reader.wrong()) return wrong(*reader.wrong());
    if (number != telemetry.workers.size()) return wrong(fmt::format("workers[{}].number", telemetry.workers.size()));
    if (each.contains("cpu") && each["cpu"].is_number_unsigned()) worker.cpu = each["cpu"].get<unsigned>();
    telemetry.workers.push_back(worker);
  }
  for (const ordered_json& each : (*parsed)["sentrons"]) {
    Telemetry::Sentron sentron;
    const std::string path = fmt::format("sentrons[{}].", telemetry.sentrons.size());
    Reader reader(each, path);
    std::string status;
    reader.read("status", status);
    reader.read("waits_for", sentron.waits_for);
    each_number(sentron, [&](const char* key, auto& value) { reader.read(key, value); });
    if (reader.wrong()) return wrong(*reader.wrong());
    const auto* const known =
        std::find_if(kStates.begin(), kStates.end(), [&](Status state) { return exec::name_of(state) == status; });
    if (known == kStates.end()) return wrong(path + "status");
    sentron.status = *known;
    telemetry.sentrons.push_back(std::move(sentron));
  }
  return telemetry;
}

std::string to_prometheus(const Telemetry& telemetry) {
  std::string text;
  const auto out = std::back_inserter(text);
  const auto head = [&](const char* metric, const char* kind, const char* help) {
    fmt::format_to(out, "# HELP {0} {2}\n# TYPE {0} {1}\n", metric, kind, help);
  };
  const std::vector<Sums> sums = sums_by_worker(telemetry);
  const auto each_worker = [&](const auto& line) {
    for (std::size_t w = 0; w < sums.size(); ++w) line(w, sums[w]);
  };

  head("vtpu_uptime_seconds", "gauge", "Time since the node began to run.");
  fmt::format_to(out, "vtpu_uptime_seconds {}\n", telemetry.seconds);
  head("vtpu_busy_seconds_total", "counter", "Time of the turns of sentrons.");
  each_worker([&](std::size_t w, const Sums&) {
    fmt::format_to(out, "vtpu_busy_seconds_total{{worker=\"{}\"}} {}\n", w,
                   static_cast<double>(telemetry.workers[w].busy_nanoseconds) / 1e9);
  });
  head("vtpu_words_total", "counter", "Retired instruction words.");
  each_worker([&](std::size_t w, const Sums& of) {
    fmt::format_to(out, "vtpu_words_total{{worker=\"{}\"}} {}\n", w, of.retired.words);
  });
  head("vtpu_operations_total", "counter", "Retired operations by slot, without control.");
  each_worker([&](std::size_t w, const Sums& of) {
    for (std::size_t slot = 0; slot < kSlots.size(); ++slot)
      fmt::format_to(out, "vtpu_operations_total{{worker=\"{}\",slot=\"{}\"}} {}\n", w, kSlots[slot],
                     of.retired.ops[slot]);
  });
  head("vtpu_translations_total", "counter", "Look-ups in the translation caches by outcome.");
  each_worker([&](std::size_t w, const Sums& of) {
    fmt::format_to(out, "vtpu_translations_total{{worker=\"{0}\",outcome=\"hit\"}} {1}\n", w, of.translations.hits);
    fmt::format_to(out, "vtpu_translations_total{{worker=\"{0}\",outcome=\"miss\"}} {1}\n", w, of.translations.misses);
  });
  head("vtpu_translation_evictions_total", "counter", "Translations that another one replaced.");
  each_worker([&](std::size_t w, const Sums& of) {
    fmt::format_to(out, "vtpu_translation_evictions_total{{worker=\"{}\"}} {}\n", w, of.translations.evictions);
  });
  head("vtpu_sentrons", "gauge", "Sentrons by state.");
  each_worker([&](std::size_t w, const Sums& of) {
    for (const Status state : kStates) {
      const auto count = of.states.find(state);
      fmt::format_to(out, "vtpu_sentrons{{worker=\"{}\",state=\"{}\"}} {}\n", w, exec::name_of(state),
                     count == of.states.end() ? 0 : count->second);
    }
  });
  for (const WorkerNumber& number : kWorkerNumbers) {
    if (*number.help != '\0') head(number.metric, number.kind, number.help);
    each_worker([&](std::size_t w, const Sums&) {
      fmt::format_to(out, "{}{{worker=\"{}\"{}}} {}\n", number.metric, w, number.labels,
                     telemetry.workers[w].*number.member);
    });
  }
  return text;
}

}  // namespace vtpu::runtime
