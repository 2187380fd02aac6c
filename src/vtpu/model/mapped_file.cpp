#include "vtpu/model/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace vtpu::model {

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  const auto failed = [&] { return Error{path.string(), std::strerror(errno), ""}; };
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return failed();
  struct stat status {};
  Result<MappedFile> result = Error{path.string(), "is not a regular file", "a file"};
  if (::fstat(descriptor, &status) != 0) {
    result = failed();
  } else if (S_ISREG(status.st_mode)) {
    const auto size = static_cast<std::size_t>(status.st_size);
    void* const at = size == 0 ? nullptr : ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (at == MAP_FAILED)
      result = failed();
    else
      result = MappedFile({static_cast<const std::byte*>(at), size});
  }
  ::close(descriptor);
  return result;
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}
MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace vtpu::model
