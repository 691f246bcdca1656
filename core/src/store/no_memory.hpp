#pragma once

#include <new>
#include <string>

#include "damask/error.hpp"

namespace damask {

/// The error for a bad_alloc, even when there is no memory for its own sentence: then it is short
/// enough for a std::string that allocates nothing, on every target.
inline tl::unexpected<Error> noMemory(const char* what) noexcept {
  try {
    return fail(ErrorCode::outOfMemory, std::string("no memory to ") + what);
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::outOfMemory, "no memory");
  }
}

}  // namespace damask
