#include "vtpu/base/file.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <system_error>

namespace vtpu {
namespace {

Error system_error_at(const std::filesystem::path& path, const char* action) {
  return {path.string(), std::string("cannot ") + action + ": " + std::strerror(errno), ""};
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : ".";
}

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

/// Reads to the end of the file into `bytes`, of which `filled` are read.
Result<void> read_all(int descriptor, const std::filesystem::path& path, std::size_t size, std::size_t most,
                      std::string& bytes, std::size_t& filled) {
  bytes.resize(size + 1);  // one more, so that the end of a file that does not grow is found without another block
  while (true) {
    if (filled > most)
      return Error{path.string(), "found more than " + std::to_string(most) + " bytes", "a file that fits in memory"};
    // A pipe has no size, and a file may grow while it is read, so read until the end of file.
    if (filled == bytes.size()) bytes.resize(bytes.size() + (bytes.size() < 65536 ? 65536 : bytes.size() / 2));
    const ssize_t got = ::read(descriptor, bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error_at(path, "read");
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return {};
}

/// The bytes to read at most. A device such as /dev/zero has no end, and the system grants more memory than it has.
std::size_t most_bytes(const struct stat& status) {
  if (!S_ISREG(status.st_mode) || status.st_size == 0) return std::size_t{1} << 30;
  return static_cast<std::size_t>(::sysconf(_SC_PHYS_PAGES)) / 2 * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// While it lives, a write beyond the limit on the size of files fails with EFBIG instead of ending the process, which
/// would leave a temporary behind.
class SizeLimitIsAnError {
 public:
  SizeLimitIsAnError() {
    ::sigemptyset(&limit_);
    ::sigaddset(&limit_, SIGXFSZ);
    ::pthread_sigmask(SIG_BLOCK, &limit_, &before_);
  }
  ~SizeLimitIsAnError() {
    const int error = errno;
    const timespec now{};
    if (::sigismember(&before_, SIGXFSZ) == 0) {
      while (::sigtimedwait(&limit_, nullptr, &now) > 0) {
      }
      ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    errno = error;
  }
  SizeLimitIsAnError(const SizeLimitIsAnError&) = delete;
  SizeLimitIsAnError& operator=(const SizeLimitIsAnError&) = delete;

 private:
  sigset_t limit_;
  sigset_t before_;
};

/// What an output's path stands for.
struct Target {
  enum class Kind { absent, file, stream };
  Kind kind = Kind::absent;
  std::filesystem::path path;  ///< of the file, behind symbolic links
  struct stat status {};       ///< of what is there, unless it is absent
  int descriptor = -1;         ///< of a stream that this process has open
};

/// N where the path is /dev/fd/N or another name of the folder of this process's descriptors, else -1. The link that
/// such a name is must not be followed: it may have no name (a pipe), and a second description of the same file would
/// write at another position.
int own_descriptor(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  if (name.empty() || name.size() > 6 || name.find_first_not_of("0123456789") != std::string::npos) return -1;
  std::error_code failed;
  const std::filesystem::path folder = std::filesystem::canonical(folder_of(path), failed);
  if (failed || folder != std::filesystem::canonical("/proc/self/fd", failed) || failed) return -1;
  return std::stoi(name);
}

/// Root passes every check of the system, so a file's permission is that of its owner.
Result<void> check_permission(const std::filesystem::path& path, const struct stat& status) {
  const uid_t user = ::geteuid();
  if ((user == 0 || user == status.st_uid) && (status.st_mode & S_IWUSR) == 0)
    return Error{path.string(), "is read-only", "a file that may be written"};
  if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0) return system_error_at(path, "write");
  return {};
}

Result<Target> look_at(const std::filesystem::path& output) {
  constexpr int kMostLinks = 40;
  if (!output.has_filename()) return Error{output.string(), "is the name of a folder", "a file"};
  Target target{.path = output};
  bool named = true;  // the last link leads to a name
  for (int links = 0;; ++links) {
    target.descriptor = own_descriptor(target.path);
    if (target.descriptor >= 0) {
      target.kind = Target::Kind::stream;
      return target;
    }
    if (::lstat(target.path.c_str(), &target.status) != 0) {
      if (errno != ENOENT) return system_error_at(output, "write");
      named = false;
      break;
    }
    if (!S_ISLNK(target.status.st_mode)) break;
    if (links == kMostLinks) {
      errno = ELOOP;
      return system_error_at(output, "write");
    }
    std::error_code failed;
    const std::filesystem::path next = std::filesystem::read_symlink(target.path, failed);
    if (failed) return Error{output.string(), "cannot read the link: " + failed.message(), ""};
    target.path = target.path.parent_path() / next;
  }
  // A link of /proc may lead to a file that has lost its name, which cannot be replaced. Where there is a name, the file
  // is not looked at a second time: another process may have replaced it meanwhile.
  if (!named && ::stat(output.c_str(), &target.status) != 0) {
    if (errno != ENOENT) return system_error_at(output, "write");
    return target;
  }
  if (S_ISDIR(target.status.st_mode)) return Error{output.string(), "is a folder", "a file"};
  if (const Result<void> allowed = check_permission(output, target.status); !allowed) return allowed.error();
  target.kind = S_ISREG(target.status.st_mode) && named ? Target::Kind::file : Target::Kind::stream;
  return target;
}

Result<void> write_in_place(const std::filesystem::path& path, const Target& target, std::string_view bytes) {
  if (target.descriptor >= 0) {
    std::fflush(nullptr);  // what was printed before comes first
    return write_all(target.descriptor, bytes, path);
  }
  const int truncate = S_ISREG(target.status.st_mode) ? O_TRUNC : 0;
  const Descriptor file{::open(path.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC | truncate)};
  if (file.fd < 0) return system_error_at(path, "open");
  return write_all(file.fd, bytes, path);
}

/// A new file beside another, removed on destruction unless it is renamed. Its name does not grow with the other's,
/// which may be as long as the system allows.
class Temporary {
 public:
  Temporary(const std::filesystem::path& folder, mode_t mode) {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz012345";
    constexpr int kAttempts = 100;
    for (int attempt = 0; attempt < kAttempts && file_.fd < 0; ++attempt) {
      unsigned char random[6];
      if (::getentropy(random, sizeof random) != 0) return;
      std::string name = kTemporaryPrefix;
      for (const unsigned char byte : random) name += kLetters[byte % kLetters.size()];
      path_ = folder / name;
      file_.fd = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
      if (file_.fd < 0 && errno != EEXIST) return;
    }
  }
  ~Temporary() {
    if (file_.fd >= 0 && !renamed_) ::unlink(path_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  int descriptor() const { return file_.fd; }
  bool rename_to(const std::filesystem::path& path) {
    renamed_ = ::rename(path_.c_str(), path.c_str()) == 0;
    return renamed_;
  }

 private:
  std::filesystem::path path_;
  Descriptor file_{-1};
  bool renamed_ = false;
};

/// Copies the extended attributes of a file, among them its access list, as far as the system lets the process.
void copy_attributes(const std::filesystem::path& from, int to) {
  constexpr std::size_t kMost = 65536;  // of names together, and of a value
  std::string names(kMost, '\0'), value(kMost, '\0');
  const ssize_t length = ::listxattr(from.c_str(), names.data(), names.size());
  for (ssize_t at = 0; at < length; at += static_cast<ssize_t>(std::strlen(names.data() + at)) + 1) {
    const char* const name = names.data() + at;
    const ssize_t bytes = ::getxattr(from.c_str(), name, value.data(), value.size());
    if (bytes >= 0) static_cast<void>(::fsetxattr(to, name, value.data(), static_cast<std::size_t>(bytes), 0) == 0);
  }
}

/// Gives the new file the owner, the permissions and the attributes of the old one. Without the right to set the owner
/// it keeps the group if it may, and loses the right to run as either.
bool take_over(int descriptor, const std::filesystem::path& path, const struct stat& old) {
  mode_t mode = old.st_mode & 07777;
  if (::fchown(descriptor, old.st_uid, old.st_gid) != 0) {
    mode &= static_cast<mode_t>(~(S_ISUID | S_ISGID));
    static_cast<void>(::fchown(descriptor, static_cast<uid_t>(-1), old.st_gid) == 0);
  }
  copy_attributes(path, descriptor);
  return ::fchmod(descriptor, mode) == 0;
}

/// `locked`: where to put a descriptor of the new file, which is locked before it has its name.
Result<void> replace(const std::filesystem::path& path, const Target& target, std::string_view bytes,
                     int* locked = nullptr) {
  const bool exists = target.kind == Target::Kind::file;
  const std::filesystem::path folder = folder_of(target.path);
  std::error_code failed;
  if (!exists) std::filesystem::create_directories(folder, failed);
  if (failed) return Error{folder.string(), "cannot make the folder: " + failed.message(), ""};
  // Until it has its owner, the copy of an existing file is nobody else's to read.
  Temporary temporary(folder, exists ? 0600 : 0666);
  const auto irreplaceable = [&] {
    return exists && locked == nullptr && (errno == EACCES || errno == EPERM || errno == EBUSY);
  };
  if (temporary.descriptor() < 0) {
    if (irreplaceable()) return write_in_place(path, target, bytes);
    return system_error_at(path, "write");
  }
  if (Result<void> written = write_all(temporary.descriptor(), bytes, path); !written) return written;
  if (exists && !take_over(temporary.descriptor(), target.path, target.status)) return system_error_at(path, "set permissions of");
  if (::fsync(temporary.descriptor()) != 0) return system_error_at(path, "flush");
  if (locked != nullptr) {
    *locked = ::fcntl(temporary.descriptor(), F_DUPFD_CLOEXEC, 0);
    if (*locked < 0 || ::flock(*locked, LOCK_EX | LOCK_NB) != 0) return system_error_at(path, "lock");
  }
  if (temporary.rename_to(target.path)) return {};
  if (irreplaceable()) return write_in_place(path, target, bytes);
  return system_error_at(path, "replace");
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) return system_error_at(path, "open");
  struct stat status {};
  if (::fstat(file.fd, &status) != 0) return system_error_at(path, "inspect");
  if (S_ISDIR(status.st_mode)) return Error{path.string(), "is a folder", "a file"};
  const std::size_t size = S_ISREG(status.st_mode) ? static_cast<std::size_t>(status.st_size) : 0;
  const std::size_t most = most_bytes(status);
  if (size > most)
    return Error{path.string(), "found " + std::to_string(size) + " bytes",
                 "at most " + std::to_string(most) + ", half of the memory"};
  std::string bytes;
  std::size_t filled = 0;
  try {
    if (const Result<void> read = read_all(file.fd, path, size, most, bytes, filled); !read) return read.error();
    return bytes;
  } catch (const std::bad_alloc&) {
    std::string().swap(bytes);  // the message needs memory too
    return Error{path.string(), "out of memory after " + std::to_string(filled) + " bytes",
                 "a file that fits in the memory of the process"};
  }
}

Result<void> write_file(const std::filesystem::path& path, std::string_view bytes) {
  const Result<Target> target = look_at(path);
  if (!target) return target.error();
  return target->kind == Target::Kind::stream ? write_in_place(path, *target, bytes) : replace(path, *target, bytes);
}

Result<void> check_output(const std::filesystem::path& path) {
  const Result<Target> target = look_at(path);
  return target ? Result<void>() : Result<void>(target.error());
}

Result<int> open_for_update(const std::filesystem::path& path) {
  const Result<Target> target = look_at(path);
  if (!target) return target.error();
  if (target->kind == Target::Kind::stream) return Error{path.string(), "is not a regular file", "a file to change"};
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) return system_error_at(path, "open");
  return descriptor;
}

Result<int> replace_by_locked(const std::filesystem::path& path, std::string_view bytes) {
  const Result<Target> target = look_at(path);
  if (!target) return target.error();
  if (target->kind == Target::Kind::stream) return Error{path.string(), "is not a regular file", "a file to change"};
  int locked = -1;
  if (const Result<void> replaced = replace(path, *target, bytes, &locked); !replaced) {
    if (locked >= 0) ::close(locked);
    return replaced.error();
  }
  return locked;
}

Result<void> write_all(int descriptor, std::string_view bytes, const std::filesystem::path& where) {
  const SizeLimitIsAnError guard;
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return system_error_at(where, "write");
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> print_text(std::string_view text) {
  std::fflush(stdout);
  return write_all(STDOUT_FILENO, text, "standard output");
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
