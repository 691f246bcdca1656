#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace damask {

/// Amortised room, so that the push_back that follows cannot throw. Throws std::bad_alloc, with
/// nothing changed.
template <typename T>
void makeRoom(std::vector<T>& v, std::size_t size) {
  if (v.capacity() < size) v.reserve(std::max(size, v.capacity() + v.capacity() / 2));
}

}  // namespace damask
