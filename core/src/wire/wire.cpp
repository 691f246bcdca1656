#include "wire.hpp"

#include <algorithm>

namespace damask::wire {
namespace {

constexpr std::size_t kSmallestBytes = std::size_t{4} << 10;
/// Memory above this is given back at the next message.
constexpr std::size_t kKeptBytes = std::size_t{1} << 20;

}  // namespace

void WireWriter::clear() {
  size_ = 0;
  if (bytes_.size() > kKeptBytes) bytes_ = memory_.resize(kSmallestBytes, 0);
}

void WireWriter::grow(std::size_t more) {
  bytes_ = memory_.resize(std::max({size_ + more, 2 * bytes_.size(), kSmallestBytes}), size_);
}

}  // namespace damask::wire
