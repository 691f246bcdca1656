#include "durable/section.hpp"

#include <new>

namespace damask {

HashingBuffer::HashingBuffer() : state_(XXH3_createState()) {
  if (!state_) throw std::bad_alloc();
  XXH3_64bits_reset(state_.get());
}

std::streamsize HashingBuffer::xsputn(const char* bytes, std::streamsize n) {
  XXH3_64bits_update(state_.get(), bytes, static_cast<std::size_t>(n));
  count_ += static_cast<std::uint64_t>(n);
  return n;
}

HashingBuffer::int_type HashingBuffer::overflow(int_type c) {
  const char byte = traits_type::to_char_type(c);
  xsputn(&byte, 1);
  return c;
}

SinkBuffer::SinkBuffer(const ByteSink& sink) : sink_(sink) {
  chunk_.reserve(kChunkBytes);
}

std::streamsize SinkBuffer::xsputn(const char* bytes, std::streamsize n) {
  for (std::streamsize done = 0; done < n;) {
    const auto room = static_cast<std::streamsize>(kChunkBytes - chunk_.size());
    const std::streamsize part = std::min(n - done, room);
    chunk_.insert(chunk_.end(), bytes + done, bytes + done + part);
    done += part;
    if (chunk_.size() == kChunkBytes) handOver();
    if (!result_) return 0;
  }
  return n;
}

SinkBuffer::int_type SinkBuffer::overflow(int_type c) {
  const char byte = traits_type::to_char_type(c);
  xsputn(&byte, 1);
  return c;
}

void SinkBuffer::handOver() {
  if (result_ && !chunk_.empty()) result_ = sink_(std::as_bytes(std::span(chunk_)));
  chunk_.clear();
}

Result<void> SinkBuffer::finish() {
  handOver();
  return result_;
}

SectionReader::MemoryBuffer::MemoryBuffer(std::span<const std::byte> bytes) {
  // A get area is never written to; streambuf's signature predates const.
  char* begin = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
  setg(begin, begin, begin + bytes.size());
}

SectionReader::SectionReader(std::span<const std::byte> bytes)
    : buffer_(bytes), stream_(&buffer_), archive_(stream_) {}

}  // namespace damask
