#include "vtpu/cluster/chip_workload.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "vtpu/base/check.h"

namespace vtpu::cluster {
namespace {

using net::Chip;

/// When a sentron has retired how many words, by its own time, which passes only while it works.
class OwnTime {
 public:
  void turn(std::uint64_t words, double ns) {
    points_.push_back({words, (points_.empty() ? 0 : points_.back().ns) + ns});
  }
  /// The time at which that many words are retired; called with rising numbers.
  double at(std::uint64_t words) {
    while (next_ < points_.size() && points_[next_].words < words) ++next_;
    if (next_ == points_.size()) return points_.empty() ? 0 : points_.back().ns;
    const Point before = next_ == 0 ? Point{} : points_[next_ - 1];
    const Point& after = points_[next_];
    if (after.words == before.words) return after.ns;
    return before.ns + (after.ns - before.ns) * static_cast<double>(words - before.words) /
                           static_cast<double>(after.words - before.words);
  }

 private:
  struct Point {
    std::uint64_t words = 0;
    double ns = 0;
  };
  std::vector<Point> points_;
  std::size_t next_ = 0;
};

class Charge {
 public:
  Charge(const Recording& recording, const TurnTimes& times, std::vector<Chip> chip_of)
      : recording_(recording), own_(recording.sentrons), course_(recording.sentrons) {
    charged_.chip_of = std::move(chip_of);
    for (std::size_t i = 0; i < recording.turns.size(); ++i)
      own_[recording.turns[i].sentron].turn(recording.turns[i].words, times.ns[i]);
    for (const Event& event : recording.events) {
      if (event.kind == Event::Kind::receive) receiver_[event.number] = event.sentron;
      if (event.is_rendezvous()) meetings_[event.number].group.push_back({event.sentron, event.words});
    }
    for (auto& [number, meeting] : meetings_)
      std::sort(meeting.group.begin(), meeting.group.end(), [](Member a, Member b) { return a.sentron < b.sentron; });
  }

  ChipWorkload run() {
    for (const Event& event : recording_.events) {
      switch (event.kind) {
        case Event::Kind::send: send(event); break;
        case Event::Kind::receive: receive(event); break;
        case Event::Kind::end: work_until(event.sentron, event.words); break;
        case Event::Kind::barrier:
        case Event::Kind::reduce:
        case Event::Kind::cast: depart(event); break;
      }
    }
    return std::move(charged_);
  }

 private:
  /// Where a sentron is.
  struct Course {
    double worked = 0;  // by its own time
    std::optional<int> last;
  };

  Chip chip(std::uint32_t sentron) const { return charged_.chip_of[sentron]; }
  int add(Chip from, Chip to, std::uint64_t bytes, double compute_ns, std::initializer_list<std::optional<int>> after) {
    waits_.clear();
    for (const std::optional<int> each : after)
      if (each) waits_.push_back(*each);
    charged_.sent += from != to;
    return charged_.messages.add({from, to, bytes, 0, compute_ns}, waits_);
  }
  /// The sentron's work up to the word before which it has retired that many.
  int work_until(std::uint32_t sentron, std::uint64_t words) {
    Course& course = course_[sentron];
    const double until = std::max(course.worked, own_[sentron].at(words));
    const Chip here = chip(sentron);
    std::optional<int>& core = core_[here.value()];
    const std::optional<int> shared = core == course.last ? std::nullopt : core;
    const int work = add(here, here, 0, until - course.worked, {course.last, shared});
    course.worked = until;
    core = course.last = work;
    charged_.steps.push_back({sentron, work, {}});
    return work;
  }
  void resume(std::uint32_t sentron, std::size_t step, int when) {
    charged_.steps[step].resumes = when;
    course_[sentron].last = when;
  }

  void send(const Event& event) {
    const int work = work_until(event.sentron, event.words + 1);  // with the sending word
    const auto receiver = receiver_.find(event.number);
    if (receiver == receiver_.end()) {
      ++charged_.never_received;
      return;
    }
    arrival_[event.number] = add(chip(event.sentron), chip(receiver->second), kMessageBytes, 0, {work});
  }
  void receive(const Event& event) {
    const int work = work_until(event.sentron, event.words);
    const Chip here = chip(event.sentron);
    const auto arrival = arrival_.find(event.number);  // none: the message was there before the run
    if (arrival == arrival_.end()) return;
    const int has_it = add(here, here, 0, 0, {work, arrival->second});
    arrival_.erase(arrival);
    resume(event.sentron, charged_.steps.size() - 1, has_it);
  }

  struct Member {
    std::uint32_t sentron = 0;
    std::uint64_t words = 0;  // that it had retired when it arrived
    std::size_t step = 0;
    int outcome = 0;  // the message that brings it
  };
  struct Meeting {
    std::vector<Member> group;  // by number of the sentron
    bool held = false;
    std::size_t departed = 0;
  };
  /// When the first of the group goes on in the recording, all others have arrived, and what they do later comes later
  /// in the recording too.
  void depart(const Event& event) {
    const auto found = meetings_.find(event.number);
    Meeting& meeting = found->second;
    if (!meeting.held) hold(event.kind, meeting.group), meeting.held = true;
    const auto member =
        std::lower_bound(meeting.group.begin(), meeting.group.end(), event.sentron,
                         [](const Member& each, std::uint32_t sentron) { return each.sentron < sentron; });
    resume(event.sentron, member->step, member->outcome);
    if (++meeting.departed == meeting.group.size()) meetings_.erase(found);
  }
  void hold(Event::Kind kind, std::vector<Member>& group) {
    const std::uint64_t bytes = kind == Event::Kind::barrier ? kHeaderBytes
                                : kind == Event::Kind::cast  ? kMessageBytes
                                                             : kReductionBytes;
    for (Member& member : group) {
      member.outcome = work_until(member.sentron, member.words);
      member.step = charged_.steps.size() - 1;
    }
    // In the tree, place p answers to p without its lowest one bit. On the way up, `outcome` is what a place has so
    // far.
    std::size_t bit = 1;
    for (; bit < group.size(); bit *= 2)
      for (std::size_t place = 0; place + bit < group.size(); place += 2 * bit) {
        Member &above = group[place], &below = group[place + bit];
        const int message = add(chip(below.sentron), chip(above.sentron), bytes, 0, {below.outcome});
        above.outcome = add(chip(above.sentron), chip(above.sentron), 0, 0, {above.outcome, message});
      }
    for (bit /= 2; bit >= 1; bit /= 2)
      for (std::size_t place = 0; place + bit < group.size(); place += 2 * bit) {
        const Member& above = group[place];
        Member& below = group[place + bit];
        below.outcome = add(chip(above.sentron), chip(below.sentron), bytes, 0, {above.outcome});
      }
  }

  const Recording& recording_;
  ChipWorkload charged_;
  std::vector<OwnTime> own_;                                   // by sentron
  std::vector<Course> course_;                                 // by sentron
  std::map<int, std::optional<int>> core_;                     // by chip: its last stretch of work
  std::unordered_map<std::uint64_t, std::uint32_t> receiver_;  // by message
  std::unordered_map<std::uint64_t, int> arrival_;             // by message, until it is received
  std::unordered_map<std::uint64_t, Meeting> meetings_;        // that some have not left
  std::vector<int> waits_;
};

}  // namespace

ChipWorkload chip_workload(const Recording& recording, const TurnTimes& times, std::vector<Chip> chip_of) {
  VTPU_CHECK(chip_of.size() == recording.sentrons && times.ns.size() == recording.turns.size(),
             "every sentron has a chip, and every turn a time");
  return Charge(recording, times, std::move(chip_of)).run();
}

}  // namespace vtpu::cluster
