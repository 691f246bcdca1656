#include "store/text_arena.hpp"

#include <algorithm>

namespace damask {
namespace {

constexpr std::size_t kSmallestChunk = std::size_t{4} << 10;

}  // namespace

char* TextArena::allocate(std::size_t bytes) {
  if (bytes > freeBytes_) {
    // A text of the largest chunk or more has one of its own, and the current one stays in use.
    // Else each chunk is as large as all before it.
    const bool own = bytes >= kChunkBytes;
    const std::size_t next = std::clamp(total_, kSmallestChunk, kChunkBytes);
    const std::size_t size = own ? bytes : std::max(bytes, next);
    chunks_.reserve(chunks_.size() + 1);
    chunks_.push_back(std::unique_ptr<char[]>(new char[size]));
    total_ += size;
    if (own) return chunks_.back().get();
    free_ = chunks_.back().get();
    freeBytes_ = size;
  }
  char* text = free_;
  free_ += bytes;
  freeBytes_ -= bytes;
  return text;
}

}  // namespace damask
