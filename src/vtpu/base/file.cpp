#include "vtpu/base/file.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <system_error>

namespace vtpu {
namespace {

Error system_error_at(const std::filesystem::path& path, const char* action) {
  return {path.string(), std::string("cannot ") + action + ": " + std::strerror(errno), ""};
}

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) return system_error_at(path, "open");
  struct stat status {};
  if (::fstat(file.fd, &status) != 0) return system_error_at(path, "inspect");
  if (S_ISDIR(status.st_mode)) return Error{path.string(), "is a folder", "a file"};
  std::string bytes;
  bytes.resize(static_cast<std::size_t>(status.st_size));
  std::size_t filled = 0;
  while (true) {
    // A pipe has no size, and a file may grow while it is read, so read until the end of file.
    if (filled == bytes.size()) bytes.resize(bytes.size() + (bytes.size() < 65536 ? 65536 : bytes.size() / 2));
    const ssize_t got = ::read(file.fd, bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error_at(path, "read");
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

Result<void> write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::error_code failed;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), failed);
  if (failed) return Error{path.parent_path().string(), "cannot make the folder: " + failed.message(), ""};
  const std::string temporary = path.string() + ".partial-" + std::to_string(::getpid());
  {
    const Descriptor file{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)};
    if (file.fd < 0) return system_error_at(path, "write");
    std::size_t written = 0;
    while (written < bytes.size()) {
      const ssize_t put = ::write(file.fd, bytes.data() + written, bytes.size() - written);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) {
        const Error error = system_error_at(path, "write");
        ::unlink(temporary.c_str());
        return error;
      }
      written += static_cast<std::size_t>(put);
    }
    if (::fsync(file.fd) != 0) {
      const Error error = system_error_at(path, "flush");
      ::unlink(temporary.c_str());
      return error;
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const Error error = system_error_at(path, "replace");
    ::unlink(temporary.c_str());
    return error;
  }
  return {};
}

Result<void> write_file_if_changed(const std::filesystem::path& path, std::string_view bytes) {
  if (std::error_code ignored; std::filesystem::is_regular_file(path, ignored)) {
    const Result<std::string> old = read_file(path);
    if (old && *old == bytes) return {};
  }
  return write_file(path, bytes);
}

std::string sha256(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  const int ok = EVP_Digest(bytes.data(), bytes.size(), digest, &length, EVP_sha256(), nullptr);
  VTPU_CHECK(ok == 1 && length == 32, "SHA-256 gives 32 bytes");
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text(64, '0');
  for (unsigned int i = 0; i < length; ++i) {
    text[2 * i] = kHex[digest[i] >> 4];
    text[2 * i + 1] = kHex[digest[i] & 15];
  }
  return text;
}

Result<std::string> sha256_of_file(const std::filesystem::path& path) {
  Result<std::string> bytes = read_file(path);
  if (!bytes) return bytes.error();
  return sha256(*bytes);
}

}  // namespace vtpu
