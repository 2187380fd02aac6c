#include "vtpu/runtime/telemetry_server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/runtime/telemetry_page.h"

namespace vtpu::runtime {
namespace {

namespace fs = std::filesystem;
constexpr const char* kLoopback = "127.0.0.1";
constexpr std::time_t kPatienceSeconds = 2;

std::string system_error() { return std::strerror(errno); }

/// The folder with a file for each process that serves telemetry. Nobody else may write there: the file's port would
/// lead to a program of somebody else.
Result<fs::path> announcement_folder() {
  const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
  const fs::path folder = runtime != nullptr && *runtime == '/'
                              ? fs::path(runtime) / "vtpu"
                              : fs::temp_directory_path() / fmt::format("vtpu-{}", geteuid());
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return Error{folder.string(), system_error(), ""};
  struct stat status {};
  if (lstat(folder.c_str(), &status) != 0) return Error{folder.string(), system_error(), ""};
  if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 077) != 0)
    return Error{folder.string(), "others may write or read it", "a folder of this user with mode 700"};
  return folder;
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

/// Requests that a page from elsewhere makes in the user's browser name another host.
bool names_this_host(const httplib::Request& request) {
  std::string host = request.get_header_value("Host");
  host.resize(std::min(host.size(), host.rfind(':')));
  return host == kLoopback || host == "localhost";
}

}  // namespace

struct TelemetryServer::Running {
  httplib::Server server;
  std::thread thread;
  std::uint16_t port = 0;
  fs::path announcement;

  ~Running() {
    std::error_code ignored;  // a file that stays is removed when the process is found to have ended
    if (!announcement.empty()) fs::remove(announcement, ignored);
    server.stop();
    if (thread.joinable()) thread.join();
  }
};

TelemetryServer::TelemetryServer(std::unique_ptr<Running> running) : running_(std::move(running)) {}
TelemetryServer::TelemetryServer(TelemetryServer&&) noexcept = default;
TelemetryServer::~TelemetryServer() = default;
std::uint16_t TelemetryServer::port() const { return running_->port; }

Result<TelemetryServer> TelemetryServer::start(std::uint16_t port, Source source) {
  auto running = std::make_unique<Running>();
  httplib::Server& server = running->server;
  server.new_task_queue = [] { return new httplib::ThreadPool(2); };
  server.set_payload_max_length(1024);
  server.set_read_timeout(kPatienceSeconds);
  server.set_write_timeout(kPatienceSeconds);
  server.set_keep_alive_max_count(1);  // an idle connection would hold one of the threads
  // Not SO_REUSEPORT, which httplib sets: two programs of one user would share the port.
  server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  server.set_pre_routing_handler([](const httplib::Request& request, httplib::Response& response) {
    if (names_this_host(request)) return httplib::Server::HandlerResponse::Unhandled;
    response.status = 403;
    return httplib::Server::HandlerResponse::Handled;
  });
  server.Get("/metrics", [source](const httplib::Request&, httplib::Response& response) {
    response.set_content(to_prometheus(source()), "text/plain; version=0.0.4; charset=utf-8");
  });
  server.Get("/telemetry.json", [source](const httplib::Request&, httplib::Response& response) {
    response.set_content(json_text(to_json(source())), "application/json");
  });
  server.Get("/", [](const httplib::Request&, httplib::Response& response) {
    response.set_content(std::string(kTelemetryPage), "text/html; charset=utf-8");
  });

  const std::string where = fmt::format("telemetry on {}:{}", kLoopback, port);
  const int bound = port == 0 ? server.bind_to_any_port(kLoopback) : server.bind_to_port(kLoopback, port) ? port : -1;
  if (bound <= 0) return Error{where, "the port cannot be had: " + system_error(), "a port that no program uses"};
  running->port = static_cast<std::uint16_t>(bound);
  running->thread = std::thread([&server] { server.listen_after_bind(); });
  while (!server.is_running()) std::this_thread::yield();  // `stop` has no effect earlier

  const auto folder = announcement_folder();
  if (!folder) return folder.error();
  const fs::path file = *folder / std::to_string(getpid());
  if (const auto written = write_file(file, fmt::format("{}\n", bound)); !written) return written.error();
  running->announcement = file;
  return TelemetryServer(std::move(running));
}

Result<std::vector<Announced>> announced_nodes() {
  const auto folder = announcement_folder();
  if (!folder) return folder.error();
  std::vector<Announced> all;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(*folder, failed)) {
    const auto process = number_of<std::uint32_t>(entry.path().filename().string());
    if (!process) continue;
    if (kill(static_cast<pid_t>(*process), 0) != 0 && errno == ESRCH) {
      fs::remove(entry.path(), failed);
      continue;
    }
    const auto text = read_file(entry.path());
    if (!text) continue;  // it has just ended
    if (const auto port = number_of<std::uint16_t>(*text)) all.push_back({*process, *port});
  }
  std::sort(all.begin(), all.end(), [](const Announced& a, const Announced& b) { return a.process < b.process; });
  return all;
}

Result<Telemetry> ask(const Announced& node) {
  const std::string where = fmt::format("process {} at {}:{}", node.process, kLoopback, node.port);
  httplib::Client client(kLoopback, node.port);
  client.set_connection_timeout(kPatienceSeconds);
  client.set_read_timeout(kPatienceSeconds);
  const auto answer = client.Get("/telemetry.json");
  if (!answer) return Error{where, "no answer: " + httplib::to_string(answer.error()), ""};
  if (answer->status != 200) return Error{where, fmt::format("HTTP status {}", answer->status), "200"};
  auto telemetry = telemetry_from_json(answer->body, where);
  if (telemetry && telemetry->process != node.process)
    return Error{where, fmt::format("the answer of process {}", telemetry->process), "its own"};
  return telemetry;
}

}  // namespace vtpu::runtime
