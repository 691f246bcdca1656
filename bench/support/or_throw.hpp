#pragma once

#include <stdexcept>
#include <type_traits>
#include <utility>

#include "damask/error.hpp"

namespace damask::bench {

/// The value, or its error's sentence as an exception: what is refused here is a mistake of ours.
template <typename T>
T orThrow(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace damask::bench
