#include "vtpu/runtime/telemetry_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "sample_telemetry.h"

namespace vtpu::runtime {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// A server in a folder of its own, where it announces itself.
class TelemetryServing : public ::testing::Test {
 protected:
  TelemetryServing() {
    std::string name = (fs::temp_directory_path() / "vtpu-telemetry-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    setenv("XDG_RUNTIME_DIR", folder_.c_str(), 1);
  }
  ~TelemetryServing() override { fs::remove_all(folder_); }

  static Telemetry own() {
    Telemetry telemetry = sample_telemetry();
    telemetry.process = static_cast<std::uint64_t>(getpid());
    return telemetry;
  }
  static TelemetryServer started(std::uint16_t port = 0) {
    auto server = TelemetryServer::start(port, own);
    if (!server) throw std::runtime_error(server.error().message());
    return *std::move(server);
  }

  fs::path folder_;
};

/// Sends bytes to a port of this host and closes.
void send_raw(std::uint16_t port, const std::string& bytes) {
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  close(connection);
}

TEST_F(TelemetryServing, AProcessIsFoundAndAsked) {
  const TelemetryServer server = started();
  const auto nodes = announced_nodes();
  ASSERT_TRUE(nodes) << nodes.error().message();
  ASSERT_EQ(nodes->size(), 1U);
  EXPECT_EQ(nodes->front().port, server.port());
  const auto telemetry = ask(nodes->front());
  ASSERT_TRUE(telemetry) << telemetry.error().message();
  EXPECT_EQ(*telemetry, own());
}

TEST_F(TelemetryServing, AProcessThatStopsServingIsNotFound) {
  { const TelemetryServer server = started(); }
  const auto nodes = announced_nodes();
  ASSERT_TRUE(nodes);
  EXPECT_TRUE(nodes->empty());
}

TEST_F(TelemetryServing, TheFileOfAProcessThatHasEndedIsRemoved) {
  { const TelemetryServer server = started(); }
  const pid_t child = fork();
  if (child == 0) _exit(0);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  const fs::path file = folder_ / "vtpu" / std::to_string(child);
  std::ofstream(file) << "1\n";
  const auto nodes = announced_nodes();
  ASSERT_TRUE(nodes);
  EXPECT_TRUE(nodes->empty());
  EXPECT_FALSE(fs::exists(file));
}

TEST_F(TelemetryServing, AFolderThatOthersMayReadIsRefused) {
  fs::create_directory(folder_ / "vtpu");
  chmod((folder_ / "vtpu").c_str(), 0755);
  const auto server = TelemetryServer::start(0, own);
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error().message(), HasSubstr("mode 700"));
}

TEST_F(TelemetryServing, APortInUseIsRefusedByItsNumber) {
  const TelemetryServer first = started();
  const auto second = TelemetryServer::start(first.port(), own);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message(), HasSubstr(std::to_string(first.port())));
}

TEST_F(TelemetryServing, EveryPathAnswersInItsFormat) {
  const TelemetryServer server = started();
  httplib::Client client("127.0.0.1", server.port());
  const auto metrics = client.Get("/metrics"), json = client.Get("/telemetry.json"), page = client.Get("/"),
             other = client.Get("/other");
  ASSERT_TRUE(metrics && json && page && other);
  EXPECT_THAT(metrics->get_header_value("Content-Type"), HasSubstr("version=0.0.4"));
  EXPECT_EQ(metrics->body, to_prometheus(own()));
  EXPECT_EQ(json->get_header_value("Content-Type"), "application/json");
  EXPECT_THAT(page->body, HasSubstr("<title>vTPU node</title>"));
  EXPECT_EQ(other->status, 404);
}

TEST_F(TelemetryServing, ARequestThatNamesAnotherHostIsRefused) {
  const TelemetryServer server = started();
  httplib::Client client("127.0.0.1", server.port());
  const auto answer = client.Get("/telemetry.json", {{"Host", "example.org"}});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 403);
}

TEST_F(TelemetryServing, RequestsThatAreNotHttpLeaveItServing) {
  const TelemetryServer server = started();
  for (const std::string& bytes :
       {std::string("\0\xff\n\n", 4), std::string("GET\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\n") + std::string(100'000, 'x'),
        std::string("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n"), std::string()})
    send_raw(server.port(), bytes);
  EXPECT_TRUE(ask({static_cast<std::uint64_t>(getpid()), server.port()}));
}

TEST_F(TelemetryServing, AnAnswerOfAnotherProcessIsAnError) {
  const TelemetryServer server = started();
  const auto answer = ask({1, server.port()});
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message(), HasSubstr("the answer of process"));
}

TEST_F(TelemetryServing, NobodyAtThePortIsAnError) {
  std::uint16_t port = 0;
  { port = started().port(); }
  const auto answer = ask({1, port});
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message(), HasSubstr("no answer"));
}

}  // namespace
}  // namespace vtpu::runtime
