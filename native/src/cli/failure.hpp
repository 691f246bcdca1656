#pragma once

#include <string>

#include "damask/error.hpp"

namespace damask::cli {

/// What the process ends with, so that scripts can tell cases apart.
enum class ExitCode : int {
  ok = 0,
  notFound = 1,      ///< No such id; or verify found a difference.
  usage = 2,         ///< The command line is wrong.
  badData = 3,       ///< The input data is wrong.
  corruptStore = 4,  ///< The store is damaged, cut short, too new or no store at all.
  ioError = 5,       ///< The operating system refused: files, or memory.
  otherWriter = 6,   ///< Another writer has the store, or has changed it.
  internal = 70,     ///< A bug in damask.
};

/// Why a command ended early: what is printed, and the exit code.
struct Failure {
  ExitCode exit = ExitCode::internal;
  std::string code;
  std::string message;
};

template <typename T>
using Outcome = tl::expected<T, Failure>;

tl::unexpected<Failure> usageError(std::string message);
tl::unexpected<Failure> badData(std::string message);
tl::unexpected<Failure> notFound(std::string message);

/// A Failure from an Error of the core or the file layer. invalidArgument alone does not say whose
/// fault it is: `whenInvalid` does. `context`, when not empty, precedes the message.
tl::unexpected<Failure> failure(const Error& error, ExitCode whenInvalid = ExitCode::usage,
                                const std::string& context = {});

}  // namespace damask::cli
