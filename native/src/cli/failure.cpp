#include "failure.hpp"

#include <utility>

namespace damask::cli {
namespace {

ExitCode exitCodeOf(ErrorCode code, ExitCode whenInvalid) {
  switch (code) {
    case ErrorCode::invalidArgument:
      return whenInvalid;
    case ErrorCode::notASnapshot:
    case ErrorCode::snapshotTruncated:
    case ErrorCode::snapshotCorrupt:
    case ErrorCode::snapshotTooNew:
    case ErrorCode::journalCorrupt:
    case ErrorCode::journalMismatch:
      return ExitCode::corruptStore;
    case ErrorCode::outOfMemory:
    case ErrorCode::io:
      return ExitCode::ioError;
    case ErrorCode::conflict:
    case ErrorCode::locked:
      return ExitCode::otherWriter;
    case ErrorCode::unsupported:
      return ExitCode::usage;
    case ErrorCode::invalidState:
    case ErrorCode::internal:
      break;
  }
  return ExitCode::internal;
}

}  // namespace

tl::unexpected<Failure> usageError(std::string message) {
  return tl::make_unexpected(Failure{ExitCode::usage, "USAGE", std::move(message)});
}

tl::unexpected<Failure> badData(std::string message) {
  return tl::make_unexpected(Failure{ExitCode::badData, "BAD_DATA", std::move(message)});
}

tl::unexpected<Failure> notFound(std::string message) {
  return tl::make_unexpected(Failure{ExitCode::notFound, "NOT_FOUND", std::move(message)});
}

tl::unexpected<Failure> failure(const Error& error, ExitCode whenInvalid,
                                const std::string& context) {
  return tl::make_unexpected(
      Failure{exitCodeOf(error.code, whenInvalid), std::string(errorCodeName(error.code)),
              context.empty() ? error.message : context + ": " + error.message});
}

}  // namespace damask::cli
