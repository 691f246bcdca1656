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

void ChunkBuffer::put(std::span<const std::byte> bytes) {
  xsputn(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

void ChunkBuffer::clear() noexcept {
  cleared_ += chunk_.size();
  chunk_.clear();
}

std::streamsize ChunkBuffer::xsputn(const char* bytes, std::streamsize n) {
  chunk_.insert(chunk_.end(), bytes, bytes + n);
  return n;
}

ChunkBuffer::int_type ChunkBuffer::overflow(int_type c) {
  chunk_.push_back(traits_type::to_char_type(c));
  return c;
}

SectionReader::MemoryBuffer::MemoryBuffer(std::span<const std::byte> bytes) {
  // A get area is never written to; streambuf's signature predates const.
  char* begin = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
  setg(begin, begin, begin + bytes.size());
}

SectionReader::SectionReader(std::span<const std::byte> bytes)
    : buffer_(bytes), stream_(&buffer_), archive_(stream_) {}

}  // namespace damask
