#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/runtime/telemetry.h"

// Telemetry over HTTP on the loopback interface, and how another program of the same user finds it.

namespace vtpu::runtime {

/// Serves the telemetry of a running node to this host: `/metrics` (Prometheus), `/telemetry.json`, and `/`, a page
/// that shows rates and sentrons and asks again every second. While it lives, a file in a folder that only this user
/// can read names its port, so that `vtpu ps` finds it.
class TelemetryServer {
 public:
  /// Called from the server's threads.
  using Source = std::function<Telemetry()>;

  /// Port 0 takes a free one. Error: the port cannot be had; the folder of the file cannot be used.
  static Result<TelemetryServer> start(std::uint16_t port, Source source);
  TelemetryServer(TelemetryServer&&) noexcept;
  ~TelemetryServer();

  std::uint16_t port() const;

 private:
  struct Running;
  explicit TelemetryServer(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

/// A process of this user that serves telemetry.
struct Announced {
  std::uint64_t process = 0;
  std::uint16_t port = 0;
};
/// In the order of process numbers. Files of processes that have ended are removed.
Result<std::vector<Announced>> announced_nodes();

/// Asks a process. Error: it does not answer within two seconds, or with something else than the telemetry of that
/// process.
Result<Telemetry> ask(const Announced& node);

}  // namespace vtpu::runtime
