#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace damask {

/// What went wrong, in terms a caller can act on. Binding layers map each code to an error class.
enum class ErrorCode {
  invalidArgument,    ///< A value the caller passed is outside its documented limits.
  invalidState,       ///< The store is in the middle of something that must be ended first.
  outOfMemory,        ///< An allocation failed; the store is unchanged or holds a dead slot.
  notASnapshot,       ///< The bytes do not begin with a damask header.
  snapshotTruncated,  ///< The bytes end before the header says they do.
  snapshotCorrupt,    ///< A checksum, bound or invariant of the file does not hold.
  snapshotTooNew,     ///< Written by a newer format version than this build reads.
  journalCorrupt,     ///< A checksum, bound or invariant of a journal does not hold.
  journalMismatch,    ///< The journal does not continue this store.
  unsupported,        ///< This build or machine lacks what was asked for.
  io,                 ///< The operating system refused to read or write (drivers only).
  conflict,           ///< Another writer has changed the stored files (drivers only).
  locked,             ///< Another writer has the store (drivers only).
  internal,           ///< An invariant of damask itself does not hold: a bug, please report it.
};

/// The stable upper-case name of a code, such as "INVALID_ARGUMENT".
std::string_view errorCodeName(ErrorCode code) noexcept;

/// An error is a value: a code for programs and one sentence for people. The sentence names the
/// field, the value that was refused and the limit it broke.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
};

/// Either a value or an Error. Nothing in the public interface throws.
template <typename T>
using Result = tl::expected<T, Error>;

/// Builds the failing side of a Result.
inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace damask
