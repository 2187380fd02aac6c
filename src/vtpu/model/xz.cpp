#include "vtpu/model/xz.h"

#include <fmt/core.h>
#include <lzma.h>

#include <algorithm>
#include <memory>

namespace vtpu::model {

Result<std::string> unpack_xz(std::string_view packed, const std::string& name, std::uint64_t most) {
  constexpr std::uint64_t kMemory = std::uint64_t{256} << 20;  // the strongest level of xz needs 65 MiB
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, kMemory, LZMA_CONCATENATED) != LZMA_OK)
    return Error{name, "the decoder cannot be started", "more memory"};
  const std::unique_ptr<lzma_stream, void (*)(lzma_stream*)> ends(&stream, lzma_end);
  stream.next_in = reinterpret_cast<const std::uint8_t*>(packed.data());
  stream.avail_in = packed.size();
  std::string bytes;
  lzma_ret status = LZMA_OK;
  while (status == LZMA_OK) {
    const std::size_t held = bytes.size();
    if (held > most) return Error{name, fmt::format("unpacks to more than {} bytes", most), "a smaller file"};
    bytes.resize(std::max<std::size_t>(held * 2, 1 << 16));
    stream.next_out = reinterpret_cast<std::uint8_t*>(bytes.data()) + held;
    stream.avail_out = bytes.size() - held;
    status = lzma_code(&stream, LZMA_FINISH);
    bytes.resize(bytes.size() - stream.avail_out);
  }
  if (status == LZMA_STREAM_END) {
    if (bytes.size() > most) return Error{name, fmt::format("unpacks to more than {} bytes", most), "a smaller file"};
    return bytes;
  }
  const std::string place = fmt::format("{}, byte {}", name, stream.total_in);
  switch (status) {
    case LZMA_FORMAT_ERROR: return Error{name, "found no .xz header", "an .xz file"};
    case LZMA_BUF_ERROR: return Error{place, "the file is cut off", "a whole .xz file"};
    case LZMA_DATA_ERROR: return Error{place, "the file is damaged", "an .xz file whose checksums hold"};
    case LZMA_MEMLIMIT_ERROR: return Error{name, "needs more than 256 MiB to be unpacked", "a smaller dictionary"};
    case LZMA_MEM_ERROR: return Error{name, "there is no memory to unpack it", ""};
    default:
      return Error{place, fmt::format("cannot be unpacked (liblzma reports {})", static_cast<int>(status)),
                   "an .xz file"};
  }
}

}  // namespace vtpu::model
