#include "vtpu/net/workload/workload.h"

#include "vtpu/base/check.h"

namespace vtpu::net::workload {

int Workload::add(const Message& message, std::span<const int> after) {
  const int id = size();
  for (const int earlier : after) VTPU_CHECK(earlier >= 0 && earlier < id, "a message waits only for earlier messages");
  messages_.push_back(message);
  after_.insert(after_.end(), after.begin(), after.end());
  first_.push_back(after_.size());
  return id;
}

void Workload::reserve(std::size_t messages, std::size_t dependencies) {
  messages_.reserve(messages_.size() + messages);
  first_.reserve(first_.size() + messages);
  after_.reserve(after_.size() + dependencies);
}

std::span<const int> Workload::after(int id) const {
  const std::size_t at = static_cast<std::size_t>(id);
  return {after_.data() + first_[at], first_[at + 1] - first_[at]};
}

std::uint64_t Workload::total_bytes() const {
  std::uint64_t bytes = 0;
  for (const Message& message : messages_) bytes += message.bytes;
  return bytes;
}

}  // namespace vtpu::net::workload
