#include "store/text_arena.hpp"

namespace damask {

char* TextArena::allocate(std::size_t bytes) {
  if (bytes > freeBytes_) {
    // A text of a chunk or more has a chunk of its own, and the current one stays in use.
    const bool own = bytes >= kChunkBytes;
    const std::size_t size = own ? bytes : kChunkBytes;
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
